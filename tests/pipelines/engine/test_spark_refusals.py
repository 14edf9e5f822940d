"""What the Spark engine says before it starts, and of a cluster that goes: one sentence each. Nothing runs on Spark."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.cli import REFUSED, app
from assets.environment import machine_from_environment
from assets.resources import NightResource
from pipelines.engine import Machine, open_engine, spark_engine, spark_session
from pipelines.errors import KongchuoError, ModelError, TemporaryError
from quality import gx_runner
from tests.conftest import Sample


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where pyspark is installed; whoever gets as far as importing it goes too far for these tests."""
    monkeypatch.setattr(spark_session.importlib.util, "find_spec", lambda name: object())


def run(sample: Sample, home: Path, *how: str) -> str:
    where = ["--landing", str(sample.landing), "--home", str(home), "--policy", str(sample.policy)]
    result = CliRunner().invoke(
        app, ["run", "--as-of", "2025-09-01", *where, *how], env={"KONGCHUO_SECRET": sample.secret.decode()}
    )
    assert result.exit_code == REFUSED, result.output
    assert not (home / "published").exists()
    assert not list(home.rglob("*.parquet"))
    said = [line for line in result.stderr.splitlines() if line.startswith("kongchuo: ")]
    assert len(said) == 1
    return said[0]


def test_without_pyspark(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_session.importlib.util, "find_spec", lambda name: None)
    assert "pip install -c constraints.txt -e '.[spark]'" in run(sample, tmp_path, "--plain", "--engine", "spark")


def test_the_resource_of_dagster_names_the_engine(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_session.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("KONGCHUO_SECRET", sample.secret.decode())
    night = NightResource(
        landing=str(sample.landing), home=str(tmp_path), policy=str(sample.policy), engine="spark", master="local[2]"
    )
    with pytest.raises(KongchuoError, match="needs pyspark"):
        night.run_step([date(2025, 9, 1)], "landing")
    night.close()


def test_a_master_that_does_not_answer(sample: Sample, tmp_path: Path, installed: None) -> None:
    said = run(sample, tmp_path, "--plain", "--engine", "spark", "--master", "spark://127.0.0.1:1,127.0.0.1:2")
    assert "spark://127.0.0.1:1,127.0.0.1:2 does not answer" in said


def test_a_master_may_come_back(tmp_path: Path, installed: None) -> None:
    with pytest.raises(TemporaryError, match="does not answer"):
        open_engine(tmp_path / "warehouse.duckdb", Machine(master="spark://127.0.0.1:1"))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (("--engine", "oracle"), "choose duckdb or spark"),
        (("--master", "local[2]"), "add --engine spark"),
        (("--engine", "spark", "--master", "yarn"), "local[N] or spark://host:port"),
        (("--engine", "spark", "--shared", "s3://bucket/night"), "mounted under the same path"),
    ],
)
def test_what_is_no_engine_no_master_no_folder(
    sample: Sample, tmp_path: Path, installed: None, how: tuple[str, ...], words: str
) -> None:
    assert words in run(sample, tmp_path, "--plain", *how)


def test_a_shared_folder_that_is_a_file(tmp_path: Path, installed: None) -> None:
    (tmp_path / "file").touch()
    machine = Machine(master="local[2]", shared=tmp_path / "file")
    with pytest.raises(KongchuoError, match="give --shared a folder"):
        open_engine(tmp_path / "warehouse.duckdb", machine)


def test_what_is_asked_for_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert machine_from_environment().master is None
    monkeypatch.setenv("KONGCHUO_ENGINE", "spark")
    assert machine_from_environment().master == "local[*]"
    monkeypatch.setenv("KONGCHUO_MASTER", "spark://host:7077")
    monkeypatch.setenv("KONGCHUO_SHARED", f"file://{tmp_path}")
    found = machine_from_environment()
    assert (found.master, found.shared) == ("spark://host:7077", tmp_path)
    assert machine_from_environment(engine="duckdb").master is None, "what is given goes before the environment"


def test_the_folder_of_a_night_is_the_users_alone_and_empty(tmp_path: Path) -> None:
    machine = Machine(master="local[2]", shared=tmp_path)
    folder = spark_engine._work_folder(tmp_path / "home" / "warehouse.duckdb", machine)
    (folder / "left-behind.parquet").touch()
    again = spark_engine._work_folder(tmp_path / "home" / "warehouse.duckdb", machine)
    assert again == folder
    assert list(again.iterdir()) == []
    assert {again.stat().st_mode & 0o777, again.parent.stat().st_mode & 0o777} == {0o700}
    other = spark_engine._work_folder(tmp_path / "other" / "warehouse.duckdb", machine)
    assert other != folder, "two homes may share one folder"


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("java.lang.OutOfMemoryError: Java heap space", KongchuoError, "spark.executor.memory"),
        ("Job aborted: SparkContext was shut down", TemporaryError, "went away"),
    ],
)
def test_what_the_cluster_did_to_a_night(text: str, kind: type[KongchuoError], words: str) -> None:
    """The text stands in what the model's error came from, and is looked at alone."""
    try:
        try:
            raise RuntimeError(text)
        except RuntimeError:
            raise ModelError("Model core.night failed on Spark with Py4JJavaError.") from None
    except ModelError as error:
        found = spark_engine._lost(error)
    assert type(found) is kind
    assert words in str(found)
    assert spark_engine._lost(RuntimeError("division by zero")) is None


def test_great_expectations_is_loaded_as_where_there_is_no_pyspark() -> None:
    there = sys.modules.setdefault("pyspark.made_up", sys)
    try:
        with gx_runner._without_spark():
            assert importlib.util.find_spec("duckdb") is not None
            with pytest.raises(ImportError):
                importlib.import_module("pyspark")
        assert sys.modules["pyspark.made_up"] is there
        assert sys.modules.get("pyspark", sys) is not None
    finally:
        del sys.modules["pyspark.made_up"]
