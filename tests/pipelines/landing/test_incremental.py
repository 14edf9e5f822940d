"""Nights after the first: unchanged files, changed files, late files, the record (spec 2.1)."""

import datetime as dt
import os
from pathlib import Path

import polars as pl
import pytest

from pipelines.engine import DuckDBEngine
from pipelines.landing import LandingError, contents
from pipelines.landing.frames import DELIVERY_COLUMNS
from pipelines.landing.step import ingest
from pipelines.settings import load_policy
from schemas.sources import SOURCES
from tests.support.deliveries import people, rows_of
from tests.support.numbers import number

DAY = dt.date(2025, 12, 31)


def tables(world) -> dict[str, list[tuple]]:
    """Everything but what the file system says of files."""
    found = {source.table: world.engine.read(f"select * from {source.table} order by all").rows() for source in SOURCES}
    found["record"] = world.deliveries().drop("size", "mtime_ns", "ctime_ns").rows()
    found["rejected"] = world.engine.read("select * from landing.rejected_rows order by all").rows()
    return found


def test_every_table_exists_after_the_first_night(world):
    world.deliver("日报", rows_of("日报"))
    world.ingest()
    for source in SOURCES:
        described = world.engine.read(f"describe {source.table}")
        assert list(zip(described["column_name"], described["column_type"], strict=True)) == list(source.columns)
    assert world.deliveries().columns == list(DELIVERY_COLUMNS)


def test_unchanged_files_are_not_opened(world, monkeypatch):
    world.references()
    world.deliver("户籍", rows_of("户籍"))
    first = world.ingest()
    before = tables(world)

    def never(*_):
        raise AssertionError("an unchanged file was opened")

    monkeypatch.setattr(contents, "read_file", never)
    monkeypatch.setattr("pathlib.Path.read_bytes", never)
    second = world.ingest()
    assert (len(first.new), second.new, second.unchanged) == (3, (), 3)
    assert tables(world) == before


def test_the_same_bytes_with_another_time_are_only_noted(world, monkeypatch):
    path = world.deliver("日报", rows_of("日报"))
    world.ingest()
    before = tables(world)
    os.utime(path, (1, 1))
    assert world.ingest().same_bytes == 1
    assert tables(world) == before
    monkeypatch.setattr("pathlib.Path.read_bytes", None)
    assert world.ingest().unchanged == 1


def test_the_same_bytes_under_another_name_are_another_delivery(world):
    rows = rows_of("日报")
    world.deliver("日报", rows)
    world.deliver("日报", rows, more="_再报")
    world.deliver("日报", rows, day="2025-09-11")
    world.ingest()
    record = world.deliveries()
    assert (record.height, record["sha256"].n_unique(), record["version"].to_list()) == (3, 1, [1, 1, 1])


def test_a_changed_file_is_a_new_delivery_and_the_old_stays(world):
    world.deliver("日报", rows_of("日报"))
    world.ingest()
    world.deliver("日报", rows_of("日报", {"缺课人数": "2"}))
    result = world.ingest()
    record = world.deliveries()
    assert record["version"].to_list() == [1, 2]
    assert record["superseded"].to_list() == [True, False]
    assert [row["absent_pupils"] for row in world.clean("daily_report")] == [1, 2]
    assert result.new == ("2025-09-10/日报_990121.csv",)


def test_a_refused_change_supersedes_nothing(world):
    world.deliver("日报", rows_of("日报"))
    world.ingest()
    world.deliver("日报", "")
    world.ingest()
    record = world.deliveries()
    assert record["state"].to_list() == ["accepted", "refused"]
    assert record["superseded"].to_list() == [False, False]


def test_only_deliveries_up_to_the_night(world):
    world.deliver("日报", rows_of("日报"), day="2025-09-10")
    world.deliver("日报", rows_of("日报"), day="2025-09-11")
    assert world.ingest("2025-09-10").new == ("2025-09-10/日报_990121.csv",)
    assert world.ingest("2025-09-11").earliest_new == dt.date(2025, 9, 11)


def test_night_by_night_is_all_at_once(world, tmp_path):
    world.references("2025-09-01")
    for day, count in (("02", 60), ("03", 40), ("04", 58)):
        world.deliver("学籍", people("学籍", count, 年级="2023级"), day=f"2025-09-{day}")
    for day in range(1, 5):
        world.ingest(f"2025-09-0{day}")
    nightly = tables(world)
    world.engine = DuckDBEngine(":memory:")
    world.ingest()
    at_once = tables(world)
    # Ids are given in the order of arrival.
    assert [row[1:] for row in nightly["record"]] == [row[1:] for row in at_once["record"]]
    assert sorted(row[1:] for row in nightly["clean.enrolment"]) == sorted(
        row[1:] for row in at_once["clean.enrolment"]
    )


