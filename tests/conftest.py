"""What every test may use: where the sample province is, a published home of it; and which files are run first."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.night import run_night
from pipelines.publish.export_log import Occasion

ROOT = Path(__file__).resolve().parent.parent

LONG = (
    "pipelines/engine/test_spark_nights.py",
    "assets/test_nights.py",
    "pipelines/test_disclosure_attack.py",
    "pipelines/publish/test_disclosure.py",
    "pipelines/test_ledger_store.py",
    "pipelines/models/test_matching_probable.py",
    "pipelines/test_rebuild.py",
    "pipelines/publish/test_databases.py",
    "pipelines/publish/test_cookbook.py",
    "pipelines/test_ledger_machine.py",
    "pipelines/test_ugly_night.py",
    "pipelines/models/test_integrity.py",
    "assets/test_report.py",
    "pipelines/test_rehearsal.py",
    "pipelines/models/test_assessment_ranking.py",
    "pipelines/publish/test_history.py",
    "pipelines/models/test_ledger_reopened.py",
    "pipelines/models/test_bridge.py",
    "schemas/test_pandera_models.py",
    "pipelines/models/test_statistics_checks.py",
    "assets/test_explain.py",
)
"""Files of more than some ten seconds. They begin first, or one core would stand idle while the other ends the last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, the others as they were found."""
    turn = {ROOT / "tests" / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: turn.get(item.path, len(LONG)))


@dataclass(frozen=True)
class Sample:
    """The sample province and its first nights."""

    landing: Path = ROOT / "data" / "sample" / "landing"
    policy: Path = ROOT / "data" / "sample" / "policy.toml"
    run_dates: Path = ROOT / "data" / "sample" / "run_dates.txt"
    nights: tuple[date, ...] = (date(2025, 8, 25), date(2025, 8, 31), date(2025, 9, 1))
    secret: bytes = b"a-secret-of-the-tests"


@pytest.fixture(scope="session")
def sample() -> Sample:
    return Sample()


OCCASION = Occasion(datetime(2025, 10, 13, 2, 0, tzinfo=UTC), "tester", "nightly")


def leave_out_files(patch: pytest.MonkeyPatch) -> None:
    """Neither this process nor a second one writes files for officials."""
    for name in ("_make_names", "_make_officials"):
        patch.setattr(f"pipelines.publish.step.{name}", lambda *_: None)
    patch.setattr("pipelines.night.Night.start_second", lambda _: None)


@contextmanager
def without_files() -> Iterator[None]:
    """Nights in this block publish databases and no files for officials."""
    with pytest.MonkeyPatch.context() as patch:
        leave_out_files(patch)
        yield


@pytest.fixture(scope="session")
def published_home(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three nights of the sample, the last of them with open, overdue and closed cases; only to be read.

    Files for officials stand in the last night. All workers of a run share the home: the first that asks makes it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    home, made = shared / "published_home", shared / "published_home.made"
    with (shared / "published_home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            home.mkdir()  # fails where another worker could not make it
            # Nothing about children may lean on the umask of whoever runs the night.
            before = os.umask(0)
            try:
                for night in (date(2025, 8, 25), date(2025, 9, 28), date(2025, 10, 12)):
                    with nullcontext() if night == date(2025, 10, 12) else without_files():
                        run_night(night, sample.landing, home, sample.policy, sample.secret, occasion=OCCASION)
            finally:
                os.umask(before)
            made.touch()
    return home


@pytest.fixture(scope="module")
def databases_only() -> Iterator[None]:
    """Nights that publish databases and no files for officials: for tests that never look at a workbook or page."""
    with without_files():
        yield


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for one test, where others of its module do look."""
    leave_out_files(monkeypatch)
