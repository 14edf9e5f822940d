"""Citizen numbers (spec 2.3); the expected check characters come from a second implementation."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.landing.citizen_numbers import cut_by_spreadsheet, embedded, read_numbers, written
from tests.support.numbers import check_character, damaged, number, number_ending_in_000

DAY = dt.date(2025, 9, 10)


def valid(*numbers: str | None) -> list[bool]:
    return read_numbers(pl.Series(numbers, dtype=pl.String), pl.Series([DAY] * len(numbers)))["valid"].to_list()


@settings(deadline=None)
@given(st.dates(dt.date(1900, 1, 1), DAY), st.integers(0, 999))
def test_a_number_is_valid_with_its_own_check_character_only(born, serial):
    own = number(f"{born:%Y%m%d}", serial)
    others = [own[:-1] + character for character in "0123456789X" if character != own[-1]]
    assert valid(own, *others) == [True] + [False] * 10


@pytest.mark.parametrize("birth", ["20150230", "20151301", "20250911", "18991231", "00000000"])
def test_the_date_must_exist_and_not_lie_after_the_delivery(birth):
    assert valid(number(birth)) == [False]


@pytest.mark.parametrize("text", [None, "", "5.1E+17", "99012120150301001", number() + "1", "9901212015030A0012"])
def test_what_has_not_the_shape_is_not_valid(text):
    assert valid(text) == [False]


def test_a_number_says_sex_and_birth_date():
    read = read_numbers(pl.Series([number(serial=1), number(serial=2), damaged(number())]), pl.Series([DAY] * 3))
    assert read["sex"].to_list() == ["男", "女", None]
    assert read["birth_date"].to_list() == [dt.date(2015, 3, 1)] * 2 + [None]


def with_x() -> str:
    return next(n for n in (number(serial=i) for i in range(100)) if n.endswith("X"))


@pytest.mark.parametrize("last", ["x", "×", "X"])
def test_x_has_one_form(last):
    assert written(pl.Series([with_x()[:-1] + last])).to_list() == [with_x()]


def test_fifteen_digits_become_eighteen():
    first17 = "99012119850301001"
    assert written(pl.Series(["990121850301001"])).to_list() == [first17 + check_character(first17)]


def test_a_card_number_is_cut_only_where_cards_are_expected():
    card = pl.Series([number() + "43", None])
    assert written(card, card=True).to_list() == [number(), None]
    assert written(card).to_list() == [number() + "43", None]


def test_embedded_numbers_of_formal_student_numbers_only():
    cells = ["G" + number(), "g" + number(), "L" + number(), "J" + number(), "G" + damaged(number()), None]
    found = embedded(pl.Series(cells), pl.Series([DAY] * 6), pl.Series([number()] + [None] * 5, dtype=pl.String))
    assert found.to_list() == [number(), number(), None, None, None, None]


def cut(numbers: list[str | None]) -> list[int]:
    return cut_by_spreadsheet(pl.DataFrame({"delivery_id": [7] * len(numbers), "number": numbers})).to_list()


def test_a_column_is_cut_from_three_numbers_and_more_than_a_fifth():
    zero, other = number_ending_in_000(), number()
    assert cut([zero] * 3 + [other] * 11) == [7]
    assert cut([zero] * 3 + [other] * 12) == []  # exactly a fifth
    assert cut([zero] * 2) == []
    assert cut([zero] * 3 + [None] * 90) == [7]  # empty cells are no numbers


def test_columns_are_judged_file_by_file():
    zero = number_ending_in_000()
    frame = pl.DataFrame({"delivery_id": [1, 1, 1, 2, 2], "number": [zero] * 5})
    assert cut_by_spreadsheet(frame).to_list() == [1]
