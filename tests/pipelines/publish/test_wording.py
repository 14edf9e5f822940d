"""How a number, or its absence, is written: blank for 0/0, 0 for zero, — for not available (spec 6.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipelines.publish import wording


@pytest.mark.parametrize(
    ("value", "denominator", "at_bound", "written"),
    [
        (Decimal("0.70"), 1000, False, "0.70"),
        (Decimal("0"), 1000, False, "0.00"),
        (Decimal("0.00"), 90000, True, "0.00※"),
        (Decimal("100.00"), 90000, True, "100.00※"),
        (None, 0, None, ""),
        (None, None, None, "—"),
    ],
)
def test_rates(value: Decimal | None, denominator: int | None, at_bound: bool | None, written: str) -> None:
    assert wording.rate(value, denominator, at_bound=at_bound) == written


def test_counts_words_and_dates() -> None:
    assert [wording.count(number) for number in (0, 12, None)] == ["0", "12", "—"]
    assert [wording.yes_no(value) for value in (True, False, None)] == ["是", "否", "—"]
    assert wording.percent(None) == "—"
    assert wording.chinese_date(date(2025, 9, 1)) == "2025年9月1日"
    assert (wording.iso(date(2025, 9, 1)), wording.iso(None)) == ("2025-09-01", "")


def test_long_lists_of_units_are_cut_and_counted() -> None:
    assert wording.listed(["甲县", "乙县"], 3) == "甲县、乙县"
    assert wording.listed(["甲县", "乙县"], 2) == "全部2个单位"
    assert wording.listed([f"{number}县" for number in range(1, 8)], 9) == "1县、2县、3县、4县、5县等7个单位"
    assert wording.listed([], 2) == ""
