"""Entry rates (spec 5.3), who is schooled where (5.4) and targets by place: active registry children, one kind each."""

from __future__ import annotations

import polars as pl
import pytest

from tests.pipelines.models.support import (
    ALL,
    CITY_UNIT,
    COUNTY,
    JUNIOR,
    NINE_YEAR,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    PREFECTURE,
    PROVINCE,
    VILLAGE,
    Province,
    aid_row,
    assistance_row,
    disability_row,
    enrolment_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    request_rows,
    roll_row,
)

NIGHT = "2025-10-15"
AGE_8, AGE_13, AGE_11 = "2017-03-01", "2012-03-01", "2013-09-01"


@pytest.fixture(scope="module")
def province() -> Province:
    made = Province()
    kids = {}
    births = {
        "pupil": AGE_8, "out": AGE_8, "suspended": AGE_8, "dead": AGE_8, "abroad": AGE_8, "six_today": "2019-09-01",
        "six_in_time": "2019-08-31", "deferred": AGE_8, "elsewhere": AGE_13, "placed": AGE_13, "junior": AGE_13,
        "junior_of_ten": "2015-01-01", "graduate": "2010-10-01", "graduate_long_ago": "2010-10-01", "left": AGE_11,
        "moved_off": AGE_8, "by_roll": AGE_13, "girl": AGE_8, "minority": AGE_8, "unknown_people": AGE_8,
        "poor": AGE_8, "limbs": AGE_8, "deaf": AGE_8, "guest": AGE_8, "other": AGE_8, "sixteen": "2009-05-01",
    }  # fmt: skip
    for i, (name, birth) in enumerate(births.items()):
        kids[name] = person(i + 1, birth, "女" if name == "girl" else "男")
    changes = {
        "dead": {"registry_status": "死亡", "status_date": "2025-01-01"},
        "abroad": {"registry_status": "出国(境)"},
        "moved_off": {"registry_status": "迁出", "status_date": "2025-01-01"},
        "minority": {"ethnicity": "藏族"},
        "unknown_people": {"ethnicity": None},
    }
    rows = [registry_row(who, **changes.get(n, {})) for n, who in kids.items() if n not in ("guest", "other")]
    made.add("registry", *rows, on="2025-08-25")
    made.add("registry", registry_row(kids["other"], household_division=OTHER_VILLAGE), on="2025-08-25", code="990122")
    in_school = {"pupil", "moved_off", "girl", "minority", "unknown_people", "poor", "limbs", "deaf", "guest", "other"}
    pupils = [enrolment_row(who) for n, who in kids.items() if n in in_school]
    pupils += [
        enrolment_row(kids["junior"], school_code=JUNIOR, grade=7),
        enrolment_row(kids["junior_of_ten"], school_code=JUNIOR, grade=7),
        enrolment_row(kids["suspended"], enrolment_status="休学", suspended_until="2026-05-01"),
        enrolment_row(kids["graduate"], school_code=JUNIOR, grade=9, enrolment_status="毕业", status_date="2025-09-01"),
        enrolment_row(
            kids["graduate_long_ago"], school_code=JUNIOR, grade=9, enrolment_status="毕业", status_date="2025-08-31"
        ),
        enrolment_row(kids["left"], grade=6, enrolment_status="转出", status_date="2025-09-20"),
    ]
    made.add("enrolment", *pupils, on="2025-09-05")
    made.add("in_school", roll_row(kids["by_roll"], school_code=NINE_YEAR, grade=8), on="2025-09-05", code="990190")
    made.add("lookup", lookup_row(kids["elsewhere"]), on="2025-09-09")
    made.add("case_action", *request_rows(kids["placed"], "安", "安置", "送教上门"), on="2025-09-09")
    deferral = request_rows(kids["deferred"], "延", "延缓入学", "疾病")
    made.add("case_action", *deferral, on="2025-09-09", more="_2")
    made.add("poverty", poverty_row(kids["poor"]), poverty_row(kids["out"]), on="2025-08-25")
    made.add("assistance", assistance_row(kids["girl"]), on="2025-08-25")
    disabled = [disability_row(kids["limbs"], disability_type="肢体"), disability_row(kids["deaf"])]
    made.add("disability", *disabled, on="2025-08-25")
    aid = [
        aid_row(kids["poor"]),
        aid_row(kids["deaf"], term="2024-2025-2"),
        aid_row(kids["girl"], paid_on="2025-10-16"),
    ]
    made.add("aid", *aid, on="2025-10-10")
    return made.run(NIGHT, ALL)


