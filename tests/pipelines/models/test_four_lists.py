"""The four lists (spec 4.7): tasks, overdue items, closings, and the accountability list (spec 4.5, 5.1)."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipelines.landing.frames import DELIVERIES, DELIVERY_COLUMNS
from quality.contracts import check_contract
from quality.screen import screen
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    JUNIOR,
    OTHER_COUNTY,
    OTHER_JUNIOR,
    OTHER_TOWN,
    OTHER_VILLAGE,
    PRIMARY,
    SECOND_PRIMARY,
    SECOND_TOWN,
    TOWN,
    UNKNOWN_SCHOOL,
    VILLAGE,
    Province,
    Row,
    action_row,
    assistance_row,
    day,
    enrolment_row,
    lookup_row,
    person,
    registry_row,
    report_row,
    request_rows,
    verification_row,
)

OUT = {"enrolment_status": "辍学"}
NIGHT = "2025-10-31"
KIDS = {name: person(i + 1) for i, name in enumerate(("spring", "noticed", "sued", "placed", "suspended", "elsewhere"))}
FAR, LISTED, UNPLACED = person(20), person(21), person(22)
ACCOUNT = CATALOGUE["published.accountability"]


def stock(school: str, year: str, pupils: int = 10) -> Row:
    """教基统计: grade 8 of a school."""
    flows = ("admissions", "resumed", "transfers_in", "other_increase", "graduated", "suspended", "deaths")
    none = dict.fromkeys((*flows, "transfers_out", "dropouts", "other_decrease"), 0)
    return {"school_year": year, "school_code": school, "grade": 8, "stock": pupils, **none}


def document(who: Row, record: str, kind: str, on: str) -> Row:
    """劝返: a document served."""
    return action_row(who, record, action_type="文书", action_kind=kind, action_date=on, result=None)


@pytest.fixture(scope="module")
def province() -> Province:
    """Two nights of the year before, two of this one; the last is the night that the tests look at."""
    made = Province()
    lives = Lives(made)
    junior = {"school_code": JUNIOR, "grade": 8}
    for who in (*KIDS.values(), UNPLACED):
        lives.resident(who)
    lives.pupil(KIDS["spring"], "2025-06-01", **OUT, **junior, status_date="2025-05-20")
    lives.pupil(KIDS["elsewhere"], "2025-06-01", **OUT, **junior, status_date="2025-05-21")
    for name in ("noticed", "sued", "placed", "suspended"):
        lives.pupil(KIDS[name], "2025-06-01", **junior)
        lives.pupil(KIDS[name], "2025-09-05", **OUT, **junior, status_date="2025-09-04")
    gone = {"enrolment_status": "休学", "suspended_until": "2026-01-10", "status_date": "2025-09-18"}
    lives.pupil(KIDS["suspended"], "2025-09-19", **junior, **gone)
    lives.pupil(UNPLACED, "2025-06-01", school_code=UNKNOWN_SCHOOL, grade=8)
    lives.pupil(UNPLACED, "2025-09-05", **OUT, school_code=UNKNOWN_SCHOOL, grade=8, status_date="2025-09-04")
    lives.pupil(person(50), "2025-08-25")
    lives.pupil(person(51), "2025-08-25", school_code=SECOND_PRIMARY)
    lives.deliver()
    made.add("registry", registry_row(FAR, household_division=OTHER_VILLAGE), code="990122")
    made.add("enrolment", enrolment_row(FAR, school_code=OTHER_JUNIOR, grade=8), on="2025-06-01", code="990122")
    far = enrolment_row(FAR, **OUT, school_code=OTHER_JUNIOR, grade=8, status_date="2025-09-04")
    made.add("enrolment", far, on="2025-09-05", code="990122")
    made.add("lookup", lookup_row(KIDS["elsewhere"], lookup_date="2025-08-27"), on="2025-08-28")
    acts = [
        *(document(KIDS[n], f"{n}书", "限期复学通知书", "2025-09-20") for n in ("noticed", "sued")),
        action_row(KIDS["sued"], "访", action_date="2025-09-20"),
        document(KIDS["sued"], "罚", "行政处罚决定书", "2025-09-22"),
        document(KIDS["sued"], "诉", "提起诉讼", "2025-10-20"),
        *request_rows(KIDS["placed"], "置", "安置", "送教上门"),
    ]
    made.add("case_action", *acts, on="2025-10-21")
    rows = [stock(s, y) for s in (JUNIOR, OTHER_JUNIOR) for y in ("2024-2025", "2025-2026")]
    made.add("annual_statistics", *rows, on="2025-06-01", code="990100")
    made.add("daily_report", report_row(report_date="2025-10-27"), on="2025-10-28")
    # The child of a listing without a village opens its case on the last night.
    made.add("assistance", assistance_row(LISTED, division_code=SECOND_TOWN), on="2025-10-30")
    refused = {
        **{"delivery_id": 900, "delivery": "2025-10-20/残疾人_990122.csv", "kind": "残疾人", "code": "990122"},
        **{"delivered_on": date(2025, 10, 20), "file_name": "残疾人_990122.csv", "sha256": "9", "version": 1},
        **{"state": "refused", "reason": "empty", "superseded": False},
    }
    made.engine.load(DELIVERIES, pl.DataFrame([refused], schema=DELIVERY_COLUMNS), append=True)
    for night in ("2025-08-26", "2025-08-30", "2025-09-12", "2025-09-20"):
        made.night(night, ALL)
    return made.run(NIGHT, ALL)


def account(made: Province, name: str, table: str = "restricted.accountability_list") -> dict[tuple, tuple]:
    """(unit, subject, measure) → (value, limit) of one list."""
    return {
        (r["unit_code"], r["subject"], r["measure"]): (r["value"], r["limit_value"])
        for r in made.rows(table, list=name)
    }


def who_owes(made: Province, table: str, who: Row) -> dict[tuple, dict]:
    """(deadline, role) → row of the child in a list."""
    found = made.engine.read(
        f"select l.* from {table} as l inner join matching.child as c on l.child_key = c.child_key "
        "where c.child_id = $id",
        {"id": who["citizen_number"]},
    ).to_dicts()
    return {(r["deadline"], r["role"]): r for r in found}


class TestAccountability:
    def test_schools_over_the_limit_twice_are_the_principals(self, province: Province) -> None:
        # Last year one or two of ten; this year two of ten.
        expected = {(JUNIOR, "junior", "dropout_rate"): (Decimal("20.00"), Decimal("1.80"))}
        assert account(province, "principal") == expected

    def test_townships_and_schools_of_one_year_and_overdue_penalties_are_talked_to(self, province: Province) -> None:
        assert account(province, "interview") == {
            (TOWN, "junior", "dropout_rate"): (Decimal("20.00"), Decimal("1.80")),
            (OTHER_TOWN, "junior", "dropout_rate"): (Decimal("10.00"), Decimal("1.80")),
            (OTHER_JUNIOR, "junior", "dropout_rate"): (Decimal("10.00"), Decimal("1.80")),
            (TOWN, "penalty_due", "overdue_cases"): (Decimal("1.00"), Decimal("0.00")),
        }

    def test_overdue_deadlines_stand_with_the_unit_that_owes_them(self, province: Province) -> None:
        found = account(province, "overdue")
        assert found[TOWN, "penalty_due", "overdue_cases"][0] == 1
        assert found[TOWN, "notice_due", "overdue_cases"][0] == 2, "spring and the child of the unknown school"
        assert found[OTHER_TOWN, "notice_due", "overdue_cases"][0] == 1
        assert (COUNTY, "notice_due", "overdue_cases") not in found
        assert found[VILLAGE, "first_visit_due", "overdue_cases"] == (Decimal("3.00"), Decimal("0.00"))
        assert found[JUNIOR, "first_visit_due", "overdue_cases"] == (Decimal("2.00"), Decimal("0.00"))

    def test_the_public_list_leaves_out_who_would_tell_of_a_child(self, province: Province) -> None:
        public = "published.accountability"
        assert account(province, "principal", public) == {}
        assert (OTHER_JUNIOR, "junior", "dropout_rate") not in account(province, "interview", public)
        found = account(province, "overdue", public)
        assert found[TOWN, "penalty_due", "overdue_cases"][0] == 1
        assert {unit for unit, _, _ in found} <= {TOWN, SECOND_TOWN, OTHER_TOWN, COUNTY, OTHER_COUNTY}

    def test_the_bound_of_small_cells_is_policy(self, province: Province) -> None:
        other = copy.copy(province)
        other.changes = {"disclosure": {"small_cell": 1}}
        other.engine.execute("delete from ledger.withheld_history")  # once withheld, always
        other.run(NIGHT, ALL)
        for name in ("principal", "interview", "overdue"):
            assert account(other, name, "published.accountability") == account(other, name)
        other.changes = {}
        province.run(NIGHT, ALL)

    def test_schools_that_are_silent_and_sources_that_were_refused(self, province: Province) -> None:
        for table in ("restricted.accountability_list", "published.accountability"):
            assert account(province, "reporting_gap", table) == {
                # 28, 29, 30, 31 October; all school days since September.
                (PRIMARY, "日报", "silent_days"): (Decimal("4.00"), Decimal("3.00")),
                (SECOND_PRIMARY, "日报", "silent_days"): (Decimal("41.00"), Decimal("3.00")),
            }
            assert account(province, "source_refused", table) == {
                (OTHER_COUNTY, "残疾人", "refused_days"): (Decimal("11.00"), Decimal("0.00"))
            }

    def test_the_public_list_passes_contract_and_screen(self, province: Province) -> None:
        assert check_contract(province.engine, ACCOUNT).passed
        outcomes = screen(province.engine, [ACCOUNT], small_cell=5)
        assert [o.verdict for o in outcomes] == ["pass"] * 4

    @pytest.mark.parametrize(("measure", "verdict"), [("overdue_cases", "fail"), ("silent_days", "pass")])
    def test_a_small_count_of_children_that_is_shown_is_stopped(
        self, province: Province, measure: str, verdict: str
    ) -> None:
        province.engine.execute(
            "insert into published.accountability "
            "select * replace (2 as value, $measure as measure, 'overdue' as list) from published.accountability "
            "where unit_code = $unit and list = 'reporting_gap'",
            {"measure": measure, "unit": PRIMARY},
        )
        found = {o.check: o.verdict for o in screen(province.engine, [ACCOUNT], small_cell=5)}
        province.run(NIGHT, ALL)
        assert found["screen_small_cells"] == verdict


class TestTasks:
    def test_everything_unmet_with_the_office_that_owes_it(self, province: Province) -> None:
        rows = who_owes(province, "restricted.task_list", KIDS["noticed"])
        assert set(rows) == {
            ("first_visit_due", "村委会主任"),
            ("first_visit_due", "师长"),
            ("penalty_due", "乡镇长"),
            ("month_report_due", "村委会主任"),
            ("month_report_due", "师长"),
        }
        row = rows["penalty_due", "乡镇长"]
        assert (row["unit_code"], row["line"], row["county"], row["state"]) == (TOWN, "household", COUNTY, "verified")
        assert (row["due_on"], row["days_left"], row["overdue"]) == (day("2025-09-27"), -34, True)
        row = rows["month_report_due", "师长"]
        assert (row["unit_code"], row["days_left"], row["overdue"], row["met"]) == (f"{JUNIOR}/8/1", 0, False, False)

    def test_a_case_that_owes_nothing_stands_with_its_month(self, province: Province) -> None:
        rows = who_owes(province, "restricted.task_list", KIDS["sued"])
        assert set(rows) == {("month_report_due", "村委会主任"), ("month_report_due", "师长")}
        assert all(row["met"] and not row["overdue"] for row in rows.values())

    def test_what_nobody_below_can_owe_the_next_office_owes(self, province: Province) -> None:
        listed = who_owes(province, "restricted.task_list", LISTED)
        assert listed["verify_due", "乡镇长"]["unit_code"] == SECOND_TOWN
        assert listed["verify_due", "教育局长"]["unit_code"] == COUNTY
        assert len(listed) == 4
        # A school that 学校 does not know has its class teacher all the same.
        assert ("first_visit_due", "师长") in who_owes(province, "restricted.task_list", UNPLACED)

    def test_every_open_case_is_on_the_list_and_no_closed_one(self, province: Province) -> None:
        keys = {r["case_id"] for r in province.rows("restricted.task_list")}
        assert keys == {r["case_id"] for r in province.rows("ledger.case_state") if r["state"] != "closed"}


def test_overdue_items_are_the_overdue_tasks(province: Province) -> None:
    tasks = {
        (r["case_id"], r["deadline"], r["role"], r["unit_code"], -r["days_left"])
        for r in province.rows("restricted.task_list", overdue=True)
    }
    overdue = {
        (r["case_id"], r["deadline"], r["role"], r["unit_code"], r["days_overdue"])
        for r in province.rows("restricted.overdue_list")
    }
    assert overdue == tasks
    assert who_owes(province, "restricted.overdue_list", KIDS["noticed"])["penalty_due", "乡镇长"]["days_overdue"] == 34


def test_closings_of_the_school_year_with_reason_and_evidence(province: Province) -> None:
    keys = {r["child_key"]: r["child_id"] for r in province.rows("matching.child")}
    names = {who["citizen_number"]: name for name, who in KIDS.items()}
    rows = {names[str(keys[r["child_key"]])]: r for r in province.rows("restricted.closed_list")}
    # Elsewhere closed on 30 August: another school year.
    assert set(rows) == {"placed", "suspended"}
    placed = rows["placed"]
    assert (placed["closed_on"], placed["close_reason"], placed["this_month"]) == (day(NIGHT), "placed", True)
    assert (placed["evidence_kind"], placed["evidence_delivery"]) == ("case_action", "2025-10-21/劝返_990121.csv")
    assert (placed["county"], placed["school_code"], placed["stage"]) == (COUNTY, JUNIOR, "junior")
    suspended = rows["suspended"]
    assert (suspended["closed_on"], suspended["this_month"]) == (day("2025-09-20"), False)
    assert suspended["evidence_kind"] == "enrolment"


def test_a_verified_case_owes_no_verification() -> None:
    made = Province()
    kid = person(1)
    made.add("registry", registry_row(kid))
    made.add("enrolment", on="2025-08-25")
    made.night("2025-10-10")
    made.add("case_action", verification_row(kid, "核", action_date="2025-10-12"), on="2025-10-12")
    made.run("2025-10-13", ALL)
    # The verification is the action of its month.
    assert {d for d, _ in who_owes(made, "restricted.task_list", kid)} == {"first_visit_due", "notice_due"}
    made.close()
