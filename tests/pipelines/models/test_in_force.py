"""What a night sees (spec 2.1): snapshots by county, references side by side, events by their last word."""

from __future__ import annotations

import pytest

from tests.pipelines.models.support import (
    COUNTY,
    FIRST,
    NINE_YEAR,
    OTHER_COUNTY,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PRIMARY,
    SCHOOLS,
    UNKNOWN_SCHOOL,
    Province,
    absence_row,
    action_row,
    aid_row,
    calendar_row,
    enrolment_row,
    listed_row,
    lookup_row,
    person,
    registry_row,
    report_row,
)

NIGHT = "2025-11-10"


@pytest.fixture
def province():
    tiny = Province()
    yield tiny
    tiny.close()


def seen(province: Province, table: str = "core.enrolment", night: str = NIGHT) -> set[str]:
    """Names on the rows that the night sees."""
    return {row["name"] for row in province.run(night, ("core",)).rows(table)}


def pupil(serial: int, school: str = PRIMARY) -> dict[str, object]:
    return enrolment_row(person(serial), school_code=school)


def name(serial: int) -> str:
    return str(person(serial)["name"])


class TestSnapshots:
    def test_the_newest_delivery_up_to_the_night_counts(self, province):
        for serial, on in ((1, "2025-09-01"), (2, "2025-11-10"), (3, "2025-11-11")):
            province.add("enrolment", pupil(serial), on=on)
        assert seen(province) == {name(2)}
        assert seen(province, night="2025-11-09") == {name(1)}
        assert seen(province, night="2025-08-31") == set()

    def test_a_prefecture_speaks_for_its_counties_until_they_speak_again(self, province):
        province.add("enrolment", pupil(1), on="2025-09-01")
        province.add("enrolment", pupil(2, OTHER_PRIMARY), on="2025-09-01", code="990122")
        province.add("enrolment", pupil(3), pupil(4, OTHER_PRIMARY), on="2025-10-01", code="990100")
        province.add("enrolment", pupil(5), on="2025-11-01")
        assert seen(province, night="2025-09-30") == {name(1), name(2)}
        assert seen(province, night="2025-10-31") == {name(3), name(4)}
        assert seen(province) == {name(5), name(4)}

    def test_a_prefecture_without_a_countys_rows_leaves_it_empty(self, province):
        province.add("enrolment", pupil(1), on="2025-09-01")
        province.add("enrolment", pupil(2, OTHER_PRIMARY), on="2025-10-01", code="990100")
        assert seen(province) == {name(2)}

    def test_of_one_date_the_narrowest_code_counts(self, province):
        province.add("enrolment", pupil(1), pupil(2, OTHER_PRIMARY), pupil(3, NINE_YEAR), code="990000")
        province.add("enrolment", pupil(4), pupil(5, OTHER_PRIMARY), code="990100", more="_1")
        province.add("enrolment", pupil(6), code="990121")
        assert seen(province) == {name(6), name(5)}

    def test_a_reporting_unit_is_a_county(self, province):
        province.add("enrolment", pupil(1, NINE_YEAR), code="990100")
        province.add("enrolment", pupil(2, NINE_YEAR), code="990190")
        assert seen(province) == {name(2)}

    def test_of_one_date_and_code_the_last_by_file_name_counts(self, province):
        province.add("enrolment", pupil(1), more="_乙")
        province.add("enrolment", pupil(2), more="_甲")
        last = max(("_乙", 1), ("_甲", 2))[1]
        assert seen(province) == {name(last)}

    def test_refused_deliveries_and_replaced_versions_are_not_seen(self, province):
        province.add("enrolment", pupil(1), on="2025-09-01")
        province.add("enrolment", pupil(2), on="2025-10-01", more="_新")
        province.add("enrolment", pupil(3), on="2025-11-01")
        province.engine.execute("update landing.deliveries set state = 'refused' where delivered_on = '2025-11-01'")
        assert seen(province) == {name(2)}
        province.engine.execute(
            "update landing.deliveries set version = 2, state = 'accepted', delivery = '2025-09-01/学籍_990121.csv', "
            "delivered_on = '2025-09-01', file_name = '学籍_990121.csv' where delivered_on = '2025-11-01'"
        )
        assert seen(province, night="2025-09-30") == {name(3)}

    def test_rows_without_a_place_belong_to_the_code_of_their_file(self, province):
        province.add("enrolment", pupil(1), pupil(2, UNKNOWN_SCHOOL), on="2025-09-01", code="990100")
        province.add("enrolment", pupil(3), on="2025-10-01")
        assert seen(province) == {name(2), name(3)}
        province.add("enrolment", pupil(4), on="2025-11-01", code="990100")
        assert seen(province) == {name(4)}

    def test_registry_rows_belong_to_their_division(self, province):
        elsewhere = {"household_division": OTHER_VILLAGE}
        province.add(
            "registry", registry_row(person(1)), registry_row(person(2), **elsewhere), on="2025-09-01", code="990100"
        )
        province.add("registry", registry_row(person(3)), on="2025-10-01")
        assert seen(province, "core.registry") == {name(2), name(3)}

    def test_department_lists_are_replaced_department_by_department(self, province):
        def listed(serial: int, department: str, division: str = COUNTY) -> dict[str, object]:
            return listed_row(person(serial), department=department, division_code=division)

        province.add("department_list", listed(1, "教育"), listed(2, "民政"), on="2025-09-01")
        province.add("department_list", listed(3, "教育"), on="2025-10-01")
        assert seen(province, "core.listing") == {name(2), name(3)}
        province.add("department_list", listed(4, "民政", OTHER_COUNTY), on="2025-11-01", code="990100")
        assert seen(province, "core.listing") == {name(3), name(4)}
        province.add("department_list", listed(5, "教育"), on="2025-11-01", code="990121", more="_教育")
        assert seen(province, "core.listing") == {name(5), name(4)}


