"""Sheets as agencies keep them (spec 2.3): which one is read, which rows are the table, what a cell says."""

import datetime as dt

import pytest

from tests.support.deliveries import DAY, GOOD, rows_of
from tests.support.numbers import number, number_ending_in_000
from tests.support.workbooks import HEADER, ROW, SHEET, column, raw_sheet, read, repacked, rows, xls, xlsx

OTHER = ["2199000002", *ROW[1:]]
PEOPLE = ["身份证号", "姓名", "性别", "出生日期", "户籍区划", "户籍状态"]
CHILD = [number(), "王伟", "男", "2015-03-01", "990121001001", "正常"]


@pytest.fixture(params=[(xlsx, "xlsx"), (xls, "xls")], ids=["xlsx", "xls"])
def book(request):
    """Reads a workbook of sheets in either format."""
    write, extension = request.param

    def read_book(*sheets, kind="日报", **more):
        return read(write(*sheets, **more), extension, kind)

    return read_book


def test_a_hidden_first_sheet_is_not_read(book):
    assert column(book([HEADER, OTHER], [HEADER, ROW], hidden=[0]), "学校标识码") == [ROW[0]]


def test_a_very_hidden_sheet_is_not_read():
    content = xlsx([HEADER, OTHER], [HEADER, ROW], hidden=[0])
    hidden = repacked(content, lambda name, xml: xml.replace(b'"hidden"', b'"veryHidden"'))
    assert column(read(hidden), "学校标识码") == [ROW[0]]


def test_a_visible_explanation_before_the_table(book):
    explained = [["填表说明"], ["一、本表由学校填报"], ["二、日期为点名的日期"], ["日期", "应到人数"]]
    raw = book(explained, [HEADER, ROW], [HEADER, OTHER])
    assert (column(raw, "学校标识码"), raw.skipped) == ([ROW[0]], 0)


def test_the_first_sheet_with_the_header_counts_though_others_have_more_rows(book):
    assert rows(book([HEADER, ROW], [HEADER, ROW, OTHER])) == [2]


def test_without_a_whole_header_the_closest_sheet_says_what_is_missing(book):
    raw = book([["说明"]], [HEADER[:4], ROW[:4]], [["日期"], ["2025-09-09"]])
    assert raw.problem == "missing_column:缺课人数"


def test_all_sheets_hidden_or_empty(book):
    assert book([], []).problem == "empty"


def test_a_table_of_two_sheets_is_read_from_the_first_only(book):
    raw = book([HEADER, ROW], [OTHER])
    assert rows(raw) == [2]


def test_a_table_that_does_not_begin_in_the_first_cell(book):
    shifted = [[], [], *([None, None, *cells] for cells in (HEADER, ROW, OTHER))]
    raw = book(shifted)
    assert (rows(raw), raw.skipped) == ([4, 5], 2)
    assert column(raw, "学校标识码") == [ROW[0], OTHER[0]]


def test_titles_merged_over_the_table(book):
    merges = [(0, 0, 0, 4, "日报统计表"), (1, 0, 1, 4, "填报单位：示例区教育局")]
    raw = book([[], [], HEADER, ROW], merges=merges)
    assert (rows(raw), raw.skipped) == ([4], 2)


def test_a_header_merged_over_two_rows(book):
    merges = [(1, i, 2, i, header) for i, header in enumerate(HEADER)]
    raw = book([["标题"], [], [], ROW], merges=merges)
    assert (rows(raw), raw.skipped) == ([4], 2)


def test_a_group_over_its_parts(book):
    merges = [(0, i, 1, i, header) for i, header in enumerate(PEOPLE)] + [(0, 6, 0, 8, "监护人")]
    parts = [None] * 6 + ["姓名", "关系", "电话"]
    raw = book([[], parts, [*CHILD, "王强", "父亲", "10000000001"]], kind="户籍", merges=merges)
    assert (rows(raw), raw.skipped) == ([3], 1)
    assert column(raw, "姓名") == ["王伟"]
    assert column(raw, "监护人姓名") == ["王强"]
    assert column(raw, "监护人电话") == ["10000000001"]


