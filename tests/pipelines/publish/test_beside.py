"""The second process of a publication: it writes the same bytes, stops nothing by dying, and ends with the night."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import KongchuoError
from pipelines.night import open_night
from pipelines.publish import beside, officials
from pipelines.publish.beside import Beside, Gone, from_line, start, to_line
from pipelines.publish.step import publish_night
from tests.pipelines.models.support import Province
from tests.pipelines.publish.test_databases import NIGHT, POLICY, told
from tests.support.deliveries import World, people

CHECKS = pl.DataFrame({"check": ["一"], "sample": [["a", "b"]], "waived_until": [dt.date(2026, 1, 1)]})


@pytest.fixture(scope="module")
def province() -> Iterator[Province]:
    made = told()
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def night(province: Province, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a night that one process wrote."""
    return publish_night(province.engine, tmp_path_factory.mktemp("home"), NIGHT, POLICY)


@pytest.fixture(scope="module")
def alone(night: Path) -> dict[str, bytes]:
    return files(night)


def files(night: Path) -> dict[str, bytes]:
    found = {
        path.relative_to(night).as_posix(): path.read_bytes()
        for folder in ("reports", "data")
        for path in (night / folder).rglob("*")
        if path.is_file()
    }
    assert {Path(name).suffix for name in found} >= {".xlsx", ".docx", ".html", ".csv", ".parquet"}
    return found


def worker(place: Path, patch: pytest.MonkeyPatch, *lines: str) -> Beside:
    """A second process whose program is some lines and then the worker's; it finds them as tests find their modules."""
    begin = (
        "import os, signal, sys, time",
        "from pathlib import Path",
        "from pipelines.publish import officials, worker",
    )
    (place / "another_worker.py").write_text("\n".join([*begin, *lines, "sys.exit(worker.main())"]), encoding="utf-8")
    patch.syspath_prepend(place)
    patch.setattr(beside, "WORKER", "another_worker")
    return Beside()


def gone(second: Beside) -> bool:
    try:
        os.kill(second.number, 0)
    except ProcessLookupError:
        return True
    return False


def test_it_writes_the_same_bytes(province: Province, alone: dict[str, bytes], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("pipelines.publish.step.write_officials", None)  # so this process cannot
    second = Beside()
    assert files(publish_night(province.engine, tmp_path, NIGHT, POLICY, second=second)) == alone
    assert gone(second)


def test_a_figure_that_differs_stops_the_publication(province: Province, tmp_path: Path, monkeypatch) -> None:
    second = worker(
        tmp_path,
        monkeypatch,
        "real = officials.write_pages",
        "def tampering(night, folder):",
        "    blocks, page = real(night, folder), folder / 'index.html'",
        "    text = page.read_text(encoding='utf-8')",
        "    page.write_text(text.replace('<td class=\"n\">1<', '<td class=\"n\">7<', 1), encoding='utf-8')",
        "    return blocks",
        "officials.write_pages = tampering",
    )
    with pytest.raises(KongchuoError, match=r"nothing was published: index\.html \[.*shows '7', database '1'"):
        publish_night(province.engine, tmp_path, NIGHT, POLICY, second=second)
    assert gone(second)
    assert not list((tmp_path / "published").glob("2025-*"))
    assert not list((tmp_path / "published" / ".nights").iterdir())


def test_one_that_dies_at_its_work_stops_nothing(
    province: Province, alone: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = worker(
        tmp_path,
        monkeypatch,
        "def dying(folder, *_):",
        "    (folder / 'reports' / 'index.html').write_text('half', encoding='utf-8')",
        "    (folder / 'reports' / 'left.tmp').touch()",
        "    os._exit(9)",
        "officials.write_from_files = dying",
    )
    assert files(publish_night(province.engine, tmp_path, NIGHT, POLICY, second=second)) == alone
    assert gone(second)


@pytest.mark.parametrize("end", ["raise MemoryError('张三')", "print('张三', flush=True)", "sys.stdout.close()"])
def test_what_is_no_answer_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], end: str
) -> None:
    lines = ("def faulty(*_):", f"    {end}", "officials.write_from_files = faulty")
    with worker(tmp_path, monkeypatch, *lines) as second, pytest.raises(Gone) as caught:
        second.write(tmp_path, NIGHT, POLICY, CHECKS)
    assert "张三" not in f"{caught.value!r}" + "".join(capfd.readouterr())