class TestReferences:
    def school(self, province: Province) -> str:
        return province.run(NIGHT, ("core",)).one("core.school", school_code=PRIMARY)["school_name"]

    def row(self, school_name: str) -> dict[str, object]:
        code, _, division, school_type = SCHOOLS[0]
        return {
            "school_code": code,
            "school_name": school_name,
            "division_code": division,
            "school_type": school_type,
        }

    def test_codes_stand_side_by_side_and_the_later_row_counts(self, province):
        province.add("school", self.row("县里的名称"), on="2025-09-01", code="990121")
        assert self.school(province) == "县里的名称"
        assert len(province.rows("core.school")) == len(SCHOOLS)

    def test_of_one_date_the_narrower_code_counts(self, province):
        province.add("school", self.row("县里的名称"), on=FIRST, code="990121")
        assert self.school(province) == "县里的名称"

    def test_a_newer_delivery_of_the_code_takes_its_rows_away(self, province):
        province.add("school", self.row("旧名称"), on="2025-09-01", code="990121")
        province.add("school", self.row("别的") | {"school_code": "2199000099"}, on="2025-10-01", code="990121")
        assert self.school(province) == SCHOOLS[0][1]


class TestCalendars:
    def terms(self, province: Province, county: str) -> list[tuple]:
        rows = province.run(NIGHT, ("core",)).rows("core.term", county_code=county, school_year="2025-2026")
        return [(r["term"], r["start_date"].isoformat()) for r in rows]

    def test_the_nearest_level_with_terms_of_the_year(self, province):
        own = calendar_row("2025-2026", "学期", "2025-09-08", "2026-01-20", "秋季学期", COUNTY)
        other_year = calendar_row("2024-2025", "学期", "2024-09-09", "2025-01-20", "秋季学期", OTHER_COUNTY)
        prefecture = calendar_row("2025-2026", "学期", "2025-09-03", "2026-01-20", "秋季学期", "990100000000")
        province.add("calendar", own, on="2025-08-01")
        province.add("calendar", other_year, on="2025-08-01", code="990122")
        province.add("calendar", prefecture, on="2025-08-01", code="990100")
        assert self.terms(province, COUNTY) == [("2025-2026-1", "2025-09-08")]
        assert self.terms(province, OTHER_COUNTY) == [("2025-2026-1", "2025-09-03")]

    def test_school_days(self, province):
        province.add(
            "calendar",
            calendar_row("2025-2026", "放假", "2025-11-05", "2025-11-06", "地方节日", COUNTY),
            on="2025-08-01",
        )
        province.run("2025-11-10", ("core",))
        days = {r["day"].isoformat() for r in province.rows("core.school_day", county_code=COUNTY)}
        others = {r["day"].isoformat() for r in province.rows("core.school_day", county_code=OTHER_COUNTY)}
        assert others - days == {"2025-11-05", "2025-11-06"}
        assert {"2025-09-01", "2025-09-28", "2025-10-11", "2025-11-10", "2025-07-04"} <= days
        assert not days & {
            "2025-08-29",
            "2025-10-01",
            "2025-10-08",
            "2025-10-12",
            "2025-11-08",
            "2025-11-11",
            "2025-07-07",
        }
        numbers = sorted((r["day"], r["day_number"]) for r in province.rows("core.school_day", county_code=COUNTY))
        assert [number for _, number in numbers] == list(range(1, len(numbers) + 1))


