-- Open cases of every unit, line and group on the newest night up to a date (spec 4.3, 6.1): as known now, or as known by the day `known`.
-- key: as_of, unit_code, line, group
with
asked as (select cast(on_date as date) as night, cast(known as date) as by_then),
said as (
    select r.as_of, r.known_on
    from published.run as r
    inner join asked as a on r.as_of <= a.night and coalesce(r.known_on <= a.by_then, true)
    qualify row_number() over (order by r.as_of desc, r.run_id desc) = 1
)

select
    h.as_of, h.known_on, h.unit_code, h.unit_level, h.unit_name, h.parent_code, h.line, h."group",
    h.open_at_end, h.suspected_open, h.verified_open, h.zeroed, h.zeroed_since, h.suppressed
from published.zeroing_history as h
inner join said as s on h.as_of = s.as_of and h.known_on is not distinct from s.known_on
