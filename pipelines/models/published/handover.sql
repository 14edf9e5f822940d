-- One row per unit of the school line that teaches the primary stage, or that pupils of its last grade have left: what became of them
-- (整班移交, spec 3.3, 6.1).
-- key: unit_code
-- suppressed: a school that is withheld shows no counts, and has a row whatever it teaches (spec 6.3).
with
night as (select as_of from core.night),
withheld as (select unit_code from indicators.withheld where family = 'schooling')

select
    n.as_of,
    h.unit_code,
    h.unit_level,
    h.unit_name,
    h.parent_code,
    case when w.unit_code is null then h.leavers end as leavers,
    case when w.unit_code is null then h.arrived end as arrived,
    case when w.unit_code is null then h.pending end as pending,
    case when w.unit_code is null then h.lost end as lost,
    w.unit_code is not null as suppressed
from indicators.handover as h
cross join night as n
left join withheld as w on h.unit_code = w.unit_code
where h.teaches or h.leavers > 0 or w.unit_code is not null
