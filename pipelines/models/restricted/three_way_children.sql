-- One row per county and child on one of the three lists: the region of the diagram (spec 4.6).
-- key: county, child_key
with
night as (select as_of from core.night)

select
    n.as_of,
    t.county_code as county,
    t.child_key,
    case
        when t.education and t.poverty_office and t.ledger then 'common'
        when t.education and t.poverty_office then 'education_poverty'
        when t.education and t.ledger then 'education_ledger'
        when t.poverty_office and t.ledger then 'poverty_ledger'
        when t.education then 'education_only'
        when t.poverty_office then 'poverty_only'
        else 'ledger_only'
    end as region
from ledger.three_way_child as t
cross join night as n
