-- One row per entry of the accountability list (问责清单) that the public may see: the unit, what it concerns, how it is measured, the
-- limit (spec 4.5, 4.7, 5.1, 6.1).
-- key: unit_code, list, subject, measure
-- Left out is what stands on counts of children at a village or school that is withheld, or on few of them: being on the list at all tells of
-- a child there (spec 6.3). restricted.accountability_list has every entry; suppressed is false in every row that is left.
with
policy as (select disclosure_small_cell from core.policy),
withheld as (select family, unit_code from indicators.withheld),
family_of as (
    select unnest(['overdue_cases', 'dropout_rate']) as measure, unnest(['ledger', 'schooling']) as family
)

select
    a.as_of,
    a.unit_code,
    a.unit_level,
    a.unit_name,
    a.parent_code,
    a.list,
    a.subject,
    a.measure,
    a.value,
    a.limit_value,
    false as suppressed
from restricted.accountability_list as a
cross join policy as p
left join family_of as f on a.measure = f.measure
left join withheld as w on f.family = w.family and a.unit_code = w.unit_code
where w.unit_code is null
    and not (a.unit_level in ('village', 'school') and a.measure = 'overdue_cases' and a.value between 1 and p.disclosure_small_cell - 1)
