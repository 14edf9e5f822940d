-- One row per person of tonight's rows, of any age (spec 3.1, 3.2): who it is, from which rows, before keys of earlier nights are
-- looked at.
-- key: person
-- patched: matching.registry_person (person), matching.enrolment_person (person), matching.attached (person)
-- asks: matching.listed_row: select person from matching.attached where row_id in (select row_id from touched)
-- asks: core.case_action: select person from matching.attached where row_id in (select row_id from touched)
-- place orders the rows that speak of a person: kind, primary before others, then row (one number, 2^57, 2^56, row_id: compared
-- far faster than three).
-- number: R's, else E's own, else the embedded one, else that of I, P, A, B, C, Q in this order, as 17 digits; first_…: of the
-- first row, for ties; hash: the identity of a child without a number, null beside one. Who is too old to be a child of the universe
-- stands in matching.too_old: nothing here moves with the day.
with
case_action as (select row_id, action_type, result from core.case_action),
-- Most children have a primary registry row that says all there is to say: nothing needs to be put together for them.
complete as (
    select p.person, r.number, r.name, r.birth_date, r.sex, r.county_code, 144115188075855872 + p.row_id as first_place
    from matching.registry_person as p
    inner join core.registry as r on p.row_id = r.row_id
    where p.is_primary and r.number is not null and r.name is not null and r.birth_date is not null and r.sex is not null
),

incomplete as (
    select p.person
    from matching.registry_person as p
    inner join core.registry as r on p.row_id = r.row_id
    where p.is_primary and (r.number is null or r.name is null or r.birth_date is null or r.sex is null)
),

settled as (select person from matching.registry_person where is_primary and person not in (select person from incomplete)),
pupil as (select row_id, person, is_primary from matching.enrolment_person where person not in (select person from settled)),
listed as (select source, rank, row_id, unit, person from matching.attached where person not in (select person from settled)),
-- founds: rows that make a person; of the case actions a confirmed visit alone.
spoken as (
    select
        p.person, 1 as rank, case when p.is_primary then 2 else 3 end * 72057594037927936 + p.row_id as place, r.number, r.name, r.birth_date,
        r.sex, r.county_code, true as founds
    from matching.registry_person as p
    inner join core.registry as r on p.row_id = r.row_id
    where p.person in (select person from incomplete)
    union all
    select
        p.person, 2, case when p.is_primary then 4 else 5 end * 72057594037927936 + p.row_id, coalesce(e.number, e.embedded), e.name,
        e.birth_date, e.sex, e.county_code, true
    from pupil as p
    inner join core.enrolment as e on p.row_id = e.row_id
    where e.grade <= 9
    union all
    select
        a.person, a.rank, a.rank * 2 * 72057594037927936 + a.row_id, case when a.unit > 0 then a.unit end, r.name, r.birth_date, r.sex,
        r.county_code, a.source <> 'C' or coalesce(c.action_type = '核查' and c.result = '属实', false)
    from listed as a
    inner join matching.listed_row as r on a.row_id = r.row_id
    left join case_action as c on a.source = 'C' and a.row_id = c.row_id
),

merged as (
    select
        s.person,
        arg_min(s.number, s.place) filter (where s.number is not null) as number,
        arg_min(s.name, s.place) filter (where s.name is not null) as name,
        arg_min(s.birth_date, s.place) filter (where s.birth_date is not null) as birth_date,
        arg_min(s.sex, s.place) filter (where s.sex is not null) as sex,
        min(s.place) as first_place,
        arg_min(coalesce(s.county_code, ''), s.place) as county_code,
        min(s.rank) as origin_rank
    from spoken as s
    group by s.person
    having bool_or(s.founds)
    union all
    select person, number, name, birth_date, sex, first_place, coalesce(county_code, ''), 1
    from complete
),

-- A damaged number wants correcting in a senior-secondary row too.
flagged as (
    select person, bool_or(id_invalid) as id_invalid, bool_or(id_mismatch) as id_mismatch
    from (
        select p.person, r.id_invalid, r.id_mismatch
        from matching.registry_person as p
        inner join core.registry as r on p.row_id = r.row_id
        where r.id_invalid or r.id_mismatch
        union all
        select p.person, e.id_invalid, e.id_mismatch
        from matching.enrolment_person as p
        inner join core.enrolment as e on p.row_id = e.row_id
        where e.id_invalid or e.id_mismatch
    ) as row_of_person
    group by person
),

identified as (
    select
        m.*,
        case when m.number is null then name_hash(m.name, m.birth_date, m.sex, m.county_code) end as hash
    from merged as m
    where m.birth_date is not null
)

select
    m.person,
    m.number,
    m.name,
    m.birth_date,
    m.sex,
    nullif(m.county_code, '') as county_code,
    m.origin_rank,
    cast(m.first_place // 144115188075855872 as integer) as first_rank,
    m.first_place % 72057594037927936 as first_row_id,
    coalesce(f.id_invalid, false) as id_invalid,
    coalesce(f.id_mismatch, false) as id_mismatch,
    m.hash
from identified as m
left join flagged as f on m.person = f.person
