-- One row per school and stage it teaches (spec 5.1): by its 办学类型, or because the statistics count pupils of the stage there.
-- key: school_code, stage
with
policy as (select stages_primary_last, stages_junior_last from core.policy),
night as (select school_year from core.night),
school as (select school_code, school_type from core.school),
annual_statistics as (select school_year, school_code, grade from core.annual_statistics)

select school_code, 'primary' as stage
from school
where school_type in ('小学', '教学点', '九年一贯制学校', '十二年一贯制学校', '特殊教育学校')
union
select school_code, 'junior'
from school
where school_type in ('初级中学', '九年一贯制学校', '完全中学', '十二年一贯制学校', '特殊教育学校', '专门学校')
union
select a.school_code, case when a.grade <= p.stages_primary_last then 'primary' else 'junior' end
from annual_statistics as a
cross join policy as p
inner join night as n on a.school_year = n.school_year
where a.grade <= p.stages_junior_last and a.school_code in (select school_code from school)
