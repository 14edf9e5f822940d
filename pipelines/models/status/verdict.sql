-- One row per child of the universe at D: its status by the first line of the ladder that holds (spec 3.3), category, evidence date
-- and flags.
-- key: child_id
-- patched: child (child_id)
-- What the day decides stands in status.day_fact. evidence_on: date of the category's evidence (spec 3.3, 3.4), null for
-- never_enrolled. return_school: the school that confirms a return (spec 4.2), of the enrolment row, else of the roll.
-- evidence_row_id: the row that made the line hold, null for an age.
with
policy as (select stages_primary_last, stages_junior_last, age_from, age_to from core.policy),
child as (select * from status.child),
day_fact as (select * from status.day_fact),
suspicion as (select * from status.suspicion),
vanished as (select child_id, first_without_on from status.vanished),
lookup as (select person, row_id from status.latest_lookup),
approved as (select person, row_id from status.approved),
enrolment_county as (select county_code from core.enrolment_county),
ruled as (
    select
        c.*,
        p.stages_primary_last, p.stages_junior_last, p.age_from, p.age_to,
        s.category as suspected_category,
        s.evidence_on as suspected_on,
        s.row_id as suspected_row_id,
        v.first_without_on,
        l.row_id as lookup_row_id,
        q.row_id as request_row_id,
        c.r_status = '死亡' and c.present_on is not null and (c.r_status_date is null or c.present_on > c.r_status_date) as dead_but_present,
        c.r_status = '出国(境)' and c.present_on is not null and (c.r_status_date is null or c.present_on > c.r_status_date) as abroad_but_present,
        -- The exit that line 10 and transfer_lost speak of: of tonight's row, else of the remembered one.
        case when c.e_row_id is not null then c.e_status when c.remembered then c.m_status end as exit_status,
        case when c.e_row_id is not null then c.e_status_date when c.remembered then c.m_status_date end as exit_on,
        case when c.e_row_id is not null then c.e_grade when c.remembered then c.m_grade end as exit_grade,
        coalesce(d.left_by_rule, false) as left_by_rule,
        coalesce(d.in_suspension, false) as in_suspension,
        coalesce(d.lookup_holds, false) as lookup_holds,
        coalesce(d.leaver_in_time, false) as leaver_in_time,
        coalesce(d.exit_in_time, false) as exit_in_time,
        coalesce(d.move_in_time, false) as move_in_time,
        coalesce(d.entry_in_time, false) as entry_in_time,
        coalesce(d.past_school_age, false) as past_school_age,
        f.county_code is not null as enrolment_delivered
    from child as c
    cross join policy as p
    left join day_fact as d on c.child_id = d.child_id
    left join suspicion as s on c.child_id = s.child_id
    left join vanished as v on c.child_id = v.child_id
    left join lookup as l on c.person = l.person
    left join approved as q on c.person = q.person
    left join enrolment_county as f on f.county_code = coalesce(c.r_county, c.listing_county)
),

judged as (
    select
        r.*,
        case
            when (r.r_status = '死亡' and not r.dead_but_present) or r.e_status = '死亡' or r.change_deceased or r.exempt_deceased then 'deceased'
            when (r.r_status = '出国(境)' and not r.abroad_but_present) or r.e_status = '出国' or r.exempt_emigrated then 'emigrated'
            when (r.e_status = '毕业' and r.e_grade = r.stages_junior_last)
                or r.change_graduated_on is not null
                or r.senior
                or (r.m_graduated and coalesce(r.e_status, '') <> '在读')
                or (r.left_by_rule and r.m_grade = r.stages_junior_last) then 'graduated'
            when r.e_status = '在读' and r.suspected_category is null then 'in_school'
            when r.present_on is not null
                and (r.e_row_id is null or (r.e_status <> '在读' and (r.e_status_date is null or r.e_status_date < r.present_on))) then 'in_school'
            when r.e_status = '休学' and r.in_suspension then 'suspended'
            when r.lookup_other_province and r.lookup_holds
                and (r.e_status_date is null or r.lookup_date >= r.e_status_date) then 'enrolled_elsewhere'
            when r.approved_placement then 'placed'
            when r.approved_deferral then 'deferred'
            when r.e_status = '在读' then 'suspected_absent'
            when r.left_by_rule and r.m_grade = r.stages_primary_last and r.leaver_in_time then 'transfer_pending'
            when (r.exit_status = '转出' or (r.exit_status = '毕业' and r.exit_grade <> r.stages_junior_last)) and r.exit_in_time then 'transfer_pending'
            when r.r_status = '迁出' and r.e_row_id is null and r.move_in_time then 'transfer_pending'
            when r.e_row_id is null and not r.remembered and not r.enrolment_delivered then 'undetermined'
            when r.e_row_id is null and not r.remembered and (
                r.school_age < r.age_from
                or r.school_age > r.age_to
                or r.entry_in_time
            ) then 'not_due'
            when r.past_school_age then 'aged_out'
            when r.r_status in ('迁出', '注销') and r.e_row_id is null and not r.remembered then 'moved_away'
            else 'out_of_school'
        end as status
    from ruled as r
),