def test_a_name_merged_over_two_columns_is_the_name_of_one(book):
    """The second column has no header: it is unknown, not the first once more."""
    merges = [(0, 4, 0, 5, "缺课人数")]
    raw = book([HEADER[:4], [*ROW, "x"]], merges=merges)
    assert column(raw, "缺课人数") == ["1"]
    assert raw.problem is None


def test_cells_merged_downwards_are_filled(book):
    table = [HEADER, [None, *ROW[1:]], [None, *ROW[1:]], [None, *ROW[1:]], OTHER]
    raw = book(table, merges=[(1, 0, 3, 0, ROW[0])])
    assert column(raw, "学校标识码") == [ROW[0]] * 3 + [OTHER[0]]


def test_cells_merged_sideways_are_filled(book):
    raw = book([HEADER, [*ROW[:2], None, None, "0"]], merges=[(1, 2, 1, 3, "30")])
    assert (column(raw, "应到人数"), column(raw, "实到人数")) == (["30"], ["30"])


def test_a_merged_range_may_reach_beyond_the_table(book):
    raw = book([HEADER, [None, *ROW[1:]], [None, *ROW[1:]]], merges=[(1, 0, 60000, 0, ROW[0])])
    assert column(raw, "学校标识码") == [ROW[0]] * 2


@pytest.mark.parametrize("last", [1, 2, 3])
def test_a_cell_merged_from_the_header_into_the_rows_is_no_deeper_header(book, last):
    raw = book([HEADER, ROW, OTHER, ROW], merges=[(0, 6, last, 6, "并")])
    assert (rows(raw), raw.skipped) == ([2, 3, 4], 0)


def test_a_merged_blank_stays_blank(book):
    raw = book([HEADER, [None, *ROW[1:]], [None, *ROW[1:]]], merges=[(1, 0, 2, 0, "")])
    assert column(raw, "学校标识码") == [None, None]


def test_a_total_merged_over_columns_is_still_a_total(book):
    raw = book([HEADER, ROW, [None, None, "30", "29", "1"], OTHER], merges=[(2, 0, 2, 1, "合计")])
    assert (rows(raw), raw.skipped) == ([2, 4], 1)


def test_hidden_rows_are_rows():
    def write(workbook, sheet):
        for row, cells in enumerate([HEADER, ROW, OTHER]):
            sheet.write_row(row, 0, cells)
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.autofilter(0, 0, 2, 4)

    assert rows(read(xlsx(write))) == [2, 3]


def test_hidden_columns_are_columns():
    def write(workbook, sheet):
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
        sheet.set_column(0, 0, None, None, {"hidden": True})

    assert column(read(xlsx(write)), "学校标识码") == [ROW[0]]


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_date_cells_in_both_epochs(epoch_1904):
    table = [HEADER, [ROW[0], dt.date(2025, 9, 9), 30, 29, 1]]
    for raw in (read(xlsx(table, date_1904=epoch_1904)), read(xls(table, epoch_1904=epoch_1904), "xls")):
        assert column(raw, "日期") == ["2025-09-09"]
        assert raw.epoch_1904 == epoch_1904


@pytest.mark.parametrize("extension", ["xlsx", "xls"])
def test_bare_serial_numbers_count_from_the_epoch_of_their_workbook(world, extension):
    """45909 is 9 September 2025 from 1900; from 1904 the same day is 44447."""
    for serial, epoch_1904 in ((45909, False), (44447, True)):
        table = [HEADER, [ROW[0], serial, 30, 29, 1], [ROW[0], str(serial - 1), 30, 29, 1]]
        content = xlsx(table, date_1904=epoch_1904) if extension == "xlsx" else xls(table, epoch_1904=epoch_1904)
        world.write(f"日报_990121_{epoch_1904}.{extension}", content)
    world.references()
    world.ingest()
    days = [row["report_date"] for row in world.clean("daily_report")]
    assert days == [dt.date(2025, 9, 9), dt.date(2025, 9, 8)] * 2


def test_dates_as_text_and_numbers(book, world):
    texts = ["2025/9/9", "2025.9.9", "20250909", "2025年9月9日", 20250909, 45909, "45909"]
    raw = book([HEADER, *([f"{i}", text, 30, 29, 1] for i, text in enumerate(texts))])
    assert column(raw, "日期") == [str(text) for text in texts]


