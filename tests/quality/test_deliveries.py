"""Refused files that still wait to be mended: the same answer however often a night is run (spec 2.5)."""

import datetime as dt

import pytest

from pipelines.engine import DuckDBEngine
from pipelines.landing.frames import ensure_tables
from quality.deliveries import delivery_outcomes, refused_files

NIGHT = dt.date(2025, 9, 10)


@pytest.fixture
def engine():
    engine = DuckDBEngine(":memory:")
    ensure_tables(engine)
    yield engine
    engine.close()


def deliver(engine, kind, day, state="accepted", code="990121", name="", version=1, reason="unreadable"):
    file = name or f"{kind}_{code}.csv"
    engine.execute(
        "insert into landing.deliveries by name select $delivery as delivery, $kind as kind, $code as code, "
        "$day as delivered_on, $file as file_name, $version as version, $state as state, "
        "case when $state = 'refused' then $reason end as reason, false as superseded",
        {
            "delivery": f"{day}/{file}", "kind": kind, "code": code, "day": day, "file": file, "version": version,
            "state": state, "reason": reason,
        },
    )  # fmt: skip


def waiting(engine):
    return [delivery for delivery, _ in refused_files(engine, NIGHT)]


def test_a_refused_snapshot_waits_until_a_later_one_is_accepted(engine):
    deliver(engine, "户籍", dt.date(2025, 9, 1), "refused")
    assert refused_files(engine, NIGHT) == [("2025-09-01/户籍_990121.csv", "unreadable")]
    deliver(engine, "户籍", dt.date(2025, 9, 2), code="990122")
    assert len(waiting(engine)) == 1
    deliver(engine, "户籍", dt.date(2025, 9, 3))
    assert waiting(engine) == []


def test_an_earlier_file_and_one_after_the_night_mend_nothing(engine):
    deliver(engine, "户籍", dt.date(2025, 8, 30))
    deliver(engine, "户籍", dt.date(2025, 9, 1), "refused")
    deliver(engine, "户籍", dt.date(2025, 9, 11))
    assert waiting(engine) == ["2025-09-01/户籍_990121.csv"]


def test_an_event_file_is_mended_by_itself_alone(engine):
    deliver(engine, "缺课", dt.date(2025, 9, 1), "refused")
    deliver(engine, "缺课", dt.date(2025, 9, 2))
    assert waiting(engine) == ["2025-09-01/缺课_990121.csv"]
    deliver(engine, "缺课", dt.date(2025, 9, 1), version=2)
    assert waiting(engine) == []


def test_the_newest_first_and_the_outcome_counts_all_of_them(engine):
    for day in (1, 5, 3):
        deliver(engine, "日报", dt.date(2025, 9, day), "refused")
    assert waiting(engine) == [f"2025-09-0{day}/日报_990121.csv" for day in (5, 3, 1)]
    refused, ignored, unfinished = delivery_outcomes(refused_files(engine, NIGHT), [], ["2025-09-10/x.part"])
    assert (refused.count, refused.passed, refused.severity) == (3, False, "mark")
    assert (ignored.count, ignored.passed) == (0, True)
    assert unfinished.sample == ("2025-09-10/x.part",)