categorised as (
    select
        j.*,
        case
            when j.status = 'suspected_absent' then j.suspected_category
            when j.status <> 'out_of_school' then null
            when j.e_row_id is null and not j.remembered then 'never_enrolled'
            when j.exit_status = '辍学' then 'dropped_out'
            when j.exit_status in ('转出', '毕业') or (j.left_by_rule and j.m_grade = j.stages_primary_last) then 'transfer_lost'
            when j.e_status = '休学' then 'suspension_lapsed'
            else 'vanished'
        end as category
    from judged as j
)

select
    child_id,
    status,
    category,
    case category
        when 'dropped_out' then exit_on
        when 'transfer_lost' then case when left_by_rule then null else exit_on end
        when 'suspension_lapsed' then e_end
        when 'vanished' then first_without_on
        when 'long_absent' then suspected_on
        when 'not_at_roll_call' then suspected_on
    end as evidence_on,
    case when category in ('dropped_out', 'transfer_lost') and not left_by_rule then exit_on end as dropped_on,
    case
        when status = 'enrolled_elsewhere' then lookup_row_id
        when status in ('placed', 'deferred') then request_row_id
        when status = 'deceased' and r_status = '死亡' and not dead_but_present then r_row_id
        when status = 'deceased' and exempt_deceased and coalesce(e_status, '') <> '死亡' and not change_deceased then request_row_id
        when status = 'emigrated' and r_status = '出国(境)' and not abroad_but_present then r_row_id
        when status = 'emigrated' and exempt_emigrated and coalesce(e_status, '') <> '出国' then request_row_id
        when status = 'moved_away' then r_row_id
        when status = 'in_school' and coalesce(e_status, '') <> '在读' then present_row_id
        when status <> 'aged_out' then coalesce(suspected_row_id, e_row_id, present_row_id, r_row_id, listing_row_id)
    end as evidence_row_id,
    status = 'in_school' and coalesce(e_status, '') <> '在读' as by_roll,
    case when e_status = '在读' or present_school is null then school_code else present_school end as return_school,
    status = 'graduated' and left_by_rule and m_grade = stages_junior_last and change_graduated_on is null and not senior and not m_graduated as graduation_presumed,
    nullif(
        concat_ws(
            ';',
            case when abroad_but_present then 'abroad_but_present' end,
            case when dead_but_present then 'dead_but_present' end,
            case when status = 'graduated' and left_by_rule and m_grade = stages_junior_last and change_graduated_on is null and not senior and not m_graduated
                then 'graduation_presumed' end,
            case when id_invalid then 'id_invalid' end,
            case when id_mismatch then 'id_mismatch' end,
            case when status = 'in_school' and coalesce(e_status, '') <> '在读' then 'no_enrolment' end,
            case when status = 'enrolled_elsewhere' and e_status = '在读' then 'register_to_move' end,
            case when shared_name then 'shared_name' end,
            case when active_rows > 1 then 'two_active_enrolments' end
        ),
        ''
    ) as flags
from categorised
