-- One row per row of I, P, A, B, C, Q, N: who it says it speaks of (spec 3.1, 3.2).
-- key: row_id
-- patched: core.in_school (row_id), core.listing (row_id)
-- rank: order of the kinds in which they name a person. number: own, of the roll else the one inside the student number.
-- materialized: view
select 'I' as source, 3 as rank, row_id, coalesce(number, embedded) as number, name, birth_date, sex, county_code, student_number, school_code
from core.in_school
union all
select source, rank, row_id, number, name, birth_date, sex, county_code, null, null
from core.listing
