-- One row per county-level unit: 三统一, the three counts and the seven regions of their diagram (spec 4.6).
-- key: unit_code
with
night as (select as_of from core.night),
unit as (select * from indicators.unit where line = 'household' and unit_level = 'county'),
counted as (
    select
        county_code,
        count(*) filter (where education) as education,
        count(*) filter (where poverty_office) as poverty_office,
        count(*) filter (where ledger) as ledger,
        count(*) filter (where education and poverty_office and ledger) as common,
        count(*) filter (where education and not poverty_office and not ledger) as education_only,
        count(*) filter (where not education and poverty_office and not ledger) as poverty_only,
        count(*) filter (where not education and not poverty_office and ledger) as ledger_only,
        count(*) filter (where education and poverty_office and not ledger) as education_poverty,
        count(*) filter (where education and not poverty_office and ledger) as education_ledger,
        count(*) filter (where not education and poverty_office and ledger) as poverty_ledger,
        count(*) as children
    from ledger.three_way_child
    group by county_code
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    coalesce(c.education, 0) as education,
    coalesce(c.poverty_office, 0) as poverty_office,
    coalesce(c.ledger, 0) as ledger,
    coalesce(c.common, 0) as common,
    coalesce(c.education_only, 0) as education_only,
    coalesce(c.poverty_only, 0) as poverty_only,
    coalesce(c.ledger_only, 0) as ledger_only,
    coalesce(c.education_poverty, 0) as education_poverty,
    coalesce(c.education_ledger, 0) as education_ledger,
    coalesce(c.poverty_ledger, 0) as poverty_ledger,
    coalesce(c.common, 0) = coalesce(c.children, 0) as agreed
from unit as u
cross join night as n
left join counted as c on u.unit_code = c.county_code
