-- One row per person of tonight: the groups it belongs to (spec 5.3) and the listing that first named it.
-- key: person
-- poor: any P row; assisted: any A row; disabled: any B row (or 残疾类型 of the primary enrolment row, see status.child);
-- listing_division, listing_county: of the first row of I, P, A, B, C, Q (spec 3.3 line 11, 4.1); place: kind, then row, as one number
-- (2^57: compared far faster than two).
with
attached as (
    select source, rank * 144115188075855872 + row_id as place, row_id, person
    from matching.attached
    where source <> 'N'
),

listing as (
    select row_id, division_code, label, county_code from core.listing
    union all
    select row_id, null, null, county_code from core.in_school
)

select
    a.person,
    coalesce(bool_or(a.source = 'P'), false) as poor,
    coalesce(bool_or(a.source = 'A'), false) as assisted,
    coalesce(bool_or(a.source = 'B'), false) as disabled,
    coalesce(bool_or(a.source = 'B' and l.label in ('视力', '听力', '言语', '智力', '多重')), false) as three_disabilities,
    arg_min(coalesce(l.division_code, ''), a.place) as listing_division,
    arg_min(l.county_code, a.place) as listing_county,
    min(a.place) % 144115188075855872 as listing_row_id
from attached as a
inner join listing as l on a.row_id = l.row_id
group by a.person
