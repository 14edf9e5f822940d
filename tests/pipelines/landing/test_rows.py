"""Rows of whole files: what is filled, kept raw, flagged, rejected and why (spec 2.3, 2.4)."""

import datetime as dt
import json

import pytest

from tests.support.deliveries import GOOD, people, rows_of
from tests.support.numbers import damaged, number, number_ending_in_000

BORN = dt.date(2015, 3, 1)


# Citizen numbers in files


def test_a_damaged_number_is_kept_raw_and_flagged(world):
    (row,) = world.read("户籍", {"身份证号": damaged(number())})
    assert (row["citizen_number"], row["citizen_number_raw"], row["id_invalid"]) == (None, damaged(number()), True)


@pytest.mark.parametrize("cell", ["5.1E+17", number("20251001"), "990121"])
def test_numbers_that_cannot_be(world, cell):
    (row,) = world.read("户籍", {"身份证号": cell})
    assert (row["citizen_number"], row["citizen_number_raw"], row["id_invalid"]) == (None, cell, True)


def test_raw_is_kept_only_where_it_differs(world):
    rows = world.read("户籍", {"身份证号": number()}, {"身份证号": "'" + number(serial=3)}, {"身份证号": "—"})
    assert [(r["citizen_number"], r["citizen_number_raw"], r["id_invalid"]) for r in rows] == [
        (number(), None, False),
        (number(serial=3), "'" + number(serial=3), False),
        (None, None, False),
    ]


def test_a_column_cut_by_a_spreadsheet_is_not_believed(world):
    cut = [number_ending_in_000(f"2015030{i}") for i in range(1, 4)]
    rows = world.read("户籍", *({"身份证号": n, "户籍地址": n} for n in [*cut, number()]))
    assert [row["id_invalid"] for row in rows] == [True, True, True, False]
    assert [row["citizen_number"] for row in rows] == [None, None, None, number()]


def test_two_numbers_ending_in_000_are_chance(world):
    rows = world.read("户籍", *({"身份证号": number_ending_in_000(f"2015030{i}")} for i in (1, 2)))
    assert [row["id_invalid"] for row in rows] == [False, False]


def test_empty_sex_and_birth_date_come_from_the_number(world):
    (row,) = world.read("户籍", {"性别": "", "出生日期": ""})
    assert (row["sex"], row["birth_date"], row["id_mismatch"]) == ("男", BORN, False)


def test_unknown_sex_comes_from_the_number(world):
    (row,) = world.read("户籍", {"性别": "9"})
    assert (row["sex"], row["id_mismatch"]) == ("男", False)


@pytest.mark.parametrize("change", [{"性别": "女"}, {"出生日期": "2015-03-02"}])
def test_columns_stand_against_the_number(world, change):
    (row,) = world.read("户籍", change)
    assert row["id_mismatch"]
    assert (row["sex"], row["birth_date"]) == (
        change.get("性别", "男"),
        dt.date.fromisoformat(change.get("出生日期", "2015-03-01")),
    )


def test_an_invalid_number_contradicts_nothing(world):
    (row,) = world.read("户籍", {"身份证号": damaged(number()), "性别": "女"})
    assert not row["id_mismatch"]


def test_fifteen_digits(world):
    (row,) = world.read("脱贫户", {"身份证号": "990121850301001"})
    assert row["citizen_number"].startswith("99012119850301001")
    assert row["citizen_number_raw"] == "990121850301001"


def test_a_card_number_stands_for_the_citizen_number(world):
    (row,) = world.read("脱贫户", {"身份证号": number() + "42"})
    assert (row["citizen_number"], row["id_invalid"]) == (number(), False)


def test_a_card_number_elsewhere_is_damage(world):
    (row,) = world.read("救助", {"身份证号": number() + "42", "出生日期": "2015-03-01"})
    assert (row["citizen_number"], row["id_invalid"]) == (None, True)


