"""Every cell and names (spec 2.3)."""

import polars as pl
import pytest

from pipelines.landing.cells import clean_cells


def cleaned(cell: str | None, kind: str) -> str | None:
    # A second, ordinary row: the long way is taken for the column, not for the cell.
    return clean_cells(pl.DataFrame({"c": [cell, "甲"]}, schema={"c": pl.String}), {"c": kind})["c"][0]


@pytest.mark.parametrize("kind", ["text", "code", "name", "label", "date"])
@pytest.mark.parametrize("mark", ["—", "-", "无", "/", "", " ", "\u3000", " - ", "'无", "／", "－", None])
def test_null_marks_are_empty(mark, kind):
    assert cleaned(mark, kind) is None


@pytest.mark.parametrize(
    ("cell", "kind", "expected"),
    [
        ("\u00a09901\u200b21 ", "code", "990121"),
        ("９９０１２１", "code", "990121"),
        ("'990121", "code", "990121"),
        ("＇990121", "code", "990121"),
        ("2组 9号", "text", "2组 9号"),
        ("2组\u30009号", "text", "2组9号"),
        ("\ufeff3号", "text", "3号"),
        ("（甲）", "text", "（甲）"),
        ("出国（境）", "label", "出国(境)"),
        ("２０２５年９月１日", "date", "2025年9月1日"),
    ],
)
def test_spaces_apostrophes_and_widths(cell, kind, expected):
    assert cleaned(cell, kind) == expected


@pytest.mark.parametrize("dot", "·•．‧∙")
def test_one_middle_dot(dot):
    assert cleaned(f"阿卜{dot}艾力", "name") == "阿卜·艾力"


@pytest.mark.parametrize(
    ("cell", "expected"), [("北 京", "北京"), (" 王\u3000伟 ", "王伟"), ("ＡＢ", "AB"), ("⼀一", "一一")]
)
def test_names_have_no_spaces_and_one_form(cell, expected):
    assert cleaned(cell, "name") == expected


def test_clean_columns_are_left_alone():
    frame = pl.DataFrame({"a": ["990121", None], "b": [1, 2]})
    assert clean_cells(frame, {"a": "code"}).equals(frame)
