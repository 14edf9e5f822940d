"""What small queries are told by, one construct each."""

from __future__ import annotations

import pytest
import sqlglot

from pipelines.lineage.relations import resolve
from pipelines.lineage.told import LineageError, Relation, Told

TABLES = {
    "core.pupil": ("pupil_id", "school", "grade", "state", "born"),
    "core.school": ("school", "county", "kind"),
    "core.policy": ("last_grade",),
    "clean.poverty": ("row", "kind_of_household"),
}
FIXED = {"core.pupil": {"born"}}


def table(name: str) -> Relation:
    if name not in TABLES:
        raise LineageError(f"table {name} is not in the catalogue")
    rows = frozenset({(name, "*")})
    columns = {}
    for column in TABLES[name]:
        own = frozenset({(name, column)})
        columns[column] = Told(fixed=own) if column in FIXED.get(name, ()) else Told(own)
    return Relation(columns, rows, rows)


def relation(sql: str) -> Relation:
    return resolve(sqlglot.parse_one(sql, read="duckdb"), table)


def values(sql: str) -> dict[str, set[str]]:
    """Column → what its value is told by, with the letter of its table: `p.grade`."""
    return {name: short(told.values) for name, told in relation(sql).columns.items()}


def short(columns: frozenset[tuple[str, str]]) -> set[str]:
    return {f"{name.split('.')[1][0] if 'policy' not in name else 'policy'}.{column}" for name, column in columns}


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("grade", {"p.grade"}),
        ("p.grade + 1", {"p.grade"}),
        ("grade || state", {"p.grade", "p.state"}),
        ("per_cent(grade, state, 2)", {"p.grade", "p.state"}),
        ("'all'", set()),
        ("cast($as_of as date)", set()),
        ("grade > 6", {"p.grade"}),
        ("struct_pack(a := grade, b := state)", {"p.grade", "p.state"}),
        ("[grade, state]", {"p.grade", "p.state"}),
        ("unnest([grade, state])", {"p.grade", "p.state"}),
        ("list_filter([grade], lambda g: g <> state)", {"p.grade", "p.state"}),
        ("case when grade > 6 then state end", {"p.state"}),
        ("case when grade > 6 then 'junior' else 'primary' end", {"p.grade"}),
        ("case when grade > 6 then born end", {"p.grade"}),
        ("case when grade > 6 then null else state end", {"p.state"}),
        ("case state when 'x' then 'a' end", {"p.state"}),
        ("case when grade > 6 then null else 'primary' end", {"p.grade"}),
        ("coalesce(state, 'none')", {"p.state"}),
        ("if(grade > 6, 'junior', state)", {"p.grade", "p.state"}),
        ("case when school = 'x' then state when grade > 6 then 'a' end", {"p.state", "p.grade"}),
        ("row_number() over (partition by school order by grade)", {"p.school", "p.grade"}),
        ("lag(state) over (partition by school order by grade)", {"p.state"}),
        (
            "exists (select 1 from core.school as s where s.school = p.school and s.kind = 'x')",
            {"s.school", "s.kind", "p.school", "s.*"},
        ),
        ("(select max(s.county) from core.school as s where s.school = p.school)", {"s.county"}),
        ("school in (select school from core.school where kind = 'x')", {"p.school", "s.school", "s.kind", "s.*"}),
    ],
)
def test_an_expression(expression: str, told: set[str]) -> None:
    assert values(f"select {expression} as made from core.pupil as p")["made"] == told


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("sum(grade)", {"p.grade"}),
        ("sum(grade) filter (where state = 'x')", {"p.grade"}),
        ("count(*) filter (where state = 'x')", {"p.state"}),
        ("count(*)", {"p.grade", "p.*"}),
        ("sum(1)", {"p.grade", "p.*"}),
        ("count(*) filter (where born > $as_of)", {"p.grade", "p.*"}),
        ("sum(1) filter (where state = 'x')", {"p.state"}),
        ("count(distinct school) filter (where state = 'x')", {"p.school", "p.state"}),
        ("max_by(state, grade)", {"p.state"}),
        ("list(state order by grade)", {"p.state"}),
        ("string_agg(state, ',' order by grade)", {"p.state"}),
        ("percentile_cont(0.5) within group (order by grade)", {"p.grade"}),
    ],
)
def test_an_aggregate(expression: str, told: set[str]) -> None:
    made = values(f"select school, {expression} as made from core.pupil as p where grade < 9 group by school")
    assert made == {"school": {"p.school"}, "made": told}


def test_what_only_decides_is_kept_apart() -> None:
    made = relation("select case when grade > 6 then state end as made from core.pupil").columns["made"]
    assert (short(made.values), short(made.conditions)) == ({"p.state"}, {"p.grade"})