def test_an_empty_number_comes_from_the_disability_card(world):
    (row,) = world.read("残疾人")
    assert (row["citizen_number"], row["citizen_number_raw"], row["id_invalid"]) == (number(), None, False)


def test_a_damaged_number_is_not_replaced_by_the_card(world):
    (row,) = world.read("残疾人", {"身份证号": damaged(number()), "出生日期": "2015-03-01"})
    assert (row["citizen_number"], row["id_invalid"]) == (None, True)


@pytest.mark.parametrize(
    ("cell", "embedded"), [("G" + number(), number()), ("L" + number(), None), ("G" + damaged(number()), None)]
)
def test_numbers_inside_student_numbers(world, cell, embedded):
    (row,) = world.read("学籍", {"学籍号": cell})
    assert row["embedded_number"] == embedded


# Other columns


def test_old_names_of_groups_are_kept_raw(world):
    rows = world.read("脱贫户", {"户类型": "建档立卡"}, {"户编号": "P2"})
    assert [(row["household_type"], row["household_type_raw"]) for row in rows] == [
        ("脱贫户", "建档立卡"),
        ("脱贫户", None),
    ]


def test_free_labels_stay_when_unknown(world):
    (row,) = world.read("户籍", {"民族": "穿青人", "监护人关系": "邻居"})
    assert (row["ethnicity"], row["guardian_relation"]) == ("穿青人", "邻居")


def test_entry_years_follow_the_school(world):
    rows = world.read(
        "学籍",
        {"年级": "2023级"},
        {"年级": "2024级", "学校标识码": "3199000001"},
        {"年级": "2023级", "学校标识码": "7"},
    )
    assert [row["grade"] for row in rows] == [3, 8]
    assert world.rejected() == [(4, "unreadable:年级")]


def test_entry_years_count_to_the_school_year_of_the_delivery(world):
    world.references("2025-08-01")
    world.deliver("学籍", rows_of("学籍", {"年级": "2023级"}), day="2025-08-25")
    world.ingest()
    assert [row["grade"] for row in world.clean("enrolment")] == [2]


def test_division_codes_are_padded(world):
    (row,) = world.read("户籍", {"户籍区划": "990121"})
    assert row["household_division"] == "990121000000"


def test_aid_without_a_date(world):
    (row,) = world.read("资助")
    assert row["paid_on"] is None
    assert str(row["amount"]) == "500.00"


