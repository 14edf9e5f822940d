-- placeholder
-- key: unit_code
select cast(null as varchar) as unit_code, cast(null as varchar) as line, cast(null as varchar) as "group", cast(null as date) as zeroed_since where false
