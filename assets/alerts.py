"""What is said when a night did not go well: one short message, in Chinese for those on duty, in English for a log.

Names of checks and tables, counts, what to do: never a key of a child, never the text of an unforeseen error, which may
hold a cell of a delivery. It goes to `<home>/alerts.jsonl` and by every way that is configured.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from assets.environment import Ways, ways_from_environment
from pipelines.errors import KongchuoError, NightBlocked

FILE = "alerts.jsonl"
SHOWN = 8
"""Checks named in a message; the others are counted."""
LONGEST = 1900
"""Bytes of a message: robots of chat programs refuse more than 2048."""
WHOLE = 4096
"""Bytes that a line of the file is read back with, at most so many lines."""

Kind = Literal["blocked", "failed", "checks", "missed"]


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass: its name, table, how many offend, what to do."""

    check: str
    table: str
    count: int
    action: str
    blocking: bool

    @property
    def text(self) -> str:
        """One line of a message."""
        return f"{'阻断' if self.blocking else '提示'} {self.check}（{self.table}）：{self.count}。{self.action}"


@dataclass(frozen=True)
class Alert:
    """What happened to which night (or job), with the checks that did not pass and the sentence of an error of ours."""

    kind: Kind
    night: str
    job: str = "nightly"
    run_id: str = ""
    reason: str = ""
    checks: tuple[FailedCheck, ...] = ()

    @property
    def once(self) -> str:
        """Alerts that say the same of the same night are sent once: of warnings and of a night that did not run."""
        if self.kind in ("blocked", "failed"):
            return f"{self.kind} {self.night} {self.run_id}" if self.run_id else ""
        return f"{self.kind} {self.night} {' '.join(sorted(check.check for check in self.checks))}".strip()

    def text(self, host: str) -> str:
        """The message; cut to what a robot takes."""
        lines = [f"【控辍】{self._headline()}"]
        if self.reason:
            lines.append(self.reason)
        lines += [check.text for check in self.checks[:SHOWN]]
        if len(self.checks) > SHOWN:
            lines.append(f"另有 {len(self.checks) - SHOWN} 项。")
        lines.append(f"主机 {host}" + (f"，运行 {self.run_id[:8]}" if self.run_id else ""))
        lines.append(self._plain())
        return _cut("\n".join(lines))

    def _headline(self) -> str:
        what = f"{self.night} 夜间运行" if self.job == "nightly" else f"任务 {self.job}（{self.night or '无日期'}）"
        return {
            "blocked": f"{what}被检查阻断，未发布，此前发布的内容不变。改正后重新运行同一日期。",
            "failed": f"{what}失败，未发布，此前发布的内容不变。",
            "checks": f"{what}已完成，有 {len(self.checks)} 项检查未通过。",
            "missed": f"{self.night} 的结果到早上 6 点仍未发布。请查看运行页面和定时任务。",
        }[self.kind]

    def _plain(self) -> str:
        what = {
            "blocked": "blocked, nothing was published",
            "failed": "failed",
            "checks": "done, with checks that did not pass",
            "missed": "not published by 06:00",
        }[self.kind]
        return f"kongchuo: {self.job} {self.night} {what}"


def of_error(error: Exception, as_of: date) -> Alert:
    """The alert of a night that ended with an error."""
    night = as_of.isoformat()
    if isinstance(error, NightBlocked):
        # Imported here: the command answers at once without it.
        from quality.outcome import Outcome

        found = [o for o in error.outcomes if isinstance(o, Outcome) and o.blocks]
        checks = tuple(FailedCheck(o.check, o.table, o.count, o.action, True) for o in found)
        return Alert("blocked", night, checks=checks)
    return Alert("failed", night, reason=reason_of(error))


def reason_of(error: BaseException) -> str:
    """The sentence of an error of ours; of any other its class, as its text may hold anything."""
    return str(error) if isinstance(error, KongchuoError) else f"程序错误 {type(error).__name__}，详见运行日志。"


def send(alert: Alert, home: Path | None, ways: Ways | None = None, now: datetime | None = None) -> list[str]:
    """Send an alert by every way that is configured and write it down; returns what could not be done, in words.

    What was said of a night already (`Alert.once`) is not said again. A way that fails hinders no other.
    """
    from assets.channels import deliver

    if home is not None and alert.once and alert.once in _said(home / FILE):
        return []
    moment = now or datetime.now().astimezone()
    host = socket.gethostname()
    text = alert.text(host)
    sent, troubles = deliver(ways or ways_from_environment(), text)
    line: dict[str, object] = {
        "at": moment.isoformat(timespec="seconds"),
        "kind": alert.kind,
        "night": alert.night,
        "job": alert.job,
        "run_id": alert.run_id,
        "host": host,
        "text": text,
        "once": alert.once,
        "sent": sent,
        "not_sent": troubles,
    }
    try:
        if home is not None:
            _append(home / FILE, line)
    except OSError as error:
        troubles = [*troubles, f"{FILE}: {error.strerror}"]
    return troubles


def _append(path: Path, line: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _said(path: Path) -> set[str]:
    """What the newest lines of the file say; nothing where there is none or it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - 256 * WHOLE, 0))
            lines = file.read().splitlines()
    except OSError:
        return set()
    return set(_keys(lines))


def _keys(lines: Sequence[bytes]) -> Iterable[str]:
    for line in lines:
        try:
            yield str(json.loads(line).get("once", ""))
        except (ValueError, AttributeError):  # the first line may be half a line
            continue


def _cut(text: str) -> str:
    """At most so many bytes, never half a character."""
    whole = text.encode()
    return text if len(whole) <= LONGEST else whole[:LONGEST].decode(errors="ignore") + "…"
