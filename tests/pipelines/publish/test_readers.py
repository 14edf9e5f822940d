"""Readers never wait (spec 6): nights are published while somebody reads, and neither notices the other."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.publish.folder import published_root
from pipelines.publish.retention import tidy
from pipelines.publish.step import publish_night
from tests.conftest import ROOT
from tests.pipelines.publish.test_databases import POLICY, ready, told
from tests.support.night_reader import dates

FIRST = dt.date(2025, 9, 10)


def published_while_read(home: Path, nights: int) -> tuple[dict[str, object], list[str]]:
    """Publish nights, the last one twice, while another process reads: what it saw, and the nights."""
    province = told()
    publish_night(province.engine, home, FIRST, POLICY)
    stop = home / "stop"
    command = [sys.executable, "-m", "tests.support.night_reader", str(home), str(stop)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        days = [FIRST + dt.timedelta(days=day) for day in range(1, nights)]
        for day in [*days, days[-1]]:
            publish_night(ready(province, day).engine, home, day, POLICY)
            assert (published_root(home) / "current").resolve().name.startswith(day.isoformat())
        stop.touch()
        output = reader.stdout.read()
    assert reader.returncode == 0
    seen: dict[str, object] = json.loads(output)
    return seen, [day.isoformat() for day in [FIRST, *days]]


@pytest.mark.full
@pytest.mark.parametrize("nights", [20])
def test_a_reader_and_the_nights_go_on_side_by_side(tmp_path: Path, nights: int) -> None:
    seen, published = published_while_read(tmp_path, nights)
    assert seen["faults"] == []
    looked = [str(night) for night in seen["nights"]]  # type: ignore[attr-defined]
    assert looked == sorted(set(looked))  # never an older night after a newer one
    assert set(looked) <= set(published)
    assert (looked[0], looked[-1]) == (published[0], published[-1])
    assert int(str(seen["looks"])) > nights


def test_a_database_that_is_open_outlives_its_night(tmp_path: Path) -> None:
    """Tidied away, with pages that nobody had read yet; the newest night is as it was."""
    province = told()
    for day in (0, 1):
        night = FIRST + dt.timedelta(days=day)
        made = province if not day else ready(province, night)
        folder = publish_night(made.engine, tmp_path, night, POLICY)
    with duckdb.connect(str(published_root(tmp_path) / FIRST.isoformat() / "report.duckdb"), read_only=True) as opened:
        assert opened.execute("select count(*) from published.zeroing").fetchall() != [(0,)]
        assert tidy(tmp_path, 1) == [FIRST]
        assert not (published_root(tmp_path) / FIRST.isoformat()).exists()
        assert {day for found in dates(opened).values() for day in found} == {FIRST.isoformat()}
        assert opened.execute("select distinct as_of from published.county_state").fetchall() == [(FIRST,)]
    with duckdb.connect(str(folder / "report.duckdb"), read_only=True) as newest:
        assert {day for found in dates(newest).values() for day in found} == {folder.name}
