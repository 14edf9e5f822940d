"""`report.duckdb` (public numbers) and `cases.duckdb` (restricted and quality) of a night, with comments (spec 6)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.engine.apart import write_apart
from pipelines.publish.ready import ready_sql
from pipelines.standing import written_into
from schemas.catalogue import tables_of
from schemas.ddl import comment_sql, create_table_sql, quoted, text_literal
from schemas.shown import A_ROW_A_CHILD, DATABASES

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine
    from schemas.tables import Table

FILES = DATABASES


DATA = "data"
"""Folder of a night for the public tables as files of their own: `report.duckdb` is made from its Parquet files."""
TOGETHER = 1_000_000
"""Rows of a child each that are sorted at a time: some 150 MiB."""
_BY_CHILD = ("as_of", "child_key")
_DIGITS = 256  # two hexadecimal digits, with which the keys of children begin


@dataclass(frozen=True)
class Since:
    """What has moved since the night before.

    `file` is its restricted database with what was to be seen of it when it was written (`written_into`), None where
    there is none to begin from; `moved` says of tables of tonight of whom they say something else: a table of their
    `child_id` and `child_key`, None for nobody; any other may say anything.
    """

    file: tuple[str, list[int]] | None = None
    moved: Mapping[str, str | None] = field(default_factory=dict)


def write_databases(
    engine: Engine, folder: Path, *names: str, children: int = 0, since: Since | None = None
) -> list[Path]:
    """Write files of a night (all, or those named) from the tables of the warehouse, rows in the order of their keys.

    Of tables with a row a child `children` says how many rows they have: many are sorted in pieces. Where it is known
    of whom they say something else than those of the night before (`since`), the restricted database is that of the
    night before with these rows replaced, and so are those of its other tables of whom that is known; in no order,
    which for few rows costs a reader nothing.

    Columns and types are those of the contract: a table with other columns fails here, before anyone reads it. The
    public tables stand in `data/` as Parquet afterwards. Two files may be written at a time.
    """
    written = []
    for name in names or FILES:
        path, alias = folder / name, name.removesuffix(".duckdb")
        tables = tables_of(*FILES[name])
        public = FILES[name] == ("published",)
        if public:
            (folder / DATA).mkdir()
            engine.copy_out({folder / DATA / f"{table.name}.parquet": _typed_rows(table) for table in tables})
        statements: list[str] = [f"create schema if not exists {quoted(f'{alias}.{layer}')}" for layer in FILES[name]]
        patched = _begin_from(path, since, tables) if since and not public else {}
        for table in tables:
            target = f"{alias}.{table.full_name}"
            if table.full_name in patched:
                statements += _replaced_rows(table, target, patched[table.full_name])
                continue
            statements += [
                *([f"drop table {quoted(target)}"] if patched else []),
                create_table_sql(table, target=target),
                *(_from_file(table, target, folder) if public else _from_warehouse(table, target, children)),
                *comment_sql(table, target=target),
            ]
        # Views and macros name the tables of their own file: whoever opens it may call it as he likes.
        statements += [f"use {alias}", *ready_sql(name)]
        if public:
            write_apart({path: statements}, alias=alias)
        else:
            engine.write_database(path, statements, alias=alias)
        path.chmod(0o644 if public else 0o600)
        written.append(path)
    return written


def _begin_from(path: Path, since: Since, tables: Sequence[Table]) -> dict[str, str | None]:
    """Copy the database of the night before where it saves work; returns the tables of it that are kept."""
    kept = {
        table.full_name: since.moved[table.full_name]
        for table in tables
        if table.full_name in since.moved and _can_stay(table, since.moved[table.full_name])
    }
    if since.file is None or not set(A_ROW_A_CHILD) <= kept.keys():
        return {}
    file, written = Path(since.file[0]), since.file[1]
    # Nobody may have written into it since, nor while it is copied: else all rows are written anew.
    if not written or written_into(file) != written:
        return {}
    try:
        shutil.copyfile(file, path)
    except OSError:
        path.unlink(missing_ok=True)
        return {}
    if written_into(file) != written:
        path.unlink()
        return {}
    return kept


def _can_stay(table: Table, moved: str | None) -> bool:
    """Whether the rows of a table that say something else are found by the keys of the children moved.

    Where a table names children by their numbers too, one who has no key any more may have moved; not where it has a
    row for each of the universe.
    """
    if "as_of" not in table.columns:
        return False
    by_key = {"child_key", "child_id"} & set(table.columns) == {"child_key"}
    return moved is None or by_key or table.full_name in A_ROW_A_CHILD


def _replaced_rows(table: Table, target: str, moved: str | None) -> list[str]:
    """Statements that bring a table of the night before to tonight: the date, and the rows of the children moved."""
    dated = f"update {quoted(target)} set as_of = (select min(as_of) from {quoted(table.full_name)})"
    if moved is None:
        return [dated]
    whose = f"where child_key in (select child_key from {moved})"
    columns = ", ".join(quoted(c) for c in table.columns)
    # The keys alone are read to find the rows, and then these rows alone: they are few of many.
    found = f"where rowid in (select rowid from {quoted(table.full_name)} {whose})"
    rows = f"select {columns} from {quoted(table.full_name)} {found} order by {_order(table)}"
    return [f"delete from {quoted(target)} {whose}", f"insert into {quoted(target)} {rows}", dated]


def _order(table: Table) -> str:
    return ", ".join(quoted(c) for c in table.key) or "1"


def _typed_rows(table: Table) -> str:
    """The rows of a table with the types of the contract, in the order of the key."""
    columns = ", ".join(f"cast({quoted(c)} as {table.type_of(c)}) as {quoted(c)}" for c in table.columns)
    return f"select {columns} from {quoted(table.full_name)} order by {_order(table)}"


def _from_file(table: Table, target: str, folder: Path) -> list[str]:
    rows = text_literal(str(folder / DATA / f"{table.name}.parquet"))
    return [f"insert into {quoted(target)} select * from read_parquet({rows})"]


def _from_warehouse(table: Table, target: str, children: int) -> list[str]:
    columns = ", ".join(quoted(c) for c in table.columns)
    rows = f"insert into {quoted(target)} select {columns} from {quoted(table.full_name)}"
    pieces = -(-children // TOGETHER) if table.key == _BY_CHILD else 1
    return [f"{rows}{where} order by {_order(table)}" for where in _pieces(pieces)]


def _pieces(pieces: int) -> list[str]:
    """Conditions that cut the keys of children, which are as good as drawn by lot, in pieces in their order."""
    cuts = [f"'{_DIGITS * piece // pieces:02x}'" for piece in range(1, pieces)]
    below = [*(f"child_key < {cut}" for cut in cuts), ""]
    above = ["", *(f"child_key >= {cut}" for cut in cuts)]
    return [
        f" where {' and '.join(some)}" if (some := [c for c in both if c]) else ""
        for both in zip(above, below, strict=True)
    ]
