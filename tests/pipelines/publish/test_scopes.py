"""A table of a prefecture or township holds its own units and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.publish.forms.brief import DUE, STANDING
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.settings import load_policy


@pytest.fixture(scope="module")
def night(
    tables: Mapping[str, pl.DataFrame], make_reader: Callable[[Mapping[str, pl.DataFrame]], Any], as_of: date
) -> ReportNight:
    """The hand-made night with a second prefecture that is the first one under other codes and names."""
    twice = dict(tables)
    for name in ("zeroing", "deadlines"):
        other = tables[name].filter(pl.col("unit_level") != "province")
        codes = [pl.col(column).str.replace("^9901", "9902").alias(column) for column in ("unit_code", "parent_code")]
        twice[name] = pl.concat([tables[name], other.with_columns(*codes, unit_name="另" + pl.col("unit_name"))])
    return ReportNight(make_reader(twice), as_of, load_policy(None, as_of))


def units(night: ReportNight, scope: Scope, level: str) -> list[str]:
    return [str(code)[:9] for code in STANDING.listing(night, scope, level).rows["unit_code"]]


def test_a_prefecture_has_its_own_counties(night: ReportNight) -> None:
    scope = Scope("990200000000", "prefecture", "另示例市")
    assert units(night, scope, "county") == ["990200000", "990201000", "990290000"]
    assert units(night, scope, "prefecture") == ["990200000"]
    listing = STANDING.listing(night, scope, "county")
    assert listing.rows["depth"].to_list() == [0, 1, 1]
    assert listing.rows["look"].to_list() == ["total", "unit", "unit"]


def test_a_township_has_itself(night: ReportNight) -> None:
    scope = Scope("990101001000", "township", "乡")
    assert units(night, scope, "township") == ["990101001"]
    assert len(DUE.listing(night, scope, "township").values) == 6


def test_province_and_county_are_as_they_were(night: ReportNight) -> None:
    assert units(night, night.province, "prefecture") == ["990000000", "990100000", "990200000"]
    county = Scope("990201000000", "county", "县")
    assert units(night, county, "township") == ["990201000", "990201001", "990201002"]


def test_sources_are_those_of_the_counties_in_it(night: ReportNight) -> None:
    own = night.sources(Scope("990100000000", "prefecture", "示例市"))
    assert {source.divisions for source in own} == {2}
    assert {source.divisions for source in night.sources(Scope("990101001000", "township", "乡"))} == {1}
    assert night.sources(Scope("990200000000", "prefecture", "另示例市")) == []
