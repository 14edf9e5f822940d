-- One row per unit from county up, origin category and month of opening: 疑似核实率, what came of the cases (spec 5.9, 6.1).
-- key: unit_code, category, month
-- Unit: children (cases) and per cent. Each case stands in one class: verified if it ever was, else not_substantiated or found_enrolled
-- if it closed so, else undecided (open and suspected, or closed for a reason that decides nothing). yield is of the decided.
with
night as (select as_of from core.night),
policy as (select rates_decimals, rates_rounding from core.policy),
unit as (select * from indicators.unit where line = 'household' and unit_level in ('county', 'prefecture', 'province')),
decided as (
    select
        case_uid, category, strftime(opened_on, '%Y-%m') as month,
        case
            when verified_on is not null then 'verified'
            when close_reason in ('not_substantiated', 'found_enrolled') then close_reason
            else 'undecided'
        end as class
    from ledger.case_state
),

counted as (
    select
        u.unit_code, k.category, k.month,
        count(*) as opened,
        count(*) filter (where k.class = 'verified') as verified,
        count(*) filter (where k.class = 'not_substantiated') as not_substantiated,
        count(*) filter (where k.class = 'found_enrolled') as found_enrolled,
        count(*) filter (where k.class = 'undecided') as undecided
    from decided as k
    inner join indicators.case_unit as u on k.case_uid = u.case_uid and u.line = 'household'
    group by u.unit_code, k.category, k.month
)

select
    n.as_of,
    u.unit_code,
    u.unit_level,
    u.unit_name,
    u.parent_code,
    c.category,
    c.month,
    c.opened,
    c.verified,
    c.not_substantiated,
    c.found_enrolled,
    c.undecided,
    per_cent(c.verified, c.opened - c.undecided, p.rates_decimals, p.rates_rounding) as yield
from counted as c
cross join night as n
cross join policy as p
inner join unit as u on c.unit_code = u.unit_code
