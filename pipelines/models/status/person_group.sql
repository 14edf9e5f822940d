-- One row per person of tonight: the groups it belongs to (spec 5.3) and the listing that first named it.
-- key: person
-- patched: matching.attached (person), status.roll_person (person)
-- poor: any P row; assisted: any A row; disabled: any B row (or 残疾类型 of the primary enrolment row, see status.child);
-- listing_division, listing_county: of the first row of I, P, A, B, C, Q (spec 3.3 line 11, 4.1); place: kind, then row, as one number
-- (2^57: compared far faster than two).
with
listed as (
    select
        a.person, a.source, a.rank * 144115188075855872 + a.row_id as place, coalesce(l.division_code, '') as division_code, l.county_code,
        coalesce(a.source = 'B' and l.label in ('视力', '听力', '言语', '智力', '多重'), false) as three_disabilities
    from matching.attached as a
    inner join core.listing as l on a.row_id = l.row_id
    where a.source <> 'I'
    union all
    select person, 'I', 3 * 144115188075855872 + row_id, '', county_code, false
    from status.roll_person
),

-- Of most persons one row alone speaks: only the others are put together.
repeated as (
    select person
    from listed
    group by person
    having count(*) > 1
)

select
    a.person,
    a.source = 'P' as poor,
    a.source = 'A' as assisted,
    a.source = 'B' as disabled,
    a.three_disabilities,
    a.division_code as listing_division,
    a.county_code as listing_county,
    a.place % 144115188075855872 as listing_row_id
from listed as a
left join repeated as r on a.person = r.person
where r.person is null
union all
select
    a.person,
    bool_or(a.source = 'P') as poor,
    bool_or(a.source = 'A') as assisted,
    bool_or(a.source = 'B') as disabled,
    bool_or(a.three_disabilities) as three_disabilities,
    arg_min(a.division_code, a.place) as listing_division,
    arg_min(a.county_code, a.place) as listing_county,
    min(a.place) % 144115188075855872 as listing_row_id
from listed as a
inner join repeated as r on a.person = r.person
group by a.person
