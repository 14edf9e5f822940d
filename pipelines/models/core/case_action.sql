-- One row per case action (劝返) visible at D: the last word of each 记录编号 (spec 2.1 event kinds), dated on or before D.
-- key: record_number
-- dated: clean.case_action (action_date)
-- delivered_on: the delivery that first said so; an action delivered again unchanged keeps its first delivery. county_code: of its
-- 区划代码, else of its file. effective_end: 截止日期, moved to the end of the holidays where it lies outside every term (spec 3.3).
with
night as (select as_of from core.night),
delivery as (select delivery_id, delivery_order, delivered_on, unit_code from core.delivery where kind = '劝返'),
county as (select county_code from core.county),
term as (select * from core.term),
every_row as (
    select
        d.delivery_order, d.delivered_on, cast(d.delivery_order as bigint) * 4294967296 + c.row_number as row_id,
        coalesce(u.county_code, d.unit_code) as county_code,
        hash(
            c.citizen_number, c.name, c.birth_date, c.sex, c.division_code, c.action_type, c.action_date, c.result, c.action_kind, c.start_date, c.end_date,
            c.reason, c.school_code, c.evidence_number, c.handler, c.method, c.related_record
        ) as content,
        c.*
    from clean.case_action as c
    inner join delivery as d on c.delivery_id = d.delivery_id
    left join county as u on u.county_code = left(c.division_code, 6) || '000000'
),

changed as (
    select *
    from every_row
    qualify content is distinct from lag(content) over (partition by record_number order by row_id)
),

standing as (
    select c.*
    from changed as c
    qualify row_number() over (partition by c.record_number order by c.row_id desc) = 1
)

select
    s.record_number,
    s.row_id,
    s.delivered_on,
    s.citizen_number,
    s.name,
    s.birth_date,
    s.sex,
    s.division_code,
    s.county_code,
    s.action_type,
    s.action_date,
    s.result,
    s.action_kind,
    coalesce(s.start_date, s.action_date) as start_date,
    case
        when s.end_date is null or s.end_date <= t.end_date then s.end_date
        else coalesce(t.next_start, make_date(year(s.end_date) + (case when month(s.end_date) >= 9 then 1 else 0 end), 9, 1)) - 1
    end as effective_end,
    s.reason,
    s.school_code,
    s.evidence_number,
    s.related_record,
    s.id_invalid,
    s.id_mismatch
from standing as s
inner join night as n on s.action_date <= n.as_of
left join term as t
    on s.county_code = t.county_code and s.end_date >= t.start_date and (t.next_start is null or s.end_date < t.next_start)
