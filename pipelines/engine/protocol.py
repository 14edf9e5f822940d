"""What every engine can do; rules and steps know nothing else of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import polars as pl

    from pipelines.engine.comparing import Comparing
    from pipelines.engine.models import Model
    from pipelines.errors import KongchuoError


WORKING_FILE = ".work"
"""Ends the name of the working file of a large night; what a killed night left of it the next one takes away."""
BESIDE = "beside.main"
"""Schema of tables that one night asks itself: in memory, where they need no packing, and gone with the engine."""
SPARK_FOLDER = "kongchuo-spark-"
"""Begins the name of the folder of a night on Spark; likewise."""


@dataclass(frozen=True)
class Machine:
    """What a night may use of its machine; no part of any result.

    `memory_limit`  as DuckDB writes it ("4GiB"); None: 5 GiB, or four fifths of a smaller memory.
    `spill`         folder for what does not fit, and for the working file of a large night; None: beside the warehouse.
    `master`        Spark on which the models run ("local[2]", "spark://host:7077"); None: DuckDB runs them.
    `shared`        folder that Spark's workers see by the same path; None: `spill`, or beside the warehouse.
    """

    memory_limit: str | None = None
    spill: Path | None = None
    master: str | None = None
    shared: Path | None = None


class Maker(Protocol):
    """Makes the tables of models, in a thread of its own."""

    def run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
        """Make the table of one model file; returns its rows (0 for a view, which is not counted)."""

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query as they are, over the tables that are made."""


class Reader(Protocol):
    """Answers queries over tables named `schema.table`."""

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query as a frame."""

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query as they are: of few rows, the frame would take longer than the query."""

    def scalar(self, sql: str, parameters: Mapping[str, object] | None = None) -> object:
        """The single value of a query; None when it has no row."""

    def exists(self, table: str) -> bool:
        """Whether the table or view is there."""


class Engine(Protocol):
    """Runs SQL models over tables named `schema.table`; one connection, one process."""

    dialect: str
    leaves: bool
    """Whether the working tables of a night can be left to the next one (`left`, `leave`, `forget`)."""

    def execute(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Run one statement; parameters are bound by name (`$as_of`), never formatted."""

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query as a frame."""

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query as they are: of few rows, the frame would take longer than the query."""

    def scalar(self, sql: str, parameters: Mapping[str, object] | None = None) -> object:
        """The single value of a query; None when it has no row."""

    def load(self, table: str, frame: pl.DataFrame, *, append: bool = False) -> int:
        """Write a frame as a table (replace, or append and create when missing); returns its rows."""

    def exists(self, table: str) -> bool:
        """Whether the table or view is there."""

    def count(self, table: str) -> int:
        """Rows of a table."""

    def run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
        """Make the table of one model file; returns its rows (0 for a view, which is not counted)."""

    def makers(self) -> AbstractContextManager[Sequence[Maker]]:
        """The engine itself, and whoever may make tables beside it at the same time."""

    def left(self) -> str | None:
        """What the night said that left the working tables; None where none are left, and when asked again."""

    def leave(self, said: str, tables: frozenset[str]) -> None:
        """Leave these working tables to the next night when the engine is closed; all others go."""

    def forget(self) -> None:
        """Drop all working tables that were left."""

    def transaction(self) -> AbstractContextManager[None]:
        """Commit at the end of the block, roll back when it raises."""

    def write_database(self, path: Path, statements: Sequence[str], *, alias: str) -> None:
        """Make a database file by statements that name it `alias` and may read the engine's committed tables.

        It may run in another thread: beside one other method, and beside itself with another alias. Never for a file
        that anyone may read: see `copy_out` and `pipelines.engine.apart`.
        """

    def copy_out(self, copies: Mapping[Path, str]) -> None:
        """Write the rows of queries over committed tables to files (.parquet or .csv), in their order.

        It may run in another thread, as `write_database` may.
        """

    def write_parquet(self, sql: str, path: Path, parameters: Mapping[str, object] | None = None) -> None:
        """Write the rows of a query to a Parquet file; what is not committed yet is seen."""

    def load_parquet(self, table: str, path: Path, *, append: bool = False) -> int:
        """Read a Parquet file into a temporary table, or append it to a table by names of columns; returns its rows.

        Raises KongchuoError where the file cannot be read or does not fit.
        """

    def reader(self) -> AbstractContextManager[Reader]:
        """A reading side of its own that another thread may use: it sees what is committed."""

    def scratch(self) -> AbstractContextManager[Any]:
        """A connection of its own, with the macros, for a library that brings its own SQL; what it makes is gone after.

        It shares the engine's limits and sees none of its tables.
        """

    def comparing(self) -> AbstractContextManager[Comparing]:
        """What Splink is given to compare rows with; what it makes there is gone after."""

    def read_through(self) -> None:
        """Read every cell that lasts; raises where the file is damaged."""

    def trouble(self, error: BaseException) -> KongchuoError | None:
        """The sentence for an error that the machine made (no room, no memory, a damaged file); None for any other."""

    def close(self) -> None:
        """Release the file."""
