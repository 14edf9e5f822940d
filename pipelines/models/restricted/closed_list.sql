-- One row per case closed in the school year of D, with reason and evidence (销号清单, spec 4, 4.7).
-- key: child_key, case_id
-- this_month: closed in the month of D. Evidence as the event of the closing names it; an age alone has none.
with
night as (select as_of, year_start, month from core.night),
closing as (select case_id, evidence_kind, evidence_delivery, evidence_row from restricted.events where event = 'close')

select
    n.as_of,
    k.child_key,
    k.case_id,
    p.county_code as county,
    k.school_code,
    k.stage,
    k.closed_on,
    k.close_reason,
    strftime(k.closed_on, '%Y-%m') = n.month as this_month,
    e.evidence_kind,
    e.evidence_delivery,
    e.evidence_row
from ledger.case_state as k
cross join night as n
left join closing as e on k.case_id = e.case_id
left join ledger.case_place as p on k.case_uid = p.case_uid
where k.closed_on >= n.year_start
