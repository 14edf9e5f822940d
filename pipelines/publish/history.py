"""`history.duckdb` and `case_history.duckdb`: what was said of every night, by two clocks (spec 6.1).

`published.<table>_history` has one row per row of the table, night (`as_of`) and state of knowledge (`known_on`): of
several runs of one night with the same deliveries the last. `published.<table>_latest` shows the newest knowledge of
each night. Both are views on `published.<table>_span`, which has a row only where something changed, and on
`published.run`. `restricted.case_history` and `case_latest` tell the same of every case, without names and numbers.
Only the newest night keeps the files. They are made from the warehouse with every run: in a copy of the former ones the
tables that no longer hold what the warehouse holds are filled anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.engine.apart import write_apart
from pipelines.publish.folder import STORE, nights, published_root
from pipelines.publish.ready import ready_sql
from pipelines.standing import content_of, written_into
from schemas.catalogue import CATALOGUE
from schemas.ddl import comment_sql, create_table_sql, quoted, text_literal
from schemas.shown import CASE_HISTORY, HISTORY, shown_in
from schemas.tables import Table
from schemas.tables.history import COUNTED_TO_THE_NIGHT, TABLES

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

PUBLIC, RESTRICTED = HISTORY, CASE_HISTORY
FILES = (PUBLIC, RESTRICTED)
_RUNS = ("select run_id, night as as_of, known_on, stands from ledger.run", "1")
ORIGINALS = {
    PUBLIC: {f"published.{table.name}": table for table in TABLES},
    RESTRICTED: {"restricted.case": CATALOGUE["ledger.case_history"]},
}
"""File → name without ending → the table of the warehouse that keeps it."""


Queried = tuple[str, str]
"""The query of the rows of a table, and their order."""


@dataclass(frozen=True)
class Said:
    """What is known of a file that is shown: `layout` tells its tables, views and comments from any others, `rows` what
    each table holds, and `file` is what was to be seen of it when it was written (`written_into`)."""

    layout: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)
    file: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Written:
    """One file that is written and not shown yet: where it stands and goes, and what `layout` is to say of it."""

    aside: Path
    target: Path
    mode: int
    layout: Path
    said: Said


def write_history(engine: Engine, home: Path, as_of: dt.date, folder: Path) -> list[Written]:
    """Write the files of the newest night aside: for the folder that is about to be shown as `as_of` or the newest one.

    What the engine has not committed yet is in them; `place` puts them where they are read. Tables, views and hundreds
    of comments are made once and copied from the former night, and so are the rows of tables that are what they were.
    """
    published = nights(home)
    former = (published_root(home) / published[-1].isoformat()).resolve() if published else None
    into = former if former is not None and published[-1] > as_of else folder
    written, files = [], {}
    with tempfile.TemporaryDirectory(prefix=".", dir=folder) as rows_beside:
        for name, mode in {PUBLIC: 0o644, RESTRICTED: 0o600}.items():
            tables, views, rows = _tables(name), _views(name), _rows(name)
            mark = hashlib.sha256("\n".join([*tables, *map(" ".join, rows.values()), *views]).encode()).hexdigest()
            layout = published_root(home) / STORE / f"{name}.layout"
            # Nobody else comes into the night's folder while a file has not got its mode yet.
            aside = folder / f".{name}.new"
            aside.unlink(missing_ok=True)
            said = _said(layout) if former and (former / name).exists() else Said()
            copied, stands = former is not None and said.layout == mark, dict[str, str]()
            if copied and former:
                shutil.copyfile(former / name, aside)
                # Somebody may have written into it since: then nobody knows what it holds.
                stands = dict(said.rows) if written_into(former / name) == said.file else {}
            holds = {table: content_of(engine, f"({query})") for table, (query, _) in rows.items()}
            moved = {table: queried for table, queried in rows.items() if stands.get(table) != holds[table]}
            filled = _filled(engine, moved, Path(rows_beside))
            files[aside] = filled if copied else [*tables, *filled, *views]
            written.append(Written(aside, into / name, mode, layout, Said(mark, holds)))
        write_apart(files, alias="out")
    return written


def place(written: Iterable[Written]) -> None:
    """Put written files where they are read. A reader who has a former one open keeps it."""
    for one in written:
        one.aside.chmod(one.mode)
        one.aside.replace(one.target)
        said = replace(one.said, file=written_into(one.target))
        one.layout.write_text(json.dumps(asdict(said)), encoding="ascii")
        one.layout.chmod(0o600)


def _said(layout: Path) -> Said:
    """What was said of the file that was shown last; nothing where a run died before it said it."""
    try:
        return Said(**json.loads(layout.read_text(encoding="ascii")))
    except (OSError, ValueError, TypeError):
        return Said()


def _filled(engine: Engine, rows: Mapping[str, Queried], folder: Path) -> list[str]:
    """Statements that write the rows of tables anew, from files in `folder`."""
    statements = []
    for table, (query, order) in rows.items():
        file = folder / f"{table}.parquet"
        engine.write_parquet(f"{query} order by {order}", file)
        target = quoted(table)
        statements += [
            f"truncate {target}",
            f"insert into {target} select * from read_parquet({text_literal(str(file))})",
        ]
    return statements


def leave_to_the_newest(home: Path) -> None:
    """Take the files away from every night but the newest: they would say less than the newest ones do."""
    for night in nights(home)[:-1]:
        for name in FILES:
            (published_root(home) / night.isoformat() / name).unlink(missing_ok=True)


def _tables(file: str) -> list[str]:
    """The schema of a file and its empty tables."""
    (schema,) = {shown.table.schema for shown in shown_in(file)}
    made = [f"create schema if not exists out.{schema}"]
    for shown in shown_in(file, "table"):
        target = f"out.{shown.table.full_name}"
        made += [create_table_sql(shown.table, target=target), *comment_sql(shown.table, target=target)]
    return made


def _views(file: str) -> list[str]:
    """The views and macros of a file; they name its tables without it, for whoever opens it calls it as he likes."""
    made = ["use out"]
    for shown in shown_in(file, "view"):
        if shown.table.layer == "history":
            made += [view_sql(shown.table), *comment_sql(shown.table, kind="view")]
    return [*made, *ready_sql(file)]


def _rows(file: str) -> dict[str, Queried]:
    """The tables of a file and the queries of their rows."""
    found = {}
    for shown in shown_in(file, "table"):
        table = shown.table
        if table.name == "run":
            found[f"out.{table.full_name}"] = _RUNS
            continue
        original = ORIGINALS[file][table.full_name.removesuffix("_span")]
        order = ", ".join(quoted(key) for key in original.key)
        columns = ", ".join(quoted(column) for column in table.columns)
        found[f"out.{table.full_name}"] = (f"select {columns} from {original.full_name}", order)
    return found


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
