"""The journal of runs: what each run added to the ledger, once more as Parquet beside the warehouse (spec 4).

`<home>/events/<run>/` holds the run, its events, and of each history the rows that it ended and began. The warehouse's
lasting tables follow from the journal alone (`pipelines.rebuild`). It speaks of children by name: nobody but the owner
may read it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import KongchuoError
from pipelines.histories import ENDED, Run

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

FOLDER = "events"
RUN, EVENTS, RESTATED, PUBLISHED = "run.parquet", "events.parquet", "restatements.parquet", "published"
LIST = "files.txt"
"""Names of a run's files, one a line: what is missing is seen."""
_OWNER_ONLY, _OWNER_FILE = 0o700, 0o600


def journal_root(home: Path) -> Path:
    """The folder of all runs' journals."""
    return home / FOLDER


def run_folder(home: Path, run_id: int) -> Path:
    """The folder of one run's journal; names sort as the runs were."""
    return journal_root(home) / f"{run_id:06}"


def page(history: str, part: str) -> str:
    """File of one history in a run's folder; `part` is `ended` or `begun`."""
    return f"{history}.{part}.parquet"


def mark_published(home: Path, run_id: int) -> None:
    """Note in a run's journal that readers can see its night."""
    (run_folder(home, run_id) / PUBLISHED).touch(mode=_OWNER_FILE)


def published_after(home: Path, run_id: int) -> list[int]:
    """Runs of the journal after one that readers have seen; a run that came to nothing is none of them."""
    root = journal_root(home)
    if not root.is_dir():
        return []
    runs = (int(folder.name) for folder in root.iterdir() if folder.name.isdigit())
    return sorted(run for run in runs if run > run_id and (run_folder(home, run) / PUBLISHED).exists())


class Pages:
    """Writes the files of one run; without a folder nothing is written."""

    def __init__(self, engine: Engine, run: Run, folder: Path | None) -> None:
        self.engine, self.run, self.folder = engine, run, folder

    def write_events(self) -> None:
        """The run and its events, and last the list of files."""
        self._write("select * from ledger.event_log where run_id = $run_id", EVENTS)
        self._write("select * from ledger.restatement_log where run_id = $run_id", RESTATED)
        self._write("select * from ledger.run where run_id = $run_id", RUN)
        if self.folder is not None:
            names = sorted(file.name for file in self.folder.iterdir())
            (self.folder / LIST).write_text("\n".join(names) + "\n", encoding="utf-8")

    def write_history(self, history: str, *, ended: bool, begun: bool) -> None:
        """What the run began in a history, and the rows that it ended (they stand in `ENDED`); no file for nothing."""
        if begun:
            self._write(f"select * from {history} where from_run = $run_id", page(history, "begun"))
        if ended:
            self._write(f"select * from {ENDED}", page(history, "ended"))

    def _write(self, query: str, name: str) -> None:
        if self.folder is not None:
            bound = {"run_id": self.run.run_id} if "$run_id" in query else None
            self.engine.write_parquet(query, self.folder / name, bound)


@contextmanager
def of_run(engine: Engine, run: Run, home: Path | None) -> Iterator[Pages]:
    """The pages of a run, in their place when the block ends; what a broken run left there is replaced."""
    if home is None:
        yield Pages(engine, run, None)
        return
    place = run_folder(home, run.run_id)
    aside = place.with_suffix(".part")
    try:
        journal_root(home).mkdir(mode=_OWNER_ONLY, exist_ok=True)
        for left in (aside, place):
            if left.exists():
                shutil.rmtree(left)
        aside.mkdir(mode=_OWNER_ONLY)
    except OSError as error:
        raise KongchuoError(
            f"The journal of events {journal_root(home)} cannot be written ({error.strerror}); make room for it."
        ) from error
    try:
        yield Pages(engine, run, aside)
        aside.replace(place)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
