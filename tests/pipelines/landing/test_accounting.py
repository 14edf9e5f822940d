"""rows = accepted + rejected + repeats + skipped, for every file (spec 2.4)."""

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.landing import kinds, step
from tests.support.deliveries import World, people, rows_of
from tests.support.numbers import damaged, number

CELLS = {
    "身份证号": st.sampled_from([number(), number(serial=2), damaged(number()), "", "—", "'" + number()]),
    "姓名": st.sampled_from(["王伟", "王 伟", "李娜", "", "无"]),
    "性别": st.sampled_from(["男", "2", "9", "?", ""]),
    "出生日期": st.sampled_from(["2015-03-01", "2015/3/1", "昨天", ""]),
    "户籍区划": st.sampled_from(["990121001001", "990122", "99", ""]),
    "户籍状态": st.sampled_from(["正常", "出国（境）", "失踪", ""]),
}
ROWS = st.lists(st.one_of(st.fixed_dictionaries(CELLS), st.just(dict.fromkeys(CELLS, ""))), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS)
def test_every_row_is_accounted_for(rows):
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.references()
        world.deliver("户籍", rows)
        world.ingest()
        record = world.record()
        content = [i for i, row in enumerate(rows) if any(row.values())]
        expected = content[-1] + 1 if content else 0
        assert record["rows"] == expected
        assert record["rows"] == sum(record[name] for name in ("accepted", "rejected", "repeats", "skipped"))
        assert record["accepted"] == len(world.clean("registry"))
        assert record["rejected"] == len(world.rejected())
        numbers = [row["row_number"] for row in world.clean("registry")] + [row for row, _ in world.rejected()]
        assert len(set(numbers)) == len(numbers)
        assert all(2 <= number <= expected + 1 for number in numbers)


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 5])
def test_small_batches_judge_as_one_large_one(world, monkeypatch, batch_rows):
    """A file worked through in slices: keys, repeats and counts know of the slices before."""
    first, second, third = people("户籍", 3)
    rows = [
        first,
        second,
        first,
        third | {"户籍状态": "?"},
        first | {"户籍地址": "2号"},
        third,
        second | {"户籍地址": "2号"},
    ]
    world.references()
    world.deliver("户籍", rows)
    world.deliver("户籍", rows, code="990100")
    monkeypatch.setattr(step, "BATCH_ROWS", batch_rows)
    world.ingest()
    assert world.rejected() == [(5, "unknown:户籍状态")] * 2 + [(6, "duplicate_key")] * 2 + [(8, "duplicate_key")] * 2
    records = world.deliveries().filter(pl.col("kind") == "户籍")
    assert records.select("rows", "accepted", "rejected", "repeats").rows() == [(7, 3, 3, 1)] * 2


def test_a_bad_value_that_got_through_stops_the_night(world, monkeypatch):
    """The contract looks at every batch before it is loaded: a fault of the cleaning is never loaded."""
    monkeypatch.setattr(kinds, "judge", _letting_through(kinds.judge))
    world.references()
    world.deliver("户籍", rows_of("户籍"))
    with pytest.raises(Exception, match="registry_status"):
        world.ingest()
    assert not world.engine.exists("clean.registry")


def _letting_through(judge):
    def spoiled(source, *arguments, **more):
        judged = judge(source, *arguments, **more)
        if source.name == "registry":
            spoilt = judged.accepted.with_columns(pl.lit("失踪").alias("registry_status"))
            return type(judged)(spoilt, judged.rejected, judged.counts, judged.keys)
        return judged

    return spoiled
