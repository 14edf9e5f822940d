"""Nights on DuckDB and on Spark, held against each other table by table: which model is the first to differ?

    build/spark/bin/python -m tests.support.spark_parity --landing DIR --policy FILE --nights 2025-08-25,… --out DIR

Each night runs on DuckDB first, whose working tables are kept aside; then on Spark, and every table is compared as soon
as its model has run: columns, types, rows. What differs is printed and put right, so that the models after it are
judged by themselves. The published databases are compared at the end of each night. Status 1 where anything differs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from pipelines.engine import DuckDBEngine, Machine, Model, discover
from pipelines.engine.spark_engine import SparkEngine
from pipelines.night import STEPS, open_night
from tests.conftest import without_files
from tests.support.databases import differing

SECRET = b"a-secret-of-the-tests"


class Compared(SparkEngine):
    """The Spark engine that holds each table against the one that DuckDB made."""

    kept: Path
    wrong: list[str]
    seen: int = 0

    def run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
        begun = time.perf_counter()
        rows = super().run_model(model, parameters)
        seconds = time.perf_counter() - begun
        kept = f"read_parquet('{self.kept / model.name}.parquet')"
        ask = self.connection.execute
        shapes = [
            [row[:2] for row in ask(f"describe select * from {table}").fetchall()] for table in (kept, model.name)
        ]
        found = [
            ask(f"select count(*) from (select * from {one} except all select * from {other})").fetchall()[0][0]
            for one, other in ((kept, model.name), (model.name, kept))
        ]
        self.__class__.seen += 1
        if any(found) or shapes[0] != shapes[1]:
            self.wrong.append(model.name)
            sys.stdout.write(f"{model.name}: {found[0]} rows of DuckDB alone, {found[1]} of Spark alone\n")
            for one, other in zip(*shapes, strict=False):
                if one != other:
                    sys.stdout.write(f"  {one} on DuckDB, {other} on Spark\n")
            self.connection.execute(f"create or replace view work.{model.name} as select * from {kept}")
            self._forget(model.name)
        elif seconds > 5:
            sys.stdout.write(f"{model.name}: equal, {seconds:.1f} s\n")
        sys.stdout.flush()
        return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--policy", type=Path, required=True)
    parser.add_argument("--nights", required=True, help="dates with commas, in order")
    parser.add_argument("--out", type=Path, required=True, help="folder for both homes, emptied before")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="2GiB", help="for DuckDB, and for Java where it works on this machine")
    given = parser.parse_args()
    shutil.rmtree(given.out, ignore_errors=True)
    wrong: list[str] = []
    with without_files():
        for night in map(dt.date.fromisoformat, given.nights.split(",")):
            seconds = [_on_duckdb(given, night), _on_spark(given, night, wrong)]
            wrong += _published(given.out, night)
            sys.stdout.write(f"{night}: {seconds[0]:.0f} s on DuckDB, {seconds[1]:.0f} s on Spark\n")
            sys.stdout.flush()
    sys.stdout.write(f"{Compared.seen} tables compared, {len(wrong)} differ: {', '.join(wrong) or 'none'}\n")
    return 1 if wrong else 0


def _on_duckdb(given: argparse.Namespace, as_of: dt.date) -> float:
    kept = given.out / "kept"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    begun = time.perf_counter()
    with open_night(as_of, given.landing, given.out / "duckdb", given.policy, SECRET) as night:
        for step in STEPS:
            night.run_step(step.name)
            if step.name == "published":
                for name in discover():
                    night.engine.write_parquet(f"select * from {name}", kept / f"{name}.parquet")
    return time.perf_counter() - begun


def _on_spark(given: argparse.Namespace, as_of: dt.date, wrong: list[str]) -> float:
    def compared(warehouse: Path, machine: Machine | None, *, large: bool) -> DuckDBEngine:
        engine = Compared(warehouse, machine=Machine(memory_limit=given.memory, master=given.master))
        engine.kept, engine.wrong = given.out / "kept", wrong
        return engine

    begun = time.perf_counter()
    with (
        mock.patch("pipelines.night.open_engine", compared),
        open_night(as_of, given.landing, given.out / "spark", given.policy, SECRET) as night,
    ):
        for step in STEPS:
            night.run_step(step.name)
    return time.perf_counter() - begun


def _published(out: Path, night: dt.date) -> list[str]:
    return differing(*(out / engine / "published" / night.isoformat() for engine in ("duckdb", "spark")))


if __name__ == "__main__":
    sys.exit(main())
