"""Contracts hold together: what a table says of its columns is about columns that it has."""

from dataclasses import replace

import pytest

from schemas import values
from schemas.catalogue import CATALOGUE, LAYERS, index, tables_of
from schemas.columns import COLUMNS

ALL = sorted(CATALOGUE)


@pytest.mark.parametrize("full_name", ALL)
def test_a_contract_is_whole(full_name):
    table = CATALOGUE[full_name]
    assert table.full_name == full_name
    assert table.layer in LAYERS
    assert len(set(table.columns)) == len(table.columns)
    assert set(table.columns) <= set(COLUMNS)
    for named in (
        table.key,
        table.required,
        table.counted,
        table.values,
        table.items,
        table.types,
        table.notes,
        table.origins,
    ):
        assert set(named) <= set(table.columns)
    assert not set(table.required) & set(table.key)
    assert set(table.nullable_key) < {*table.key, None}
    assert table.key or table.audience == "internal"
    assert set(table.sources) <= {*values.KIND.values(), *values.EVERY_KIND}
    assert table.label
    assert table.description
    assert table.grain
    assert table.spec


@pytest.mark.parametrize("full_name", ALL)
def test_a_type_of_its_own_is_a_narrower_number_or_explained(full_name):
    table = CATALOGUE[full_name]
    for name, stored in table.types.items():
        assert stored != COLUMNS[name].type, f"{name}: the type says nothing new"
        whole = {"BIGINT", "INTEGER", "SMALLINT"}
        # A column of another kind is another thing under an old name: the table says what.
        assert {stored, COLUMNS[name].type} <= whole or name in table.notes, name


def test_every_kind_has_a_clean_table_with_its_place_in_the_file():
    clean = {table.name: table for table in tables_of("clean")}
    assert set(clean) == set(values.KIND)
    assert len(clean) == 19
    for table in clean.values():
        assert table.columns[:2] == table.key == ("delivery_id", "row_number")
        assert table.audience == "internal"


def test_a_table_defined_twice_is_refused():
    table = CATALOGUE["published.zeroing"]
    with pytest.raises(ValueError, match=r"published\.zeroing is defined twice"):
        index([[table], [replace(table, label="又一次")]])


def test_a_layer_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no such layer: bronze"):
        tables_of("bronze")


def test_a_note_narrows_the_words_and_nothing_else():
    cases = CATALOGUE["restricted.cases"]
    assert cases.label_of("state") == "案件状态"
    assert cases.description_of("state") == "suspected, verified or closed"
    assert CATALOGUE["published.source_status"].label_of("state") == "数据源状态"
    assert cases.label_of("visits") == COLUMNS["visits"].label


def test_sources_are_headers_then_kinds_then_nothing():
    table = CATALOGUE["published.retention"]
    assert table.source_of("deaths") == "教基统计.死亡"
    assert table.source_of("unit_name") == "区划.名称、学校.学校名称"
    assert table.source_of("rate") == "教基统计、学籍"
    assert table.source_of("as_of") == table.source_of("variant") == ""
    assert CATALOGUE["restricted.paper_returns"].source_of("reason") == "劝返、日报"
    assert CATALOGUE["clean.case_action"].source_of("reason") == "劝返.原因"
