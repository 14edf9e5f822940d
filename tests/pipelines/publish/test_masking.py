"""What a mask shows of anybody, whatever they are called (spec 6.3)."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.publish.masking import (
    mask_birth,
    mask_name,
    mask_names,
    mask_number,
    mask_numbers,
    mask_placement,
    mask_reason,
)
from schemas.values import CASE_REASON

NAMES = st.text(min_size=1, max_size=30).filter(lambda name: bool(name.strip()))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张**"),
        ("张三丰", "张**"),
        ("欧阳修", "欧**"),
        ("曲比·阿呷", "曲**"),
        ("王", "*"),
        (" 王 ", "*"),
        ("", ""),
        (None, None),
    ],
)
def test_names(name: str | None, masked: str | None) -> None:
    assert mask_name(name) == masked


@given(NAMES)
def test_a_masked_name_has_nothing_of_the_given_name(name: str) -> None:
    masked = mask_name(name)
    assert masked is not None
    first, *given_name = name.strip()
    assert masked in (f"{first}**", "*")
    shown = masked.replace("*", "", 3) if first == "*" else masked.replace("*", "")
    assert not (set(given_name) - {first, "*"}) & set(shown)
    if not given_name:
        assert first == "*" or first not in masked


@given(NAMES, NAMES)
def test_people_of_one_surname_look_alike(one: str, other: str) -> None:
    # The length of the name is part of it: 张三 and 张三丰 must not be told apart.
    assert mask_name("张" + one.strip()) == mask_name("张" + other.strip())


@given(st.text(alphabet="0123456789X", max_size=24))
def test_a_masked_number_has_four_characters_at_most(number: str) -> None:
    masked = mask_number(number)
    assert masked is not None
    assert len(masked) == len(number)
    shown = masked.replace("*", "")
    assert len(shown) <= 4
    assert number.endswith(shown)
    assert len(number) - len(shown) >= 2 * len(shown)


def test_the_day_of_birth_is_not_shown() -> None:
    assert mask_birth(date(2011, 9, 6)) == "2011年"
    assert mask_birth(None) is None
    assert mask_number(None) is None


def test_no_religion_no_marriage_no_offence() -> None:
    shown = {mask_reason(reason) for reason in CASE_REASON}
    assert {"信教", "早婚早育", "专门教育"} & shown == set()
    assert {"外出务工", "残疾", "待核", "其他"} <= shown
    assert mask_placement("专门学校") == mask_placement("司法援助就业") == "其他安置"
    assert mask_placement("送教上门") == "送教上门"
    assert mask_reason(None) is None


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=20))
def test_a_column_is_masked_as_each_of_its_values(values: list[str | None]) -> None:
    column = pl.DataFrame({"value": pl.Series(values, dtype=pl.String)})
    shown = column.select(names=mask_names(pl.col("value")), numbers=mask_numbers(pl.col("value")))
    # What counts as a space at the ends of a name is not the same to both: neither shows more than the other.
    plain = [value for value in values if value is None or value.strip() == value]
    names = [
        mask for value, mask in zip(values, shown["names"], strict=True) if value is None or value.strip() == value
    ]
    assert names == [mask_name(value) for value in plain]
    assert shown["numbers"].to_list() == [mask_number(value) for value in values]
