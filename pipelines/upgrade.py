"""Warehouses of older versions of the program are brought up to date; those of newer ones are refused.

`pipelines/migrations/<number>_<what>.sql` brings a warehouse from the version before to `<number>`. A migration only
adds (tables, columns that may be null) and may be done twice: the journal of older runs is read by names of columns, so
that `kongchuo rebuild` can make a warehouse of today from it. The file is kept as it was beside the new one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import KongchuoError
from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine

FOLDER = Path(__file__).resolve().parent / "migrations"
TABLE = "ledger.warehouse_version"
_FIRST = 1
"""What warehouses are that say no version: those of the program before there was one."""
_NAME = re.compile(r"(\d{3})_\w+\.sql")


@dataclass(frozen=True)
class Migration:
    """One file: the version it brings a warehouse to, and its statements."""

    version: int
    sql: str


@cache
def migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """All migrations in order; raises ValueError where a number is missing or there twice."""
    found = sorted((int(match[1]), path) for path in folder.glob("*.sql") if (match := _NAME.fullmatch(path.name)))
    if [number for number, _ in found] != list(range(_FIRST + 1, _FIRST + 1 + len(found))):
        raise ValueError(f"the migrations in {folder} are not numbered one after the other")
    return tuple(Migration(number, path.read_text(encoding="utf-8")) for number, path in found)


def newest(folder: Path = FOLDER) -> int:
    """The version that this program writes."""
    return max((migration.version for migration in migrations(folder)), default=_FIRST)


def version_of(engine: Engine) -> int | None:
    """The version of a warehouse; None for one in which no night was run yet."""
    if engine.exists(TABLE):
        found = engine.scalar(f"select max(version) from {TABLE}")  # noqa: S608
        if isinstance(found, int):
            return found
    return _FIRST if engine.exists("ledger.run") else None


def upgrade(engine: Engine, warehouse: Path | None = None, folder: Path = FOLDER) -> int | None:
    """Bring a warehouse to the version of this program; returns the version that it had, None where nothing was done.

    All migrations are one transaction. With the path of the file a copy is made first, `warehouse.v<version>.duckdb`,
    unless an earlier attempt has left one. Raises KongchuoError for a newer warehouse and changes nothing of it.
    """
    found, wanted = version_of(engine), newest(folder)
    if found is not None and found > wanted:
        raise KongchuoError(
            f"The warehouse is of version {found}, written by a newer version of the program; this one knows version "
            f"{wanted}. Use the newer program on; nothing has been changed."
        )
    if found is not None and found < wanted and warehouse is not None:
        _keep(engine, warehouse, found)
    with engine.transaction():
        engine.execute(create_table_sql(CATALOGUE[TABLE], if_not_exists=True))
        if found is not None:
            apply(engine, found, folder)
        if found != wanted:
            engine.execute(f"delete from {TABLE}")  # noqa: S608
            engine.execute(f"insert into {TABLE} values ($version)", {"version": wanted})  # noqa: S608
    return found if found is not None and found < wanted else None


def apply(engine: Engine, since: int = _FIRST, folder: Path = FOLDER) -> None:
    """Do the migrations after a version; what was done before is done again and changes nothing."""
    for migration in migrations(folder):
        if migration.version > since:
            engine.execute(migration.sql)


def _keep(engine: Engine, warehouse: Path, version: int) -> None:
    """A copy of the warehouse as it is, whole or not at all."""
    kept = warehouse.with_name(f"warehouse.v{version}.duckdb")
    if kept.exists():
        return
    aside = kept.with_suffix(".part")
    aside.unlink(missing_ok=True)
    engine.write_database(aside, ["copy from database warehouse to kept"], alias="kept")
    aside.chmod(0o600)
    aside.replace(kept)