def test_a_moment_keeps_its_time(book):
    def write(workbook, sheet):
        sheet.write_row(0, 0, HEADER)
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_datetime(1, 1, dt.datetime(2025, 9, 9, 8, 30), moment)  # noqa: DTZ001

    assert column(read(xlsx(write)), "日期") == ["2025-09-09 08:30:00"]


def test_numbers_are_written_as_a_spreadsheet_shows_them(book):
    cells = [30, 30.0, 0.5, -1, 1e-7, 0.1 + 0.2, 100000000000000, 123456789012345678, 1e20, 1e21]
    raw = book([HEADER, *([cell, "2025-09-09", 1, 1, 1] for cell in cells)])
    assert column(raw, "学校标识码") == [
        "30", "30", "0.5", "-1", "1e-07", "0.3", "100000000000000", "123456789012346000", "100000000000000000000",
        "1e+21",
    ]  # fmt: skip


def test_numbers_as_text_keep_every_digit(book):
    raw = book([PEOPLE, [number(), "王伟", "男", "2015-03-01", "990121001001", "正常"]], kind="户籍")
    assert column(raw, "身份证号") == [number()]


@pytest.mark.parametrize("extension", ["xlsx", "xls"])
def test_a_citizen_number_typed_as_a_number_is_damaged(world, extension):
    """15 digits are kept: it ends in 000, and is as invalid as it is delivered."""
    valid = next(n for n in (number(serial=serial) for serial in range(1, 999)) if n.isdecimal() and n[-3:] != "000")
    table = [PEOPLE, [int(valid), *CHILD[1:]]]
    world.references()
    world.write(f"户籍_990121.{extension}", xlsx(table) if extension == "xlsx" else xls(table))
    world.ingest()
    (row,) = world.clean("registry")
    assert row["citizen_number"] is None
    assert row["citizen_number_raw"][:14] == valid[:14]
    assert row["citizen_number_raw"].endswith("000")
    assert row["id_invalid"]


def test_a_valid_number_that_ends_in_000_as_text_stands(world):
    world.references()
    world.write("户籍_990121.xlsx", xlsx([PEOPLE, [number_ending_in_000(), *CHILD[1:]]]))
    world.ingest()
    assert world.clean("registry")[0]["citizen_number"] == number_ending_in_000()


def test_truth_values(book):
    raw = book([HEADER, [True, False, 1, 1, 1]])
    assert (column(raw, "学校标识码"), column(raw, "日期")) == (["true"], ["false"])


def test_truth_values_are_yes_and_no(world):
    world.references()
    header = list(GOOD["在校"])
    present = [*list(GOOD["在校"].values())[:-1], True]
    world.write("在校_990121.xlsx", xlsx([header, present]))
    world.ingest()
    assert [row["present"] for row in world.clean("in_school")] == [True]


def test_formulas_are_their_stored_values():
    data = (
        '<row r="1">' + "".join(f'<c r="{"ABCDE"[i]}1" t="str"><v>{h}</v></c>' for i, h in enumerate(HEADER)) + "</row>"
        '<row r="2"><c r="A2" t="str"><f>"21"&amp;"99"</f><v>2199</v></c><c r="B2"><f>TODAY()</f></c>'
        '<c r="C2"><f>10*3</f><v>30</v></c><c r="D2" t="str"><f>X()</f><v></v></c>'
        '<c r="E2" t="b"><f>TRUE()</f><v>1</v></c></row>'
    )
    assert read(raw_sheet(data)).frame.row(0)[1:] == ("2199", None, "30", None, "true")


def test_formulas_of_xls_are_their_stored_values():
    import xlwt

    raw = read(xls([HEADER, [ROW[0], "2025-09-09", xlwt.Formula("10*3"), "29", "1"]]), "xls")
    assert column(raw, "应到人数") in (["30"], ["0"], [None])  # xlwt stores no value; nothing is worked out here
    assert column(raw, "实到人数") == ["29"]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
