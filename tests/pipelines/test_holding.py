"""One run at a time in a home, and whoever is refused is told by whom."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from pipelines.errors import HomeHeldError, KongchuoError, TemporaryError
from pipelines.holding import FILE, hold, holding, release
from pipelines.publish.export_log import Occasion

SINCE = dt.datetime(2025, 9, 1, 2, 0, tzinfo=dt.UTC)


def test_a_held_home_is_refused_with_who_holds_it(tmp_path: Path) -> None:
    with (
        holding(tmp_path, "the night 2025-09-01", Occasion(SINCE, "kongchuo", "nightly")),
        pytest.raises(HomeHeldError) as caught,
    ):
        hold(tmp_path, "another night")
    said = str(caught.value)
    assert f"process {os.getpid()} of kongchuo on " in said
    assert "(the night 2025-09-01, since 2025-09-01T02:00:00+00:00)" in said
    assert isinstance(caught.value, TemporaryError)


def test_a_refused_one_leaves_the_holder_named(tmp_path: Path) -> None:
    with holding(tmp_path, "a night"):
        for _ in range(2):
            with pytest.raises(HomeHeldError, match="a night"):
                hold(tmp_path, "another")


def test_a_home_that_was_let_go_can_be_held(tmp_path: Path) -> None:
    release(hold(tmp_path, "one"))
    assert (tmp_path / FILE).read_text(encoding="utf-8") == ""
    with holding(tmp_path, "two"):
        assert json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["doing"] == "two"


def test_an_error_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), holding(tmp_path, "one"):
        raise ZeroDivisionError
    release(hold(tmp_path, "two"))


def test_what_a_killed_holder_left_does_not_hold(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"pid": 1, "host": "x", "doing": "a night that was killed, longer than the next"}')
    with holding(tmp_path, "two"):
        assert json.loads((tmp_path / FILE).read_text(encoding="utf-8"))["doing"] == "two"


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with holding(tmp_path, "one"):
        assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_home_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match="nowhere cannot be used"):
        hold(tmp_path / "nowhere", "one")
