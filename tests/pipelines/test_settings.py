"""Policy (spec: policy.toml, 6.4): defaults, dated and local overrides, and a clear word on every mistake."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.engine import DuckDBEngine
from pipelines.errors import KongchuoError, SettingsError
from pipelines.policy_tables import load_policy_tables
from pipelines.settings import Policy, load_policy

NIGHT = dt.date(2026, 9, 1)


def policy(folder: Path, text: str, as_of: dt.date = NIGHT) -> Policy:
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return load_policy(file, as_of)


def test_without_a_file_the_defaults_stand() -> None:
    known = load_policy(None, NIGHT)
    assert (known["age"]["close_at"], known["absence"]["days"], known["targets"]["primary_dropout_max"]) == (16, 3, 0.6)
    assert known.local == {}


def test_what_is_missing_takes_the_default(tmp_path: Path) -> None:
    known = policy(tmp_path, "[absence]\ndays = 5\n[placement.ages]\n'职业学校' = [15, 18]\n[freshness]\n'学籍' = 20")
    assert (known["absence"]["days"], known["absence"]["leave_days"]) == (5, 15)
    assert (known["placement"]["ages"]["职业学校"], known["placement"]["ages"]["补偿教育"]) == ([15, 18], [13, 16])
    assert (known["freshness"]["学籍"], known["freshness"]["户籍"]) == (20, 100)


def test_kinds_of_the_province_are_welcome(tmp_path: Path) -> None:
    known = policy(tmp_path, "[placement.ages]\n'云课堂' = [6, 9]\n[freshness]\n'救助' = 60")
    assert (known["placement"]["ages"]["云课堂"], known["freshness"]["救助"]) == ([6, 9], 60)


@pytest.mark.parametrize(
    ("as_of", "days", "target"),
    [("2025-08-31", 3, 95.0), ("2025-09-01", 4, 95.0), ("2026-09-01", 5, 96.0), ("2027-09-01", 5, 97.0)],
)
def test_the_newest_override_that_has_begun_wins(tmp_path: Path, as_of: str, days: int, target: float) -> None:
    text = """
    [[override]]
    valid_from = "2027-09-01"
    [override.targets]
    nine_year_retention_min = 97
    [[override]]
    valid_from = "2026-09-01"
    [override.absence]
    days = 5
    [override.targets]
    nine_year_retention_min = 96.0
    [[override]]
    valid_from = 2025-09-01
    [override.absence]
    days = 4
    """
    known = policy(tmp_path, text, dt.date.fromisoformat(as_of))
    assert (known["absence"]["days"], known["targets"]["nine_year_retention_min"]) == (days, target)
    assert known["targets"]["primary_dropout_max"] == 0.6


def test_a_countys_own_comes_before_a_newer_general_one(tmp_path: Path) -> None:
    text = """
    [[override]]
    valid_from = "2025-09-01"
    division = "990121"
    [override.targets]
    nine_year_retention_min = 97.5
    [[override]]
    valid_from = "2026-01-01"
    [override.targets]
    nine_year_retention_min = 94.0
    [[override]]
    valid_from = "2030-01-01"
    division = "990121"
    [override.targets]
    nine_year_retention_min = 99.0
    """
    known = policy(tmp_path, text)
    assert known.local == {"990121": {"nine_year_retention_min": 97.5}}
    assert known["targets"]["nine_year_retention_min"] == 94.0
    engine = DuckDBEngine(":memory:", threads=1)
    load_policy_tables(engine, known)
    sql = "select division, value from core.policy_target where target = 'nine_year_retention_min' order by all"
    assert engine.read(sql).rows() == [("", Decimal("94.00")), ("990121", Decimal("97.50"))]
    assert engine.scalar("select targets_nine_year_retention_min from core.policy") == Decimal("94.00")
    engine.close()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[absence]\ndayz = 3", "absence.dayz"),
        ("[absense]\ndays = 3", "absense"),
        ("[absence]\ndays = 'three'", "absence.days"),
        ("[absence]\ndays = 3.5", "whole number"),
        ("[absence]\ndays = true", "absence.days"),
        ("absence = 3", "absence"),
        ("[rates]\nrounding = 'up'", "half_up"),
        ("[rates]\ndecimals = 3", "rates.decimals"),
        ("[rates]\ndropout_variant = 'events'", "event, ledger, flow"),
        ("[retention]\nsubtract_deaths = 1", "subtract_deaths"),
        ("[placement.ages]\n'职业学校' = [14]", "two whole numbers"),
        ("[placement.ages]\n'职业学校' = ['14', '18']", "two whole numbers"),
        ("[freshness]\n'学籍' = 'old'", "学籍"),
        ("season = 3", "season"),
        ("[[season]]\nname = 'x'\nuntil = '07-31'", "season.until"),
        ("[[season]]\nfrom = '04-01'\nto = '07-31'", "name"),
        ("[[season]]\nname = 'x'\nfrom = '04-01'", "'to' of season 'x'"),
        ("[[season]]\nname = 'x'\nfrom = '4-1'\nto = '07-31'", "'4-1'"),
        ("[[season]]\nname = 'x'\nfrom = '02-29'\nto = '07-31'", "02-29"),
        ("[[season]]\nname = 'x'\nfrom = '04-01'\nto = '07-31'\ndivisions = ['云岭']", "云岭"),
        (2 * "[[season]]\nname = 'x'\nfrom = '04-01'\nto = '07-31'\n", "two [[season]]"),
        ("[[campaign]]\nname = 'c'\nfrom = '2025-09-01'", "'to' of campaign 'c'"),
        ("[[campaign]]\nname = 'c'\nfrom = '2025-09-01'\nto = '2025-08-01'", "ends before it begins"),
        ("[[campaign]]\nname = 'c'\nfrom = '2025-09-01'\nto = '2025-09-30'\ngroup = 'rich'", "all, poor"),
        ("[[campaign]]\nname = 'c'\nfrom = '2025-09-01'\nto = '2025-09-30'\ntarget_date = 'soon'", "soon"),
        ("[[campaign]]\nname = 'c'\nfrom = '2025-09-01'\nto = '2025-09-30'\ndivisions = '99012'", "99012"),
        ("[assessment]\nveto = ['junior_dropout']", "junior_dropout"),
        ("[[override]]\n[override.absence]\ndays = 4", "valid_from"),
        ("[[override]]\nvalid_from = 'soon'\n[override.absence]\ndays = 4", "valid_from"),
        ("[[override]]\nvalid_from = '2026-01-01'\n[override.absence]\ndayz = 4", "absence.dayz"),
        # not in force yet, refused all the same
        ("[[override]]\nvalid_from = '2030-01-01'\n[override.absence]\ndayz = 4", "absence.dayz"),
        ("[[override]]\nvalid_from = '2030-01-01'\ndivision = '990121'\n[override.targets]\nx = 4", "targets.x"),
        ("[[override]]\nvalid_from = '2026-01-01'\ndivision = '云岭'\n[override.targets]\n", "云岭"),
        (
            "[[override]]\nvalid_from = '2026-01-01'\ndivision = '990121'\n[override.absence]\ndays = 4",
            "[targets] only",
        ),
        ("[absence\ndays = 3", "TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(SettingsError, match=r"policy\.toml") as caught:
        policy(tmp_path, text)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value).strip()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match=r"none\.toml"):
        load_policy(tmp_path / "none.toml", NIGHT)
    (tmp_path / "gbk.toml").write_bytes("# 政策".encode("gbk"))
    with pytest.raises(SettingsError, match=r"gbk\.toml"):
        load_policy(tmp_path / "gbk.toml", NIGHT)


def test_placements_without_ages_fit_any_age() -> None:
    engine = DuckDBEngine(":memory:", threads=1)
    rows = load_policy_tables(engine, load_policy(None, NIGHT))
    assert rows["core.policy"] == 1
    ages = dict(engine.read("select placement, [min_age, max_age] from core.policy_placement").iter_rows())
    assert (ages["职业学校"], ages["送教上门"]) == ([14, 18], [0, 99])
    engine.close()


def test_windows_reach_the_rules_with_dates_and_prefixes(tmp_path: Path) -> None:
    text = """
