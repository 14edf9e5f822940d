"""Lists that somebody must act on (6.1): rows given, rows expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from quality.contracts import check_contracts
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.support import (
    COUNTY,
    LEDGER,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PRIMARY,
    Province,
    Row,
    absence_row,
    action_row,
    assistance_row,
    day,
    disability_row,
    enrolment_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    report_row,
    request_rows,
    roll_row,
    school_days,
    unnumbered,
)

NIGHT = "2025-10-31"
LISTS = ("no_registry", "register_to_move", "moved_away", "disabled_out", "long_leave")


@pytest.fixture
def province() -> Iterator[Province]:
    tiny = Province()
    yield tiny
    tiny.close()


def listed(province: Province, name: str, night: str = NIGHT) -> dict[str, dict]:
    """Rows of one list by child_id, the ledger run before it."""
    province.run(night, LEDGER)
    return made(province, name)


def made(province: Province, name: str) -> dict[str, dict]:
    """The list of the night that has been run, by child_id."""
    province.model(f"restricted.{name}")
    who = {row["child_key"]: row["child_id"] for row in province.rows("ledger.memory_state")}
    who |= {row["child_key"]: row["child_id"] for row in province.rows("matching.child")}
    rows = province.rows(f"restricted.{name}")
    assert all(row["as_of"] == day(NIGHT) and row["action"].endswith("。") for row in rows)
    return {who[row["child_key"]]: row for row in rows}


def where_and_since(rows: Mapping[str, dict]) -> dict[str, tuple]:
    return {child: (row["county"], row["since"]) for child, row in rows.items()}


class TestNoRegistry:
    def test_children_whom_the_registry_does_not_have(self, province: Province) -> None:
        here, pupil, poor, small = person(1), person(2), person(3), person(4, "2021-03-01")
        province.add("registry", registry_row(here), on="2025-10-01")
        province.add("enrolment", enrolment_row(here), enrolment_row(pupil, school_code=OTHER_PRIMARY), code="990100")
        province.add(
            "registry", registry_row(person(9), household_division=OTHER_VILLAGE), on="2025-09-20", code="990122"
        )
        province.add("poverty", poverty_row(poor))
        province.add("assistance", assistance_row(small))
        assert where_and_since(listed(province, "no_registry")) == {
            pupil["citizen_number"]: (OTHER_COUNTY, day("2025-09-20")),
            poor["citizen_number"]: (COUNTY, day("2025-10-01")),
            small["citizen_number"]: (COUNTY, day("2025-10-01")),
        }

    def test_registered_in_another_province_is_no_fault(self, province: Province) -> None:
        province.add("registry", registry_row(person(9)))
        away, near = person(1), person(2)
        rows = [
            enrolment_row(away, household_division="980101001001"),
            enrolment_row(near, household_division=OTHER_VILLAGE),
        ]
        province.add("enrolment", *rows)
        assert set(listed(province, "no_registry")) == {near["citizen_number"]}

    def test_a_county_without_a_registry_delivery_says_nothing(self, province: Province) -> None:
        province.add("enrolment", enrolment_row(person(1)))
        assert listed(province, "no_registry") == {}

    def test_who_has_left_the_country_or_died_is_not_asked_for(self, province: Province) -> None:
        province.add("registry", registry_row(person(9)))
        rows = [
            enrolment_row(person(n), enrolment_status=status) for n, status in ((1, "死亡"), (2, "出国"), (3, "辍学"))
        ]
        province.add("enrolment", *rows)
        assert set(listed(province, "no_registry")) == {person(3)["citizen_number"]}

    def test_a_row_by_name_is_a_registry_row(self, province: Province) -> None:
        kid = person(1)
        province.add("registry", registry_row(unnumbered(kid)))
        province.add("enrolment", enrolment_row(kid))
        assert listed(province, "no_registry") == {}


class TestRegisterToMove:
    def pupil(self, province: Province, who: Row, **changes: object) -> None:
        province.add("registry", registry_row(who))
        province.add("enrolment", enrolment_row(who, **changes))

    def test_schooled_in_another_province_with_the_register_here(self, province: Province) -> None:
        moved, stayed, dropped = person(1), person(2), person(3)
        self.pupil(province, moved)
        self.pupil(province, stayed)
        self.pupil(province, dropped, enrolment_status="辍学", status_date="2025-09-02")
        roll = [roll_row(moved, present=False), roll_row(stayed)]
        province.add("in_school", *roll, on="2025-09-04")
        province.add("lookup", *(lookup_row(who) for who in (moved, stayed, dropped)), on="2025-09-09")
        # Who sits in class here has no register to move, nor has who was struck off here.
        assert where_and_since(listed(province, "register_to_move")) == {
            moved["citizen_number"]: (COUNTY, day("2025-09-08"))
        }


class TestMovedAway:
    def test_moved_away_without_any_school(self, province: Province) -> None:
        away, struck, fresh, pupil = (person(n) for n in range(1, 5))
        for who, status, on in (
            (away, "迁出", "2025-08-01"),
            (struck, "注销", None),
            (fresh, "迁出", "2025-10-20"),  # transfer_pending still
            (pupil, "迁出", "2025-08-01"),
        ):
            province.add("registry", registry_row(who, registry_status=status, status_date=on))
        province.add("enrolment", enrolment_row(pupil))
        rows = listed(province, "moved_away")
        assert where_and_since(rows) == {
            away["citizen_number"]: (COUNTY, day("2025-08-01")),
            struck["citizen_number"]: (COUNTY, None),
        }
        assert "注销" in rows[struck["citizen_number"]]["action"]
        assert "迁入地" in rows[away["citizen_number"]]["action"]

    def test_a_case_that_closed_so_stays_when_the_row_is_gone(self, province: Province) -> None:
        kid = person(1)
        province.add("enrolment", enrolment_row(person(8)))
        province.add("registry", registry_row(kid), registry_row(person(9)), on="2025-09-01")
        province.night("2025-10-10")  # never enrolled: a case
        gone = registry_row(kid, registry_status="迁出", status_date="2025-09-01")
        province.add("registry", gone, registry_row(person(9)), on="2025-10-15")
        province.night("2025-10-16")
        province.add("registry", registry_row(person(9)), on="2025-10-20")
        assert where_and_since(listed(province, "moved_away")) == {kid["citizen_number"]: (COUNTY, day("2025-10-16"))}

    def test_who_turns_up_in_a_school_is_off_the_list(self, province: Province) -> None:
        kid = person(1)
        province.add("enrolment", enrolment_row(person(8)))
        province.add("registry", registry_row(kid), on="2025-09-01")
        province.night("2025-10-10")
        province.add("registry", registry_row(kid, registry_status="迁出", status_date="2025-09-01"), on="2025-10-15")
        province.night("2025-10-16")
        province.add("enrolment", enrolment_row(person(8)), enrolment_row(kid), on="2025-10-20")
        assert listed(province, "moved_away") == {}


class TestDisabledOut:
    def test_disabled_and_not_schooled(self, province: Province) -> None:
        never, dropped, absent, schooled, home, deferred, sound = (person(n) for n in range(1, 8))
        grown = person(8, "2009-05-01")
        everyone = (never, dropped, absent, schooled, home, deferred, sound, grown)
        province.add("registry", *(registry_row(who) for who in everyone))
        province.add("disability", *(disability_row(who) for who in (never, absent, schooled, home, deferred, grown)))
        province.add(
            "enrolment",
            # Known by the school alone.
            enrolment_row(dropped, enrolment_status="辍学", status_date="2025-09-02", disability_type="智力"),
            *(enrolment_row(who) for who in (absent, schooled, sound)),
            enrolment_row(home, home_teaching=True),
        )
        roll = [roll_row(who, present=who is schooled) for who in (absent, schooled, sound)]
        province.add("in_school", *roll, on="2025-09-04")
        province.add("case_action", *request_rows(deferred, "R1", "延缓入学", "残疾"), on="2025-09-08")
        rows = listed(province, "disabled_out")
        assert where_and_since(rows) == {
            never["citizen_number"]: (COUNTY, None),
            dropped["citizen_number"]: (COUNTY, day("2025-09-02")),
            absent["citizen_number"]: (COUNTY, day("2025-09-03")),
        }
        assert len({row["action"] for row in rows.values()}) == 3


class TestLongLeave:
    SICK = school_days("2025-09-08", "2025-09-26")  # fifteen

    def away(self, province: Province, who: Row, days: list[str], reason: str = "病假", **changes: object) -> None:
        for on in days:
            row = absence_row(who, absence_date=on, absence_reason=reason, **changes)
            province.add("absence", row, on="2025-10-30")

    @pytest.fixture
    def kid(self, province: Province) -> Row:
        who = person(1)
        province.add("registry", registry_row(who))
        province.add("enrolment", enrolment_row(who), on="2025-09-01")
        province.add("daily_report", *(report_row(report_date=on) for on in self.SICK), on="2025-09-30")
        return who

    def since(self, province: Province) -> list:
        return [row["since"] for row in listed(province, "long_leave").values()]

    def test_fifteen_school_days_in_a_row(self, province: Province, kid: Row) -> None:
        self.away(province, kid, self.SICK)
        assert where_and_since(listed(province, "long_leave")) == {kid["citizen_number"]: (COUNTY, day("2025-09-08"))}

    def test_fourteen_are_not_enough(self, province: Province, kid: Row) -> None:
        self.away(province, kid, self.SICK[1:])
        assert self.since(province) == []

    def test_who_came_back_on_a_reported_day_is_back(self, province: Province, kid: Row) -> None:
        self.away(province, kid, self.SICK)
        province.add("daily_report", report_row(report_date="2025-09-29"), on="2025-09-30")
        assert self.since(province) == []

    def test_a_day_present_in_between_breaks_the_leave(self, province: Province, kid: Row) -> None:
        before = school_days("2025-09-01", "2025-09-04")
        self.away(province, kid, [*before, *self.SICK[1:]])
        assert self.since(province) == []

    def test_an_unexcused_day_neither_counts_nor_breaks(self, province: Province, kid: Row) -> None:
        self.away(province, kid, self.SICK[:5] + self.SICK[6:])
        self.away(province, kid, self.SICK[5:6], reason="旷课")
        assert self.since(province) == []
        self.away(province, kid, ["2025-09-05"], reason="事假")
        assert self.since(province) == [day("2025-09-05")]

    def test_what_another_school_reports_does_not_count(self, province: Province, kid: Row) -> None:
        self.away(province, kid, self.SICK, school_code=OTHER_PRIMARY)
        assert self.since(province) == []

    def test_policy_sets_the_number(self, province: Province, kid: Row) -> None:
        self.away(province, kid, self.SICK[-5:])
        province.changes["absence"] = {"leave_days": 5}
        assert self.since(province) == [day(self.SICK[-5])]

    def test_no_roll_and_no_report_is_asked_of_home_teaching(self, province: Province, kid: Row) -> None:
        province.add("enrolment", enrolment_row(kid, home_teaching=True), on="2025-09-20")
        self.away(province, kid, self.SICK)
        assert self.since(province) == []

    def test_the_last_report_counts_and_not_the_night(self, province: Province, kid: Row) -> None:
        """The school has not reported since 26 September: silence brings nobody back."""
        self.away(province, kid, self.SICK, school_code=PRIMARY)
        assert self.since(province) == [day("2025-09-08")]


@pytest.mark.parametrize("name", LISTS)
def test_a_contract_that_is_broken_is_found(province: Province, name: str) -> None:
    """A list on which a child stands twice, in a county of six digits, without anything to do."""
    table = CATALOGUE[f"restricted.{name}"]
    province.add("case_action", action_row(person(1), "R1"))
    listed(province, name)
    row = "(date '2025-10-31', '0123456789abcdef', '990121', null, null)"
    (good,) = check_contracts(province.engine, [table])
    assert good.passed
    province.engine.execute(f"insert into restricted.{name} values {row}, {row}")
    (bad,) = check_contracts(province.engine, [table])
    assert bad.blocks
    assert bad.count >= 3
