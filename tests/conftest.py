"""What every test may use: where the sample province is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.night import run_night
from pipelines.publish.export_log import Occasion

ROOT = Path(__file__).resolve().parent.parent


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


@pytest.fixture(scope="session")
def published_home(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three nights of the sample, the last of them with open, overdue and closed cases; only to be read."""
    home = tmp_path_factory.mktemp("published")
    # Nothing about children may lean on the umask of whoever runs the night.
    before = os.umask(0)
    try:
        for night in (date(2025, 8, 25), date(2025, 9, 28), date(2025, 10, 12)):
            run_night(night, sample.landing, home, sample.policy, sample.secret, occasion=OCCASION)
    finally:
        os.umask(before)
    return home


@pytest.fixture(scope="module")
def databases_only() -> Iterator[None]:
    """Nights that publish databases and no files for officials: for tests that never look at a workbook or page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.publish.step._write_reports", lambda *_: [])
        yield


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for one test, where others of its module do look."""
    monkeypatch.setattr("pipelines.publish.step._write_reports", lambda *_: [])
