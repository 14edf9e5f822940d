"""Suites as they are written, before anything runs them."""

from __future__ import annotations

from datetime import date

import pytest

from quality.suites.every import ASKED, every_suite, judged_tables
from quality.suites.expectation import Expectation, Suite
from schemas.catalogue import CATALOGUE
from schemas.columns import COLUMNS

NIGHT = date(2025, 9, 1)


@pytest.fixture(scope="module")
def suites() -> list[Suite]:
    return every_suite(NIGHT, 5)


def contract(suites: list[Suite], table: str) -> list[Expectation]:
    (suite,) = (suite for suite in suites if suite.table == table and suite.title == "表的契约")
    return list(suite.expectations)


def about(expectations: list[Expectation], kind: str) -> dict[str, Expectation]:
    """Expectations of a kind by their column."""
    return {str(e.arguments.get("column")): e for e in expectations if e.kind == kind}


def test_every_public_table_and_both_profiles_have_a_suite_of_their_contract(suites: list[Suite]) -> None:
    for table in judged_tables():
        made = contract(suites, table.full_name)
        (columns,) = (e for e in made if e.kind == "ExpectTableColumnsToMatchOrderedList")
        assert columns.arguments["column_list"] == list(table.columns)
        assert set(about(made, "ExpectColumnValuesToNotBeNull")) == set(table.not_null)
        assert about(made, "ExpectColumnValuesToBeInSet")["as_of"].arguments["value_set"] == ["2025-09-01"]
    assert len(judged_tables()) == 28


def test_what_a_contract_knows_is_expected(suites: list[Suite]) -> None:
    zeroing = contract(suites, "published.zeroing")
    bounds = about(zeroing, "ExpectColumnValuesToBeBetween")
    assert bounds["opened"].arguments == {"column": "opened", "min_value": 0}
    assert bounds["clearance_rate"].arguments == {"column": "clearance_rate", "min_value": 0, "max_value": 100}
    assert about(zeroing, "ExpectColumnValuesToBeInSet")["line"].sentence == (
        "“责任线”只取规定的2个值：政府线（户籍）、教育线（学校）"
    )
    (key,) = (e for e in zeroing if e.kind == "ExpectCompoundColumnsToBeUnique")
    assert key.arguments["column_list"] == ["unit_code", "line", "group"]
    assert [e.arguments["column_B"] for e in zeroing if e.kind.endswith("GreaterThanB")] == ["zeroed_since"]


def test_a_balance_may_be_negative_and_a_rate_above_hundred_where_the_specification_says_so(
    suites: list[Suite],
) -> None:
    assert "numerator" not in about(contract(suites, "published.dropout_rate"), "ExpectColumnValuesToBeBetween")
    assert "change" not in about(contract(suites, "published.change"), "ExpectColumnValuesToBeBetween")
    rate = about(contract(suites, "published.enrolment_rate"), "ExpectColumnValuesToBeBetween")["rate"]
    assert "max_value" not in rate.arguments


def test_no_small_count_in_village_and_school_rows(suites: list[Suite]) -> None:
    (small,) = (s for s in suites if s.table == "published.zeroing" and s.title == "村、学校的小数")
    assert {e.arguments["column"] for e in small.expectations} >= {"opened", "ever_opened", "overdue"}
    assert set(small.expectations[0].arguments["value_set"]) == {1, 2, 3, 4, -1, -2, -3, -4}  # type: ignore[call-overload]
    assert "'village', 'school'" in small.query
    other = every_suite(NIGHT, 3)
    (fewer,) = (s for s in other if s.table == "published.zeroing" and s.title == "村、学校的小数")
    assert set(fewer.expectations[0].arguments["value_set"]) == {1, 2, -1, -2}  # type: ignore[call-overload]


def test_nothing_of_a_child_is_asked_or_named(suites: list[Suite]) -> None:
    allowed = {table.full_name for table in judged_tables()}
    for suite in suites:
        assert suite.table in allowed
        assert "restricted." not in suite.query
        assert all(COLUMNS[key].privacy == "public" for key in suite.keys), suite
        assert CATALOGUE[suite.table].audience == "public" or suite.schema == "quality"


def test_suites_by_hand_ask_what_a_reader_would(suites: list[Suite]) -> None:
    sentences = {e.sentence for suite in ASKED for e in suite.expectations}
    assert sentences > {
        "期初在册＋本期新增＋本期反弹－本期销号＝期末在册",
        "“辍学”均为0：清零单位没有已核实的在册个案",
        "除毛入学率外，已入学人数不多于应入学人数",
        "全省期末在册不少于各县期末在册之和",
        "“资料种类数”均为19：每县每类资料都有状态",
        "“差额”均为0：每个儿童、学籍和案件都有去向",
    }
    assert len({(s.table, s.title) for s in suites}) == len(suites)
    assert all(any("一" <= c <= "鿿" for c in e.sentence) for s in suites for e in s.expectations)
