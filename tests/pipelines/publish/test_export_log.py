"""The log of exports: only ever longer, for its owner alone, whole lines whoever writes at once."""

from __future__ import annotations

import json
import multiprocessing
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.errors import KongchuoError
from pipelines.publish.export_log import LOG, Exported, Occasion, append, read

DAY = date(2025, 10, 12)


def occasion(day: int = 13, command: str = "export") -> Occasion:
    return Occasion(datetime(2025, 10, day, 8, 30, 15, 999, tzinfo=UTC), "li", command)


def entry(unit: str = "990121") -> Exported:
    return Exported("workbook", DAY, unit, "full", "age", "四张清单_990121_2025-10-12.xlsx.age", "ab" * 32, 9000)


def test_a_line_says_who_when_what_of_whom_and_how(tmp_path: Path) -> None:
    append(tmp_path, occasion(), [entry()])
    assert json.loads((tmp_path / LOG).read_text(encoding="utf-8")) == {
        "when": "2025-10-13T08:30:15+00:00",
        "user": "li",
        "command": "export",
        "what": "workbook",
        "as_of": "2025-10-12",
        "unit": "990121",
        "extent": "full",
        "encryption": "age",
        "file": "四张清单_990121_2025-10-12.xlsx.age",
        "sha256": "ab" * 32,
        "bytes": 9000,
    }


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_it_is_for_its_owner_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        append(tmp_path, occasion(), [entry()])
    finally:
        os.umask(before)
    assert (tmp_path / LOG).stat().st_mode & 0o777 == 0o600


def test_it_only_grows_and_is_read_from_a_day_on(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    append(tmp_path, occasion(13), [entry("1")])
    first = (tmp_path / LOG).read_bytes()
    append(tmp_path, occasion(14), [entry("2"), entry("3")])
    append(tmp_path, occasion(15), [])
    assert (tmp_path / LOG).read_bytes().startswith(first)
    assert [one["unit"] for one in read(tmp_path)] == ["1", "2", "3"]
    assert [one["unit"] for one in read(tmp_path, date(2025, 10, 14))] == ["2", "3"]


def _many(home: Path, unit: str) -> None:
    for _ in range(50):
        append(home, occasion(), [entry(unit)] * 20)


def test_lines_of_processes_that_write_at_once_stay_whole(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_many, args=(tmp_path, str(i) * 6)) for i in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    units = [one["unit"] for one in read(tmp_path)]
    assert {unit: units.count(unit) for unit in set(units)} == {str(i) * 6: 1000 for i in range(3)}
    # What one command writes stands together.
    assert all(len(set(units[start : start + 20])) == 1 for start in range(0, len(units), 20))


def test_a_log_that_cannot_be_written_or_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match="nothing was exported"):
        append(tmp_path / "missing", occasion(), [entry()])
    (tmp_path / LOG).write_text('{"no": "line of ours"}\n', encoding="utf-8")
    with pytest.raises(KongchuoError, match="did not write"):
        read(tmp_path, DAY)
