-- One row per child remembered after the night before of whom memory may say something that tonight's rows do not (spec 3.3).
-- key: memory_id
-- patched: previous (child_id), told (child_id)
-- Of most children memory says what their registry row and their primary enrolment row of tonight say again, that they graduated
-- too: they are not here; nor are those in a senior school tonight who were in none of grades 1-9 since memory began.
-- memory_id: the child_id under which the child is remembered; child_id: tonight's, the same but for a key that changed
-- (matching.rekey); named: tonight's rows name the child. Of two remembered keys of one child its own counts, then the smaller.
with
previous as (select * from core.previous_memory),
-- What decides who is asked for: all that memory says is taken along of these few alone.
told as (
    select child_id, ethnicity, household_number, graduated, graduated_on, seen_school_year from core.previous_memory
),

identity as (select person, child_id from matching.person_identity),
rekey as (
    select
        r.old_child_id, r.person, r.child_id,
        p.child_id is null and row_number() over (partition by r.child_id order by r.old_child_id) = 1 as counts
    from matching.rekey as r
    left join core.previous_memory as p on r.child_id = p.child_id
),

policy as (select stages_junior_last from core.policy),
registered as (select person from matching.registry_person where is_primary),
enrolment_person as (select row_id, person from matching.enrolment_person where is_primary),
-- Few registry rows leave open what memory may say.
unsaid as (
    select p.person, r.ethnicity is null as ethnicity, r.household_number is null as household_number
    from core.registry as r
    inner join matching.registry_person as p on r.row_id = p.row_id
    where p.is_primary and (r.ethnicity is null or r.household_number is null)
),

senior as (
    select distinct p.person
    from matching.enrolment_person as p
    inner join core.enrolment as e on p.row_id = e.row_id
    where not p.is_primary and e.grade >= 10 and e.enrolment_status = '在读'
),

found as (
    select
        m.*,
        coalesce(i.person, r.person) as person,
        coalesce(i.child_id, r.child_id) as named_id,
        r.old_child_id is not null as rekeyed
    from told as m
    left join identity as i on m.child_id = i.child_id
    left join rekey as r on m.child_id = r.old_child_id
    where coalesce(r.counts, true)
),

asked as (
    select
        m.*,
        coalesce(m.person in (select person from enrolment_person), false) as enrolled,
        coalesce(m.person in (select person from registered), false) as registered
    from found as m
),

-- Few are left of whom the rows themselves need to be asked.
doubtful as (
    select
        m.*,
        m.ethnicity is not null and (not m.registered or coalesce(u.ethnicity, false)) as says_ethnicity,
        m.household_number is not null and (not m.registered or coalesce(u.household_number, false)) as says_household
    from asked as m
    left join unsaid as u on m.person = u.person
    where
        m.person is null
        or m.rekeyed
        or not m.enrolled
        or m.graduated
        or m.graduated_on is not null
        or (m.ethnicity is not null and (not m.registered or u.ethnicity))
        or (m.household_number is not null and (not m.registered or u.household_number))
),

enrolment as (
    select
        p.person, e.ethnicity, e.enrolment_status = '毕业' and e.grade = y.stages_junior_last as graduate, e.status_date
    from enrolment_person as p
    inner join core.enrolment as e on p.row_id = e.row_id
    cross join policy as y
    where p.person in (select person from doubtful)
),

meant as (
    select m.child_id, m.named_id
    from doubtful as m
    left join enrolment as e on m.person = e.person
    left join senior as s on m.person = s.person
    where
        m.person is null
        or m.rekeyed
        or ((e.person is null or (m.graduated and not e.graduate)) and (s.person is null or m.seen_school_year is not null))
        or (m.graduated_on is not null and not coalesce(e.graduate and e.status_date >= m.graduated_on, false))
        or (m.says_ethnicity and e.ethnicity is null)
        or m.says_household
)

select
    m.child_id as memory_id,
    coalesce(f.named_id, m.child_id) as child_id,
    f.named_id is not null as named,
    m.child_key,
    m.number,
    m.node,
    m.hash,
    m.name,
    m.birth_date,
    m.sex,
    m.ethnicity,
    m.household_number,
    m.has_enrolment,
    m.ended,
    m.graduated,
    m.student_number,
    m.school_code,
    m.grade,
    m.class_name,
    m.enrolment_status,
    m.status_date,
    m.effective_end,
    m.seen_school_year,
    m.graduated_on,
    m.poor,
    m.assisted,
    m.disabled,
    m.pupil_disabled,
    m.left_behind,
    m.migrant
from meant as f
inner join previous as m on f.child_id = m.child_id
