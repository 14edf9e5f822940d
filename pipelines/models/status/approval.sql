-- One row per approved request (placement, deferral, exemption) and person (spec 4.2, approval; window by 3.3).
-- key: record_number
-- is_open: start <= D <= end, an empty end being open for ever, an end in the holidays moved to their last day; exemptions have none.
with
night as (select as_of from core.night),
action as (
    select c.*, a.person
    from core.case_action as c
    inner join matching.attached as a on c.row_id = a.row_id
),

request as (select * from action where action_type in ('安置', '延缓入学', '免除') and evidence_number is not null),
decision as (select * from action where action_type = '审核' and result = '通过')

select
    r.record_number,
    r.person,
    r.action_type,
    r.action_kind,
    r.start_date,
    r.effective_end,
    r.row_id,
    r.action_type = '免除' or (r.start_date <= n.as_of and (r.effective_end is null or r.effective_end >= n.as_of)) as is_open
from request as r
cross join night as n
where exists (
    select 1
    from decision as d
    where d.related_record = r.record_number
        and d.person = r.person
        and (d.action_kind is null or d.action_kind = r.action_kind)
        and left(d.division_code, 6) = left(r.division_code, 6)
        and d.action_date >= r.action_date
)
