-- One row per school, school year, grade and finding: where the annual statistics (教基统计) in force disagree with themselves or with the
-- register (spec 2.2, 5.2). Grades of the compulsory stages; numbers of pupils, no child.
-- key: school_code, school_year, grade, finding
-- flows: 在校生数 is not what 上学年初在校生数 and the flows make of it. opening: 上学年初在校生数 is not the 在校生数 of the grade below a
-- year before (null where the cell is empty). missing: the school year, or a grade of it, is not delivered although earlier and later ones
-- are; nothing is interpolated. register: 在校生数 of this school year is not the number of pupils on the register at 1 September.
-- difference: stated - expected.
with
night as (select as_of, year_start, school_year, year(year_start) as year from core.night),
policy as (select stages_primary_last as primary_last, stages_junior_last as junior_last from core.policy),
school as (select school_code, county_code from core.school),
in_force as (select county_code, delivered_on from core.in_force where kind = '学籍'),
statistics as (
    select a.*, a.grade in (1, p.primary_last + 1) as entry
    from core.annual_statistics as a
    cross join policy as p
    where a.grade <= p.junior_last
),

-- An empty flow is none. An entry grade begins with nobody; a school that moves its own pupils up into it says so in 上学年初在校生数.
made as (
    select
        school_code, school_year, grade, stock,
        coalesce(previous_stock, case when entry and admissions > 0 then 0 end)
        + coalesce(admissions, 0) + coalesce(resumed, 0) + coalesce(transfers_in, 0) + coalesce(other_increase, 0)
        - coalesce(graduated, 0) - coalesce(suspended, 0) - coalesce(deaths, 0) - coalesce(transfers_out, 0) - coalesce(dropouts, 0)
        - coalesce(other_decrease, 0) as expected
    from statistics
),

opened as (
    select s.school_code, s.school_year, s.grade, s.previous_stock, b.stock as expected
    from statistics as s
    inner join statistics as b on s.school_code = b.school_code and s.year = b.year + 1 and s.grade = b.grade + 1
    where not s.entry or s.previous_stock > 0
),

year_span as (select school_code, min(year) as first_year, max(year) as last_year from statistics group by school_code),
grade_span as (select school_code, grade, min(year) as first_year, max(year) as last_year from statistics group by school_code, grade),
known_year as (select school_code, year from statistics group by school_code, year),
missing_year as (
    select s.school_code, cast(null as smallint) as grade, s.year
    from (select school_code, cast(unnest(range(first_year, last_year)) as integer) as year from year_span) as s
    left join known_year as k on s.school_code = k.school_code and s.year = k.year
    where k.year is null
),

missing_grade as (
    select s.school_code, s.grade, s.year
    from (select school_code, grade, cast(unnest(range(first_year, last_year)) as integer) as year from grade_span) as s
    inner join known_year as k on s.school_code = k.school_code and s.year = k.year
    left join statistics as g on s.school_code = g.school_code and s.year = g.year and s.grade = g.grade
    where g.year is null
),

missing as (
    select school_code, grade, year from missing_year
    union all
    select school_code, grade, year from missing_grade
),

-- Counties whose register and statistics both speak of this school year.
comparable as (
    select f.county_code
    from in_force as f
    cross join night as n
    inner join school as s on f.county_code = s.county_code
    inner join statistics as a on s.school_code = a.school_code and n.year = a.year
    where f.delivered_on >= n.year_start
    group by f.county_code
),

-- What happened first to a pupil at a school since 1 September: who came by it was not there on that day, who left by it was; 招生 is an
-- entrant of 1 September told later. Without any, the state of a row stands since its 状态日期.
moved as (
    select
        c.student_number, c.school_code,
        arg_min(c.change_type in ('转入', '复学'), (c.change_date, c.row_id)) as came,
        arg_min(c.grade, (c.change_date, c.row_id)) as grade
    from core.enrolment_change as c
    cross join night as n
    where c.change_date > n.year_start and c.change_type in ('招生', '转入', '复学', '转出', '休学', '辍学', '死亡', '出国', '毕业')
    group by c.student_number, c.school_code
),

enrolled as (
    select
        coalesce(e.school_code, m.school_code) as school_code,
        coalesce(e.grade, m.grade) as grade,
        coalesce(not m.came, (e.enrolment_status = '在读') <> coalesce(e.status_date > n.year_start, false)) as there
    from core.enrolment as e
    cross join night as n
    full join moved as m on e.student_number = m.student_number and e.school_code = m.school_code
),

registered as (
    select e.school_code, e.grade, count(*) as pupils
    from enrolled as e
    cross join policy as p
    where e.there and e.grade <= p.junior_last
    group by e.school_code, e.grade
),

stated as (
    select a.school_code, a.grade, a.stock
    from statistics as a
    inner join night as n on a.year = n.year
),

counted as (
    select coalesce(a.school_code, r.school_code) as school_code, coalesce(a.grade, r.grade) as grade, a.stock, coalesce(r.pupils, 0) as expected
    from stated as a
    full join registered as r on a.school_code = r.school_code and a.grade = r.grade
),

found as (
    select school_code, school_year, grade, 'flows' as finding, expected, stock as stated
    from made
    where stock <> expected
    union all
    select school_code, school_year, grade, 'opening', expected, previous_stock
    from opened
    where previous_stock is distinct from expected
    union all
    select school_code, cast(year as varchar) || '-' || cast(year + 1 as varchar), grade, 'missing', null, null
    from missing
    union all
    select c.school_code, n.school_year, c.grade, 'register', c.expected, c.stock
    from counted as c
    cross join night as n
    inner join school as s on c.school_code = s.school_code
    inner join comparable as k on s.county_code = k.county_code
    where c.stock is distinct from c.expected
)

select
    n.as_of,
    f.school_code,
    f.school_year,
    cast(f.grade as bigint) as grade,
    f.finding,
    s.county_code as county,
    cast(f.expected as bigint) as expected,
    cast(f.stated as bigint) as stated,
    cast(f.stated - f.expected as bigint) as difference
from found as f
cross join night as n
left join school as s on f.school_code = s.school_code
