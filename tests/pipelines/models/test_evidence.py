"""`restricted.evidence`: what each office says of a child with a case or out of school, by delivery and row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quality.contracts import check_contracts
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.support import (
    LEDGER,
    PRIMARY,
    Province,
    absence_row,
    action_row,
    change_row,
    day,
    disability_row,
    enrolment_row,
    listed_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    report_row,
    request_rows,
    roll_row,
)

TABLE = CATALOGUE["restricted.evidence"]
NIGHT = "2025-09-10"


@pytest.fixture
def province() -> Iterator[Province]:
    tiny = Province()
    yield tiny
    tiny.close()


def said(province: Province, night: str = NIGHT) -> dict[str, tuple]:
    """`delivery#row` → kind, date, what is said, use; run over the ledger of the night."""
    province.run(night, LEDGER)
    province.model(TABLE.full_name)
    rows = province.rows(TABLE.full_name)
    found = {
        f"{row['delivery']}#{row['row_number']}": (row["kind"], row["on_date"], row["said"], row["used_for"])
        for row in rows
    }
    assert len(found) == len(rows)
    return found


def test_every_office_that_speaks_of_a_dropout(province: Province) -> None:
    kid = person(1)
    (r,) = province.add("registry", registry_row(kid))
    (e,) = province.add(
        "enrolment", enrolment_row(kid, enrolment_status="辍学", status_date="2025-09-02"), on="2025-09-05"
    )
    (x,) = province.add(
        "enrolment_change", change_row(kid, change_type="辍学", change_date="2025-09-02"), on="2025-09-05"
    )
    (p,) = province.add("poverty", poverty_row(kid))
    (b,) = province.add("disability", disability_row(kid))
    (q,) = province.add("department_list", listed_row(kid), on="2025-09-06")
    (n,) = province.add("lookup", lookup_row(kid, lookup_result="无记录", province=None), on="2025-09-09")
    (c,) = province.add("case_action", action_row(kid, "R1"), on="2025-09-10")
    assert said(province) == {
        r: ("户籍", None, "户籍状态正常", "reference"),
        e: ("学籍", day("2025-09-02"), f"学籍状态辍学，4年级，学校{PRIMARY}", "status"),
        x: ("学籍异动", day("2025-09-02"), f"学籍异动：辍学，学校{PRIMARY}", "reference"),
        p: ("脱贫户", None, "户类型脱贫户", "group"),
        b: ("残疾人", None, "残疾类别听力", "group"),
        q: ("部门名单", None, "教育名单：辍学", "reference"),
        n: ("学籍查询", day("2025-09-08"), "全国学籍查询：无记录", "reference"),
        c: ("劝返", day("2025-09-10"), "劝返，未成功", "case"),
    }


def test_who_sits_in_class_and_never_had_a_case_is_not_there(province: Province) -> None:
    province.add("registry", registry_row(person(1)))
    province.add("enrolment", enrolment_row(person(1)))
    assert said(province) == {}


def test_a_placement_that_counts_and_one_that_does_not(province: Province) -> None:
    kid, other = person(1), person(2)
    gone = {"enrolment_status": "辍学", "status_date": "2025-09-02"}
    province.add("enrolment", enrolment_row(kid, **gone), enrolment_row(other, **gone))
    province.night("2025-09-03")
    rows = request_rows(kid, "R1", "安置", "送教上门", end_date="2025-12-31")
    request, approval = province.add("case_action", *rows, on="2025-09-08")
    (refused,) = province.add(
        "case_action", request_rows(other, "R2", "安置", "送教上门")[0], on="2025-09-08", more="_2"
    )
    found = said(province)
    assert found[request][2:] == ("安置（送教上门），2025-09-05至2025-12-31，县级已审核", "status")
    assert found[approval][2:] == ("审核（送教上门），通过", "case")
    assert found[refused][2:] == ("安置（送教上门），2025-09-05至未定，没有有效的县级审核", "case")


def test_a_roll_without_the_child_is_evidence(province: Province) -> None:
    kid = person(1)
    province.add("enrolment", enrolment_row(kid))
    province.add("in_school", roll_row(person(2)), on="2025-09-04")
    found = said(province)
    expected = ("在校", day("2025-09-03"), f"点名册上没有该生，学校{PRIMARY}", "status")
    assert found["2025-09-04/在校_990121.csv#None"] == expected


def test_absences_stand_in_one_row(province: Province) -> None:
    kid = person(1)
    province.add("enrolment", enrolment_row(kid))
    days = ("2025-09-02", "2025-09-08", "2025-09-09", "2025-09-10")
    rows = province.add("absence", *(absence_row(kid, absence_date=on) for on in days), on="2025-09-10")
    province.add("daily_report", *(report_row(report_date=on) for on in days), on="2025-09-10")
    text = f"旷课或原因不明共4个上课日（2025-09-02至2025-09-10），到学校最近一次报告为止连续3天，学校{PRIMARY}"
    found = {row: what for row, what in said(province).items() if what[0] == "缺课"}
    assert found == {rows[-1]: ("缺课", day("2025-09-10"), text, "status")}


def test_who_vanished_from_the_register(province: Province) -> None:
    kid = person(1)
    province.add("registry", registry_row(kid))
    province.add("enrolment", enrolment_row(kid), enrolment_row(person(2)), on="2025-09-01")
    province.night("2025-09-03")
    province.add("enrolment", enrolment_row(person(2)), on="2025-09-08")
    found = said(province)
    assert found["2025-09-08/学籍_990121.csv#None"] == (
        "学籍",
        day("2025-09-08"),
        f"这次报送的学籍中已没有该生，原学校{PRIMARY}",
        "status",
    )
    assert found["None#None"] == (
        "学籍",
        day("2022-09-01"),
        f"以前报送的学籍：在读，4年级，学校{PRIMARY}（2025-2026学年最后见到）",
        "reference",
    )


def test_a_case_of_whom_nothing_is_left_keeps_what_was_done(province: Province) -> None:
    kid = person(1)
    province.add("enrolment", enrolment_row(person(2)))
    province.add("registry", registry_row(kid), registry_row(person(9)), on="2025-09-01")
    province.night("2025-10-10")
    province.add("registry", registry_row(person(9)), on="2025-10-12")
    (visit,) = province.add("case_action", action_row(kid, "R1", action_date="2025-10-13"), on="2025-10-14")
    found = said(province, "2025-10-15")
    assert province.one("ledger.case_state", child_id=kid["citizen_number"])["sub_state"] == "unseen"
    assert found[visit] == ("劝返", day("2025-10-13"), "劝返，未成功", "case")


def test_free_words_are_not_repeated(province: Province) -> None:
    """种类 and 省份 are free text: a name or a telephone in them goes no further."""
    kid = person(1)
    province.add("enrolment", enrolment_row(kid, enrolment_status="辍学", status_date="2025-09-02"))
    province.add("case_action", action_row(kid, "R1", action_type="文书", action_kind="通知王小二", result=None))
    province.add("lookup", lookup_row(kid, lookup_result="无记录", province="问王小二13800000000"))
    found = " ".join(what[2] for what in said(province).values())
    assert "王" not in found
    assert "138" not in found
    assert "文书（其他）" in found


def test_a_contract_that_is_broken_is_found(province: Province) -> None:
    said(province)
    (good,) = check_contracts(province.engine, [TABLE])
    assert good.passed
    key = "date '2025-09-10', '0123456789abcdef'"
    province.engine.execute(f"insert into {TABLE.full_name} values ({key}, 'registry', null, 2, null, '甲', 'status')")
    province.engine.execute(f"insert into {TABLE.full_name} values ({key}, '户籍', null, 2, null, null, 'proof')")
    (bad,) = check_contracts(province.engine, [TABLE])
    assert bad.blocks
    assert bad.count == 3  # an unknown kind, nothing said, an unknown use
