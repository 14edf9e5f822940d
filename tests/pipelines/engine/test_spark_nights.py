"""Whole nights on Spark, in this process and on a cluster of a master and two workers: every table as on DuckDB."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.night import run_night
from tests.conftest import OCCASION, Sample, without_files
from tests.support import spark
from tests.support.databases import differing

NIGHT = date(2025, 9, 1)

pytestmark = [pytest.mark.full]


@pytest.fixture(scope="module", autouse=True)
def _spark() -> None:
    if reason := spark.missing():
        pytest.skip(reason)


@pytest.fixture(scope="module")
def home(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The night on DuckDB."""
    home = tmp_path_factory.mktemp("duckdb")
    with without_files():
        run_night(NIGHT, sample.landing, home, sample.policy, sample.secret, occasion=OCCASION)
    return home


def test_every_table_of_two_nights_is_the_same(sample: Sample, tmp_path: Path) -> None:
    """The working tables too, each as soon as its model has run, with the probabilistic tier of the matching."""
    policy = tmp_path / "policy.toml"
    text = sample.policy.read_text(encoding="utf-8")
    assert "probabilistic = false" in text
    policy.write_text(text.replace("probabilistic = false", "probabilistic = true"), encoding="utf-8")
    done = spark.run(
        [
            *("tests.support.spark_parity", "--landing", sample.landing, "--policy", policy),
            *("--nights", "2025-09-01,2025-10-12", "--out", tmp_path / "out"),
        ]
    )
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    assert done.stdout.rstrip().endswith("0 differ: none")


def test_a_night_on_a_cluster(sample: Sample, home: Path, tmp_path: Path) -> None:
    """As an operator runs it: the command, Dagster's job, the suites; nothing is left in the shared folder."""
    shared, there = tmp_path / "shared", tmp_path / "home"
    shared.mkdir()
    with spark.cluster(tmp_path) as master:
        done = spark.command(
            [
                *("run", "--as-of", NIGHT.isoformat(), "--landing", sample.landing, "--home", there),
                *("--policy", sample.policy, "--engine", "spark", "--master", master, "--shared", shared, "--suites"),
            ],
            KONGCHUO_SECRET=sample.secret.decode(),
        )
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    night = Path("published") / NIGHT.isoformat()
    assert differing(home / night, there / night) == []
    assert not list(shared.rglob("*.parquet"))


def test_a_master_that_does_not_answer(sample: Sample, tmp_path: Path) -> None:
    done = spark.command(
        [
            *("run", "--as-of", NIGHT.isoformat(), "--landing", sample.landing, "--home", tmp_path / "home"),
            *("--policy", sample.policy, "--engine", "spark", "--master", "spark://127.0.0.1:1"),
        ],
        KONGCHUO_SECRET=sample.secret.decode(),
    )
    assert done.returncode == 2
    assert "The Spark master spark://127.0.0.1:1 does not answer" in done.stderr
    assert not (tmp_path / "home" / "published").exists()


FAULT = """
import sys
from pathlib import Path
from assets.faults import told
from pipelines.engine import Machine, Model, open_engine

engine = open_engine(Path(sys.argv[1]), Machine(master="local[1]", memory_limit="1GiB"))
engine.execute("create or replace table work.core.division as select '990121201503010012' as code, '王小明' as name")
sql = "select cast(code || name as bigint) as number from core.division"
try:
    engine.run_model(Model("core", "night", sql, "", frozenset({"core.division"}), frozenset(), False), {})
except Exception as error:
    print(told(error))
engine.close()
"""


def test_what_spark_quotes_is_not_told(tmp_path: Path) -> None:
    """Spark's error and its logs name the value that a cast refused: here a child's number and name."""
    done = spark.script(FAULT, tmp_path / "warehouse.duckdb")
    assert "ModelError: Model core.night failed on Spark with" in done.stdout, done.stdout + done.stderr
    assert "990121201503010012" not in done.stdout + done.stderr
    assert "王小明" not in done.stdout + done.stderr
