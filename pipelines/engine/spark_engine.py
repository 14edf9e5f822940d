"""The way out of one machine: the models run on Spark, everything else stays where it is.

What lasts, what is delivered, the checks and the publication stay with the DuckDB engine; each model is written for
Spark (`pipelines.engine.spark_sql`), runs there over Parquet, leaves Parquet, and is seen in DuckDB as a view with the
types that DuckDB's own table would have. What DuckDB alone has (clean rows, the ledger's memory, policy) is handed to
Spark as Parquet when a model first asks for it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.engine.duckdb_engine import _WORK, DuckDBEngine, _literal
from pipelines.engine.models import Model
from pipelines.engine.protocol import SPARK_FOLDER, Machine, Maker
from pipelines.engine.spark_session import session
from pipelines.engine.spark_sql import is_recursive, translate, view_name
from pipelines.engine.spark_types import exported, to_spark
from pipelines.engine.trouble import chain
from pipelines.errors import KongchuoError, ModelError, TemporaryError

if TYPE_CHECKING:
    import polars as pl

    from pipelines.engine.comparing import Comparing

ON_SPARK = ("core", "matching", "status", "ledger", "indicators", "restricted")
"""Layers whose tables have a row a child, or a sum over children. The others are small sums of these and end in
DuckDB's files: they are made there. So is a model that calls itself (`with recursive`), of which there are two: one
over the reviewers' decisions, one over units."""

_ROWS_OF_A_PARTITION = 250_000
# Below this many rows Java takes longer to compile a query than to interpret it.
_WORTH_COMPILING = 100_000
_NO_MEMORY = ("OutOfMemoryError", "SparkOutOfMemoryError", "UNABLE_TO_ACQUIRE_MEMORY")
_GONE = (
    *("SparkContext was shut down", "stopped SparkContext", "Application has been killed", "Master removed our"),
    *("Answer from Java side is empty", "while trying to connect to the Java server", "ExecutorLostFailure"),
)
_translated: dict[tuple[object, ...], Any] = {}


class SparkEngine(DuckDBEngine):
    """An `Engine` whose models run at a Spark master.

    The tables of the night stand in the shared folder of the machine; without one in the spill folder or beside the
    warehouse, which does for workers of the same machine.
    """

    def __init__(self, path: Path | str, *, machine: Machine, threads: int | None = None) -> None:
        self._folder = _work_folder(Path(path), machine)
        self.spark = session(str(machine.master), self._folder.parent, memory_limit=machine.memory_limit)
        super().__init__(path, machine=machine, threads=threads)
        self._shown: set[str] = set()
        self._made: dict[str, Path] = {}
        self._turn = 0
        self._largest = 0

    def execute(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        super().execute(sql, parameters)
        # What was handed to Spark may no longer be what the table holds.
        self._shown &= self._made.keys()

    def load(self, table: str, frame: pl.DataFrame, *, append: bool = False) -> int:
        rows = super().load(table, frame, append=append)
        self._forget(table)
        return rows

    def load_parquet(self, table: str, path: Path, *, append: bool = False) -> int:
        rows = super().load_parquet(table, path, append=append)
        self._forget(table)
        return rows

    def run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
        if model.layer not in ON_SPARK or is_recursive(model):
            rows = super().run_model(model, parameters)
            self._forget(model.name)
            return rows
        bound = {name: parameters[name] for name in model.parameters}
        types = self._types_of(model, bound)
        columns = self._columns(model.depends)
        key = (model, tuple(sorted((name, tuple(found.items())) for name, found in columns.items())))
        if key not in _translated:
            _translated[key] = translate(model, columns)
        translated = _translated[key]
        for table in sorted(translated.tables):
            self._show(table)
        self._forget(model.name)
        self._turn += 1
        folder = self._folder / f"{self._turn:04}-{model.name}"
        try:
            self._run(translated.sql, bound, types, folder)
        except Exception as error:
            raise _said(model, error) from None
        return self._seen(model.name, folder, types)

    @contextmanager
    def makers(self) -> Iterator[Sequence[Maker]]:
        yield (self,)  # a statement has all workers; what was handed to Spark is kept account of in one thread

    @contextmanager
    def comparing(self) -> Iterator[Comparing]:
        from pipelines.engine.comparing import on_spark

        try:
            with on_spark(self.spark) as comparing:
                yield comparing
        except Exception as error:
            # What Spark says of values may quote a child's data.
            raise KongchuoError(f"The probabilistic matching failed on Spark with {_fault(error)}.") from None

    def trouble(self, error: BaseException) -> KongchuoError | None:
        return super().trouble(error) or _lost(error)

    def close(self) -> None:
        with suppress(Exception):
            for table in self._shown:
                self.spark.catalog.dropTempView(view_name(table))
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, sql: str, bound: Mapping[str, object], types: Mapping[str, str], folder: Path) -> None:
        from pyspark.sql import functions as F

        partitions = max(self.spark.sparkContext.defaultParallelism, self._largest // _ROWS_OF_A_PARTITION)
        self.spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
        compiled = self._largest >= _WORTH_COMPILING
        self.spark.conf.set("spark.sql.codegen.wholeStage", str(compiled).lower())
        self.spark.conf.set("spark.sql.codegen.factoryMode", "FALLBACK" if compiled else "NO_CODEGEN")
        given = {name: bytearray(value) if isinstance(value, bytes) else value for name, value in bound.items()}
        frame = self.spark.sql(sql, args=given or None)
        cast = [
            F.col(f"`{column}`").cast(to_spark(kind)).alias(name)
            for column, (name, kind) in zip(frame.columns, types.items(), strict=True)
        ]
        frame.select(*cast).write.mode("overwrite").parquet(str(folder))

    def _seen(self, table: str, folder: Path, types: Mapping[str, str]) -> int:
        """Show a folder of Parquet as a table to both sides; returns its rows."""
        columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in types.items())
        files = _literal(folder / "*.parquet")
        self.connection.execute(
            f"create or replace view {_WORK}.{table} as select {columns} from read_parquet({files})"
        )
        rows = self.connection.execute(f"select count(*) from read_parquet({files})").fetchall()[0][0]
        self.spark.read.parquet(str(folder)).createOrReplaceTempView(view_name(table))
        self._made[table] = folder
        self._shown.add(table)
        self._largest = max(self._largest, int(rows))
        return int(rows)

    def _types_of(self, model: Model, bound: Mapping[str, object]) -> dict[str, str]:
        """Column → type of the table that DuckDB would make of the model."""
        try:
            found = self.connection.execute(f"describe {model.sql}", dict(bound) or None).fetchall()
        except duckdb.Error as error:
            raise ModelError(f"Model {model.name} cannot be run: {error}") from error
        return {str(row[0]): str(row[1]) for row in found}

    def _columns(self, tables: frozenset[str]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        rows = self.connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
            "where schema_name || '.' || table_name in (select unnest($tables)) order by 1, column_index",
            {"tables": sorted(tables)},
        ).fetchall()
        for table, column, kind in rows:
            found.setdefault(table, {})[column] = kind
        return found

    def _show(self, table: str) -> None:
        """Hand a table that DuckDB alone has to Spark."""
        if table in self._shown:
            return
        types = self._columns(frozenset({table}))[table]
        self._turn += 1
        folder = self._folder / f"{self._turn:04}-{table}"
        folder.mkdir(mode=0o700)
        columns = ", ".join(f"{exported(name, kind)}" for name, kind in types.items())
        file = folder / "part.parquet"
        self.connection.execute(
            f"copy (select {columns} from {table}) to {_literal(file)} "
            f"(format parquet, row_group_size {_ROWS_OF_A_PARTITION})"
        ).fetchall()
        file.chmod(0o600)
        self._largest = max(self._largest, self.count(table))
        self.spark.read.parquet(str(folder)).createOrReplaceTempView(view_name(table))
        self._shown.add(table)

    def _forget(self, table: str) -> None:
        self._shown.discard(table)
        self._made.pop(table, None)


