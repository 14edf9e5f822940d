"""The suites on the command line: what is printed, and that nothing of them undoes a night that is published."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.cli import REFUSED, app
from assets.summary import Published, report_line
from pipelines.publish.expectations.report import told
from pipelines.publish.folder import new_folder, show
from quality.outcome import Outcome

NIGHT = date(2025, 10, 12)
WARNING = Outcome(
    "drift", "quality.delivery_profile", "warn", "mark", 1, "3项期望中有1项不符。", ("990121000000/学籍",), "核实。"
)
PASSED = Outcome("expectations", "published.zeroing", "pass", "mark", 0, "65项期望全部符合。")
EXPECT = "assets.expecting.expect_night"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one published night and nothing in it."""
    show(tmp_path, NIGHT, new_folder(tmp_path, NIGHT))
    return tmp_path


def written(home: Path) -> Path:
    """A report of the night, as the suites leave it."""
    folder = home / "published" / NIGHT.isoformat() / "expectations"
    folder.mkdir()
    (folder / "results.json").write_text(json.dumps({"expectations": 718, "not_met": 1}), encoding="utf-8")
    return folder


def test_what_did_not_hold_is_printed_and_where_the_report_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def expect(_: Path, as_of: date, policy: Path | None, waivers: Path | None) -> list[Outcome]:
        assert (as_of, policy, waivers) == (NIGHT, None, None)
        written(home)
        return [PASSED, WARNING]

    monkeypatch.setattr(EXPECT, expect)
    result = CliRunner().invoke(app, ["suites", "--home", str(home)])
    assert result.exit_code == 0
    assert "MARK quality.delivery_profile: 3项期望中有1项不符。 核实。" in result.output
    assert "990121000000/学籍" in result.output
    assert "全部符合" not in result.output
    assert "expectations/index.html (1 of 718 expectations not met)" in result.output


def test_a_night_that_is_not_there_is_refused_in_one_sentence(home: Path) -> None:
    result = CliRunner().invoke(app, ["suites", "--home", str(home), "--as-of", "2025-09-01"])
    assert result.exit_code == REFUSED
    assert "has not been published" in result.output


def test_suites_that_fail_after_a_run_leave_it_a_success(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def expect(*_: object) -> list[Outcome]:
        raise ValueError("王小明 99010519491231002X")

    monkeypatch.setenv("KONGCHUO_SECRET", "a-secret-of-the-tests")
    monkeypatch.setattr(EXPECT, expect)
    monkeypatch.setattr("assets.running.run_nights", lambda *_, **__: None)
    monkeypatch.setattr("assets.summary.print_last_night", lambda _: None)
    where = ["--as-of", NIGHT.isoformat(), "--landing", str(home), "--home", str(home)]
    result = CliRunner().invoke(app, ["run", *where, "--suites"])
    assert result.exit_code == 0
    assert "2025-10-12 is published, but its suites could not be run: ValueError" in result.output
    assert "王小明" not in result.output
    assert "suites" not in CliRunner().invoke(app, ["run", *where]).output


def test_whether_there_is_a_report_and_what_it_comes_to(home: Path) -> None:
    night = home / "published" / NIGHT.isoformat()
    assert told(night) is None
    assert "no report" in report_line(Published(NIGHT, night))
    folder = written(home)
    assert report_line(Published(NIGHT, night)).endswith("index.html (1 of 718 expectations not met)")
    report = told(night)
    assert report is not None
    assert (report.page, report.expectations, report.not_met) == (night / "expectations/index.html", 718, 1)
    (folder / "results.json").write_text("{", encoding="utf-8")
    with pytest.raises(Exception, match="run `kongchuo suites` again"):
        told(night)
