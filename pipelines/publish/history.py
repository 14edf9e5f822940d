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
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.publish.folder import STORE, nights, published_root
from schemas.catalogue import CATALOGUE
from schemas.ddl import column_comment, quoted, table_comment, text_literal
from schemas.tables import Table
from schemas.tables.history import COUNTED_TO_THE_NIGHT, SPAN, TABLES

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

PUBLIC, RESTRICTED = "history.duckdb", "case_history.duckdb"
FILES = (PUBLIC, RESTRICTED)
_CASES = CATALOGUE["ledger.case_history"]
_WITHOUT_A_NAME = ("child_id", "case_uid")
_RUN = (
    "运行登记 / Every run of every night: run_id in the order of runs, as_of the night, known_on the newest delivery "
    "date known to it, stands is false where a later run of this or an earlier night set it aside"
)
_RUNS = "select run_id, night as as_of, known_on, stands from ledger.run order by 1"
_AS_OF = "统计日期 / Business date D that the row describes"
_KNOWN_ON = "数据截至 / Newest delivery date known when the night was computed"


def write_history(engine: Engine, home: Path, as_of: dt.date, folder: Path) -> None:
    """Write the files of the newest night: into the folder that is about to be shown as `as_of`, or the newest one.

    A reader who has a file open keeps the former one. Tables, views and hundreds of comments are made once and copied
    from the former night; only rows are written every night.
    """
    published = nights(home)
    former = (published_root(home) / published[-1].isoformat()).resolve() if published else None
    if former is not None and published[-1] > as_of:
        folder = former
    for name, (make, rows, mode) in _CONTENTS.items():
        statements, layout = make(), published_root(home) / STORE / f"{name}.layout"
        mark = hashlib.sha256("\n".join(statements).encode()).hexdigest()
        aside = folder / f".{name}.new"
        aside.unlink(missing_ok=True)
        if former and (former / name).exists() and layout.exists() and layout.read_text(encoding="ascii") == mark:
            shutil.copyfile(former / name, aside)
            engine.write_database(aside, rows(), alias="out")
        else:
            engine.write_database(aside, statements, alias="out")
            layout.write_text(mark, encoding="ascii")
        aside.chmod(mode)
        aside.replace(folder / name)


def leave_to_the_newest(home: Path) -> None:
    """Take the files away from every night but the newest: they would say less than the newest ones do."""
    for night in nights(home)[:-1]:
        for name in FILES:
            (published_root(home) / night.isoformat() / name).unlink(missing_ok=True)


def _public() -> list[str]:
    made = _schema("published")
    for table in TABLES:
        made += _table(table, f"published.{table.name}", table.columns)
    # Views name the tables of their own file, and come last: whoever opens it may call it as he likes.
    made.append("use out")
    for table in TABLES:
        shown = CATALOGUE[f"published.{table.name}"]
        made += _views(shown, f"published.{table.name}", [name for name in shown.columns if name != "as_of"])
    return [*made, "use memory"]


def _restricted() -> list[str]:
    kept = tuple(name for name in _CASES.columns if name not in _WITHOUT_A_NAME)
    shown = tuple(name for name in kept if name not in SPAN)
    tables, views = _table(_CASES, "restricted.case", kept), _views(_CASES, "restricted.case", shown)
    return [*_schema("restricted"), *tables, "use out", *views, "use memory"]


def _public_rows() -> list[str]:
    tables = [_again(table, f"published.{table.name}", table.columns) for table in TABLES]
    return [*_runs_again("published"), *(statement for table in tables for statement in table)]


def _restricted_rows() -> list[str]:
    kept = tuple(name for name in _CASES.columns if name not in _WITHOUT_A_NAME)
    return [*_runs_again("restricted"), *_again(_CASES, "restricted.case", kept)]


_CONTENTS = {PUBLIC: (_public, _public_rows, 0o644), RESTRICTED: (_restricted, _restricted_rows, 0o600)}


def _schema(schema: str) -> list[str]:
    """The schema of a file and its table of runs."""
    return [
        f"create schema if not exists out.{schema}",
        f"create table out.{schema}.run as {_RUNS}",
        f"comment on table out.{schema}.run is {text_literal(_RUN)}",
    ]


def _runs_again(schema: str) -> list[str]:
    return [f"truncate out.{schema}.run", f"insert into out.{schema}.run {_RUNS}"]


def _table(table: Table, name: str, columns: Sequence[str]) -> list[str]:
    """`<name>_span`: the rows of a history as the warehouse has them, in the order of their key."""
    target = f"out.{name}_span"
    return [f"create table {quoted(target)} as {_rows(table, columns)}", *_comments(table, target, columns, "table")]


def _again(table: Table, name: str, columns: Sequence[str]) -> list[str]:
    """The rows of `<name>_span` anew."""
    target = quoted(f"out.{name}_span")
    return [f"truncate {target}", f"insert into {target} {_rows(table, columns)}"]


def _rows(table: Table, columns: Sequence[str]) -> str:
    order = ", ".join(quoted(key) for key in table.key)
    return f"select {', '.join(quoted(column) for column in columns)} from {table.full_name} order by {order}"


def _views(shown: Table, name: str, columns: Sequence[str]) -> list[str]:
    """`<name>_history` and `<name>_latest` with the columns of the table that was shown."""
    listed = ", ".join(_column(column) for column in columns)
    rows = (
        f"from {name}_span as s inner join runs as r on s.from_night <= r.as_of "
        "and coalesce(s.to_night > r.as_of, true) and s.from_run <= r.run_id and coalesce(s.to_run > r.run_id, true)"
    )
    clocks = {
        "history": ("r.as_of, r.known_on", "partition by as_of, known_on"),
        "latest": ("r.as_of", "partition by as_of"),
    }
    made = []
    for suffix, (clock, partition) in clocks.items():
        last = (
            f"select * from {name.split('.')[0]}.run qualify row_number() over ({partition} order by run_id desc) = 1"
        )
        view = f"{name}_{suffix}"
        made.append(f"create view {view} as with runs as ({last}) select {clock}, {listed} {rows}")
        made += _comments(shown, f"out.{view}", columns, "view")
        made.append(f"comment on column {quoted(f'out.{view}')}.as_of is {text_literal(_AS_OF)}")
        if suffix == "history":
            made.append(f"comment on column {quoted(f'out.{view}')}.known_on is {text_literal(_KNOWN_ON)}")
    return made


def _comments(table: Table, target: str, columns: Sequence[str], kind: str) -> list[str]:
    """The comments of a table on another one with some of its columns."""
    return [
        f"comment on {kind} {quoted(target)} is {text_literal(table_comment(table))}",
        *(
            f"comment on column {quoted(target)}.{quoted(name)} is {text_literal(column_comment(table, name))}"
            for name in columns
        ),
    ]


def _column(name: str) -> str:
    if name in COUNTED_TO_THE_NIGHT:
        return f"cast(r.{COUNTED_TO_THE_NIGHT[name].replace('- ', '- s.')} as bigint) as {quoted(name)}"
    return f"s.{quoted(name)}"
