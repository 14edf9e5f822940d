-- One row per county: where D stands in its calendar (spec 3.3, 3.4).
-- key: county_code
-- term_start, term: the last term begun, null where none is known; autumn_start: first day of the autumn term of the
-- school year containing D, else 1 September.
with
night as (select * from core.night),
term as (select * from core.term where school_year is not null)

select
    c.county_code,
    max(t.start_date) filter (where t.start_date <= n.as_of) as term_start,
    max_by(t.term, t.start_date) filter (where t.start_date <= n.as_of) as term,
    coalesce(min(t.start_date) filter (where t.school_year = n.school_year), n.year_start) as autumn_start
from core.county as c
cross join night as n
left join term as t on c.county_code = t.county_code
group by c.county_code, n.year_start
