"""The default engine: one DuckDB file, one connection, one process.

What lasts (deliveries, clean rows, the ledger's state) stands in the file; what a night works out stands beside it, in
memory or, in a large province, in a working file that is packed and read like the warehouse. It is gone with the night,
unless it is left to the next one on purpose (`pipelines.standing`). Names find their place by the search path, so that
models never say where a table stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.engine.models import LAYERS, MODELS, Model
from pipelines.engine.protocol import BESIDE, WORKING_FILE, Machine, Maker
from pipelines.engine.trouble import trouble
from pipelines.errors import KongchuoError, ModelError

if TYPE_CHECKING:
    import polars as pl

    from pipelines.engine.comparing import Comparing


MACROS = MODELS / "macros.sql"
LASTING = ("landing", "clean", "ledger", "history")
"""Schemas of the file."""
_WORK = "work"
_FILE = "warehouse"
_SAID = f"{_WORK}.main.left_behind"
_SCRATCH = "scratch"
_SCHEMAS = (*(f"{_FILE}.{schema}" for schema in LASTING), *(f"{_WORK}.{schema}" for schema in LAYERS))
_MOST_MEMORY = 5 * 2**30  # bytes, where nobody gives a limit: more makes no night faster
_COSTLY = "partial_aggregate_pushdown"
"""What DuckDB would do that costs more than it saves: most of what is counted by a key has one row a key, and grouping
before a join only groups millions of rows twice (units: a fifth of their time)."""
_SEARCH = f"set search_path = '{','.join(('main', *_SCHEMAS))}'"


class DuckDBReader:
    """The reading side: queries over one connection."""

    connection: duckdb.DuckDBPyConnection

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        relation = self.connection.sql(sql, params=dict(parameters)) if parameters else self.connection.sql(sql)
        frame: pl.DataFrame = relation.pl()
        return frame

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        # Unlike a relation, of which the columns are asked for first, this is planned once.
        return self.connection.execute(sql, dict(parameters) if parameters else None).fetchall()

    def scalar(self, sql: str, parameters: Mapping[str, object] | None = None) -> object:
        # All rows are taken: an unread result would hold the connection.
        rows = self.connection.execute(sql, dict(parameters) if parameters else None).fetchall()
        return rows[0][0] if rows else None

    def exists(self, table: str) -> bool:
        schema, name = table.split(".")
        found = self.scalar(
            "select (select count(*) from duckdb_tables() where schema_name = $schema and table_name = $name) "
            "+ (select count(*) from duckdb_views() where schema_name = $schema and view_name = $name)",
            {"schema": schema, "name": name},
        )
        return bool(found)

    def count(self, table: str) -> int:
        return int(str(self.scalar(f"select count(*) from {table}")))


class _Maker(DuckDBReader):
    """Whoever makes tables of models over one connection."""

    def run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
        bound = {name: parameters[name] for name in model.parameters}
        try:
            if model.is_view:
                self.connection.execute(f"create or replace view {_WORK}.{model.name} as {model.sql}", bound or None)
                return 0
            rows = self.connection.execute(
                f"create or replace table {_WORK}.{model.name} as {model.sql}", bound or None
            ).fetchall()
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
            raise ModelError(f"Model {model.name} cannot be run: {error}") from error
        except duckdb.Error as error:
            # What DuckDB says of values may quote a child's data: the class of the fault must do.
            raise ModelError(f"Model {model.name} failed with {type(error).__name__}.") from None
        return int(rows[0][0]) if rows else 0


class DuckDBEngine(_Maker):
    """An `Engine` over one DuckDB file (or ":memory:" in tests); what does not fit in memory spills beside the file.

    `large`: the night's tables stand in a working file beside the warehouse (or in the spill folder), not in memory.
    """

    dialect = "duckdb"
    leaves = False

    def __init__(
        self, path: Path | str, *, machine: Machine | None = None, threads: int | None = None, large: bool = False
    ) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {"disabled_optimizers": _COSTLY}
        machine = machine or Machine()
        if machine.memory_limit:
            config["memory_limit"] = machine.memory_limit
        if threads:
            config["threads"] = threads
        if str(path) != ":memory:":
            config["temp_directory"] = str(machine.spill or f"{path}.tmp")
        try:
            self.connection = duckdb.connect(config=config)
        except duckdb.Error as error:
            raise KongchuoError(
                f"DuckDB does not take the memory limit {machine.memory_limit!r} or the spill folder {machine.spill}; "
                "write the limit like 4GiB and give a folder you may write to."
            ) from error
        self.path = Path(path)
        self._limit_memory(machine)
        try:
            self.connection.execute(f"attach {_literal(path)} as {_FILE}")
        except duckdb.Error as error:
            self.connection.close()
            known = trouble(error, self.path)
            if known is not None:
                raise known from error
            reason = str(error).split("\n")[0]
            raise KongchuoError(f"The warehouse {path} cannot be opened: {reason}") from error
        if str(path) != ":memory:":
            with suppress(PermissionError):  # somebody else's file is his to guard
                Path(path).chmod(0o600)  # it holds names and numbers
        self._work: Path | None = None
        self._said: str | None = None
        try:
            self._attach_work(machine, large=large and str(path) != ":memory:")
            self.connection.execute(f"attach ':memory:' as {BESIDE.removesuffix('.main')}")
        except duckdb.Error as error:
            self.connection.close()
            raise trouble(error, self.path) or error from error
        self._depth = 0
        script = [f"create schema if not exists {schema}" for schema in _SCHEMAS]
        self.connection.execute(";\n".join([*script, _SEARCH, MACROS.read_text(encoding="utf-8")]))

    def _limit_memory(self, machine: Machine) -> None:
        """Without a limit given, no more than a night of any size has use for: the rest is the file cache's."""
        if not machine.memory_limit:
            limit = self.connection.execute("select current_setting('memory_limit')").fetchall()[0][0]
            self.connection.execute(f"set memory_limit = '{min(_bytes(limit), _MOST_MEMORY) // 2**20}MiB'")

    def _attach_work(self, machine: Machine, *, large: bool) -> None:
        """Where the night's tables stand. A working file that a killed night left behind goes first."""
        work = (machine.spill or self.path.parent) / f"{self.path.name}{WORKING_FILE}"
        if not large:
            if str(self.path) != ":memory:":
                work.unlink(missing_ok=True)
            self.connection.execute(f"attach ':memory:' as {_WORK}")
            return
        work.parent.mkdir(parents=True, exist_ok=True)
        # Nothing in it is to be recovered: no log of it is written beside it.
        attach = f"attach {_literal(work)} as {_WORK} (recovery_mode no_wal_writes)"
        self._said = self._take_over(work, attach) if work.exists() else None
        if self._said is None:
            work.unlink(missing_ok=True)
            self.connection.execute(attach)
        self._work = work
        self.leaves = True
        work.chmod(0o600)  # it holds names and numbers

    def _take_over(self, work: Path, attach: str) -> str | None:
        """What is said of the working file that is there, which nobody says any more from now on.

        None, and nothing attached, where it was not left whole: a killed night's file is worth nothing.
        """
        attached = False
        try:
            self.connection.execute(attach)
            attached = True
            said = self.connection.execute(f"select said from {_SAID}").fetchall()
            self.connection.execute(f"drop table {_SAID}; checkpoint {_WORK}")
            return str(said[0][0])
        except (duckdb.Error, IndexError):
            if attached:
                self.connection.execute(f"detach {_WORK}")
            return None

    def left(self) -> str | None:
        said, self._said = self._said, None  # whoever begins a second time begins anew
        return said

    def forget(self) -> None:
        self._drop(frozenset())

    def leave(self, said: str, tables: frozenset[str]) -> None:
        self._drop(tables)
        self.connection.execute(f"create table {_SAID} as select $said as said", {"said": said})
        self.connection.execute(f"checkpoint {_WORK}")
        self._work = None  # it stays when the engine is closed

    def _drop(self, keep: frozenset[str]) -> None:
        """Drop the working tables that are not to be kept, and all views."""
        there = self.connection.execute(
            "select 'view', schema_name, view_name from duckdb_views() where database_name = $work and not internal "
            "union all select 'table', schema_name, table_name from duckdb_tables() where database_name = $work",
            {"work": _WORK},
        ).fetchall()
        drops = [
            f'drop {kind} {_WORK}."{schema}"."{name}"' for kind, schema, name in there if f"{schema}.{name}" not in keep
        ]
        if drops:
            self.connection.execute(";\n".join(drops))
        self.connection.execute(f"checkpoint {_WORK}")

    def execute(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        self.connection.execute(sql, dict(parameters) if parameters else None).fetchall()

    def load(self, table: str, frame: pl.DataFrame, *, append: bool = False) -> int:
        # Read by its name from this function and not registered: what is registered stays in memory until the commit,
        # which for a province's deliveries was five gigabytes.
        incoming_frame = frame  # noqa: F841
        if append and self.exists(table):
            self.connection.execute(f"insert into {table} by name select * from incoming_frame")
        else:
            self.connection.execute(f"create or replace table {table} as select * from incoming_frame")
        return frame.height

    @contextmanager
    def makers(self) -> Iterator[Sequence[Maker]]:
        with self.connection.cursor() as cursor:
            cursor.execute(f"{_SEARCH};" + MACROS.read_text(encoding="utf-8"))
            beside = _Maker()
            beside.connection = cursor
            yield (self, beside)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        # Nested blocks join the outer one: a step that is atomic alone stays so inside a larger atomic step.
        if self._depth == 0:
            self.connection.execute("begin transaction")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self.connection.execute("rollback")
            raise
        self._depth -= 1
        if self._depth == 0:
            self.connection.execute("commit")

    def write_database(self, path: Path, statements: Sequence[str], *, alias: str) -> None:
        # A cursor is a connection of its own to the same database: the night's connection stays free for its thread.
        with self.connection.cursor() as cursor:
            cursor.execute(f"{_SEARCH}; attach {_literal(path)} as {alias}")
            try:
                cursor.execute(";\n".join(["begin", *statements, "commit"])).fetchall()
            except BaseException:
                with suppress(duckdb.Error):  # a commit that failed has rolled back already
                    cursor.execute("rollback")
                raise
            finally:
                cursor.execute(f"use {_WORK}; detach {alias}")

    def copy_out(self, copies: Mapping[Path, str]) -> None:
        with self.connection.cursor() as cursor:
            kinds = {".parquet": "format parquet, compression zstd", ".csv": "format csv, header true"}
            statements = [f"copy ({sql}) to {_literal(path)} ({kinds[path.suffix]})" for path, sql in copies.items()]
            cursor.execute(";\n".join([_SEARCH, *statements])).fetchall()

    def write_parquet(self, sql: str, path: Path, parameters: Mapping[str, object] | None = None) -> None:
        self.execute(f"copy ({sql}) to {_literal(path)} (format parquet)", parameters)

    def load_parquet(self, table: str, path: Path, *, append: bool = False) -> int:
        verb = f"insert into {table} by name" if append else f"create or replace temp table {table} as"
        try:
            rows = self.connection.execute(f"{verb} select * from read_parquet({_literal(path)})").fetchall()
        except duckdb.Error as error:
            raise KongchuoError(
                f"{path} cannot be read into {table} ({type(error).__name__}): it is damaged or of another version."
            ) from None
        return int(rows[0][0])

    @contextmanager
    def reader(self) -> Iterator[DuckDBReader]:
        with self.connection.cursor() as cursor:
            cursor.execute(f"{_SEARCH};" + MACROS.read_text(encoding="utf-8"))
            beside = DuckDBReader()
            beside.connection = cursor
            yield beside

    @contextmanager
    def scratch(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # A database in memory of its own: neither the night's transaction nor its tables are touched.
        with self.connection.cursor() as cursor:
            cursor.execute(f"attach ':memory:' as {_SCRATCH}; use {_SCRATCH};" + MACROS.read_text(encoding="utf-8"))
            try:
                yield cursor
            finally:
                cursor.execute(f"use {_WORK}; detach {_SCRATCH}")

    @contextmanager
    def comparing(self) -> Iterator[Comparing]:
        from pipelines.engine.comparing import in_duckdb

        with self.scratch() as connection:
            yield in_duckdb(connection)

    def read_through(self) -> None:
        named = "select schema_name, table_name from duckdb_tables() where database_name = $file"
        for schema, table in self.connection.execute(named, {"file": _FILE}).fetchall():
            # Every column of every row is looked at: a damaged block has another checksum than the one written with it.
            self.connection.execute(f'select bit_xor(hash(t)) from {_FILE}."{schema}"."{table}" as t').fetchall()

    def trouble(self, error: BaseException) -> KongchuoError | None:
        return trouble(error, self.path)

    def close(self) -> None:
        self.connection.close()
        if self._work is not None:
            self._work.unlink(missing_ok=True)


def _bytes(size: str) -> int:
    """A size as DuckDB writes it, `18.6 GiB`."""
    number, unit = size.split()
    power = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit)
    return int(float(number) * 1024**power)


def _literal(path: Path | str) -> str:
    """A path as an SQL literal: `attach` binds no parameters."""
    return "'" + str(path).replace("'", "''") + "'"
