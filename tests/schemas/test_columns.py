"""Every column once, with a meaning that a reader can use."""

import re

import pytest

from schemas import values
from schemas.catalogue import CATALOGUE
from schemas.columns import COLUMNS, Column, register
from schemas.polars_types import polars_type
from schemas.shown import SHOWN
from schemas.units import UNITS

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_a_name_defined_twice_is_refused():
    twice = (Column("a", "甲", "First"),)
    with pytest.raises(ValueError, match="'a' is defined twice"):
        register([twice, twice])


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_column_says_what_it_is(name):
    column = COLUMNS[name]
    assert column.name == name
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert HAN.search(column.label)
    assert column.description
    assert not column.description.endswith(".")
    assert column.unit == "" or column.unit in UNITS
    assert column.privacy in ("public", "child", "personal")
    polars_type(column.type)
    re.compile(column.pattern)


def test_every_column_stands_in_a_table():
    tables = (*CATALOGUE.values(), *(shown.table for shown in SHOWN))
    used = {name for table in tables for name in table.columns}
    assert set(COLUMNS) == used


def test_headers_name_a_kind_and_a_header():
    kinds = set(values.KIND.values())
    for column in COLUMNS.values():
        for header in column.headers:
            kind, _, cell = header.partition(".")
            assert kind in kinds, header
            assert HAN.search(cell), header


def test_a_number_of_children_is_a_count():
    for column in COLUMNS.values():
        if column.unit == "人":
            assert column.type in ("BIGINT", "INTEGER"), column.name
        if column.unit == "%":
            assert column.type == "DECIMAL(9,2)", column.name


@pytest.mark.parametrize(
    "name",
    [
        *("citizen_number", "citizen_number_raw", "child_id", "name", "birth_date", "guardian", "guardian_phone"),
        *("phone", "address", "student_number", "embedded_number", "disability_card", "first_party", "second_party"),
        *("row", "row_json", "county_head", "township_head", "village_head", "parent", "bureau_head", "principal"),
        *("class_teacher", "handler", "decided_by"),
    ],
)
def test_what_names_a_person_is_personal(name):
    assert COLUMNS[name].privacy == "personal"
