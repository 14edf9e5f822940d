"""The dictionary says what the contracts say, and the committed copies are not behind."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from schemas import dictionary
from schemas.catalogue import CATALOGUE, tables_of
from schemas.pandera_models import pandera_schema
from schemas.shown import SHOWN

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("name", "made"),
    [("dictionary.md", dictionary.dictionary_markdown), ("dictionary.csv", dictionary.dictionary_csv)],
)
def test_the_committed_dictionary_is_the_one_that_is_generated(name, made):
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == made(), f"docs/{name} is behind the contracts: run python -m schemas.dictionary"


def test_the_published_dictionary_lists_every_column_that_leaves_the_warehouse():
    rows = dictionary.dictionary_rows(date(2025, 11, 3))
    pandera_schema(CATALOGUE["published.dictionary"]).validate(rows, lazy=True)
    listed = rows.select("file", "object_type", "table_name", "column_name").rows()
    assert listed == [(s.file, s.object_type, s.table.full_name, name) for s in SHOWN for name in s.table.columns]
    assert len(listed) == len(set(listed))
    tables = {
        (table.full_name, name) for table in tables_of("published", "restricted", "quality") for name in table.columns
    }
    assert tables < {(table, column) for _, _, table, column in listed}
    assert rows["as_of"].unique().to_list() == [date(2025, 11, 3)]


def test_a_row_of_the_dictionary():
    rows = dictionary.dictionary_rows(date(2025, 11, 3))
    row = rows.filter(table_name="published.retention", column_name="transfers_in").to_dicts()[0]
    assert row == {
        "as_of": date(2025, 11, 3),
        "table_name": "published.retention",
        "table_label": "义务教育巩固率监测表",
        "position": 11,
        "column_name": "transfers_in",
        "label": "转入",
        "description": "Transfers in of the cohort on its way; null where a year is missing",
        "type": "BIGINT",
        "unit": "人",
        "formula": None,
        "source": "教基统计.转入",
        "origin": "教基统计.转入",
        "allowed_values": None,
        "is_key": False,
        "file": "report.duckdb",
        "object_type": "table",
    }


def test_the_csv_holds_the_whole_catalogue():
    rows = list(csv.DictReader(io.StringIO(dictionary.dictionary_csv())))
    tables = {**CATALOGUE, **{shown.table.full_name: shown.table for shown in SHOWN}}
    assert len(rows) == sum(len(table.columns) for table in tables.values())
    assert {row["table_name"] for row in rows} == set(tables)
    made = {(row["table_name"], row["column_name"]): row["made_from"] for row in rows}
    assert made["published.dropout_rate", "denominator"] == "indicators.dropout_rate.denominator"
    assert made["clean.registry", "name"] == "户籍.姓名"
    assert {row["table_name"] for row in rows if row["file"]} == {shown.table.full_name for shown in SHOWN}


def test_the_markdown_shows_headers_and_hides_no_text_in_tags():
    text = dictionary.dictionary_markdown()
    assert "### 动态清零情况表 `published.zeroing`" in text
    assert "| citizen_number | 身份证号 |" in text
    assert "户籍.身份证号" in text
    assert "<" not in text.replace("\\<", "")


def test_both_files_are_written(tmp_path):
    dictionary.write(tmp_path / "docs")
    assert sorted(path.name for path in (tmp_path / "docs").iterdir()) == ["dictionary.csv", "dictionary.md"]
