"""Contracts and the kinds of deliveries say the same: headers, labels, what is filled."""

import pytest

from schemas.catalogue import CATALOGUE
from schemas.codes import codebook
from schemas.columns import COLUMNS
from schemas.sources import SOURCES

IDS = [source.name for source in SOURCES]


@pytest.mark.parametrize("source", SOURCES, ids=IDS)
def test_every_header_of_a_kind_stands_at_its_column(source):
    for field in source.fields:
        assert f"{source.label}.{field.header}" in COLUMNS[field.column].headers, field.column


def test_no_column_names_a_header_that_no_kind_has():
    known = {f"{source.label}.{field.header}" for source in SOURCES for field in source.fields}
    assert {header for column in COLUMNS.values() for header in column.headers} <= known


@pytest.mark.parametrize("source", SOURCES, ids=IDS)
def test_labels_of_the_contract_are_those_of_the_code_lists(source):
    contracted = CATALOGUE[source.table].values
    listed = {field.column: codebook(field.codes).labels for field in source.fields if field.cell == "coded"}
    assert {name: set(labels) for name, labels in contracted.items()} == {
        name: set(labels) for name, labels in listed.items()
    }


def test_what_must_be_filled_is_not_null():
    """Section 2.2 read once more, for three kinds."""
    assert CATALOGUE["clean.registry"].not_null == (
        *("delivery_id", "row_number", "name", "household_division", "registry_status", "id_invalid", "id_mismatch"),
    )
    assert CATALOGUE["clean.school"].not_null == (
        *("delivery_id", "row_number", "school_code", "school_name", "division_code"),
    )
    assert CATALOGUE["clean.daily_report"].not_null == CATALOGUE["clean.daily_report"].columns


def test_clean_columns_of_a_kind():
    assert CATALOGUE["clean.poverty"].columns == (
        *("delivery_id", "row_number", "household_id", "citizen_number", "citizen_number_raw", "name", "sex"),
        *("birth_date", "division_code", "household_type", "household_type_raw", "relation", "id_invalid"),
        "id_mismatch",
    )