def test_an_identifier_that_is_compared_tells_which_row_and_not_what() -> None:
    TABLES["core.row"] = ("row_id", "label")
    made = relation("select row_id > 5 and label = 'x' as made, row_id from core.row").columns
    assert short(made["made"].values) == {"r.label"}
    assert short(made["made"].conditions) == {"r.row_id"}
    assert short(made["row_id"].values) == {"r.row_id"}


def test_a_common_table_expression_with_renamed_columns_and_a_star() -> None:
    made = values(
        "with a(x, y) as (select school, grade from core.pupil), b as (select *, x || 'z' as z from a) "
        "select b.* exclude (x) replace (y + 1 as y) from b"
    )
    assert made == {"y": {"p.grade"}, "z": {"p.school"}}


def test_columns_star_is_a_star() -> None:
    assert values("select columns(*) from core.school") == {c: {f"s.{c}"} for c in TABLES["core.school"]}


def test_an_alias_of_the_same_list_may_be_named() -> None:
    assert values("select grade + 1 as next, next * 2 as twice from core.pupil")["twice"] == {"p.grade"}


def test_a_union_goes_by_place_and_the_other_side_of_except_gives_no_value() -> None:
    assert values(
        "select school, null, null from core.pupil union all select county, kind, school from core.school"
    ) == {
        "school": {"p.school", "s.county"},
        "null": {"s.kind"},
        "null 2": {"s.school"},
    }
    without = relation("select school from core.pupil except select school from core.school where kind = 'x'")
    assert short(without.columns["school"].values) == {"p.school"}
    assert {"s.school", "s.kind"} <= short(without.rows)


def test_a_union_by_name_goes_by_name() -> None:
    made = values("select school, grade from core.pupil union all by name select kind, school from core.school")
    assert made == {"school": {"p.school", "s.school"}, "grade": {"p.grade"}, "kind": {"s.kind"}}


def test_a_word_in_a_part_of_a_union_is_told_by_what_lets_its_rows_in() -> None:
    made = values("select 'a' as tag from core.pupil where grade > 6 union all select 'b' from core.school")
    assert made == {"tag": {"p.grade"}}


def test_a_word_beside_an_extract_says_which_extract() -> None:
    assert values("select 'P' as source from clean.poverty") == {"source": {"p.*"}}


def test_a_recursive_query_is_read_until_it_says_nothing_new() -> None:
    made = values(
        "with recursive up as (select school, county as above from core.school "
        "union select u.school, p.state from up as u join core.pupil as p on u.above = p.school) select * from up"
    )
    assert made == {"school": {"s.school"}, "above": {"s.county", "p.state"}}


def test_values_lateral_and_functions_that_make_rows() -> None:
    made = values(
        "select v.label, d.day, r.i, u.one from core.pupil as p, (values ('a', 1)) as v(label, place), "
        "range(1, p.grade) as r(i), unnest([p.state]) as u(one) "
        "cross join lateral (select unnest(generate_series(p.born, p.grade)) as day) as d"
    )
    assert made == {"label": set(), "day": {"p.grade"}, "i": {"p.grade"}, "one": {"p.state"}}


def test_group_by_all_groups_by_what_is_no_aggregate() -> None:
    assert values("select school, count(*) as n from (select school from core.pupil) as p group by all")["n"] == {"p.*"}


def test_a_row_that_an_outer_join_may_miss_is_told_by_what_lets_it_in() -> None:
    made = values(
        "with left_school as (select school from core.school where kind = 'x') "
        "select l.school is not null as gone, p.grade is null as odd "
        "from core.pupil as p left join left_school as l on p.school = l.school"
    )
    assert made == {"gone": {"s.kind", "s.*"}, "odd": {"p.grade"}}


def test_rows_are_let_in_by_filters_and_not_by_the_equations_of_joins() -> None:
    found = relation(
        "select p.grade from core.pupil as p join core.school as s on p.school = s.school and s.kind = 'x' "
        "anti join core.policy as q on p.grade = q.last_grade "
        "where p.state <> 'y' qualify row_number() over (partition by p.school order by p.born) = 1"
    )
    assert short(found.rows) == {"p.*", "s.*", "policy.*", "s.kind", "p.state", "p.school"}


def test_a_field_of_a_struct_is_its_struct() -> None:
    made = values("select c.a as a from (select unnest([{'a': grade, 'b': state}]) as c from core.pupil) as x")
    assert made == {"a": {"p.grade", "p.state"}}


@pytest.mark.parametrize(
    "sql",
    [
        "select nothing from core.pupil",
        "select p.nothing from core.pupil as p",
        "select x.* from core.pupil as p",
        "select * from core.nowhere",
        "select columns('s.*') from core.pupil",
        "select row_number() over w as place from core.pupil window w as (order by grade)",
        "select school, grade from core.pupil union all select school from core.school",
    ],
)
def test_what_cannot_be_read_is_said_aloud(sql: str) -> None:
    with pytest.raises(LineageError):
        values(sql)
