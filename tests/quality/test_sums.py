"""Units add up (quality/sums.py): in trees of divisions of every kind, and not where a number is altered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quality.invariants import INVARIANTS, check_invariants
from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    FIRST,
    JUNIOR,
    NINE_YEAR,
    OTHER_PRIMARY,
    OTHER_VILLAGE,
    PREFECTURE,
    PRIMARY,
    PROVINCE,
    SECOND_PRIMARY,
    SENIOR,
    TOWN,
    UNKNOWN_SCHOOL,
    VILLAGE,
    Province,
    Row,
    enrolment_row,
    person,
    registry_row,
    request_rows,
    verification_row,
)
from tests.pipelines.models.test_indicator_dropout import statistics

SUMS = tuple(i.name for i in INVARIANTS if i.name.startswith("sum_of_"))
DIRECT_VILLAGE = "990121000201"  # of the county itself
MOVED_TOWN, MOVED_VILLAGE = "990121007000", "990121007001"  # the zone's, though numbered in the county
ZONE = "990191000000"
LONE_VILLAGE = "990121009001"  # 区划 lacks its township
PLAIN_CITY, CITY_TOWN, CITY_VILLAGE = "990300000000", "990300003000", "990300003001"  # a prefecture without counties
STRAY_TOWN = "990455001000"  # neither county nor prefecture are listed
DIVISIONS = (
    (DIRECT_VILLAGE, COUNTY, None),
    (ZONE, PREFECTURE, "开发区"),
    (MOVED_TOWN, ZONE, None),
    (MOVED_VILLAGE, MOVED_TOWN, None),
    (LONE_VILLAGE, "990121009000", None),
    (PLAIN_CITY, PROVINCE, None),
    (CITY_TOWN, PLAIN_CITY, None),
    (CITY_VILLAGE, CITY_TOWN, None),
    (STRAY_TOWN, "990455000000", None),
)
AWAY, CITY, STRAY = "2199000021", "2199000031", "2199000041"
SCHOOLS = ((AWAY, MOVED_VILLAGE), (CITY, CITY_TOWN), (STRAY, STRAY_TOWN))
HOMES = (
    *(VILLAGE, TOWN, COUNTY, PREFECTURE, PROVINCE, CITY_UNIT, OTHER_VILLAGE),
    *(DIRECT_VILLAGE, MOVED_VILLAGE, MOVED_TOWN, ZONE, LONE_VILLAGE, PLAIN_CITY, CITY_VILLAGE, STRAY_TOWN),
    "990121001099",  # a village that 区划 does not know, in a township that it does
    "990121088001",  # neither village nor township
    "990777001001",  # nothing of it
)
PLACES = (PRIMARY, JUNIOR, SENIOR, SECOND_PRIMARY, OTHER_PRIMARY, NINE_YEAR, AWAY, CITY, STRAY, UNKNOWN_SCHOOL)


def a_night(*, strange: bool) -> Province:
    """Five children at every home, four of them out of school, over all schools; in a tree as it should be, or not."""
    made = Province()
    if strange:
        rows = ({"division_code": c, "division_name": c, "parent_code": p, "unit_type": t} for c, p, t in DIVISIONS)
        made.add("division", *rows, on=FIRST, code="990121")
        schools = ({"school_code": c, "school_name": c, "division_code": d, "school_type": "小学"} for c, d in SCHOOLS)
        made.add("school", *schools, on=FIRST, code="990121")
    people = [
        person(n, "2015-03-01" if n % 3 else "2011-03-01", "男" if n % 2 else "女") for n in range(5 * len(HOMES))
    ]
    out = [
        {},
        {"enrolment_status": "辍学", "status_date": "2025-09-02"},
        {"enrolment_status": "转出", "status_date": "2025-09-03"},
    ]
    pupils = [
        enrolment_row(who, school_code=PLACES[n % len(PLACES)], grade=4 if n % 3 else 8, **out[n % 5 % 3])
        for n, who in enumerate(people)
        if n % 7
    ]
    made.add("registry", *(registry_row(w, household_division=HOMES[n // 5]) for n, w in enumerate(people)))
    made.add("enrolment", *pupils, code="990000")
    verified = [verification_row(w, f"核{n}", action_date="2025-09-09") for n, w in enumerate(people) if n % 4 == 1]
    placed = [
        row
        for n, w in enumerate(people)
        if n % 9 == 2
        for row in request_rows(w, f"安{n}", "安置", "送教上门", start_date="2025-09-05")
    ]
    made.add("case_action", *verified, on="2025-09-09", code="990000")
    made.add("case_action", *placed, on="2025-09-12", code="990000", more="_二")
    made.add("annual_statistics", *stocks(), code="990000")
    made.night("2025-09-10", ALL)
    made.run("2025-09-17", ALL)
    return made


def stocks() -> list[Row]:
    """Statistics of every school: complete, with a year missing, of this year only."""
    rows = []
    for n, school in enumerate(PLACES):
        first, last = (7, 9) if n % 3 == 1 else (1, 9)
        for grade in range(first, last + 1):
            for year in range(2017, 2026):
                if not (n % 4 == 2 and year == 2022) and not (n % 5 == 3 and year < 2025):
                    flows = {"transfers_in": n, "transfers_out": grade, "deaths": n % 2, "other_decrease": 1}
                    rows.append(
                        statistics(
                            school,
                            grade,
                            100 + n,
                            f"{year}-{year + 1}",
                            admissions=90 + n if grade == first else 0,
                            **flows,
                        )
                    )
    return rows


@pytest.fixture(scope="module", params=[False, True], ids=["plain tree", "strange tree"])
def province(request: pytest.FixtureRequest) -> Iterator[Province]:
    made = a_night(strange=request.param)
    yield made
    made.close()


@pytest.fixture
def broken(province: Province) -> Iterator[Province]:
    """The night in a transaction that is rolled back."""
    province.engine.execute("begin transaction")
    yield province
    province.engine.execute("rollback")


def offenders(made: Province) -> dict[str, tuple[str, ...]]:
    found = {o.check.removeprefix("invariant_"): o for o in check_invariants(made.engine)}
    return {name: found[name].sample for name in SUMS if not found[name].passed}


def test_every_tree_adds_up(province: Province) -> None:
    assert offenders(province) == {}
    counts = {
        table: len(province.rows(f"published.{table}"))
        for table in ("closures", "reasons", "handover", "deadlines", "monthly_six")
    }
    assert all(counts.values()), counts
    nested = {r["unit_code"] for r in province.rows("indicators.unit_above", nested=True)}
    assert {COUNTY, PREFECTURE, TOWN, VILLAGE, PRIMARY, CITY_UNIT} <= nested


def test_a_village_of_the_county_itself_counts_once() -> None:
    made = a_night(strange=True)
    assert made.one("core.division", division_code=DIRECT_VILLAGE)["township_code"] is None
    assert made.one("indicators.unit_above", line="household", unit_code=DIRECT_VILLAGE)["above_code"] == COUNTY
    units = [(r["case_uid"], r["line"], r["unit_code"]) for r in made.rows("indicators.case_unit")]
    assert len(units) == len(set(units))
    made.close()


def test_the_unit_above_is_the_one_in_which_it_counts() -> None:
    made = a_night(strange=True)
    above = {(r["line"], r["unit_code"]): (r["above_code"], r["nested"]) for r in made.rows("indicators.unit_above")}
    assert above["household", VILLAGE] == (TOWN, True)
    assert above["household", MOVED_TOWN] == (COUNTY, True)  # by its code, though 区划 names the zone
    assert above["household", LONE_VILLAGE] == (COUNTY, True)
    assert above["household", CITY_TOWN] == (PLAIN_CITY, True)
    assert above["school", NINE_YEAR] == (CITY_UNIT, True)
    assert above["school", SENIOR] == (COUNTY, True)  # no township
    assert above["school", CITY] == (
        CITY_TOWN,
        False,
    )  # its township is in a county-less prefecture, the school in none
    assert above["school", PROVINCE] == (None, False)
    made.close()


ZEROING = (
    *("open_at_start", "opened", "relapsed", "closed", "open_at_end", "suspected_open", "verified_open", "overdue"),
    *("ever_opened", "ever_closed", "ever_relapsed", "ever_came_back"),
)
BROKEN = (
    *(("sum_of_units", f"indicators.zeroing set {c} = {c} + 1 where unit_code = '{TOWN}'") for c in ZEROING),
    *(
        ("sum_of_case_tables", f"published.{table} set {c} = {c} + 1 where unit_code = '{unit}'")
        for table, columns, unit in (
            ("monthly_six", "suspected verified returned", TOWN),
            ("closures", "closed_today closed_this_school_year closed_to_date", PREFECTURE),
            ("deadlines", "due overdue", COUNTY),
        )
        for c in columns.split()
    ),
    *(
        (
            "sum_of_school_tables",
            f"indicators.dropout_rate set {c} = {c} + 1 where unit_code = '{u}' and variant = '{v}'",
        )
        for c, u, v in (
            ("numerator", TOWN, "flow"),
            ("denominator", COUNTY, "event"),
            ("numerator", PRIMARY, "ledger"),
            ("denominator", CITY_UNIT, "event"),
        )
    ),
    *(
        (
            "sum_of_school_tables",
            f"indicators.retention set {c} = {c} + 1 where unit_code = '{PREFECTURE}' and variant = '{v}'",
        )
        for c, v in (
            *(("numerator", "national"), ("entrants", "national")),
            *(("denominator", "national"), ("denominator", "adjusted"), ("denominator", "net")),
        )
    ),
    ("sum_of_school_tables", f"published.handover set leavers = leavers + 1 where unit_code = '{TOWN}'"),
    (
        "sum_of_school_tables",
        f"published.handover set leavers = leavers + 1, lost = lost + 1 where unit_code = '{PREFECTURE}'",
    ),
    *(
        (
            "sum_of_entry_rates",
            f"indicators.enrolment_rate set {part} = {part} + 1 where unit_code = '{unit}' and group_name = '{group}'",
        )
        for part, unit, group in (
            ("numerator", TOWN, "all"),
            ("denominator", COUNTY, "female"),
            ("denominator", PREFECTURE, "han"),
            ("numerator", VILLAGE, "male"),
        )
    ),
    ("sum_of_county_tables", f"published.reasons set cases = cases + 1 where unit_code = '{COUNTY}'"),
    ("sum_of_county_tables", f"published.reasons set cases = cases - 1 where unit_code = '{PREFECTURE}'"),
    ("sum_of_county_tables", f"published.three_way set education = education + 1 where unit_code = '{COUNTY}'"),
    (
        "sum_of_county_tables",
        f"published.residence set outside_local = outside_local + 99 where unit_code = '{COUNTY}'",
    ),
)


@pytest.mark.parametrize("province", [False], indirect=True, ids=["plain tree"])
@pytest.mark.parametrize(("name", "change"), BROKEN, ids=[f"{i}" for i in range(len(BROKEN))])
def test_an_altered_number_is_found(broken: Province, name: str, change: str) -> None:
    broken.engine.execute(f"update {change}")
    assert set(offenders(broken)) == {name}


def test_a_lost_row_is_found(broken: Province) -> None:
    broken.engine.execute("delete from published.closures where unit_level = 'county'")
    assert set(offenders(broken)) == {"sum_of_case_tables"}
