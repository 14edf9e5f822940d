-- The headline rate of one indicator for one unit (spec 5.1-5.3): rate('nine_year_retention', '990121').
-- A division may be written with 2 to 12 digits, a school with its 10.
select
    as_of, unit_code, unit_level, unit_name, parent_code, school_year, indicator, numerator, denominator, rate, target, met, suppressed
from published.headline
where indicator = indicator_name and unit_code = case when length(unit) = 10 then unit else rpad(unit, 12, '0') end
