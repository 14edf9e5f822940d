-- One row per child of whom the day decides something: what of the ladder (spec 3.3) comes to an end, or begins, by the calendar alone.
-- A child for whom nothing of it holds has no row.
-- key: child_id
-- left_by_rule: a remembered pupil of a last grade whose row is gone at the end of its year has left that school by rule (memory, 3.3).
-- …_in_time: the grace of leavers, of exits (counted from the autumn term where they fall into the summer), of moves, of entry (of
-- those who begin this year) has not run out. lookup_holds, in_suspension: not yet over. past_school_age: age.close_at is reached,
-- of a child who is neither 在读 nor in a senior school.
with
night as (select as_of, year_start, school_year from core.night),
policy as (select transfer_grace_days, entry_grace_days, age_from, age_close_at, lookup_valid_days from core.policy),
-- Of a pupil who is 在读 only a look-up has a date that matters.
child as (
    select
        child_id, person, e_row_id, e_status, e_status_date, e_end, remembered, m_status, m_status_date, m_school_year, r_status, r_status_date, r_county,
        birth_date, senior, school_age, deferral_ended, lookup_date, school_code,
        case when e_row_id is not null then e_status_date when remembered then m_status_date end as exit_on
    from status.child
    where e_status is distinct from '在读' or lookup_date is not null
),

school as (select school_code, county_code from core.school),
county_term as (select county_code, autumn_start from core.county_term),
autumn as (
    select county_code, cast(left(school_year, 4) as integer) as year, min(start_date) as autumn_start
    from core.term
    where school_year is not null
    group by county_code, left(school_year, 4)
),

dated as (
    select
        c.*,
        n.as_of,
        p.transfer_grace_days, p.entry_grace_days, p.age_from, p.age_close_at, p.lookup_valid_days,
        c.remembered and c.m_status = '在读' and (c.m_school_year < n.school_year or month(n.as_of) between 6 and 8) as left_by_rule,
        coalesce(u.autumn_start, make_date(year(coalesce(c.e_status_date, c.m_status_date)), 9, 1)) as exit_autumn,
        coalesce(w.autumn_start, make_date(cast(left(c.m_school_year, 4) as integer) + 1, 9, 1)) as leaver_autumn,
        coalesce(t.autumn_start, n.year_start) as autumn_start
    from child as c
    cross join night as n
    cross join policy as p
    left join school as o on c.school_code = o.school_code
    left join autumn as u on o.county_code = u.county_code and u.year = year(c.exit_on)
    left join autumn as w on o.county_code = w.county_code and w.year = cast(left(c.m_school_year, 4) as integer) + 1
    left join county_term as t on c.r_county = t.county_code
),

decided as (
    select
        child_id,
        coalesce(left_by_rule, false) as left_by_rule,
        coalesce(e_status = '休学' and as_of <= e_end, false) as in_suspension,
        coalesce(as_of - lookup_date <= lookup_valid_days, false) as lookup_holds,
        coalesce(left_by_rule and as_of - leaver_autumn <= transfer_grace_days, false) as leaver_in_time,
        coalesce(
            as_of - case when exit_on >= make_date(year(exit_on), 6, 1) and exit_on <= exit_autumn then exit_autumn else exit_on end <= transfer_grace_days,
            false
        ) as exit_in_time,
        coalesce(e_row_id is null and r_status = '迁出' and as_of - r_status_date <= transfer_grace_days, false) as move_in_time,
        coalesce(
            e_row_id is null and not remembered and (school_age = age_from or deferral_ended) and as_of - autumn_start <= entry_grace_days, false
        ) as entry_in_time,
        coalesce(e_status is distinct from '在读' and not senior and completed_years(birth_date, as_of) >= age_close_at, false) as past_school_age
    from dated
)

select
    child_id,
    left_by_rule,
    in_suspension,
    lookup_holds,
    leaver_in_time,
    exit_in_time,
    move_in_time,
    entry_in_time,
    past_school_age
from decided
where left_by_rule or in_suspension or lookup_holds or leaver_in_time or exit_in_time or move_in_time or entry_in_time or past_school_age
