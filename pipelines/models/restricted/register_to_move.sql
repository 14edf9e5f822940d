-- One row per child schooled in another province while its register is still 在读 here (学籍待迁): for 学籍迁移 (spec 3.3 line 6, 6.1).
-- key: child_key
-- The children that carry the flag register_to_move. since: date of the look-up that found the schooling. county: of the school that
-- holds the register.
with
night as (select as_of from core.night),
verdict as (select child_id from status.verdict where list_contains(string_split(flags, ';'), 'register_to_move')),
child as (select child_id, child_key, e_row_id, lookup_date from status.child),
enrolment as (select row_id, county_code from core.enrolment)

select
    n.as_of,
    c.child_key,
    e.county_code as county,
    c.lookup_date as since,
    '县级教育部门凭学籍查询结果联系省外就读学校，由其发起转入、原学校核准转出，办结学籍迁移；办结前原学校保留学籍，每月核实一次就读情况。' as action
from verdict as v
cross join night as n
inner join child as c on v.child_id = c.child_id
inner join enrolment as e on c.e_row_id = e.row_id
