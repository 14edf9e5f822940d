-- One row per open case, office and unit that 责任人 names nobody for (spec 4.5): a gap is published, never guessed.
-- key: case_uid, role
with
open_case as (select case_uid from ledger.case_state where state <> 'closed'),
office as (select case_uid, role, unit_code from ledger.case_office)

select o.case_uid, o.role, o.unit_code
from office as o
inner join open_case as k on o.case_uid = k.case_uid
left join core.responsibility as r on o.role = r.role and o.unit_code = r.unit_code
where r.unit_code is null
