"""The lineage of the project's own tables: whole, fresh, and down to the headers that an official would name."""

from __future__ import annotations

import pytest

from pipelines.ledger_store import HISTORIES
from pipelines.lineage.tables import Lineage, of_query
from pipelines.lineage.told import LineageError
from pipelines.lineage.written import ends, lineage, origin_rows, texts
from schemas.catalogue import CATALOGUE
from schemas.lineage import LINEAGE, ORIGINS
from schemas.shown import SHOWN
from schemas.sources import SOURCES

HEADERS = {(source.label, field.header) for source in SOURCES for field in source.fields}
WORDS = {
    # Words that models write, and what the program says of itself; everything else has an origin.
    *("group", "stage", "variant", "indicator", "measure", "side", "span", "cycle", "role", "line", "agency", "kind"),
    *("suppressed", "deadline", "action"),
}
WRITTEN = ("published.dictionary", "published.indicator", "quality.checks")
RESTATED = {("published.restatements", column) for column in ("table_name", "night", "run_id")}


@pytest.fixture(scope="module")
def origins() -> dict[tuple[str, str], list[str]]:
    return {(table, column): origin.split("、") if origin else [] for table, column, origin in origin_rows()}


@pytest.mark.parametrize("path", [LINEAGE, ORIGINS], ids=lambda path: path.name)
def test_the_committed_file_is_the_one_that_is_read_from_the_models(path) -> None:
    behind = f"{path.name} is behind the models: run python -m pipelines.lineage"
    assert path.read_text(encoding="utf-8") == texts()[path], behind


def test_every_column_of_every_table_has_its_lineage() -> None:
    shown = {shown.table.full_name: shown.table for shown in SHOWN}
    for name, table in {**CATALOGUE, **shown}.items():
        assert set(lineage()[name].columns) == set(table.columns), name
    assert set(lineage()) == {*CATALOGUE, *shown}


def test_lineage_names_columns_that_exist() -> None:
    for name, table in lineage().items():
        for told in table.columns.values():
            for origin, column in told.every | told.fixed:
                assert column == "*" or column in lineage()[origin].columns, f"{name} reads {origin}.{column}"


def test_the_ways_end_at_headers_that_exist() -> None:
    kinds = {source.label for source in SOURCES}
    found = {end for of_column in ends().values() for end in of_column if end[0] in kinds and end[1] != "*"}
    assert found <= HEADERS
    assert found >= {(kind, header) for kind, header in HEADERS if header in ("出生日期", "学校标识码")}


def test_what_readers_see_has_an_origin_or_is_a_word_of_a_model(origins: dict[tuple[str, str], list[str]]) -> None:
    without = {key for key, origin in origins.items() if not origin and key[0] not in WRITTEN}
    assert {column for _, column in without - RESTATED} == WORDS
    # A word of one table may be a finding of another: what carries numbers never is one.
    assert not {key for key in without if CATALOGUE.get(key[0]) and key[1] in CATALOGUE[key[0]].counted}


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("published.dropout_rate", "denominator", {"教基统计.在校生数"}),
        ("published.retention", "transfers_in", {"教基统计.转入"}),
        ("published.retention", "numerator", {"教基统计.在校生数", "教基统计.毕业班学生数"}),
        ("published.zeroing", "unit_name", {"区划.名称", "学校.学校名称"}),
        ("published.zeroing", "as_of", {"统计日期"}),
        ("published.source_status", "rows", {"交付登记表.行数"}),
        ("restricted.identities", "phone", {"户籍.监护人电话"}),
        ("restricted.children", "left_behind", {"学籍.是否留守儿童"}),
        ("restricted.children", "ethnicity", {"户籍.民族", "学籍.民族"}),
        ("restricted.cases", "opened_on", {"统计日期"}),
        ("published.zeroing_latest", "unit_name", {"区划.名称", "学校.学校名称"}),
    ],
)
def test_a_column_that_comes_from_these_and_from_nothing_else(origins, table, column, expected) -> None:
    assert set(origins[table, column]) == expected


@pytest.mark.parametrize(
    ("table", "column", "among", "never"),
    [
        # Who is of age, who counts, and what schools a child: not by which name it is found.
        (
            *("published.enrolment_rate", "denominator"),
            {"户籍.出生日期", "户籍.户籍状态", "学籍.学籍状态"},
            {"户籍.姓名", "教基统计.在校生数", "资助.金额"},
        ),
        (
            *("published.zeroing", "verified_open"),
            {"劝返.行动类型", "劝返.结果", "学籍.学籍状态", "户籍.户籍状态", "缺课.缺课日期", "在校.点名日期"},
            {"户籍.姓名", "户籍.监护人电话", "教基统计.在校生数", "脱贫户.户类型", "资助.金额"},
        ),
        ("published.zeroing", "zeroed_since", {"劝返.结果", "政策.核查期限天数"}, {"户籍.姓名"}),
        ("published.three_way", "education", {"部门名单.报送部门"}, {"教基统计.在校生数"}),
        ("restricted.identities", "name", {"户籍.姓名", "学籍.姓名"}, {"户籍.性别", "户籍.身份证号"}),
        ("published.dropout_rate", "rate", {"教基统计.在校生数", "学籍异动.异动类型", "政策.小数位数"}, {"户籍.姓名"}),
    ],
)
def test_a_column_that_comes_from_these_but_never_from_those(origins, table, column, among, never) -> None:
    assert among <= set(origins[table, column])
    assert not never & set(origins[table, column])


def test_a_history_comes_from_the_table_whose_rows_it_keeps() -> None:
    for history, state in HISTORIES.items():
        direct = lineage()[history].columns
        assert direct[CATALOGUE[history].key[0]].values == {(state, CATALOGUE[history].key[0])}


def test_a_model_whose_columns_are_not_those_of_its_contract_is_refused() -> None:
    with pytest.raises(LineageError, match=r"core\.night: the query and the contract differ"):
        of_query("select 1 as nothing", CATALOGUE["core.night"])


def test_a_model_that_names_a_column_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(LineageError, match=r"core\.night: column n\.nothing is not known"):
        of_query("select n.nothing from core.county as n", CATALOGUE["core.night"])


def test_an_extract_is_made_from_its_headers() -> None:
    registry: Lineage = lineage()["clean.registry"]
    assert registry.given["name"] == (("户籍", "姓名"),)
    assert registry.given["birth_date"] == (("户籍", "出生日期"), ("户籍", "身份证号"))
    assert lineage()["clean.disability"].given["citizen_number"] == (("残疾人", "身份证号"), ("残疾人", "残疾证号"))
