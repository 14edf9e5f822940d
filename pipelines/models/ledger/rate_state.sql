-- placeholder
-- key: unit_code
select cast(null as varchar) as school_year, cast(null as varchar) as unit_code, cast(null as varchar) as stage, cast(null as bigint) as numerator, cast(null as bigint) as denominator, cast(null as decimal(9,2)) as rate, cast(null as boolean) as over_limit where false
