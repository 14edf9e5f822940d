"""Where Splink compares: in DuckDB beside the night's tables, or on Spark; model and conditions are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import polars as pl
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Comparing:
    """What Splink is given by an engine.

    `api`       where it registers tables and runs its SQL.
    `frame`     a table that it made, as a frame.
    `written`   the settings of a model in the words of that engine; the types are those of the rows to compare.
    """

    api: Any
    frame: Callable[[Any], pl.DataFrame]
    written: Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any]]


def in_duckdb(connection: duckdb.DuckDBPyConnection) -> Comparing:
    """Comparing over a connection that knows the macros."""
    from splink import DuckDBAPI

    return Comparing(
        DuckDBAPI(connection=connection), lambda made: made.as_duckdbpyrelation().pl(), lambda settings, _: settings
    )


@contextmanager
def on_spark(spark: SparkSession) -> Iterator[Comparing]:
    """Comparing at a Spark master, in a session of its own: what Splink leaves there is gone afterwards."""
    import polars as pl
    from splink.backends.spark import SparkAPI

    beside = spark.newSession()
    for key, value in spark.sparkContext.getConf().getAll():
        if key.startswith("spark.sql.") and not key.startswith(("spark.sql.warehouse", "spark.sql.extensions")):
            beside.conf.set(key, value)
    for key in ("spark.sql.shuffle.partitions", "spark.sql.codegen.wholeStage", "spark.sql.codegen.factoryMode"):
        beside.conf.set(key, spark.conf.get(key))
    api = SparkAPI(spark_session=beside, break_lineage_method="persist")

    def frame(made: Any) -> pl.DataFrame:
        found = pl.from_arrow(beside.table(made.physical_name).toArrow())
        if not isinstance(found, pl.DataFrame):
            raise TypeError(made.physical_name)
        return found

    try:
        yield Comparing(api, frame, for_spark)
    finally:
        beside.catalog.clearCache()


def for_spark(settings: dict[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a model with every condition written for Spark; `types` are DuckDB's, by column of the rows."""
    from pipelines.engine.spark_sql import translate_condition

    both = {f"{name}_{side}": kind for name, kind in types.items() for side in ("l", "r")}

    def written(part: Any) -> Any:
        if isinstance(part, list):
            return [written(each) for each in part]
        if not isinstance(part, dict):
            return part
        found = {key: written(value) for key, value in part.items()}
        condition = found.get("sql_condition")
        if condition and condition.strip().upper() != "ELSE":
            found["sql_condition"] = translate_condition(condition, both)
        if "sql_dialect" in found:
            found["sql_dialect"] = "spark"
        return found

    done: dict[str, Any] = written(settings)
    return done
