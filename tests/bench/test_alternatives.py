"""The alternatives compute what the night computes: a benchmark against another job proves nothing."""

from argparse import Namespace
from pathlib import Path

import pytest

from pipelines.night import run_night
from tests.bench import run as bench
from tests.bench.alternatives import job, measure, pandas_way, polars_way
from tests.bench.alternatives.measure import Alternative
from tests.bench.maker import make_world

pytestmark = pytest.mark.usefixtures("databases_only")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A province of 2,000 children, with the tables of the pandas way beside it."""
    out = tmp_path_factory.mktemp("world")
    make_world(out, children=2_000, counties=3, seed=2)
    job.write(out / "pandas", pandas_way.run(folder(out), job.Clock()))
    return out


def folder(world: Path) -> Path:
    return world / "landing" / job.NIGHT.isoformat()


def test_polars_and_pandas_give_the_same_four_tables(world: Path) -> None:
    job.write(world / "polars", polars_way.run(folder(world), job.Clock()))
    assert measure.tables(world / "polars") == measure.tables(world / "pandas")


@pytest.mark.full
def test_they_are_the_tables_of_the_night(world: Path, tmp_path: Path) -> None:
    run_night(job.NIGHT, world / "landing", tmp_path, None, b"a-secret-of-the-tests")
    measure.publish(world, tmp_path, world / "night")
    assert measure.tables(world / "night") == measure.tables(world / "pandas")


def test_the_world_has_what_the_job_judges(world: Path) -> None:
    tables = measure.tables(world / "pandas")
    statuses = {line.split(",")[1] for line in tables["children"][1:]}
    assert statuses >= {
        *("in_school", "suspected_absent", "enrolled_elsewhere", "placed", "deferred", "suspended", "graduated"),
        *("transfer_pending", "not_due", "out_of_school", "aged_out"),
    }
    categories = {line.split(",")[1] for line in tables["suspects"][1:]}
    assert categories >= {"long_absent", "not_at_roll_call", "dropped_out", "never_enrolled"}
    assert {line.split(",")[1] for line in tables["entry"][1:]} == set(job.INDICATORS)
    assert len(tables["dropout"]) == 1 + 3 * 2


@pytest.mark.full
def test_spark_gives_the_same_four_tables(world: Path) -> None:
    reason = measure.missing("spark")
    if reason:
        pytest.skip(reason)
    found = measure.run("spark", world, world / "spark")
    assert measure.differing(world / "spark", world / "pandas") == 0
    assert found.seconds is not None
    assert found.seconds > sum(found.parts.values())


def test_a_way_is_a_process_that_tells_its_figures_and_a_wrong_row_is_found(world: Path) -> None:
    found = measure.run("polars", world, world / "process")
    assert set(found.parts) == {"read, matching", "status", "tables", "write"}
    assert found.peak_mib is not None
    assert found.peak_mib > 20
    assert measure.differing(world / "process", world / "pandas") == 0
    wrong = world / "process" / "dropout.csv"
    lines = wrong.read_text(encoding="utf-8").splitlines()
    wrong.write_text("\n".join([*lines[:-1], lines[-1] + "0"]) + "\n", encoding="utf-8")
    assert measure.differing(world / "process", world / "pandas") == 1


def test_a_way_that_cannot_run_is_left_out_with_its_reason(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(measure.SPARK_PYTHON, str(world / "no-python"))
    found = measure.run("spark", world, world / "spark")
    assert found == Alternative("spark", left_out="no environment for Spark (make spark)")


def test_a_way_that_fails_is_left_out_with_its_status(tmp_path: Path) -> None:
    found = measure.run("polars", tmp_path / "no-world", tmp_path)
    assert found.seconds is None
    assert found.left_out is not None
    assert found.left_out.startswith("failed with status 1 after ")


def test_ways_are_chosen_by_name() -> None:
    assert measure.chosen("pandas,polars,spark") == ("pandas", "polars", "spark")
    assert measure.chosen("none") == ()
    with pytest.raises(ValueError, match="dask"):
        measure.chosen("polars,dask")


def test_the_table_has_the_ratios_and_says_what_was_left_out() -> None:
    ways = [
        Alternative("pandas", 30.0, 900, "3.1.1", {"status": 20.0}, differing=0),
        Alternative("polars", 5.0, 300, "2.1.0", {"status": 4.0}, differing=2),
        Alternative("spark", left_out="no Java"),
    ]
    ratios = bench.ratios(10.0, ways)
    assert ratios == {"night / polars": 2.0, "pandas / night": 3.0}
    figures = bench.Figures(
        date="2026-11-22",
        machine={},
        world={"children": 10, "counties": 3},
        floor={"seconds": 2.0, "rows": 5, "files": 1, "csv_bytes": 9, "peak_mib": 7},
        alternatives=ways,
        ratios=ratios,
    )
    lines = bench.table(figures).splitlines()
    told = [" ".join(line.split()) for line in lines]
    assert "pandas 30.00 15.00 900 same tables as the night" in told
    assert "polars 5.00 2.50 300 2 rows differ from the night's" in told
    assert "spark left out: no Java" in told
    assert told[-2:] == ["night / polars 2.00", "pandas / night 3.00"]


def test_an_unknown_alternative_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    arguments = Namespace(alternatives="excel", out=tmp_path / "none")
    with pytest.raises(ValueError, match="excel"):
        bench.measure(arguments)
    assert not (tmp_path / "none").exists()
