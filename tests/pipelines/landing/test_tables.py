"""Where a table begins and ends: header, titles, totals, notes, signatures - in text as in sheets (spec 2.3, 2.4)."""

import csv
import io

import pytest

from pipelines.landing.readers.tables import find_header, joined
from schemas.sources import BY_LABEL
from tests.support.workbooks import HEADER, ROW, column, read, rows, xls, xlsx

REGISTRY = BY_LABEL["户籍"]
TITLES = [["2025年秋季学期日报统计表"], ["填报单位：示例区教育局"], ["单位：人"]]
OTHER = ["2199000002", *ROW[1:]]


def as_csv(table: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode()


def as_xlsx(table: list[list[str]]) -> bytes:
    return xlsx(table)


def as_xls(table: list[list[str]]) -> bytes:
    return xls(table)


@pytest.fixture(params=[(as_csv, "csv"), (as_xlsx, "xlsx"), (as_xls, "xls")], ids=["csv", "xlsx", "xls"])
def read_table(request):
    """Reads a table in every format; the rules are the same in all."""
    write, extension = request.param
    return lambda table, kind="日报": read(write(table), extension, kind)


@pytest.mark.parametrize("count", range(len(TITLES) + 1))
def test_titles_above_the_header_are_skipped_and_counted(read_table, count):
    raw = read_table([*TITLES[:count], HEADER, ROW])
    assert (rows(raw), raw.skipped) == ([count + 2], count)


@pytest.mark.parametrize(("blank", "found"), [(9, True), (10, False)])
def test_the_header_is_among_the_first_ten_rows(read_table, blank, found):
    raw = read_table([["标题"], *[[""]] * (blank - 1), HEADER, ROW])
    if found:
        assert (rows(raw), raw.skipped) == ([11], 9)
    else:
        assert raw.problem == "missing_column:学校标识码"


def test_a_title_that_names_a_column_is_not_the_header(read_table):
    raw = read_table([["日期", "2025-09-09"], HEADER, ROW])
    assert rows(raw) == [3]


def test_blank_rows_between(read_table):
    raw = read_table([HEADER, ROW, [""], ["", " ", "　"], OTHER, [""], [""]])
    assert (rows(raw), raw.skipped) == ([2, 5], 2)


@pytest.mark.parametrize(
    "total",
    [
        ["合计", "", "30", "29", "1"],
        ["小计", "", "30", "29", "1"],
        ["总计：", "", "30", "29", "1"],
        ["合 计", "", "30", "29", "1"],
        ["合　计", "", "30", "29", "1"],
        ["", "合计", "30", "29", "1"],
        ["云岭区小计", "", "30", "29", "1"],
        ["合计（人）", "", "30"],
        ["共计", "30"],
    ],
)
def test_totals_wherever_they_stand(read_table, total):
    raw = read_table([HEADER, ROW, total, OTHER, total])
    assert (rows(raw), raw.skipped) == ([2, 4], 2)


@pytest.mark.parametrize(
    "footer",
    [
        ["注：1. 本表由学校填报"],
        ["注"],
        ["说明：缺课不含请假"],
        ["备注1：数据截至9月9日"],
        ["填表说明"],
        ["填表人：王伟", "", "审核人：李娜", "", "2025年9月9日"],
        ["填表人", "王伟", "", "联系电话：10000000001"],
        ["制表单位（盖章）"],
        ["填报日期：2025年9月9日"],
        ["", "", "", "审核人：李娜"],
        ["单位负责人：李娜"],
    ],
)
def test_footers(read_table, footer):
    raw = read_table([HEADER, ROW, [""], footer])
    assert (rows(raw), raw.skipped) == ([2], 2)


@pytest.mark.parametrize(
    "name",
    ["注音小学", "说明村小学", "合计屯小学", "小计镇中心校", "备注", "制表", "经办人", "共计乡", "总计小学"],
)
def test_a_row_of_the_table_is_no_footer_for_its_first_word(read_table, name):
    """A full row stands, whatever a place is called: it is judged, not lost."""
    raw = read_table([HEADER, ROW, [name, *ROW[1:]]])
    assert rows(raw) == [2, 3]


def test_a_file_of_totals_only_is_empty(read_table):
    assert read_table([HEADER, ["合计", "", "30", "29", "1"], ["填表人：王伟"]]).problem == "empty"


def test_a_header_over_two_rows_with_groups(read_table):
    upper = ["身份证号", "姓名", "性别", "出生日期", "户籍区划", "户籍状态", "监护人", "", ""]
    lower = ["", "", "", "", "", "", "姓名", "关系", "电话"]
    child = ["990121201503010019", "王伟", "男", "2015-03-01", "990121001001", "正常", "王强", "父亲", "10000000001"]
    raw = read_table([["户籍登记表"], upper, lower, child], "户籍")
    assert (rows(raw), raw.skipped) == ([4], 2)
    assert column(raw, "监护人姓名") == ["王强"]
    assert column(raw, "监护人关系") == ["父亲"]
    assert column(raw, "监护人电话") == ["10000000001"]
    assert column(raw, "姓名") == ["王伟"]


def test_joined_names_only_what_the_kind_knows():
    upper = ["监护人", "", "", "住址", "", "姓名"]
    lower = ["姓名", "关系", "电话", "省", "", ""]
    assert joined(REGISTRY, upper, lower) == ["监护人姓名", "监护人关系", "监护人电话", "省", "", "姓名"]


def test_the_row_with_the_most_headers_is_the_header():
    found = find_header(BY_LABEL["日报"], [["日期", "2025"], ["x"], HEADER, HEADER])
    assert found is not None
    assert (found.row, found.match.columns) == (3, tuple(HEADER))


def test_no_header_where_nothing_stands():
    assert find_header(REGISTRY, []) is None
    assert find_header(REGISTRY, [[], ["", " "]]) is None


def test_a_table_without_its_header_names_what_is_missing(read_table):
    raw = read_table([ROW, OTHER])
    assert raw.problem == "missing_column:学校标识码"


def test_a_double_column(read_table):
    assert read_table([[*HEADER, "学校代码"], [*ROW, "x"]]).problem == "double_column:学校标识码"


def test_header_cells_with_breaks_marks_and_spaces(read_table):
    raw = read_table([["*学校\n标识码", " 日　期 ", "应到人数*", "实到\r\n人数", "缺课人数＊"], ROW])
    assert rows(raw) == [2]


def test_unknown_columns_are_named_and_left_out(read_table):
    raw = read_table([["序号", *HEADER, "备注"], ["1", *ROW, "x"]])
    assert raw.unknown_columns == ("序号", "备注")
    assert column(raw, "日期") == ["2025-09-09"]


@pytest.mark.parametrize("table", [[HEADER], [HEADER, [""] * 5], [[""] * 5], [*TITLES, HEADER]])
def test_no_rows_is_empty(read_table, table):
    assert read_table(table).problem == "empty"


def test_the_account_of_a_whole_delivery(world):
    """Everything but the header row and what is blank after the last content: 3 titles, 3 rows, 2 totals, 1 blank."""
    table = [
        *TITLES,
        HEADER,
        ROW,
        ROW,
        ["小计", "", "30"],
        [""],
        [*OTHER[:2], "?", *OTHER[3:]],
        ["合计", "", "60"],
        [""],
    ]
    for name, content in [("csv", as_csv(table)), ("xlsx", as_xlsx(table)), ("xls", as_xls(table))]:
        world.write(f"日报_990121_{name}.{name}", content)
    world.ingest()
    figures = world.deliveries().select("rows", "accepted", "rejected", "repeats", "skipped").rows()
    assert figures == [(9, 1, 1, 1, 6)] * 3
    assert world.rejected() == [(9, "unreadable:应到人数")] * 3
