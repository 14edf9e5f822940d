-- One row per county and child on one of the three lists (spec 4.6, 三统一): the education department's and the poverty office's
-- rows 辍学 in the county of the listing, and the ledger's verified open cases in the case's county.
-- key: county_code, child_id
with
child as (select child_id, child_key, person from matching.child),
listed as (
    select l.county_code, c.child_id, c.child_key, l.department
    from core.listing as l
    inner join matching.attached as a on l.row_id = a.row_id
    inner join child as c on a.person = c.person
    where l.source = 'Q' and l.label = '辍学' and l.department in ('教育', '乡村振兴')
),

every_entry as (
    select county_code, child_id, child_key, department as list from listed
    union all
    select p.county_code, k.child_id, k.child_key, 'ledger'
    from ledger.case_state as k
    inner join ledger.case_place as p on k.case_uid = p.case_uid
    where k.state = 'verified'
)

select
    county_code,
    child_id,
    child_key,
    bool_or(list = '教育') as education,
    bool_or(list = '乡村振兴') as poverty_office,
    bool_or(list = 'ledger') as ledger
from every_entry
where county_code is not null
group by county_code, child_id, child_key