def test_errors_are_empty_cells(error):
    cells = "".join(f'<c r="{"ABCDE"[i]}1" t="inlineStr"><is><t>{h}</t></is></c>' for i, h in enumerate(HEADER))
    data = f'<row r="1">{cells}</row><row r="2"><c r="A2" t="e"><v>{error}</v></c><c r="C2"><v>30</v></c></row>'
    raw = read(raw_sheet(data))
    assert (column(raw, "学校标识码"), column(raw, "应到人数")) == ([None], ["30"])


def test_texts_of_several_runs_entities_and_phonetics():
    """云岭 in two runs; what an entity stands for; the reading beside a name is none of it."""
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><r><t>云</t></r><r><t>岭&amp;&lt;</t></r></si>"
        '<si><t>北京</t><rPh sb="0" eb="1"><t>Bei</t></rPh></si></sst>'
    )
    cells = "".join(f'<c r="{"ABCDE"[i]}1" t="inlineStr"><is><t>{h}</t></is></c>' for i, h in enumerate(HEADER))
    data = f'<row r="1">{cells}</row><row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>'
    raw = read(repacked(raw_sheet(data), {"xl/sharedStrings.xml": strings.encode()}))
    assert (column(raw, "学校标识码"), column(raw, "日期")) == (["云岭&<"], ["北京"])


def test_cells_and_rows_without_references_follow_each_other():
    cells = ["".join(f"<c t='inlineStr'><is><t>{cell}</t></is></c>" for cell in row) for row in (HEADER, ROW, OTHER)]
    raw = read(raw_sheet("".join(f"<row>{row}</row>" for row in cells)))
    assert (rows(raw), column(raw, "学校标识码")) == ([2, 3], [ROW[0], OTHER[0]])


def test_tags_with_a_prefix():
    xml = repacked(xlsx([HEADER, ROW]), lambda name, data: _prefixed(data) if name == SHEET else data)
    assert column(read(xml), "缺课人数") == ["1"]


def _prefixed(xml: bytes) -> bytes:
    for tag in (b"worksheet", b"sheetData", b"row", b"c", b"v"):
        for end in (b" ", b">"):
            xml = xml.replace(b"<" + tag + end, b"<x:" + tag + end).replace(b"</" + tag + end, b"</x:" + tag + end)
    return xml.replace(b"<x:worksheet ", b'<x:worksheet xmlns:x="x" ')


def test_long_sheets_keep_their_row_numbers(book):
    raw = book([["标题"], HEADER, *([f"{i}", "2025-09-09", 1, 1, 1] for i in range(21_000))])
    assert rows(raw) == list(range(3, 21_003))
    assert column(raw, "学校标识码") == [str(i) for i in range(21_000)]


@pytest.mark.parametrize(("name", "write"), [("xls", xlsx), ("xlsx", xls)])
def test_one_format_under_the_name_of_the_other_is_read(name, write):
    assert column(read(write([HEADER, ROW]), name), "日期") == ["2025-09-09"]


def test_a_whole_messy_workbook_is_accounted_for(world):
    """2 titles, the upper row of the header, 3 rows (one twice, one rejected), 小计, blank, 合计, 注, 填表人."""
    first, second, third = (list(row.values()) for row in rows_of("日报", {}, {}, {"应到人数": "三十"}))
    header = list(rows_of("日报")[0])
    merges = [(0, 0, 0, 4, "日报表"), *((2, i, 3, i, name) for i, name in enumerate(header))]
    table = [[], ["填报单位：示例区"], [], [], first, second, ["小计", None, 60], third, [], ["合计", None, 60],
             ["注：三十人"], ["填表人：", "李娜", "审核人："]]  # fmt: skip
    world.write("日报_990121_a.xlsx", xlsx([["封面"]], table, hidden=[0], merges=merges))
    world.write("日报_990121_b.xls", xls([["封面"]], table, hidden=[0], merges=merges))
    world.ingest()
    figures = world.deliveries().select("delivered_on", "rows", "accepted", "rejected", "repeats", "skipped").rows()
    assert figures == [(dt.date.fromisoformat(DAY), 11, 1, 1, 1, 8)] * 2
    assert world.rejected() == [(8, "unreadable:应到人数")] * 2
