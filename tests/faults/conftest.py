"""Nights without a fault: what every faulty one must come to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.nights import NIGHTS, Tables, copied, published, run


@dataclass(frozen=True)
class Undisturbed:
    """Nights in a row: the home before each, and what each published."""

    before: list[Path]
    tables: list[Tables]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Four nights of the sample, run one after the other."""
    home = tmp_path_factory.mktemp("undisturbed")
    before, tables = [], []
    for night in NIGHTS:
        before.append(copied(home, tmp_path_factory.mktemp("before") / "home"))
        run(night, home)
        tables.append(published(home, night))
    return Undisturbed(before, tables)
