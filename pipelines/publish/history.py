"""`history.duckdb` and `case_history.duckdb`: what was said of every night, by two clocks (spec 6.1).

`published.<table>_history` has one row per row of the table, night (`as_of`) and state of knowledge (`known_on`): of
several runs of one night with the same deliveries the last. `published.<table>_latest` shows the newest knowledge of
each night. Both are views on `published.<table>_span`, which has a row only where something changed, and on
`published.run`. `restricted.case_history` and `case_latest` tell the same of every case, without names and numbers.
Only the newest night keeps the files; they are made anew from the warehouse with every run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.publish.folder import STORE, nights, published_root
from pipelines.publish.ready import ready_sql
from schemas.catalogue import CATALOGUE
from schemas.ddl import comment_sql, quoted
from schemas.shown import CASE_HISTORY, HISTORY, shown_in
from schemas.tables import Table
from schemas.tables.history import COUNTED_TO_THE_NIGHT, TABLES

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

PUBLIC, RESTRICTED = HISTORY, CASE_HISTORY
FILES = (PUBLIC, RESTRICTED)
_RUNS = "select run_id, night as as_of, known_on, stands from ledger.run order by 1"
ORIGINALS = {
    PUBLIC: {f"published.{table.name}": table for table in TABLES},
    RESTRICTED: {"restricted.case": CATALOGUE["ledger.case_history"]},
}
"""File → name without ending → the table of the warehouse that keeps it."""


def write_history(engine: Engine, home: Path, as_of: dt.date, folder: Path) -> None:
    """Write the files of the newest night: into the folder that is about to be shown as `as_of`, or the newest one.

    A reader who has a file open keeps the former one. Tables, views and hundreds of comments are made once and copied
    from the former night; only rows are written every night.
    """
    published = nights(home)
    former = (published_root(home) / published[-1].isoformat()).resolve() if published else None
    made_in = folder  # nobody else comes in there while a file has not got its mode yet
    if former is not None and published[-1] > as_of:
        folder = former
    for name, (make, rows, mode) in _CONTENTS.items():
        statements, layout = make(), published_root(home) / STORE / f"{name}.layout"
        mark = hashlib.sha256("\n".join(statements).encode()).hexdigest()
        aside = made_in / f".{name}.new"
        aside.unlink(missing_ok=True)
        if former and (former / name).exists() and layout.exists() and layout.read_text(encoding="ascii") == mark:
            shutil.copyfile(former / name, aside)
            engine.write_database(aside, rows(), alias="out")
        else:
            engine.write_database(aside, statements, alias="out")
            layout.write_text(mark, encoding="ascii")
            layout.chmod(0o600)
        aside.chmod(mode)
        aside.replace(folder / name)


def leave_to_the_newest(home: Path) -> None:
    """Take the files away from every night but the newest: they would say less than the newest ones do."""
    for night in nights(home)[:-1]:
        for name in FILES:
            (published_root(home) / night.isoformat() / name).unlink(missing_ok=True)


def _made(file: str) -> list[str]:
    """The schema of a file, its tables with their rows, its views and macros."""
    (schema,) = {shown.table.schema for shown in shown_in(file)}
    made = [f"create schema if not exists out.{schema}"]
    for table, rows in _rows(file):
        target = f"out.{table.full_name}"
        made += [f"create table {quoted(target)} as {rows}", *comment_sql(table, target=target)]
    # Views name the tables of their own file, and come last: whoever opens it may call it as he likes.
    made.append("use out")
    for shown in shown_in(file, "view"):
        if shown.table.layer == "history":
            made += [view_sql(shown.table), *comment_sql(shown.table, kind="view")]
    return [*made, *ready_sql(file)]


def _made_again(file: str) -> list[str]:
    """The rows of the tables of a file anew."""
    made = []
    for table, rows in _rows(file):
        target = quoted(f"out.{table.full_name}")
        made += [f"truncate {target}", f"insert into {target} {rows}"]
    return made


_CONTENTS = {
    name: (partial(_made, name), partial(_made_again, name), mode)
    for name, mode in {PUBLIC: 0o644, RESTRICTED: 0o600}.items()
}


def _rows(file: str) -> Iterator[tuple[Table, str]]:
    """Tables of a file and the query of their rows, in the order of their keys."""
    for shown in shown_in(file, "table"):
        table = shown.table
        if table.name == "run":
            yield table, _RUNS
            continue
        original = ORIGINALS[file][table.full_name.removesuffix("_span")]
        order = ", ".join(quoted(key) for key in original.key)
        columns = ", ".join(quoted(column) for column in table.columns)
        yield table, f"select {columns} from {original.full_name} order by {order}"


def view_sql(view: Table) -> str:
    """`<name>_history` and `<name>_latest`: the spans as they were on each night, by one or by both clocks."""
    name, _, suffix = view.full_name.rpartition("_")
    clock = ("as_of", "known_on") if suffix == "history" else ("as_of",)
    last = (
        f"select * from {view.schema}.run "
        f"qualify row_number() over (partition by {', '.join(clock)} order by run_id desc) = 1"
    )
    listed = ", ".join(f"r.{column}" if column in clock else _column(column) for column in view.columns)
    return (
        f"create view {view.full_name} as with runs as ({last}) select {listed} "
        f"from {name}_span as s inner join runs as r on s.from_night <= r.as_of "
        "and coalesce(s.to_night > r.as_of, true) and s.from_run <= r.run_id and coalesce(s.to_run > r.run_id, true)"
    )


def _column(name: str) -> str:
    if name in COUNTED_TO_THE_NIGHT:
        return f"cast(r.{COUNTED_TO_THE_NIGHT[name].replace('- ', '- s.')} as bigint) as {quoted(name)}"
    return f"s.{quoted(name)}"
