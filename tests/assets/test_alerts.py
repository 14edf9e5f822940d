"""Alerts: what is said of a failed or blocked night, to whom, how often, and what is never said."""

from __future__ import annotations

import email
import email.policy
import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from typer.testing import CliRunner

from assets import alerts
from assets.alarms import failed_checks, night_due
from assets.alerts import FILE, LONGEST, Alert, FailedCheck, send
from assets.cli import app
from assets.definitions import build_defs
from assets.environment import Ways
from assets.failing import failing
from assets.in_process import QUIET
from assets.metadata import asset_key
from assets.partitions import NIGHTLY
from assets.resources import NightResource
from pipelines.errors import KongchuoError, NightBlocked, TemporaryError
from pipelines.night import STEPS, StepResult
from pipelines.publish.folder import new_folder, show
from quality.outcome import Outcome
from quality.waivers import Waiver
from tests.support.mail_server import MailServer, mail_server

SECRET_KEY = "0123456789abcdef"
NAME = "小明"
BLOCKING = Outcome(
    "contract", "core.division", "fail", "stop", 3, f"三行不合（{SECRET_KEY}）。", (SECRET_KEY,), "请改正后重新交付。"
)


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEBHOOK", "SMTP_HOST"):
        monkeypatch.delenv(f"KONGCHUO_{name}", raising=False)


