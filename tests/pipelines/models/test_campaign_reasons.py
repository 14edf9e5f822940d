"""Campaigns, reasons and placements (spec 5.5): a printed campaign to the last child, units, groups."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.engine import discover
from quality.contracts import check_contract
from schemas import values
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    OTHER_COUNTY,
    OTHER_TOWN,
    OTHER_VILLAGE,
    PREFECTURE,
    PROVINCE,
    SECOND_TOWN,
    SECOND_VILLAGE,
    TOWN,
    Province,
    action_row,
    enrolment_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    request_rows,
)

FIGURES = Path(__file__).parents[2] / "figures" / "campaign.csv"
OUT = {"enrolment_status": "辍学", "status_date": "2025-08-20"}


def campaign(name: str, first: str, last: str, group: str, *divisions: str) -> dict[str, object]:
    """A campaign as the policy hands it over."""
    from datetime import date

    window = {"from": date.fromisoformat(first), "to": date.fromisoformat(last)}
    return {"name": name, **window, "group": group, "divisions": list(divisions), "target_date": date(2025, 10, 31)}


def numbers(made: Province, unit: str, name: str = "清零", group: str = "all") -> tuple:
    row = made.one("published.campaign", unit_code=unit, campaign=name, group=group)
    return tuple(row[c] for c in ("opened", "closed", "open", "share_closed", "added_later"))


def test_a_printed_campaign() -> None:
    """958 opened, 843 closed, 115 open, 88.0 %, and 66 more that are no part of it; of the 958, 461 poor."""
    with FIGURES.open(encoding="utf-8") as file:
        printed = {k: int(v) for k, v in next(csv.DictReader(file)).items() if v.isdigit()}
    opened, later = printed["opened"], printed["added_later"]
    closed = opened - printed["still_open"]
    kids = [person(i + 1, "2014-03-01") for i in range(opened + later)]
    made = Province()
    made.changes = {
        "campaign": [
            campaign("清零", "2025-09-01", "2025-09-30", "all", "990121"),
            campaign("清零", "2025-09-01", "2025-09-30", "poor", "990121"),
        ]
    }
    made.add("registry", *(registry_row(who) for who in kids))
    made.add("poverty", *(poverty_row(who) for who in kids[: printed["of_them_poor"]]))
    away = kids[opened:]
    made.add("enrolment", *(enrolment_row(who, **OUT) for who in kids[:opened]), *(enrolment_row(who) for who in away))
    made.night("2025-09-10", ALL)
    assert numbers(made, COUNTY) == (opened, 0, opened, Decimal("0.00"), 0)
    made.add("enrolment", *(enrolment_row(who, **OUT) for who in kids), on="2025-10-05")
    made.add("lookup", *(lookup_row(who, lookup_date="2025-10-06") for who in kids[:closed]), on="2025-10-06")
    made.run("2025-10-12", ALL)
    assert (closed, later) == (843, 66)
    assert numbers(made, COUNTY) == (958, 843, 115, Decimal("88.00"), 66)
    poor = numbers(made, COUNTY, group="poor")
    assert (poor[0], poor[4]) == (461, 0)
    made.close()


@pytest.fixture(scope="module")
def province() -> Iterator[Province]:
    """Two nights of three townships in two counties; placements, reasons, a case reopened."""
    made = Province()
    made.changes = {
        "campaign": [
            campaign("两乡", "2025-09-01", "2025-09-20", "all", "990121002", "990122"),
            campaign("全省", "2025-09-01", "2025-09-20", "all"),
            campaign("将来", "2025-12-01", "2025-12-31", "all", "990121", "9901"),
        ]
    }
    lives = Lives(made)
    town, second, placed, unknown, lapsed = (person(n, "2013-03-01") for n in range(1, 6))
    other = person(6, "2013-03-01")
    for who in (town, placed, unknown, lapsed):
        lives.resident(who)
        lives.pupil(who, "2025-08-25", **OUT)
    lives.resident(second, household_division=SECOND_VILLAGE)
    lives.pupil(second, "2025-08-25")
    lives.pupil(second, "2025-09-25", **OUT)
    lives.deliver()
    made.add("registry", registry_row(other, household_division=OTHER_VILLAGE), code="990122")
    made.add("enrolment", enrolment_row(other, **OUT), on="2025-08-25", code="990122", more="")
    made.add("enrolment", on="2025-09-25", code="990122")
    made.night("2025-09-10", ALL)
    rows = [
        action_row(town, "1", action_date="2025-09-11", reason="上学远"),
        action_row(town, "2", action_date="2025-09-12", reason="学习困难或厌学"),
        action_row(town, "3", action_date="2025-09-12", reason="外出务工"),
        action_row(town, "4", action_date="2025-09-13"),
        action_row(unknown, "5", action_date="2025-09-12", reason="王小明不愿上学"),
        action_row(placed, "6", action_date="2025-09-12", reason="重病"),
        *request_rows(
            placed, "7", "安置", "送教上门", action_date="2025-09-11", approval={"action_date": "2025-09-12"}
        ),
        *request_rows(
            lapsed,
            "8",
            "安置",
            "专门学校",
            action_date="2025-09-11",
            end_date="2025-09-30",
            approval={"action_date": "2025-09-12"},
        ),
    ]
    made.add("case_action", *rows, on="2025-09-14")
    made.night("2025-09-15", ALL)
    yield made.run("2025-10-12", ALL)
    made.close()


def test_units_of_a_campaign_are_its_divisions_and_those_above(province: Province) -> None:
    units = {r["unit_code"] for r in province.rows("published.campaign", campaign="两乡")}
    assert units == {SECOND_TOWN, OTHER_TOWN, COUNTY, OTHER_COUNTY, PREFECTURE, PROVINCE}
    everywhere = {r["unit_code"] for r in province.rows("published.campaign", campaign="全省")}
    assert TOWN in everywhere
    assert not {SECOND_VILLAGE, OTHER_VILLAGE} & everywhere


def test_a_case_belongs_by_its_place_and_its_day(province: Province) -> None:
    # The second township's child dropped out after the window; the first township's are of no concern.
    assert numbers(province, SECOND_TOWN, "两乡") == (0, 0, 0, None, 1)
    assert numbers(province, COUNTY, "两乡") == (0, 0, 0, None, 1)
    assert numbers(province, OTHER_COUNTY, "两乡") == (1, 0, 1, Decimal("0.00"), 0)
    # Placed and lapsed closed; the lapsed one is out again, which is a later case.
    assert numbers(province, TOWN, "全省") == (4, 2, 2, Decimal("50.00"), 1)
    assert numbers(province, PROVINCE, "全省") == (5, 2, 3, Decimal("40.00"), 2)
    assert numbers(province, COUNTY, "将来") == (0, 0, 0, None, 0)


def reasons(made: Province, unit: str) -> dict[tuple, int]:
    rows = made.rows("published.reasons", unit_code=unit)
    return {(r["stage"], r["reason"], r["placement"]): r["cases"] for r in rows}


def test_reason_by_placement(province: Province) -> None:
    assert reasons(province, COUNTY) == {
        ("primary", "学习困难", "未安置"): 1,  # the latest day, the first row of it, by the known word it begins with
        ("primary", "其他", "未安置"): 1,  # what nobody knows may hold a name
        ("primary", "重病", "送教上门"): 1,
        ("primary", "待核", "未安置"): 2,  # the lapsed one's second case has no action yet
    }
    assert sum(reasons(province, PROVINCE).values()) == 6
    assert {r["unit_level"] for r in province.rows("published.reasons")} == {"county", "prefecture", "province"}


def test_the_known_reasons_are_those_of_the_contract() -> None:
    sql = discover()["ledger.case_reason"].sql
    assert all(f"'{reason}'" in sql for reason in values.CASE_REASON)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("published.campaign", "campaign = null"),
        ("published.campaign", "\"group\" = 'rich'"),
        ("published.reasons", "reason = '王小明不愿上学'"),
        ("published.reasons", "unit_level = 'township'"),
    ],
)
def test_contracts_hold_and_catch_a_bad_row(province: Province, table: str, change: str) -> None:
    contract = CATALOGUE[table]
    assert check_contract(province.engine, contract).passed
    province.engine.execute(f"create or replace temp table kept as select * from {table}")
    province.engine.execute(f"update {table} set {change} where unit_code = '{COUNTY}'")
    assert not check_contract(province.engine, contract).passed
    province.engine.execute(f"delete from {table}")
    province.engine.execute(f"insert into {table} select * from kept")
