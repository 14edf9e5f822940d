"""`docs/cookbook.md`: its questions, and the nights that they are asked of.

Four nights of the sample, then a delivery that comes late and two of them again. `python -m tests.support.cookbook
FOLDER` makes the nights in a folder (home and landing) and writes the results into the document again.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.night import run_night
from tests.conftest import ROOT, Sample

DOCUMENT = ROOT / "docs" / "cookbook.md"
FILE = r"^File: `([a-z_]+\.duckdb)`"
SQL = r"^```sql\n(.*?)^```$"
SECRET = b"sample-secret-of-a-fictional-province"
NIGHTS = (dt.date(2025, 8, 31), dt.date(2025, 9, 15), dt.date(2025, 9, 28), dt.date(2025, 10, 12))
LATE = "2025-09-26/劝返_990121_第6周.csv"
"""What a county did in a week of September, and reported after 12 October."""


def make_home(folder: Path) -> Path:
    """Run the nights in an empty folder; returns the home."""
    sample = Sample()
    landing, home = folder / "landing", folder / "home"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(sample.landing, landing)
    late = (landing / LATE).rename(folder / "late.csv")
    for night in NIGHTS:
        run_night(night, landing, home, sample.policy, SECRET)
    late.rename(landing / LATE)
    for night in NIGHTS[2:]:
        run_night(night, landing, home, sample.policy, SECRET)
    return home


@dataclass(frozen=True)
class Question:
    """One section of the document: its title, the file it asks, its SQL, and where the table of the result stands."""

    title: str
    file: str
    sql: str
    shown: str


def questions(text: str) -> list[Question]:
    """The questions of the document, in order; raises ValueError where a section has no file or no SQL."""
    found = []
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]:
        file, sql = (re.search(pattern, section, re.MULTILINE | re.DOTALL) for pattern in (FILE, SQL))
        if not file or not sql:
            raise ValueError(section.splitlines()[0])
        found.append(Question(section.splitlines()[0], file[1], sql[1], section[sql.end() :].strip()))
    return found


def answer(home: Path, question: Question) -> tuple[list[str], list[tuple[object, ...]]]:
    """Headings and rows of a question, asked of the newest night, read only."""
    with duckdb.connect(str(home / "published" / "current" / question.file), read_only=True) as connection:
        asked = connection.execute(question.sql)
        return [column[0] for column in asked.description], asked.fetchall()


def table(headings: list[str], rows: list[tuple[object, ...]]) -> str:
    """A result as a table of Markdown; null is blank."""
    lines = [headings, ["---"] * len(headings), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace("|", "\\|")


def written_again(text: str, home: Path) -> str:
    """The document with the results as they come out of a home."""
    head, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    made = [head]
    for section, question in zip(sections, questions(text), strict=True):
        end = len(section.rstrip()) - len(question.shown)
        made.append(f"{section[:end].rstrip()}\n\n{table(*answer(home, question))}\n\n")
    return "".join(made).rstrip() + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(written_again(DOCUMENT.read_text(encoding="utf-8"), make_home(Path(sys.argv[1]))), "utf-8")