# Rejected rows


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("户籍", {"姓名": "—"}, "missing:姓名"),
        ("户籍", {"户籍状态": ""}, "missing:户籍状态"),
        ("户籍", {"户籍状态": "失踪"}, "unknown:户籍状态"),
        ("户籍", {"性别": "3"}, "unknown:性别"),
        ("户籍", {"出生日期": "2015-02-30"}, "unreadable:出生日期"),
        ("户籍", {"状态日期": "去年"}, "unreadable:状态日期"),
        ("户籍", {"户籍区划": "9901"}, "unreadable:户籍区划"),
        ("户籍", {"身份证号": "", "出生日期": ""}, "no_identity"),
        ("户籍", {"身份证号": damaged(number()), "出生日期": ""}, "no_identity"),
        ("户籍", {"户籍区划": "990122"}, "outside_code"),
        ("户籍", {"户籍区划": "990190"}, "outside_code"),
        ("学籍", {"年级": "幼儿园"}, "unreadable:年级"),
        ("学籍", {"就读方式": "半走读"}, "unknown:就读方式"),
        ("学籍", {"是否孤儿": "也许"}, "unknown:是否孤儿"),
        ("学籍", {"学校标识码": "2199000002"}, "outside_code"),
        ("学籍", {"学校标识码": "3199000002"}, "outside_code"),
        ("日报", {"缺课人数": "若干"}, "unreadable:缺课人数"),
        ("资助", {"金额": "五百"}, "unreadable:金额"),
        ("劝返", None, "no_identity"),
        ("教基统计", {"在校生数": ""}, "missing:在校生数"),
        ("部门名单", {"身份证号": ""}, "no_identity"),
        ("救助", {"身份证号": ""}, "no_identity"),
        # The first reason in the order of 2.4, then the first column in the order of 2.2.
        ("户籍", {"出生日期": "x", "户籍状态": ""}, "missing:户籍状态"),
        ("户籍", {"出生日期": "x", "户籍状态": "失踪"}, "unknown:户籍状态"),
        ("户籍", {"户籍状态": "失踪", "性别": "3"}, "unknown:性别"),
        ("户籍", {"出生日期": "x", "状态日期": "x", "户籍区划": "1"}, "unreadable:出生日期"),
        ("户籍", {"身份证号": "", "出生日期": "", "户籍区划": "990122"}, "no_identity"),
    ],
)
def test_why_a_row_is_rejected(world, kind, change, reason):
    if kind == "劝返":
        good = {"记录编号": "1", "姓名": "王伟", "区划代码": "990121", "行动类型": "劝返", "行动日期": "2025-09-01"}
        world.references()
        world.deliver(kind, [{"身份证号": ""} | good, {"身份证号": number()} | good | {"记录编号": "2"}])
        world.ingest()
        assert world.rejected() == [(2, reason)]
        return
    accepted = {"身份证号": number(serial=9), "户编号": "P9"} if "身份证号" in GOOD[kind] else {"日期": "2025-09-08"}
    if kind == "教基统计":
        accepted = {"年级": "5"}
    world.read(kind, change, accepted)
    assert world.rejected() == [(2, reason)]
    assert world.record()["state"] == "accepted"


def test_a_row_without_a_place_belongs_to_the_files_code(world):
    world.references()
    world.deliver("学籍", rows_of("学籍", {"学校标识码": "7777777777"}))
    world.deliver("户籍", rows_of("户籍", {"户籍区划": "990999000000"}))
    world.ingest()
    assert world.rejected() == []


def test_a_village_that_is_not_listed_lies_in_its_county(world):
    world.references()
    world.deliver(
        "户籍",
        rows_of("户籍", {"户籍区划": "990122003001"}, {"户籍区划": "990121009009", "身份证号": number(serial=3)}),
    )
    world.ingest()
    assert world.rejected() == [(2, "outside_code")]


@pytest.mark.parametrize("code", ["990100", "990000"])
def test_a_wider_code_covers_what_lies_below_it(world, code):
    world.references()
    places = ("990121001001", "990122", "990190")
    changes = [{"户籍区划": place, "身份证号": number(serial=i)} | {"性别": ""} for i, place in enumerate(places)]
    world.deliver("户籍", rows_of("户籍", *changes), code=code)
    world.ingest()
    assert world.rejected() == []


def test_a_student_number_is_identity_enough_in_enrolment_and_roll(world):
    world.references()
    nameless = {"身份证号": "", "出生日期": "", "学籍号": "L1"}
    world.deliver("学籍", rows_of("学籍", nameless))
    world.deliver("在校", rows_of("在校", nameless))
    world.ingest()
    assert world.rejected() == []


def test_a_rejected_row_is_kept_as_delivered_under_standard_headers(world):
    world.references()
    rows = [
        row | {"备注": "x"}
        for row in rows_of("户籍", {"户籍状态": "?", "姓名": " 王 伟"}, {"身份证号": number(serial=3)})
    ]
    world.deliver("户籍", [{"证件号码": row.pop("身份证号")} | row for row in rows])
    world.ingest()
    (found,) = world.engine.read("select row_json from landing.rejected_rows")["row_json"]
    cells = json.loads(found)
    assert (cells["身份证号"], cells["姓名"], cells["户籍状态"]) == (number(), " 王 伟", "?")
    assert "备注" not in cells
    assert "监护人电话" not in cells


