-- One row: the business date of the run and the dates that follow from it (spec 3, 3.1).
-- key: as_of
select
    cast($as_of as date) as as_of,
    cast($previous as date) as previous_night,
    make_date(year($as_of::date) - (case when month($as_of::date) >= 9 then 0 else 1 end), 9, 1) as year_start,
    make_date(year($as_of::date) - (case when month($as_of::date) >= 9 then 0 else 1 end), 8, 31) as age_on,
    cast(year($as_of::date) - (case when month($as_of::date) >= 9 then 0 else 1 end) as varchar)
    || '-'
    || cast(year($as_of::date) + (case when month($as_of::date) >= 9 then 1 else 0 end) as varchar) as school_year,
    strftime($as_of::date, '%Y-%m') as month