def _said(model: Model, error: Exception) -> ModelError:
    """What Spark says of values may quote a child's data: the class of the fault must do."""
    from pyspark.errors import AnalysisException, ParseException

    if isinstance(error, (AnalysisException, ParseException)):
        return ModelError(f"Model {model.name} cannot be run on Spark: {str(error).splitlines()[0]}")
    return ModelError(f"Model {model.name} failed on Spark with {_fault(error)}.")


def _lost(error: BaseException) -> KongchuoError | None:
    """The sentence for a cluster that went away, or had too little memory; None for any other error."""
    texts = [str(one) for one in chain(error)]
    if any(word in text for text in texts for word in _NO_MEMORY):
        return KongchuoError(
            "Spark needs more memory than its executors have, nothing was published: raise spark.executor.memory in "
            "the spark-defaults.conf of SPARK_CONF_DIR (on this machine alone: KONGCHUO_MEMORY_LIMIT)."
        )
    if any(word in text for text in texts for word in _GONE):
        return TemporaryError(
            "The Spark cluster went away during the night, nothing was published: see the logs of its master and "
            "workers, start it and run the same night again."
        )
    return None


def _fault(error: Exception) -> str:
    """The class of a fault of Spark."""
    from pyspark.errors import PySparkException

    condition = error.getCondition() if isinstance(error, PySparkException) else None
    return condition or type(error).__name__


def _work_folder(warehouse: Path, machine: Machine) -> Path:
    """An empty folder for the tables of one night; what a night that was killed left behind is taken away."""
    base = machine.shared or machine.spill or warehouse.parent
    mark = hashlib.sha256(str(warehouse.resolve()).encode()).hexdigest()[:12]
    folder = base / f"{SPARK_FOLDER}{mark}"
    try:
        shutil.rmtree(folder / "night", ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # it holds names and numbers
        (folder / "night").mkdir(mode=0o700)
    except OSError as error:
        raise KongchuoError(
            f"The folder {base} for the tables of Spark cannot be used ({error.strerror}); give --shared a folder that "
            "this machine and all workers may write to."
        ) from error
    if not os.access(folder, os.W_OK):
        raise KongchuoError(f"The folder {folder} cannot be written; give --shared another folder.")
    return folder / "night"