[[season]]
name = "采挖季"
divisions = ["9901", "990221", "9901"]
from = "04-01"
to = "07-31"
[[season]]
name = "年关"
from = "12-15"
to = "02-15"
[[campaign]]
name = "清零"
from = 2025-09-01
to = "2025-09-30"
group = "poor"
divisions = ["9901"]
target_date = "2025-10-31"
[[campaign]]
name = "清零"
from = "2025-09-01"
to = "2025-09-30"
[assessment]
veto = ["junior_dropout_max"]
"""
    engine = DuckDBEngine(":memory:", threads=1)
    load_policy_tables(engine, policy(tmp_path, text))
    assert engine.read("select * from core.policy_season").rows() == [
        ("采挖季", "9901", "04-01", "07-31"),
        ("采挖季", "990221", "04-01", "07-31"),
        ("年关", "", "12-15", "02-15"),
    ]
    assert engine.read("select * from core.policy_campaign").rows() == [
        ("清零", "poor", "9901", dt.date(2025, 9, 1), dt.date(2025, 9, 30), dt.date(2025, 10, 31)),
        ("清零", "all", "", dt.date(2025, 9, 1), dt.date(2025, 9, 30), None),
    ]
    assert engine.read("select * from core.policy_veto").rows() == [("junior_dropout_max",)]
    engine.close()


def test_what_fails_a_county_may_change_from_a_day_on(tmp_path: Path) -> None:
    text = """
[assessment]
veto = []
[[override]]
valid_from = "2025-09-01"
[override.assessment]
veto = ["junior_dropout_max"]
"""
    assert policy(tmp_path, text)["assessment"]["veto"] == ["junior_dropout_max"]