class Robot:
    """A robot of a chat program: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.answer, self.status = b'{"errcode":0,"errmsg":"ok"}', 200
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                robot.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(robot.status)
                self.end_headers()
                self.wfile.write(robot.answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/robot?key=a-secret-key"

    @property
    def texts(self) -> list[str]:
        return [body["text"]["content"] for body in self.got]


@pytest.fixture
def robot() -> Iterator[Robot]:
    robot = Robot()
    thread = threading.Thread(target=robot.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield robot
    robot.server.shutdown()
    robot.server.server_close()
    thread.join()


def written(home: Path) -> list[dict[str, Any]]:
    file = home / FILE
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


# What a message is.


def test_a_robot_gets_the_body_it_knows_and_the_file_the_same_words(robot: Robot, tmp_path: Path) -> None:
    check = FailedCheck("invariant_bridge", "published.bridge", 3, "请查看桥接表。", True)
    assert send(Alert("blocked", "2025-09-01", run_id="abcdef0123", checks=(check,)), tmp_path, Ways(robot.url)) == []
    (body,) = robot.got
    assert body["msgtype"] == "text"
    for word in ("控辍", "2025-09-01", "阻断", "invariant_bridge", "published.bridge", "3", "请查看桥接表", "abcdef01"):
        assert word in robot.texts[0]
    (line,) = written(tmp_path)
    assert (line["text"], line["sent"], line["not_sent"]) == (robot.texts[0], ["webhook"], [])
    assert (tmp_path / FILE).stat().st_mode & 0o777 in (0o640, 0o600)
    assert "a-secret-key" not in (tmp_path / FILE).read_text()


def test_a_message_fits_into_what_robots_take() -> None:
    checks = tuple(
        FailedCheck(f"check_{n}", "published.zeroing", n, "请改正后重新交付。" * 30, False) for n in range(40)
    )
    text = Alert("checks", "2025-09-01", checks=checks).text("host")
    assert len(text.encode()) <= LONGEST + 3
    assert text.startswith("【控辍】2025-09-01")


@pytest.mark.parametrize(
    ("error", "said", "not_said"),
    [
        (KongchuoError("The policy file is missing."), "The policy file is missing.", "程序错误"),
        (ValueError(f"could not parse {NAME} 981301201501011234"), "ValueError", NAME),
        (NightBlocked(f"stopped {SECRET_KEY}", (BLOCKING,)), "请改正后重新交付。", SECRET_KEY),
    ],
)
def test_only_what_is_ours_is_repeated(error: Exception, said: str, not_said: str) -> None:
    text = alerts.of_error(error, date(2025, 9, 1)).text("host")
    assert said in text
    assert not_said not in text


def test_the_same_warnings_of_a_night_are_said_once_and_a_failure_every_time(robot: Robot, tmp_path: Path) -> None:
    check = FailedCheck("source_aid", "published.source_status", 5, "", False)
    for run in ("one", "two"):
        send(Alert("checks", "2025-09-01", run_id=run, checks=(check,)), tmp_path, Ways(robot.url))
    assert len(robot.got) == 1
    send(Alert("checks", "2025-09-02", run_id="three", checks=(check,)), tmp_path, Ways(robot.url))
    for run in ("four", "five"):
        send(Alert("failed", "2025-09-02", run_id=run), tmp_path, Ways(robot.url))
    assert len(robot.got) == 4


# Ways that fail.


@pytest.mark.parametrize(
    ("answer", "status", "trouble"),
    [(b'{"errcode":93000}', 200, "Refused 93000"), (b"no", 500, "HTTPError 500"), (b"fine", 200, "")],
)
def test_a_robot_that_refuses_is_written_down(
    robot: Robot, tmp_path: Path, answer: bytes, status: int, trouble: str
) -> None:
    robot.answer, robot.status = answer, status
    expected = [f"webhook: {trouble}"] if trouble else []
    assert send(Alert("missed", "2025-09-01"), tmp_path, Ways(robot.url)) == expected
    assert written(tmp_path)[0]["not_sent"] == expected


@pytest.fixture
def post(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


def by_mail(post: MailServer, folder: Path, webhook: str = "") -> Ways:
    password = folder / "password"
    password.write_text("geheim\n", encoding="utf-8")
    return Ways(webhook, "localhost", str(post.port), "duty", str(password), "k@example.invalid", "a@example.invalid")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/robot?key=a-secret-key", "file:///etc/passwd", "nonsense"])
def test_a_dead_robot_hides_neither_the_mail_nor_the_file(
    post: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(post.certificate))
    (trouble,) = send(Alert("missed", "2025-09-01"), tmp_path, by_mail(post, tmp_path, url))
    assert trouble.startswith("webhook: ")
    assert "a-secret-key" not in trouble
    assert written(tmp_path)[0]["sent"] == ["mail"]
    # The password goes out after STARTTLS, never before.
    assert post.commands[:5] == ["EHLO", "STARTTLS", "EHLO (safe)", "AUTH (safe)", "/duty/geheim"]
    (mail,) = post.mails
    message = email.message_from_string(mail, policy=email.policy.default)
    assert message["Subject"] == "【控辍】2025-09-01 的结果到早上 6 点仍未发布。请查看运行页面和定时任务。"
    assert message["To"] == "a@example.invalid"
    assert "2025-09-01 not published by 06:00" in message.get_content()


def test_a_mail_server_that_nobody_vouches_for_gets_no_password(
    post: MailServer, robot: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    (trouble,) = send(Alert("missed", "2025-09-01"), tmp_path, by_mail(post, tmp_path, robot.url))
    assert trouble.startswith("mail: SSLCertVerificationError")
    assert len(robot.got) == 1
    assert not post.mails
    assert not any("geheim" in command for command in post.commands)


def test_a_home_that_cannot_be_written_does_not_keep_the_message(robot: Robot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    troubles = send(Alert("missed", "2025-09-01"), tmp_path / "file", Ways(robot.url))
    assert len(robot.got) == 1
    assert troubles[0].startswith(FILE)


# The sensors, on runs that really ended so.

FIRST_STEPS = [asset_key(table) for step in STEPS[:2] for table in step.tables()]

Fault = Callable[[str], Exception | None]


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return build_defs(night=NightResource(first_wait=0))


@pytest.fixture
def run(defs: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault], Ran]:
    """Runs the job with steps that make nothing, one of which may fail."""
    home = tmp_path / "home"
    monkeypatch.setenv("KONGCHUO_LANDING", str(tmp_path))

    def execute(fault: Fault) -> Ran:
        tries: list[str] = []

        def step(_: Any, nights: Any, step: str, *__: object) -> StepResult:
            tries.append(step)
            error = fault(step)
            if error:
                raise error
            return StepResult(step, (), (), 0.0)

        monkeypatch.setattr(NightResource, "run_step", step)
        instance = dg.DagsterInstance.ephemeral()
        result = defs.resolve_job_def(NIGHTLY).execute_in_process(
            partition_key="2025-09-01",
            instance=instance,
            raise_on_error=False,
            run_config=QUIET,
            asset_selection=FIRST_STEPS,
        )
        return Ran(defs, instance, result, home, tries)

    return execute


class Ran:
    """A run that has ended, and the sensors that look at it."""

    def __init__(self, defs: dg.Definitions, instance: dg.DagsterInstance, result: Any, home: Path, tries: list[str]):
        self.defs, self.instance, self.result, self.home, self.tries = defs, instance, result, home, tries

    def sense(self, name: str) -> None:
        status = {"alert_failed_run": dg.DagsterEventType.RUN_FAILURE}.get(name, dg.DagsterEventType.RUN_SUCCESS)
        event = next(e for e in self.result.all_events if e.event_type == status)
        resources = {"night": NightResource(home=str(self.home))}
        context = dg.build_run_status_sensor_context(name, event, self.instance, self.run, resources=resources)
        if status == dg.DagsterEventType.RUN_FAILURE:
            context = context.for_run_failure()
        with context:
            self.defs.resolve_sensor_def(name)(context)

    @property
    def run(self) -> dg.DagsterRun:
        found = self.instance.get_run_by_id(self.result.run_id)
        assert found
        return found


def at(step: str, error: Exception) -> Fault:
    return lambda name: error if name == step else None


def test_a_blocked_night_tells_its_checks_and_no_key(run: Callable[[Fault], Ran]) -> None:
    ran = run(at("core", NightBlocked("stopped in step core", (BLOCKING,))))
    ran.sense("alert_failed_run")
    (line,) = written(ran.home)
    assert (line["kind"], line["night"], line["run_id"]) == ("blocked", "2025-09-01", ran.run.run_id)
    assert "contract（core.division）：3。请改正后重新交付。" in line["text"]
    assert SECRET_KEY not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize(
    ("error", "said"),
    [(KongchuoError("KONGCHUO_SECRET is not set."), "KONGCHUO_SECRET is not set."), (ValueError(NAME), "ValueError")],
)
def test_a_failed_night_tells_the_sentence_or_the_class(
    run: Callable[[Fault], Ran], error: Exception, said: str
) -> None:
    ran = run(at("landing", error))
    ran.sense("alert_failed_run")
    (line,) = written(ran.home)
    assert said in line["text"]
    assert NAME not in json.dumps(line, ensure_ascii=False)


def test_a_run_that_dagster_runs_again_is_no_alert_yet(run: Callable[..., Ran]) -> None:
    ran = run(at("core", ValueError("x")))
    ran.instance.add_run_tags(ran.run.run_id, {"dagster/will_retry": "true"})
    ran.sense("alert_failed_run")
    assert not written(ran.home)


def test_a_published_night_tells_the_checks_that_did_not_pass(
    run: Callable[[Fault], Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    # No step of it says anything of its checks: each is then shown as not passed, and the blocking ones would stop it.
    monkeypatch.setattr("assets.layer.results_of", _only_a_warning)
    ran = run(lambda _: None)
    assert ran.result.success
    assert [check.check for check in failed_checks(ran.instance, ran.run.run_id)] == ["refused_deliveries"]
    ran.sense("alert_failed_checks")
    ran.sense("alert_failed_checks")
    (line,) = written(ran.home)
    assert line["kind"] == "checks"
    assert "refused_deliveries（landing.deliveries）：2。按退回原因改正。" in line["text"]


def _only_a_warning(_: object, declared: Any) -> Iterator[dg.AssetCheckResult]:
    """A file was refused; names that are no delivery are a note, and what is unfinished somebody has accepted."""
    from assets.checks import results_of

    found = {"refused_deliveries": "mark", "ignored_files": "note", "unfinished_files": "mark"}
    for d in declared:
        severity = found.get(d.check)
        outcome = Outcome(d.check, d.table, "pass", "stop", 0, "。")
        if severity:
            waiver = (
                Waiver(d.check, d.table, "理由", "教育", date(2026, 1, 1)) if d.check == "unfinished_files" else None
            )
            action = "按退回原因改正。"
            outcome = Outcome(d.check, d.table, "warn", severity, 2, "。", (), action, waiver=waiver)
        yield from results_of([outcome], [d])


# Tries.


def test_what_may_pass_by_itself_is_tried_three_times_more(run: Callable[[Fault], Ran]) -> None:
    ran = run(at("landing", TemporaryError("The landing folder cannot be reached.")))
    assert not ran.result.success
    assert ran.tries == ["landing"] * 4
    waits = [e.step_retry_data.seconds_to_wait for e in ran.result.all_events if e.is_step_up_for_retry]
    assert len(waits) == 3
    ran.sense("alert_failed_run")
    assert "The landing folder cannot be reached." in written(ran.home)[0]["text"]


def test_it_is_over_when_it_has_passed(run: Callable[[Fault], Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.layer.results_of", _only_a_warning)
    errors = [TemporaryError("held"), TemporaryError("held")]
    ran = run(lambda step: errors.pop() if step == "landing" and errors else None)
    assert ran.result.success
    assert ran.tries[:4] == ["landing", "landing", "landing", "core"]


@pytest.mark.parametrize("error", [NightBlocked("stopped", (BLOCKING,)), KongchuoError("no"), ValueError("x")])
def test_nothing_else_is_ever_tried_again(run: Callable[[Fault], Ran], error: Exception) -> None:
    ran = run(at("landing", error))
    assert ran.tries == ["landing"]
    assert not any(event.is_step_up_for_retry for event in ran.result.all_events)


def test_each_wait_is_twice_the_one_before_and_the_night_is_closed_meanwhile() -> None:
    closed, waits = [], []
    for number in range(3):
        context = SimpleNamespace(retry_number=number, log=SimpleNamespace(warning=lambda *_: None))
        night = SimpleNamespace(retries=3, first_wait=120.0, close=lambda: closed.append(True))
        with pytest.raises(dg.RetryRequested) as asked, failing(context, night):
            raise TemporaryError("held")
        waits.append(asked.value.seconds_to_wait)
    assert waits == [120, 240, 480]
    assert len(closed) == 3


# The morning.


@pytest.mark.parametrize(("hour", "due"), [(5, None), (6, "2025-09-01"), (23, "2025-09-01")])
def test_last_night_is_due_from_six_on(hour: int, due: str | None) -> None:
    assert night_due(datetime(2025, 9, 2, hour, tzinfo=ZoneInfo("Asia/Shanghai"))) == due


def test_a_missing_night_is_told_once_and_a_published_one_never(
    robot: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KONGCHUO_WEBHOOK", robot.url)
    monkeypatch.setattr("assets.alarms.night_due", lambda _: "2025-09-02")
    defs, home = build_defs(), tmp_path / "home"

    def tick(cursor: str | None = None) -> str:
        given = {"definitions": defs, "sensor_name": "alert_missing_night", "instance": dg.DagsterInstance.ephemeral()}
        given["cursor"] = cursor
        with dg.build_sensor_context(**given, resources={"night": NightResource(home=str(home))}) as context:
            return str(defs.resolve_sensor_def("alert_missing_night").evaluate_tick(context).skip_message)

    show(home, date(2025, 9, 1), new_folder(home, date(2025, 9, 1)))
    assert "2025-09-02 is not published" in tick()
    tick()
    (home / FILE).unlink()
    tick(cursor="2025-09-02")
    assert len(robot.got) == 1
    assert "2025-09-02 的结果到早上 6 点仍未发布" in robot.texts[0]
    show(home, date(2025, 9, 2), new_folder(home, date(2025, 9, 2)))
    assert "newest published night is 2025-09-02" in tick()


# Without a daemon.


@pytest.mark.parametrize("configured", [True, False])
@pytest.mark.parametrize("how", [(), ("--plain",)], ids=["dagster", "plain"])
def test_a_night_of_a_crontab_alerts_where_a_way_is_configured(
    robot: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configured: bool, how: tuple[str, ...]
) -> None:
    monkeypatch.setenv("KONGCHUO_SECRET", "a-secret-of-the-tests")
    if configured:
        monkeypatch.setenv("KONGCHUO_WEBHOOK", robot.url)
    where = ["--landing", str(tmp_path / "nowhere"), "--home", str(tmp_path / "home")]
    result = CliRunner().invoke(app, ["run", "--as-of", "2025-09-01", *where, *how])
    assert result.exit_code == 2
    assert len(robot.got) == len(written(tmp_path / "home")) == int(configured)
    assert all("nowhere" in text and "2025-09-01" in text for text in robot.texts)


@pytest.mark.parametrize("how", ["secret", "policy"])
def test_what_is_wrong_before_the_night_begins_alerts_too(
    robot: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("KONGCHUO_WEBHOOK", robot.url)
    monkeypatch.setenv("KONGCHUO_SECRET", "" if how == "secret" else "a-secret-of-the-tests")
    where = ["--landing", str(tmp_path), "--home", str(tmp_path / "home"), "--policy", str(tmp_path / "policy.toml")]
    assert CliRunner().invoke(app, ["run", "--as-of", "2025-09-01", *where]).exit_code == 2
    (text,) = robot.texts
    assert {"secret": "KONGCHUO_SECRET is not set", "policy": "policy.toml cannot be read"}[how] in text