def test_one_that_is_dead_already_is_gone(tmp_path: Path) -> None:
    with Beside() as second:
        os.kill(second.number, signal.SIGKILL)
        with pytest.raises(Gone):
            second.write(tmp_path, NIGHT, POLICY, CHECKS)
    with pytest.raises(Gone):
        second.write(tmp_path, NIGHT, POLICY, CHECKS)


def test_no_room_for_a_process_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside.sys, "executable", "/nowhere/python")
    assert start() is None


def test_it_ends_at_its_work_when_the_night_is_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    works = tmp_path / "works"
    second = worker(
        tmp_path, monkeypatch, f"officials.write_from_files = lambda *_: (Path({str(works)!r}).touch(), time.sleep(60))"
    )
    with second:
        process = second._process
        assert process.stdin is not None
        process.stdin.write(to_line(tmp_path, NIGHT, POLICY, CHECKS))
        process.stdin.close()
        assert process.wait(30) == 1


def test_an_interrupt_is_for_the_night_to_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "officials.write_from_files = lambda *_: (os.kill(os.getpid(), signal.SIGINT), time.sleep(0.1), 7)[-1]"
    with worker(tmp_path, monkeypatch, line) as second:
        assert second.write(tmp_path, NIGHT, POLICY, CHECKS) == 7


def test_an_interrupted_night_leaves_neither_process_nor_files(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Beside, "write", interrupted)
    second = Beside()
    with pytest.raises(KeyboardInterrupt):
        publish_night(province.engine, tmp_path, NIGHT, POLICY, second=second)
    assert gone(second)
    assert not list((tmp_path / "published" / ".nights").iterdir())


def test_no_secret_goes_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KONGCHUO_SECRET", "not-to-be-told")
    with Beside() as second:
        about = Path("/proc") / str(second.number)
        environment = (about / "environ").read_bytes()
        command = (about / "cmdline").read_bytes()
    names = {entry.partition(b"=")[0] for entry in environment.split(b"\0")[:-1]}
    assert names <= {b"PYTHONPATH", b"TMPDIR", b"POLARS_MAX_THREADS"}
    assert b"not-to-be-told" not in environment + command


def test_what_it_is_told_comes_out_as_it_went_in(tmp_path: Path) -> None:
    policy = {"season": [{"from": dt.date(2025, 9, 1), "divisions": ["990101"]}], "rates": {"decimals": 2}}
    line = to_line(tmp_path, NIGHT, policy, CHECKS)
    assert line.count(b"\n") == 1
    *others, checks = from_line(line)
    assert others == [tmp_path, NIGHT, policy]
    assert checks.equals(CHECKS)
    assert checks.schema == CHECKS.schema
    with pytest.raises(TypeError, match="timedelta"):
        to_line(tmp_path, NIGHT, {"age": dt.timedelta(1)}, CHECKS)


def test_files_made_from_other_checks_than_those_written_are_not_shown(province: Province, night: Path) -> None:
    checks = officials.night_checks(province.engine)
    officials.same_checks(night, checks)
    more = pl.DataFrame([{**dict.fromkeys(checks.columns), "as_of": NIGHT}], schema=checks.schema)
    with pytest.raises(KongchuoError, match=r"quality\.checks of cases\.duckdb is not what"):
        officials.same_checks(night, pl.concat([checks, more]))


def test_a_night_of_some_size_has_one_from_the_status_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, started = World(tmp_path), list[Beside]()
    world.references("2025-08-25")
    world.deliver("户籍", people("户籍", 2), day="2025-08-25")

    def spied() -> Beside:
        started.append(Beside())
        return started[-1]

    monkeypatch.setattr(beside, "start", spied)
    with open_night(NIGHT, world.landing, tmp_path / "home", None, b"a-secret") as night:
        assert night.start_second() is None
    monkeypatch.setattr("pipelines.night.APART", 0)
    with open_night(NIGHT, world.landing, tmp_path / "home", None, b"a-secret") as night:
        assert night.start_second() is night.start_second() is not None
        assert not gone(started[0])
    assert gone(started[0])
    started.clear()
    monkeypatch.setattr("pipelines.publish.step.write_officials", None)
    with open_night(NIGHT, world.landing, tmp_path / "home", None, b"a-secret") as night:
        night.run_step("matching")
        assert not started  # whoever needs no more does not have it started
        night.run_step("status")
        assert len(started) == 1
        night.run_step("publication")
        assert len(started) == 1
        assert gone(started[0])
    assert "reports/index.html" in files(tmp_path / "home" / "published" / "current")
