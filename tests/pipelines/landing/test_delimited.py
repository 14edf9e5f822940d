"""Text files: row numbers, blank rows, quotes, bytes (spec 2.3, 2.4)."""

import datetime as dt

import pytest

from pipelines.landing.readers import Limits, read_file
from pipelines.landing.readers.raw_file import ROW_NUMBER, UNKNOWN_CELLS
from pipelines.settings import load_policy
from schemas.sources import BY_LABEL

LIMITS = Limits.of(load_policy(None, dt.date(2025, 9, 10))["delivery"])
REPORT = BY_LABEL["日报"]
HEADER = "学校标识码,日期,应到人数,实到人数,缺课人数"


def read(text: str | bytes, extension: str = "csv"):
    return read_file(REPORT, extension, text if isinstance(text, bytes) else text.encode(), LIMITS)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_are_numbered_from_the_first_line(end):
    raw = read(end.join([HEADER, "a,1,2,3,4", "b,1,2,3,4", ""]))
    assert raw.frame[ROW_NUMBER].to_list() == [2, 3]
    assert raw.frame["缺课人数"].to_list() == ["4", "4"]


def test_a_byte_order_mark_is_no_part_of_the_header():
    assert read("\ufeff" + HEADER + "\na,1,2,3,4").problem is None


def test_blank_rows_count_as_skipped_up_to_the_last_content():
    raw = read(f"{HEADER}\na,1,2,3,4\n\n ,,,,\n,,,,\nb,1,2,3,4\n\n\n")
    assert raw.frame[ROW_NUMBER].to_list() == [2, 6]
    assert raw.skipped == 3


@pytest.mark.parametrize("before", ["\n\n", "\r\n\r\n", ",,\n , \n", " \n\n"])
def test_blank_lines_before_the_header(before):
    raw = read(f'{before}{HEADER}\na,1,2,3,4\n云岭"一小",1,2,3,4')
    assert raw.frame[ROW_NUMBER].to_list() == [4, 5]
    assert raw.frame["学校标识码"].to_list() == ["a", '云岭"一小"']


def test_quotes_hold_commas_quotes_and_line_breaks():
    raw = read(f'{HEADER}\n"a,""x""\ny",1,2,3,4\nb,1,2,3,4\n')
    assert raw.frame["学校标识码"].to_list() == ['a,"x"\ny', "b"]
    assert raw.frame[ROW_NUMBER].to_list() == [2, 3]


def test_a_quote_inside_an_unquoted_cell_does_no_harm():
    assert read(f'{HEADER}\n云岭"一小",1,2,3,4\n').frame["学校标识码"].to_list() == ['云岭"一小"']


def test_short_rows_end_in_empty_cells_and_long_ones_are_cut():
    raw = read(f"{HEADER}\na,1\nb,1,2,3,4,5,6\n")
    assert raw.frame.row(0) == (2, "a", "1", None, None, None)
    assert raw.frame.row(1) == (3, "b", "1", "2", "3", "4")


def test_a_header_over_two_lines():
    raw = read('学校标识码,日期,应到人数,"实到\n人数",缺课人数\na,1,2,3,4\n')
    assert raw.frame["实到人数"].to_list() == ["3"]


def test_cells_of_unknown_columns_stay_for_comparison():
    raw = read(f"序号,{HEADER},备注\n1,a,1,2,3,4,x\n")
    assert raw.frame[UNKNOWN_CELLS].to_list() == ["1\x1fx"]
    assert raw.unknown_columns == ("序号", "备注")


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", HEADER, HEADER + "\n\n,,,,\n"])
def test_no_rows_is_empty(text):
    assert read(text).problem == "empty"


def test_empty_comes_before_a_missing_column():
    assert read("日期\n").problem == "empty"


@pytest.mark.parametrize("content", [b"\xd1\xa7\xd0\xa3,\xff\xff\n1,2\n", (HEADER + "\n").encode() + b"\xff,1,2,3,4\n"])
def test_bytes_that_are_no_text(content):
    assert read(content).problem == "unreadable"


def test_quotes_that_do_not_close():
    assert read(f'{HEADER}\n"a,1,2,3,4\nb,1,2,3,4\n').problem == "unreadable"


@pytest.mark.parametrize("extension", ["docx", "pdf", "xlsx.gz"])
def test_other_formats_are_refused_with_a_word(extension):
    raw = read(b"PK", extension)
    assert raw.problem == "unreadable"
    assert extension in raw.message
