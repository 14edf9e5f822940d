-- One row per event of a case up to D (spec 4, 6.1), under the case's present case_id.
-- key: case_id, event
with
night as (select as_of from core.night),
every_event as (
    select case_uid, event, on_date, reason, evidence_kind, evidence_delivery, evidence_row from core.previous_event
    union all
    select case_uid, event, on_date, reason, evidence_kind, evidence_delivery, evidence_row from ledger.event_tonight
)

select
    n.as_of,
    k.case_id,
    e.event,
    e.on_date,
    e.reason,
    e.evidence_kind,
    e.evidence_delivery,
    e.evidence_row,
    k.child_key
from every_event as e
cross join night as n
inner join ledger.case_state as k on e.case_uid = k.case_uid
