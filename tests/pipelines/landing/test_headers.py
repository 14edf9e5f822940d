"""The header map (spec 2.2)."""

import pytest

from pipelines.landing.headers import header_map, match_header
from schemas.sources import BY_LABEL, SOURCES

REPORT = BY_LABEL["日报"]
STANDARD = ["学校标识码", "日期", "应到人数", "实到人数", "缺课人数"]


@pytest.mark.parametrize(
    "variant", ["身份证号码", "身份证件号", "公民身份号码", "证件号码", "sfzjh", "SFZJH", "身份证号*", " 身份证\n号 "]
)
def test_variants_of_the_number(variant):
    assert match_header(BY_LABEL["户籍"], [variant]).columns == ("身份证号",)


@pytest.mark.parametrize(
    ("variant", "header"),
    [("xm", "姓名"), ("xbm", "性别"), ("csrq", "出生日期"), ("xxbsm", "学校标识码"), ("grbsm", "学籍号"),
     ("学校代码", "学校标识码"), ("出生年月日", "出生日期")],
)  # fmt: skip
def test_variants_of_the_register(variant, header):
    assert match_header(BY_LABEL["学籍"], [variant]).columns == (header,)


@pytest.mark.parametrize("variant", ["学校", "就读学校"])
def test_school_names(variant):
    assert match_header(BY_LABEL["学籍查询"], [variant]).columns == ("学校名称",)


def test_unknown_columns_are_named():
    match = match_header(REPORT, ["序号", *STANDARD, " 备注 ", ""])
    assert match.unknown == ("序号", "备注")
    assert match.problem is None


def test_the_first_missing_column_refuses():
    assert match_header(REPORT, ["学校标识码", "日期", "缺课人数"]).problem == "missing_column:应到人数"


def test_two_columns_for_one_header_refuse():
    assert match_header(REPORT, [*STANDARD, "学校代码"]).problem == "double_column:学校标识码"


def test_optional_columns_may_be_missing():
    assert match_header(REPORT, STANDARD).problem is None


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_no_variant_stands_in_the_way_of_a_standard_header(source):
    headers = tuple(field.header for field in source.fields)
    known = header_map(source.label, headers)
    assert {known[header] for header in headers} == set(headers)


def test_a_province_adds_a_file(tmp_path):
    (tmp_path / "own.csv").write_text("kind,header,variant,since\n户籍,身份证号,公民号,\n", encoding="utf-8")
    assert header_map("户籍", ("身份证号",), tmp_path)["公民号"] == "身份证号"