# Repeats and double keys


def test_the_same_row_again_is_dropped_and_counted(world):
    (row,) = rows_of("户籍")
    world.references()
    world.deliver("户籍", [row, row, row])
    world.ingest()
    record = world.record()
    assert (record["rows"], record["accepted"], record["rejected"], record["repeats"]) == (3, 1, 0, 2)


def test_a_cell_of_an_unknown_column_makes_a_row_another_one(world):
    (row,) = rows_of("户籍")
    world.references()
    world.deliver("户籍", [row | {"序号": "1"}, row | {"序号": "2"}])
    world.ingest()
    assert world.rejected() == [(3, "duplicate_key")]


def test_a_repeat_of_a_rejected_row_is_a_repeat(world):
    bad, good = rows_of("户籍", {"户籍状态": "?"}, {"身份证号": number(serial=3)})
    world.references()
    world.deliver("户籍", [bad, bad, good])
    world.ingest()
    assert world.rejected() == [(2, "unknown:户籍状态")]
    assert world.record()["repeats"] == 1


def test_the_first_row_with_a_key_stands(world):
    rows = world.read("户籍", {"户籍地址": "1号"}, {"户籍地址": "2号"})
    assert [row["address"] for row in rows] == ["1号"]
    assert world.rejected() == [(3, "duplicate_key")]


def test_a_key_on_a_rejected_row_takes_nothing_from_a_later_one(world):
    rows = world.read("户籍", {"户籍状态": "?"}, {})
    assert [row["row_number"] for row in rows] == [3]
    assert world.rejected() == [(2, "unknown:户籍状态")]


def test_outside_comes_before_double(world):
    world.read("户籍", {}, {"户籍区划": "990122"})
    assert world.rejected() == [(3, "outside_code")]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        # Where the number is damaged or missing, name and birth date stand in.
        (
            "脱贫户",
            {"身份证号": damaged(number()), "出生日期": "2015-03-01"},
            {"身份证号": "", "出生日期": "2015-03-01"},
        ),
        ("部门名单", {"身份证号": "", "出生日期": "2015-03-01"}, {"身份证号": "?", "出生日期": "2015-03-01"}),
        ("学籍", {}, {"身份证号": number(serial=3)}),  # the student number
        ("学籍", {"学籍号": ""}, {"学籍号": "", "姓名": "王二"}),  # else the citizen number
        ("学籍", {"学籍号": "", "身份证号": ""}, {"学籍号": "", "身份证号": "?"}),
        ("在校", {"身份证号": "", "学籍号": "L1"}, {"身份证号": "", "学籍号": "L1", "姓名": "王二"}),
        ("资助", {"身份证号": "", "学籍号": "L1"}, {"身份证号": "?", "学籍号": "L1"}),
        ("学籍查询", {}, {"结果": "毕业"}),
        ("日报", {}, {"实到人数": "30"}),
    ],
)
def test_double_keys(world, kind, first, second):
    world.read(kind, first, second)
    assert world.rejected() == [(3, "duplicate_key")]


@pytest.mark.parametrize(
    ("kind", "second"),
    [
        ("学籍", {"学校标识码": "3199000001"}),
        ("户籍", {"身份证号": "", "户籍地址": "2号"}),
        ("脱贫户", {"户编号": "P2"}),
        ("资助", {"资助项目": "其他"}),
        ("部门名单", {"报送部门": "残联"}),
        ("教基统计", {"年级": "5"}),
    ],
)
def test_keys_that_differ(world, kind, second):
    assert len(world.read(kind, {}, second)) == 2


def test_twins_without_numbers_are_two_children(world):
    world.references()
    first, second = people("脱贫户", 2)
    same = {"户编号": "P1", "身份证号": "", "出生日期": "2015-03-01"}
    world.deliver("脱贫户", [first | same, second | same])
    world.ingest()
    assert world.record()["accepted"] == 2
