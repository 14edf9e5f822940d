"""The models in Spark's words: what each rule makes of words that mean something else there. Nothing runs on Spark."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import UnsupportedError

from pipelines.engine import discover
from pipelines.engine.spark_rules import NAMED, RULES
from pipelines.engine.spark_sql import is_recursive, translate, translate_condition, translate_query
from pipelines.engine.spark_types import exported, to_spark
from pipelines.errors import ModelError
from tests.pipelines.models.support import ALL, Province

CHILD = {
    "core.child": {
        "day": "DATE",
        "other": "DATE",
        "n": "BIGINT",
        "m": "BIGINT",
        "rate": "DECIMAL(9,2)",
        "name": "VARCHAR",
    }
}


def spark(expression: str) -> str:
    """An expression over the columns of a table `c`, as Spark is given it."""
    query = translate_query(f"select {expression} as x from core.child as c", CHILD).sql
    return query.removeprefix("SELECT ").removesuffix(" AS `x` FROM `core__child` AS `c`").replace("`", "")


@pytest.mark.parametrize(
    ("duckdb", "expected"),
    [
        ("c.day - c.other", "CAST(DATEDIFF(c.day, c.other) AS BIGINT)"),
        ("c.day - c.n", "DATE_SUB(c.day, CAST(c.n AS INT))"),
        ("c.day + c.n", "DATE_ADD(c.day, CAST(c.n AS INT))"),
        ("c.n + c.day", "DATE_ADD(c.day, CAST(c.n AS INT))"),
        ("c.day - interval 1 month", "c.day - INTERVAL '1' MONTH"),
        ("c.n - c.m", "c.n - c.m"),
        ("c.n / c.m", "CAST(c.n AS DOUBLE) / NULLIF(CAST(c.m AS DOUBLE), CAST(0 AS DOUBLE))"),
        ("c.n // c.m", "c.n DIV NULLIF(c.m, 0)"),
        ("c.n // 100 % 10", "c.n DIV 100 % 10"),
        ("cast(c.rate as bigint)", "CAST(ROUND(c.rate) AS BIGINT)"),
        ("cast(c.name as bigint)", "CAST(c.name AS BIGINT)"),
        ("hash(c.name, c.n)", "STRUCT(c.name AS part_1, c.n AS part_2)"),
        ("max_by(c.name, c.n)", "MAX_BY(c.name, CASE WHEN NOT c.name IS NULL THEN c.n END)"),
        (
            "arg_min(c.n, (c.day, c.m))",
            "MIN_BY(c.n, CASE WHEN NOT c.n IS NULL THEN "
            "STRUCT(c.day IS NULL AS missing_1, c.day AS part_1, c.m IS NULL AS missing_2, c.m AS part_2) END)",
        ),
        (
            "min((c.n, c.m))[2]",
            "MIN(STRUCT(c.n IS NULL AS missing_1, c.n AS part_1, c.m IS NULL AS missing_2, c.m AS part_2)).part_2",
        ),
        ("[c.n, c.m][1]", "GET(ARRAY(c.n, c.m), 0)"),
        ("[c.n, c.m][2:]", "SLICE(ARRAY(c.n, c.m), 2, SIZE(ARRAY(c.n, c.m)))"),
        (
            "count(*) filter (where c.n > 0) over (partition by c.name)",
            "COUNT(CASE WHEN c.n > 0 THEN 1 END) OVER (PARTITION BY c.name)",
        ),
        (
            "max(c.n) filter (where c.m > 0) over ()",
            "MAX(CASE WHEN c.m > 0 THEN c.n END) OVER ()",
        ),
        (
            "generate_series(c.day, c.other, interval 1 day)",
            "CASE WHEN c.day <= c.other THEN SEQUENCE(c.day, c.other, INTERVAL '1' DAY) END",
        ),
        ("range(c.n, c.m)", "CASE WHEN c.n <= (c.m) - 1 THEN SEQUENCE(c.n, (c.m) - 1) END"),
        ("isodow(c.day)", "(WEEKDAY(c.day) + 1)"),
        ("strftime(c.day, '%Y-%m')", "DATE_FORMAT(c.day, 'yyyy-MM')"),
        (
            "strftime(c.day, '%G-W%V')",
            "CONCAT(CAST(EXTRACT(YEAROFWEEK FROM c.day) AS STRING), '-W', "
            "LPAD(CAST(EXTRACT(WEEK FROM c.day) AS STRING), 2, '0'))",
        ),
        ("quantile_cont(c.rate, 0.5)", "PERCENTILE(c.rate, 0.5)"),
        ("list(c.name)", "CASE WHEN COUNT(c.name) > 0 THEN COLLECT_LIST(c.name) END"),
        (
            "list_sort(list(c.name) filter (where c.n > 0))",
            "ARRAY_SORT(CASE WHEN COUNT(c.name) FILTER(WHERE c.n > 0) > 0 "
            "THEN COLLECT_LIST(c.name) FILTER(WHERE c.n > 0) END)",
        ),
        (
            "damerau_levenshtein(c.name, c.name)",
            "CASE WHEN NOT (c.name IS NULL OR c.name IS NULL) THEN DAMERAU_LEVENSHTEIN(c.name, c.name) END",
        ),
        ("len(list_filter([c.n], lambda i: i > 1))", "SIZE(FILTER(ARRAY(c.n), i -> i > 1))"),
        ("length(c.name)", "LENGTH(c.name)"),
        ("$as_of", ":as_of"),
    ],
)
def test_an_expression_means_the_same(duckdb: str, expected: str) -> None:
    assert spark(duckdb) == expected


def test_a_macro_is_put_in_from_its_own_text() -> None:
    found = spark("completed_years(c.day, c.other)")
    assert "YEAR((c.other)) * 10000" in found
    assert "completed_years" not in found.lower()
    nested = spark("name_hash(citizen_number(c.n), c.day, c.name, c.name)")
    assert "SHA2(" in nested
    assert "'10X98765432'" in nested


def test_lists_side_by_side_are_walked_together() -> None:
    found = translate_query("select unnest(['a', 'b']) as x, unnest([1, 2]) as y", {}).sql
    assert "LATERAL VIEW INLINE(ARRAYS_ZIP(ARRAY('a', 'b'), ARRAY(1, 2))) _unnested AS `_u0`, `_u1`" in found
    alone = translate_query("select c.n, unnest([1, 2]) as y from core.child as c", CHILD).sql
    assert "EXPLODE(ARRAY(1, 2)) AS `y`" in alone


def test_what_filters_windows_is_a_query_around_the_query() -> None:
    """A column of the source is not mistaken for a column of the result that has its name."""
    window = "row_number() over (partition by c.name order by c.n)"
    sql = f"select c.m as n from core.child as c qualify {window} = 1 and c.day is null"
    found = translate_query(sql, CHILD).sql.replace("`", "")
    assert found == (
        "SELECT _q.n FROM (SELECT c.m AS n, ROW_NUMBER() OVER (PARTITION BY c.name ORDER BY c.n NULLS LAST) AS _w0, "
        "c.day AS _w1 FROM core__child AS c) AS _q WHERE _q._w0 = 1 AND _q._w1 IS NULL"
    )


def test_distinct_is_said_after_the_windows_have_filtered() -> None:
    sql = "select distinct c.m from a as c qualify count(*) over (partition by c.n) = 2"
    query = translate_query(f"with a as (select * from core.child) {sql}", CHILD)
    tree = sqlglot.parse_one(query.sql, read="spark")
    assert tree.args["distinct"] is not None
    assert [select.args.get("distinct") for select in tree.find_all(exp.Select)][1:] == [None, None]
    assert len(list(tree.find_all(exp.CTE))) == 1


@pytest.mark.parametrize(
    "sql", ["list(c.name order by c.n)", "[c.n, c.m][1:2]", "count(distinct c.n) filter (where c.m > 0) over ()"]
)
def test_what_cannot_be_said_is_refused(sql: str) -> None:
    with pytest.raises(UnsupportedError, match="not written for Spark"):
        spark(sql)


def test_conditions_of_the_matching_model() -> None:
    assert translate_condition("abs(day_l - day_r) = 1", {"day_l": "DATE", "day_r": "DATE"}) == (
        "ABS(CAST(DATEDIFF(`day_l`, `day_r`) AS BIGINT)) = 1"
    )


def test_every_model_can_be_said() -> None:
    """All models by the columns that DuckDB gives their tables: nothing is left that sqlglot knows by name alone."""
    world = Province()
    try:
        world.run("2025-09-10", ALL)
        rows = world.engine.connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
            "order by column_index"
        ).fetchall()
    finally:
        world.close()
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        columns.setdefault(table, {})[column] = kind
    unknown: dict[str, set[str]] = {}
    for model in discover().values():
        if is_recursive(model):
            continue
        found = translate(model, columns)
        assert found.tables == model.depends
        unknown[model.name] = set(found.bare - OF_SPARK)
        for kind in columns[model.name].values():
            assert to_spark(kind)
    assert {name: words for name, words in unknown.items() if words} == {}


OF_SPARK = {
    *("arrays_zip", "concat", "damerau_levenshtein", "date_add", "date_sub", "datediff", "get", "inline", "make_date"),
    *("percentile", "sequence", "size", "slice", "struct", "weekday"),
}
"""Functions of Spark among those that sqlglot knows by name alone; every other would be one of DuckDB's."""


def test_which_models_call_themselves() -> None:
    assert sorted(name for name, model in discover().items() if is_recursive(model)) == [
        "indicators.withheld",
        "matching.decision_root",
    ]


def test_every_rule_says_what_it_is_for() -> None:
    assert all(rule.__doc__ for rule in {*RULES.values(), *NAMED.values()})


@pytest.mark.parametrize(
    ("duckdb", "expected"),
    [("VARCHAR", "string"), ("HUGEINT", "bigint"), ("DECIMAL(9,2)", "decimal(9,2)"), ("VARCHAR[]", "array<string>")],
)
def test_types_go_over(duckdb: str, expected: str) -> None:
    assert to_spark(duckdb) == expected


def test_a_type_that_no_table_has_is_refused() -> None:
    with pytest.raises(ModelError, match="INTERVAL"):
        to_spark("INTERVAL")
    assert exported("n", "HUGEINT") == 'cast("n" as bigint) as "n"'
