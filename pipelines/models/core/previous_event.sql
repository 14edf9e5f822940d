-- One row per event of the nights before (spec 4): the log of runs that stand.
-- key: case_uid, event, night
-- materialized: view
select e.case_uid, e.event, e.on_date, e.reason, e.evidence_kind, e.evidence_delivery, e.evidence_row, e.night
from ledger.event_log as e
inner join ledger.run as r on e.run_id = r.run_id
cross join core.night as n
where r.stands and r.night <= n.previous_night
