-- One row per school and day with a daily report visible at D: the last word (spec 2.1, 3.4); a zero report counts.
-- key: school_code, report_date
-- dated: clean.daily_report (report_date)
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery_order from core.delivery where kind = '日报')

select r.school_code, r.report_date, r.expected_pupils, r.present_pupils, r.absent_pupils
from clean.daily_report as r
inner join delivery as d on r.delivery_id = d.delivery_id
cross join night as n
where r.report_date <= n.as_of
qualify row_number() over (partition by r.school_code, r.report_date order by d.delivery_order desc, r.row_number desc) = 1
