"""Which nights stay published: the newest, and the last of each month (policy.toml, delivery.keep_nights)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import KongchuoError
from pipelines.publish.folder import STORE, new_folder, nights, published_root, show
from pipelines.publish.retention import kept_nights, tidy, tidy_home

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2026, 6, 30))


def publish(home: Path, *days: str) -> None:
    for day in days:
        folder = new_folder(home, dt.date.fromisoformat(day))
        (folder / "report").write_text(day, encoding="utf-8")
        show(home, dt.date.fromisoformat(day), folder)


def test_the_newest_and_the_last_of_each_month_stay(tmp_path: Path) -> None:
    publish(tmp_path, "2025-09-29", "2025-09-30", "2025-10-01", "2025-10-02", "2025-10-03", "2025-10-04")
    assert tidy(tmp_path, 2) == [dt.date(2025, 9, 29), dt.date(2025, 10, 1), dt.date(2025, 10, 2)]
    assert [night.isoformat() for night in nights(tmp_path)] == ["2025-09-30", "2025-10-03", "2025-10-04"]
    assert (published_root(tmp_path) / "current" / "report").read_text() == "2025-10-04"
    assert len(list((published_root(tmp_path) / STORE).iterdir())) == 3
    assert tidy(tmp_path, 2) == []


def test_an_open_file_outlives_its_night(tmp_path: Path) -> None:
    publish(tmp_path, "2025-09-28", "2025-09-29", "2025-09-30")
    with (published_root(tmp_path) / "2025-09-28" / "report").open(encoding="utf-8") as opened:
        assert tidy(tmp_path, 1) == [dt.date(2025, 9, 28), dt.date(2025, 9, 29)]
        assert opened.read() == "2025-09-28"


def test_nothing_published_nothing_taken_away(tmp_path: Path) -> None:
    assert tidy(tmp_path, 14) == []


@given(st.lists(DAYS, unique=True, max_size=60), st.integers(0, 20))
def test_the_current_night_and_every_month_stay(published: list[dt.date], keep: int) -> None:
    kept = kept_nights(published, keep)
    assert kept <= set(published)
    assert len(kept) >= min(len(published), max(keep, 1))
    assert set(sorted(published)[-max(keep, 1) :]) <= kept
    assert {(d.year, d.month) for d in kept} == {(d.year, d.month) for d in published}
    assert len(kept) <= max(keep, 1) + len({(d.year, d.month) for d in published})


def test_the_policy_says_how_many(tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match="Nothing has been published"):
        tidy_home(tmp_path, None)
    publish(tmp_path, "2025-09-28", "2025-09-29", "2025-09-30")
    assert tidy_home(tmp_path, None) == []  # fourteen by default
    policy = tmp_path / "policy.toml"
    policy.write_text("[delivery]\nkeep_nights = 1\n", encoding="utf-8")
    assert tidy_home(tmp_path, policy) == [dt.date(2025, 9, 28), dt.date(2025, 9, 29)]
