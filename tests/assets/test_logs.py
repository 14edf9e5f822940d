"""One line a step with counts and seconds, and nothing of a child in what a fault says."""

import datetime as dt
import io
import json

import pytest

from assets import cli
from assets.faults import ProgramFault, as_fault, masked, told
from assets.logs import Log, numbers_of
from assets.progress import watching
from pipelines.errors import KongchuoError
from pipelines.night import StepResult, TableInfo
from quality.outcome import judge
from quality.waived import with_waivers
from quality.waivers import Waiver

NIGHT = dt.date(2025, 9, 1)
WORDS = {"good": "好。", "bad": "坏。", "action": "改。"}
FOUND = with_waivers(
    [judge("a", "s.t", 0, **WORDS), judge("b", "s.t", 2, **WORDS), judge("c", "s.t", 1, severity="note", **WORDS)],
    [Waiver("b", "s.t", "理由", "单位", NIGHT)],
    NIGHT,
)
STEP = StepResult("core", (TableInfo("core.a", 12000, 0.1), TableInfo("core.b", 34, 0.1)), tuple(FOUND), 1.23456)


def lines(form: str) -> list[str]:
    stream = io.StringIO()
    with watching(1, stream, form) as watcher:  # type: ignore[arg-type]
        watcher.night(NIGHT)
        watcher.step("core")
        watcher.stepped(STEP)
        watcher.done()
    return stream.getvalue().splitlines()


def test_a_line_a_step_as_json() -> None:
    begun, step, published = (json.loads(line) for line in lines("json"))
    assert dt.datetime.fromisoformat(step.pop("time")).tzinfo is not None
    assert step == {
        "level": "info",
        "event": "step",
        "night": "2025-09-01",
        "step": "core",
        "seconds": 1.235,
        "tables": 2,
        "rows": 12034,
        "checks": 3,
        "not_passed": 2,
        "waived": 1,
    }
    assert (begun["event"], published["event"], published["night"]) == ("night", "published", "2025-09-01")


def test_a_line_a_step_as_text() -> None:
    step = lines("text")[1]
    said = " INFO  2025-09-01 core: 2 tables, 12,034 rows in 1.24 s; 3 checks, 2 did not pass (1 waived)"
    assert step.endswith(said)


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (KongchuoError("There is no room."), "KongchuoError", "There is no room."),
        (ValueError("cannot parse '张三' 990121201501010018"), "ValueError", "cannot parse '…' #"),
    ],
)
def test_a_night_that_fails_is_a_line_too(error: Exception, kind: str, said: str) -> None:
    stream = io.StringIO()

    def failing() -> None:
        with watching(1, stream, "json") as watcher:
            watcher.night(NIGHT)
            raise error

    with pytest.raises(type(error)):
        failing()
    last = json.loads(stream.getvalue().splitlines()[-1])
    assert (last["level"], last["event"], last["error"], last["message"]) == ("error", "failed", kind, said)


def test_numbers_of_a_step_count_what_its_checks_found() -> None:
    assert numbers_of(STEP)["not_passed"] == 2


@pytest.mark.parametrize("personal", ["王小明", "990121201501010018", "99012120150101001X", "13900000000", "诺布·次仁"])
def test_what_a_fault_says_holds_no_person(personal: str) -> None:
    def failing() -> None:
        try:
            raise ValueError(f"bad cell: {personal}")
        except ValueError as error:
            raise RuntimeError(f"row {personal} of 17") from error

    with pytest.raises(RuntimeError) as caught:
        failing()
    for text in (masked(caught.value), told(caught.value), str(as_fault(caught.value))):
        assert personal not in text
        assert "RuntimeError" in text or "of 17" in text
    assert "ValueError: bad cell" in told(caught.value)
    assert "in failing" in told(caught.value)


def test_a_masked_fault_keeps_its_place() -> None:
    def failing() -> None:
        raise KeyError("张三")

    with pytest.raises(KeyError) as caught:
        failing()
    fault = as_fault(caught.value)
    assert isinstance(fault, ProgramFault)
    assert fault.__traceback__ is caught.value.__traceback__


def test_the_command_tells_a_fault_without_what_it_quotes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "张三丰"

    def failing() -> None:
        raise ValueError(f"cannot cast '{name}' to DATE")

    monkeypatch.setattr(cli, "app", failing)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    said = capsys.readouterr().err
    assert caught.value.code == cli.FAULT == 70
    assert name not in said
    assert "ValueError: cannot cast '…' to DATE" in said


def test_a_form_that_is_none_is_named() -> None:
    with pytest.raises(KongchuoError, match=r"'xml'; it can be progress, text, json"):
        cli._form("xml")


def test_a_log_needs_no_step_to_be_named_before() -> None:
    stream = io.StringIO()
    log = Log(stream, "text")
    log.night(NIGHT)
    log.step("core")
    assert len(stream.getvalue().splitlines()) == 1
