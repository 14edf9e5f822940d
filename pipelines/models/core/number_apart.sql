-- One row per registry or enrolment row whose citizen number reviewers called another person's (匹配裁定 不同人 between two rows of
-- one number, or between a row and its own number; spec 3.2): it stands as a row without a number.
-- key: kind, number, name, birth_date, school_code, student_number, household_division
-- Of two rows the registry's keeps the number, of one kind the one delivered first. The row is known again in later deliveries by
-- its number with student number and school, or with name, birth date and household division.
with
match_decision as (select * from core.match_decision),
delivery as (select delivery, delivery_id, delivery_order, kind from core.delivery where kind in ('户籍', '学籍')),
judged as (
    select
        decision_number, decision, least(first_party, second_party) as low_party, greatest(first_party, second_party) as high_party
    from match_decision
    where first_party like '%#%' or second_party like '%#%'
    qualify row_number() over (
        partition by least(first_party, second_party), greatest(first_party, second_party) order by decided_on desc, row_id desc
    ) = 1
),

party as (
    select decision_number, low_party as party from judged where decision = '不同人'
    union all
    select decision_number, high_party from judged where decision = '不同人'
),

named as (
    select
        p.decision_number, d.kind, d.delivery_id, d.delivery_order, try_cast(split_part(p.party, '#', 2) as integer) as row_number
    from party as p
    inner join delivery as d on split_part(p.party, '#', 1) = d.delivery
    where p.party like '%#%'
),

numbered as (
    select
        n.decision_number, 1 as rank, n.delivery_order, n.row_number, n.kind, cast(left(r.citizen_number, 17) as bigint) as number, r.name,
        r.birth_date, null as school_code, null as student_number, r.household_division
    from named as n
    inner join clean.registry as r on n.kind = '户籍' and n.delivery_id = r.delivery_id and n.row_number = r.row_number
    union all
    select
        n.decision_number, 2, n.delivery_order, n.row_number, n.kind,
        cast(left(coalesce(e.citizen_number, e.embedded_number), 17) as bigint), e.name, e.birth_date, e.school_code, e.student_number, null
    from named as n
    inner join clean.enrolment as e on n.kind = '学籍' and n.delivery_id = e.delivery_id and n.row_number = e.row_number
    union all
    select decision_number, 0, 0, 0, null, try_cast(left(party, 17) as bigint), null, null, null, null, null
    from party
    where length(party) = 18 and party not like '%#%'
)

select distinct -- two decisions may take the number from one row
    kind,
    number,
    name,
    birth_date,
    school_code,
    student_number,
    household_division
from numbered
qualify number is not null
    and kind is not null
    and count(*) over (partition by decision_number, number) = 2
    and row_number() over (partition by decision_number, number order by rank desc, delivery_order desc, row_number desc) = 1