class TestEvents:
    def test_the_last_word_on_a_record_before_its_date_is_looked_at(self, province):
        """A correction moves the action into the future: tonight it is not seen at all."""
        kid = person(1)
        province.add("case_action", action_row(kid, "R1", action_date="2025-09-10"), on="2025-09-12")
        province.add("case_action", action_row(kid, "R1", action_date="2025-12-01"), on="2025-09-19")
        assert province.run("2025-09-18", ("core",)).one("core.case_action")["action_date"].isoformat() == "2025-09-10"
        assert province.run(NIGHT, ("core",)).rows("core.case_action") == []

    def test_delivered_again_unchanged_keeps_the_first_delivery(self, province):
        kid = person(1)
        for on in ("2025-09-12", "2025-09-19"):
            province.add("case_action", action_row(kid, "R1"), on=on)
        province.add("case_action", action_row(kid, "R2", result="未成功"), on="2025-09-12")
        province.add("case_action", action_row(kid, "R2", result="成功"), on="2025-09-19")
        province.add("case_action", action_row(kid, "R2", result="成功"), on="2025-09-26")
        province.run(NIGHT, ("core",))
        delivered = {r["record_number"]: r["delivered_on"].isoformat() for r in province.rows("core.case_action")}
        assert delivered == {"R1": "2025-09-12", "R2": "2025-09-19"}

    def test_of_one_date_the_later_file_name_counts(self, province):
        kid = person(1)
        province.add("case_action", action_row(kid, "R1", result="成功"), on="2025-09-12", more="_第2周")
        province.add("case_action", action_row(kid, "R1", result="未成功"), on="2025-09-12", more="_第1周")
        province.run(NIGHT, ("core",))
        assert province.one("core.case_action")["action_date"] is not None
        last = province.engine.scalar(
            "select result from core.listing as l inner join clean.case_action as c "
            "on l.row_id % 4294967296 = c.row_number inner join core.delivery as d "
            "on c.delivery_id = d.delivery_id and d.delivery_order = l.row_id // 4294967296"
        )
        assert last == "成功"

    def test_absences_and_reports_of_days_gone_by(self, province):
        kid = person(1)
        for reason, on in (("旷课", "2025-09-09"), ("病假", "2025-09-12")):
            province.add("absence", absence_row(kid, absence_reason=reason), on=on)
        province.add("absence", absence_row(kid, absence_date="2025-11-11"), on="2025-09-12")
        province.add("daily_report", report_row(absent_pupils=1), on="2025-09-09")
        province.add("daily_report", report_row(absent_pupils=0), on="2025-09-12")
        province.run(NIGHT, ("core",))
        assert [r["unexcused"] for r in province.rows("core.absence")] == [False]
        assert province.one("core.daily_report")["absent_pupils"] == 0

    def test_look_ups_of_one_day(self, province):
        kid = person(1)
        province.add("lookup", lookup_row(kid, lookup_result="无记录"), on="2025-09-09")
        province.add("lookup", lookup_row(kid), on="2025-09-12")
        assert province.run(NIGHT, ("core",)).one("core.lookup")["lookup_result"] == "在读"

    @pytest.mark.parametrize(("paid_on", "visible"), [(None, True), (NIGHT, True), ("2025-11-11", False)])
    def test_aid_without_a_date_is_visible(self, province, paid_on, visible):
        province.add("aid", aid_row(person(1), paid_on=paid_on))
        assert bool(province.run(NIGHT, ("core",)).rows("core.aid")) is visible