def test_a_late_file_changes_the_verdicts_after_it(world):
    world.references("2025-09-01")
    world.deliver("户籍", people("户籍", 60), day="2025-09-05")
    world.ingest()
    assert world.record()["state"] == "accepted"
    world.deliver("户籍", people("户籍", 100), day="2025-09-03")
    result = world.ingest()
    registry = world.deliveries().filter(pl.col("kind") == "户籍")
    assert registry["reason"].to_list() == [None, "shrink"]
    assert result.earliest_new == dt.date(2025, 9, 3)
    assert len(world.clean("registry")) == 160  # rows stay, the state says what counts


def test_a_late_enrolment_file_changes_the_schools_missing_after_it(world):
    world.references("2025-09-01")
    both = people("学籍", 120)
    for row in both[100:]:
        row["学校标识码"] = "3199000001"
    world.deliver("学籍", both[:100], day="2025-09-05")
    world.ingest()
    world.deliver("学籍", both, day="2025-09-03")
    world.ingest()
    enrolment = world.deliveries().filter(pl.col("kind") == "学籍")
    assert enrolment["reason"].to_list() == [None, "school_missing:3199000001"]


def test_a_late_reference_moves_rows_as_one_in_time(world):
    world.deliver(
        "学籍", rows_of("学籍", {"学校标识码": "2199000002"}, {"学籍号": "L1", "年级": "2023级"}, {"学籍号": "L2"})
    )
    world.ingest()
    assert world.rejected() == [(3, "unreadable:年级")]
    world.references("2025-09-01")
    world.ingest()
    assert world.rejected() == [(2, "outside_code")]
    assert [row["grade"] for row in world.clean("enrolment")] == [3, 4]
    record = world.record()
    assert (record["version"], record["accepted"], record["rejected"]) == (1, 2, 1)


def test_verdicts_follow_the_policy_of_the_night(world):
    world.references()
    rows = people("户籍", 40)
    for row in rows[:20]:
        row["户籍状态"] = "?"
    world.deliver("户籍", rows)
    world.ingest()
    assert world.record()["reason"] == "rejected_share"
    world.ingest(max_rejected_share=0.5)
    assert world.record()["state"] == "accepted"


def test_a_correction_on_the_same_day_is_held_against_what_stands(world):
    world.references("2025-09-01")
    world.deliver("户籍", people("户籍", 100))
    world.ingest()
    world.deliver("户籍", people("户籍", 50))
    world.ingest()
    registry = world.deliveries().filter(pl.col("kind") == "户籍")
    assert registry["reason"].to_list() == [None, "shrink"]
    assert registry["superseded"].to_list() == [False, False]


def test_nothing_is_kept_of_a_night_that_fails(world, monkeypatch):
    world.deliver("日报", rows_of("日报"))
    monkeypatch.setattr("pipelines.landing.register.Register.save", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        world.ingest()
    assert not world.engine.exists("landing.deliveries")


def test_names_that_are_no_delivery(world):
    world.deliver("日报", rows_of("日报"))
    for name in (
        "说明.txt",
        "日报_99012.csv",
        "学生_990121.csv",
        "日报_990121",
        ".日报_990121.csv",
        "日报_990121.csv.part",
        "~$日报_990121.csv",
    ):
        world.write(name, "x")
    (world.landing / "旧文件").mkdir()
    (world.landing / "2025-02-30").mkdir()
    result = world.ingest()
    assert set(result.ignored) == {
        "2025-09-10/说明.txt", "2025-09-10/日报_99012.csv", "2025-09-10/学生_990121.csv", "2025-09-10/日报_990121",
        "旧文件", "2025-02-30",
    }  # fmt: skip
    assert world.deliveries().height == 1


def test_names_may_say_more(world):
    for name in ("日报_990121_第3周.csv", "日报_990121_v1.2.CSV", "日报_990121__更正_.csv"):
        world.write(name, "")
    world.ingest()
    assert world.deliveries()["reason"].to_list() == ["empty"] * 3


def test_no_landing_folder(tmp_path):
    with pytest.raises(LandingError, match="give the folder"):
        ingest(DuckDBEngine(":memory:"), tmp_path / "nowhere", DAY, load_policy(None, DAY))


def test_a_night_before_the_first_delivery(world):
    world.deliver("日报", rows_of("日报"), day="2025-09-10")
    with pytest.raises(LandingError, match="a night before the first delivery"):
        world.ingest("2025-09-09")


def test_a_file_that_the_system_withholds(world, monkeypatch):
    world.deliver("日报", rows_of("日报"))

    opened = Path.open

    def withheld(path, *how, **options):
        if path.name.startswith("日报"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *how, **options)

    monkeypatch.setattr("pathlib.Path.open", withheld)
    with pytest.raises(LandingError, match="Permission denied"):
        world.ingest()


def test_progress_names_kinds_not_children(world):
    world.references()
    world.deliver("户籍", rows_of("户籍"))
    said: list[str] = []
    ingest(world.engine, world.landing, DAY, load_policy(None, DAY), said.append)
    assert said == ["区划: 1 files, 7 rows", "学校: 1 files, 5 rows", "户籍: 1 files, 1 rows"]
    assert number() not in "".join(said)
