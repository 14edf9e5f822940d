-- One row per person with a change that settles its status: 死亡, or 毕业 in the last junior grade (spec 3.3 lines 1, 3).
-- key: person
-- graduated_on: date of the latest 毕业 in the last junior grade (spec 5.3 counts it within its school year).
with
policy as (select stages_junior_last from core.policy),
enrolment_change as (select * from core.enrolment_change where change_type in ('死亡', '毕业')),
attached as (
    select c.change_type, c.change_date, c.grade, coalesce(s.person, n.person, g.person) as person
    from enrolment_change as c
    left join status.student_person as s on c.student_number = s.student_number
    left join status.number_person as n on c.number = n.number
    left join status.number_person as g on c.embedded = g.number
)

select
    a.person,
    coalesce(bool_or(a.change_type = '死亡'), false) as deceased,
    max(a.change_date) filter (where a.change_type = '毕业' and a.grade = p.stages_junior_last) as graduated_on
from attached as a
cross join policy as p
where a.person is not null
group by a.person
