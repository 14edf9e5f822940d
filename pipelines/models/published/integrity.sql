-- One row per unit (school, township, county), month and alarm with anything to say: 弄虚作假预警 (spec 5.8, 6.1).
-- key: unit_code, month, measure
-- suppressed: a school that is withheld shows no numbers and not whether it is warned, and has a row for every month and alarm that any of
-- its siblings has (spec 6.3); restricted.integrity_alarms says all.
with
night as (select as_of from core.night),
unit as (select * from indicators.unit where line = 'school'),
withheld as (select unit_code, siblings from indicators.withheld where family = 'alarms'),
alarm as (select * from restricted.integrity_alarms),
alarm_of_siblings as (
    select w.siblings, a.month, a.measure
    from alarm as a
    inner join withheld as w on a.unit_code = w.unit_code
    group by w.siblings, a.month, a.measure
),

every_row as (
    select unit_code, month, measure, value, base, warned, fact, false as suppressed
    from alarm
    where unit_code not in (select unit_code from withheld)
    union all
    select w.unit_code, s.month, s.measure, null, null, null, null, true
    from withheld as w
    inner join alarm_of_siblings as s on w.siblings = s.siblings
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    r.month,
    r.measure,
    r.value,
    r.base,
    r.warned,
    r.fact,
    r.suppressed
from every_row as r
cross join night as n
inner join unit as u on r.unit_code = u.unit_code
