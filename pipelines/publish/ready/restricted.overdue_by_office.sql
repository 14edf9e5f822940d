-- One row per county, office, unit and deadline with overdue cases (spec 4.4, 4.5). Cases, days.
-- key: as_of, county, role, unit_code, deadline
select
    as_of, county, role, unit_code, deadline, cast(count(distinct case_id) as bigint) as cases,
    cast(max(days_overdue) as bigint) as oldest_overdue_days
from restricted.overdue_list
group by as_of, county, role, unit_code, deadline
