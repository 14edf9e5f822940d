"""A failing check can be accepted by file: with a reason, an owner and an end, and not the publication screen."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.outcome import Outcome, blocking_failures, judge
from quality.waived import check_waivers, with_waivers
from quality.waivers import Waiver, WaiverError, read_waivers

NIGHT = dt.date(2025, 9, 20)
WAIVER = Waiver("invariant_balance", "indicators.zeroing", "区划调整", "省教育厅数据处", NIGHT)
FILE = """
[[waiver]]
check = "invariant_balance"
table = "indicators.zeroing"
reason = "区划调整"
owner = "省教育厅数据处"
expires = 2025-09-20
"""


def failing(count: int = 2, table: str = WAIVER.table) -> Outcome:
    return judge("invariant_balance", table, count, good="好。", bad="坏。", action="改。")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_as_it_says(tmp_path: Path) -> None:
    assert read_waivers(written(tmp_path, FILE), NIGHT) == (WAIVER,)
    assert read_waivers(written(tmp_path, FILE + "at_most = 3"), NIGHT) == (replace(WAIVER, at_most=3),)


def test_no_file_waives_nothing() -> None:
    assert read_waivers(None, NIGHT) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (FILE.replace("reason", "resaon"), "waiver 1: resaon is unknown; known are check, table"),
        (FILE.replace('owner = "省教育厅数据处"', ""), "waiver 1: owner is missing"),
        (FILE.replace('"区划调整"', '""'), "waiver 1: reason is missing"),
        (FILE.replace("2025-09-20", '"2025-09-20"'), "expires must be a date like 2025-09-30 without quotes"),
        (FILE.replace("2025-09-20", "2025-09-20T00:00:00"), "expires must be a date"),
        (FILE + "at_most = true", "at_most must be a whole number"),
        (FILE.replace("2025-09-20", "2099-01-01"), "more than 366 days after the night 2025-09-20"),
        (FILE.replace("invariant_balance", "screen_small_cells"), "cannot be waived; mend the table"),
        (FILE.replace("区划调整", "见 13900000000"), "holds a long number"),
        (FILE + FILE, "waiver 2: invariant_balance on indicators.zeroing is waived twice"),
        ("[waiver]\ncheck = 1", "only [[waiver]] tables"),
        ("[other]\nx = 1", "found other"),
        ("[[waiver", "is no TOML"),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_and_entry(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(WaiverError) as caught:
        read_waivers(written(tmp_path, text), NIGHT)
    assert why in str(caught.value)
    assert "waivers.toml" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WaiverError, match=r"nowhere\.toml cannot be read"):
        read_waivers(tmp_path / "nowhere.toml", NIGHT)


def test_what_is_accepted_stops_nothing_and_keeps_its_verdict() -> None:
    (found,) = with_waivers([failing()], [WAIVER], NIGHT)
    assert (found.verdict, found.count, found.waiver) == ("fail", 2, WAIVER)
    assert not found.blocks
    assert not found.open
    assert blocking_failures([found]) == ()


def test_the_day_after_its_end_it_fails_again_and_says_so() -> None:
    (found,) = with_waivers([failing()], [WAIVER], NIGHT + dt.timedelta(days=1))
    assert found.blocks
    assert found.message == "坏。（豁免已于 2025-09-20 到期）"


def test_more_than_was_accepted_fails_and_says_so() -> None:
    (found,) = with_waivers([failing(4)], [replace(WAIVER, at_most=3)], NIGHT)
    assert found.blocks
    assert found.message == "坏。（豁免只及 3 项）"


def test_another_table_is_not_covered() -> None:
    other = failing(table="published.zeroing")
    assert with_waivers([other], [WAIVER], NIGHT) == [other]


def test_what_passes_needs_no_waiver() -> None:
    good = failing(0)
    assert with_waivers([good], [WAIVER], NIGHT) == [good]


def test_a_warning_can_be_accepted_too() -> None:
    warned = judge("invariant_balance", WAIVER.table, 1, good="", bad="坏。", action="改。", severity="mark")
    (found,) = with_waivers([warned], [WAIVER], NIGHT)
    assert (found.verdict, found.open, found.waiver) == ("warn", False, WAIVER)


@given(st.integers(1, 9), st.none() | st.integers(0, 9), st.integers(-3, 3))
def test_a_failure_stops_the_night_unless_it_is_covered(count: int, at_most: int | None, days: int) -> None:
    waiver = replace(WAIVER, at_most=at_most)
    (found,) = with_waivers([failing(count)], [waiver], NIGHT + dt.timedelta(days=days))
    assert found.blocks == (days > 0 or (at_most is not None and count > at_most))


def test_waivers_that_nobody_needs_are_named() -> None:
    unknown = replace(WAIVER, check="invariant_blance")
    fine = check_waivers([WAIVER], [failing()], NIGHT)
    assert (fine.verdict, fine.message) == ("pass", "1 项豁免均在有效期内。")
    found = check_waivers([WAIVER, unknown], [failing()], NIGHT)
    assert (found.verdict, found.severity, found.sample) == ("warn", "note", ("invariant_blance/indicators.zeroing",))
    assert check_waivers([WAIVER], [failing()], NIGHT + dt.timedelta(days=1)).sample == (
        "invariant_balance/indicators.zeroing",
    )
    assert check_waivers([], [failing()], NIGHT).message == "没有豁免。"
