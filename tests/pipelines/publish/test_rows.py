"""Rows of long lists as XML: what stands in a cell is what the same value would be if it were written alone."""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from pipelines.publish.forms.name_list import NO_NUMBER, Copy, citizen_number, citizen_numbers, person, persons
from pipelines.publish.listing import Column
from pipelines.publish.workbooks.form import half_widths
from pipelines.publish.workbooks.rows import (
    LINE,
    Look,
    RowMaker,
    coded,
    height_xml,
    letters,
    packed,
    sentence_xml,
    xml_text,
)

LOOK = Look(plain=3, apart=4)
Cell = tuple[str, str, str | None, str | None]


def rows_xml(columns: list[Column], raw: list[pl.Series]) -> pl.Series:
    """The rows of columns, from the fourth on."""
    known = [coded(values) for values in raw]
    maker = RowMaker(columns, [one.values for one in known], [LOOK] * len(columns))
    return maker.rows([one.codes for one in known], pl.Series(range(4, 4 + len(raw[0]))))


def cells(column: Column, values: list[Any], dtype: Any = None) -> list[Cell]:
    """Address, format, type and contents of the cells of one column, from the fourth row on."""
    raw = pl.Series("raw", values, dtype=dtype)
    made = packed(rows_xml([column], [raw])).part(0, len(values))
    found = ElementTree.fromstring(b"<rows>" + bytes(made) + b"</rows>")
    return [
        (cell.attrib["r"], cell.attrib["s"], cell.get("t"), "".join(cell.itertext()) or None)
        for cell in found.iter("c")
    ]


def test_words_stand_in_their_cells_and_nothing_is_blank() -> None:
    found = cells(Column("原因", "text", 12), ["厌学", None, "", "厌学"])
    assert found == [("A4", "3", "inlineStr", "厌学"), ("A5", "3", None, None), ("A6", "3", None, None),
                     ("A7", "3", "inlineStr", "厌学")]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@x", "\t=1"])
def test_what_could_be_a_formula_has_the_format_that_stands_apart(text: str) -> None:
    ((_, look, kind, shown),) = cells(Column("姓名", "text", 12), [text])
    assert (look, kind, shown) == ("4", "inlineStr", text)


def test_signs_of_xml_spaces_and_control_characters_are_kept() -> None:
    values = ["<a&b>", " 王 ", "a\x01b", "_x0041_", "甲\n乙"]
    shown = [cell[3] for cell in cells(Column("姓名", "text", 12), values)]
    assert shown == ["<a&b>", " 王 ", "a_x0001_b", "_x005F_x0041_", "甲\n乙"]
    made = rows_xml([Column("姓名", "text", 12)], [pl.Series(values)])
    assert [' xml:space="preserve"' in row for row in made] == [False, True, False, False, False]
    assert xml_text("a>b") == "a&gt;b"


def test_numbers_and_dates_are_numbers() -> None:
    assert cells(Column("序号", "count", 6), [1, None]) == [("A4", "3", None, "1"), ("A5", "3", "inlineStr", "—")]
    values = [Decimal("0.50"), Decimal("12.00"), None]
    assert [cell[3] for cell in cells(Column("数值", "number", 9), values)] == ["0.5", "12", "—"]
    # Excel counts days from the last one of 1899.
    days = cells(Column("立案日期", "date", 12), [date(2025, 9, 10), None, date(1970, 1, 1)])
    assert [cell[2:] for cell in days] == [(None, "45910"), (None, None), (None, "25569")]


def test_what_must_be_found_stands_apart() -> None:
    found = cells(Column("逾期天数", "count", 7, alert="positive"), [0, 3])
    assert [cell[1] for cell in found] == ["3", "4"]


def test_a_list_is_put_into_words_as_a_whole() -> None:
    column = Column("已逾期", "text", 16, says=lambda raw: "、".join(raw or ()))
    values = [["核实", "立案"], None, ["核实", "立案"]]
    assert [cell[3] for cell in cells(column, values, pl.List(pl.String))] == ["核实、立案", None, "核实、立案"]


def test_rows_are_high_enough_for_what_wraps() -> None:
    columns = [Column("序号", "count", 6), Column("姓名", "text", 12)]
    raw = [pl.Series([1, 2]), pl.Series(["王", "古丽巴哈尔·买买提艾力·阿卜杜热西提"])]
    made = rows_xml(columns, raw)
    heights = [float(re.findall(r' ht="([^"]*)"', row)[0]) for row in made]
    assert heights[0] == 18.75
    assert heights[1] > 60
    assert all(row.startswith('<row r="') and row.endswith("</row>\n") for row in made)


@pytest.mark.parametrize("width", [6, 7, 12, 20, 23])
def test_lines_are_those_of_each_text_measured_alone(width: int) -> None:
    texts = [
        "中心小学",
        "第一（实验）中学",
        "买买提·艾力",
        "㐂㐂㐂㐂",
        "C0000000000000000001",
        "ａｂｃ",
        "é" * 30,
        "한국어",
        "",
    ]
    texts += [f"{text}{text}" for text in texts] + ["某某县某某镇中心小学1年级2班"]
    column = Column("学校", "text", width)
    for text, row in zip(texts, rows_xml([column], [pl.Series(texts)]), strict=True):
        lines = max(1, math.ceil(half_widths(text) / (width - 0.8))) if 2 * len(text) > width else 1
        assert f"{height_xml(LINE * lines + 3)}>" in row, text


def test_what_stands_many_times_is_kept_once() -> None:
    known = coded(pl.Series(["甲", None, "乙", "甲", None]))
    assert known.values.to_list() == ["甲", None, "乙"]
    assert known.codes.to_list() == [0, 1, 2, 0, 1]
    lists = coded(pl.Series([["核实", "立案"], None, ["核实", "立案"]]))
    assert (lists.values.to_list(), lists.codes.to_list()) == ([["核实", "立案"], None], [0, 1, 0])
    days = coded(pl.Series([date(2025, 9, 10), date(2025, 9, 10)]))
    assert (days.values.to_list(), days.values.dtype) == ([date(2025, 9, 10)], pl.Date)


def test_rows_of_one_county_are_cut_out_of_those_of_many() -> None:
    made = packed(pl.Series(["<row 甲/>\n", "<row/>\n", "<row 乙丙/>\n"]))
    assert bytes(made.part(0, 1)).decode() == "<row 甲/>\n"
    assert bytes(made.part(1, 2)).decode() == "<row/>\n<row 乙丙/>\n"
    assert bytes(made.part(3, 0)) == b""


def test_a_sentence_fills_its_row() -> None:
    assert sentence_xml("无", 4, [7, 8]) == (
        '<row r="4" spans="1:2"><c r="A4" s="7" t="inlineStr"><is><t>无</t></is></c><c r="B4" s="8"/></row>'
    )
    assert [letters(column) for column in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


@pytest.mark.parametrize("copy", ["full", "masked"])
def test_persons_and_numbers_of_a_column_are_those_of_each(copy: Copy) -> None:
    values = ["王", "张三丰", " 李四 ", "", "  ", None, "99012120120301001X", "X123", "123"]
    frame = pl.DataFrame({"value": pl.Series(values, dtype=pl.String)})
    shown = frame.select(names=persons(copy, pl.col("value"), "无"), numbers=citizen_numbers(copy, pl.col("value")))
    assert shown["names"].to_list() == [person(copy, value) or "无" for value in values]
    assert shown["numbers"].to_list() == [citizen_number(copy, value) for value in values]
    assert shown["numbers"].to_list()[5] == NO_NUMBER
