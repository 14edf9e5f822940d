"""The DDL, run: DuckDB ends up with the columns, types, nulls and comments of the contracts."""

import duckdb
import pytest

from schemas.catalogue import CATALOGUE
from schemas.ddl import comment_sql, create_table_sql, quoted, text_literal
from schemas.pandera_models import pandera_schema
from schemas.polars_types import polars_schema

ALL = sorted(CATALOGUE)


@pytest.fixture(scope="module")
def made():
    """A database in memory with every table of the catalogue and its comments."""
    connection = duckdb.connect()
    for schema in sorted({table.schema for table in CATALOGUE.values()}):
        connection.execute(f"create schema {schema}")
    for table in CATALOGUE.values():
        connection.execute(create_table_sql(table))
        for statement in comment_sql(table):
            connection.execute(statement)
    yield connection
    connection.close()


@pytest.mark.parametrize("full_name", ALL)
def test_a_table_comes_out_as_contracted(full_name, made):
    table = CATALOGUE[full_name]
    found = made.execute(
        "select column_name, data_type, is_nullable from duckdb_columns() where schema_name = $1 and table_name = $2 "
        "order by column_index",
        [table.schema, table.name],
    ).fetchall()
    assert found == [(name, table.type_of(name), name not in table.not_null) for name in table.columns]


@pytest.mark.parametrize("full_name", ALL)
def test_a_good_row_goes_round(full_name, made, good):
    table = CATALOGUE[full_name]
    rows = good(table)
    made.register("rows_to_load", rows)
    made.execute(f"insert into {quoted(full_name)} select * from rows_to_load")
    found = made.sql(f"select * from {quoted(full_name)}").pl()
    made.execute(f"delete from {quoted(full_name)}")
    assert found.schema == polars_schema(table)
    assert pandera_schema(table).validate(found, lazy=True).to_dicts() == rows.to_dicts()


@pytest.mark.parametrize("full_name", ALL)
def test_every_table_and_column_has_its_comment(full_name, made):
    table = CATALOGUE[full_name]
    comment = made.execute(
        "select comment from duckdb_tables() where schema_name = $1 and table_name = $2", [table.schema, table.name]
    ).fetchone()[0]
    assert comment.startswith(f"{table.label} / ")
    columns = made.execute(
        "select column_name, comment from duckdb_columns() where schema_name = $1 and table_name = $2",
        [table.schema, table.name],
    ).fetchall()
    assert len(columns) == len(table.columns)
    for name, comment in columns:
        assert comment.startswith(f"{table.label_of(name)} / {table.description_of(name)}"), name


def test_a_comment_says_unit_formula_and_source():
    comments = comment_sql(CATALOGUE["published.zeroing"])
    assert comments[-4] == (
        'comment on column "published"."zeroing"."clearance_rate" is '
        "'销号率 / Share of cases ever opened that are closed; null where none was ever opened; "
        "单位/unit: % (per cent, two decimals); 公式/formula: ever_closed / ever_opened × 100; "
        "来源/source: 户籍、学籍、在校、缺课、日报、劝返、学籍查询; "
        "源头/origin: 区划、学校、校历、户籍、学籍、学籍异动、在校、缺课、日报、脱贫户、救助、残疾人、劝返、"
        "学籍查询、部门名单、政策'"
    )


def test_comments_reach_a_copy_in_another_database():
    first = comment_sql(CATALOGUE["published.residence"], target="report.published.residence")[0]
    assert first.startswith('comment on table "report"."published"."residence" is ')


def test_a_table_can_be_made_under_another_name():
    made = create_table_sql(CATALOGUE["published.residence"], target="out.published.residence")
    assert made.startswith('create table "out"."published"."residence" (')


def test_quotes_are_escaped():
    assert quoted('published.a"b') == '"published"."a""b"'
    assert text_literal("child's") == "'child''s'"


def test_a_table_can_be_made_where_it_may_be():
    assert create_table_sql(CATALOGUE["published.residence"], if_not_exists=True).startswith(
        'create table if not exists "published"."residence" ('
    )