@pytest.mark.parametrize(
    ("unit", "indicator", "group", "numerator", "denominator"),
    [
        # 6-11: eight at a desk and one on its way from grade 6 to 7; out, suspended, deferred and six_in_time (past the
        # 30 days after the term's start) are in the denominator, dead, abroad and six_today (not due) are not
        (COUNTY, "primary_net_enrolment", "all", 9, 13),
        (COUNTY, "compulsory_enrolment", "all", 15, 19),
        # elsewhere, placed, junior, by_roll; junior_of_ten (pupils of any age) and the graduate of this school year, of
        # six who are 12-14, the earlier graduate among them
        (COUNTY, "junior_gross_enrolment", "all", 6, 6),
        (OTHER_COUNTY, "primary_net_enrolment", "all", 1, 1),
        (PROVINCE, "primary_net_enrolment", "all", 10, 14),
        (VILLAGE, "primary_net_enrolment", "all", 9, 13),
        (COUNTY, "primary_net_enrolment", "female", 1, 1),
        (COUNTY, "primary_net_enrolment", "minority", 1, 1),
        (COUNTY, "primary_net_enrolment", "han", 7, 11),
        (COUNTY, "primary_net_enrolment", "disabled", 2, 2),
        (COUNTY, "poor_enrolment", "all", 1, 2),
        # limbs are not one of the three kinds
        (COUNTY, "three_disabilities_enrolment", "all", 1, 1),
        # poor has aid of this term; girl's is paid tomorrow, deaf's was of the last term, limbs' is none
        (COUNTY, "aid_coverage", "all", 1, 4),
        (CITY_UNIT, "primary_net_enrolment", "all", 0, 0),
    ],
)
def test_rates(province: Province, unit: str, indicator: str, group: str, numerator: int, denominator: int) -> None:
    row = province.one("indicators.enrolment_rate", unit_code=unit, indicator=indicator, group_name=group)
    assert (row["numerator"], row["denominator"]) == (numerator, denominator)


def test_no_children_no_rate(province: Province) -> None:
    row = province.one(
        "indicators.enrolment_rate", unit_code=CITY_UNIT, indicator="primary_net_enrolment", group_name="all"
    )
    assert [row[c] for c in ("rate", "met", "gap_children", "at_bound")] == [None] * 4


def test_gap_of_the_county(province: Province) -> None:
    row = province.one(
        "indicators.enrolment_rate", unit_code=COUNTY, indicator="primary_net_enrolment", group_name="all"
    )
    assert (row["met"], row["gap_children"]) == (False, 4)  # 99 % of 13 are 12.87


def test_residence(province: Province) -> None:
    row = province.one("published.residence", unit_code=COUNTY)
    kinds = ("local_local", "local_elsewhere_province", "local_elsewhere", "outside_local", "outside_province_local")
    # by_roll sits in a school of the city unit; other is of the other county; guest and moved_off have no active row
    assert [row[k] for k in kinds] == [9, 1, 1, 1, 2]
    city = province.one("published.residence", unit_code=CITY_UNIT)
    assert [city[k] for k in kinds] == [0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        *((COUNTY, "96.00"), (VILLAGE, "96.00"), (OTHER_COUNTY, "94.00"), (PREFECTURE, "94.00"), (PROVINCE, "95.00")),
        *((CITY_UNIT, "94.00"), (JUNIOR, "96.00"), (NINE_YEAR, "94.00")),
    ],
)
def test_targets_by_place(province: Province, unit: str, value: str) -> None:
    rows = [("", "nine_year_retention_min", "95"), ("990121", "nine_year_retention_min", "96")]
    rows.append(("9901", "nine_year_retention_min", "94"))
    frame = pl.DataFrame(rows, schema={"division": pl.String, "target": pl.String, "value": pl.String}, orient="row")
    province.engine.load("core.policy_target", frame.with_columns(pl.col("value").cast(pl.Decimal(9, 2))))
    province.model("indicators.target")
    row = province.one("indicators.target", unit_code=unit, target="nine_year_retention_min")
    assert str(row["value"]) == value
