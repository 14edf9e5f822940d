"""What every test may use: where the sample province is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

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
