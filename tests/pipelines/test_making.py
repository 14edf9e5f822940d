"""Tables are made when what they stand on is there, on several makers at once, whatever the order comes to."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engine import DuckDBEngine, Model, discover
from pipelines.making import Own, make_tables


def model(name: str, *depends: str) -> Model:
    layer, table = name.split(".")
    return Model(layer, table, "", "", frozenset(depends), frozenset(), is_view=False)


class Maker:
    """Remembers what was made before each table."""

    lock = threading.Lock()

    def __init__(self, order: list[str], broken: str = "") -> None:
        self.order, self.broken = order, broken

    def run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
        if model.name == self.broken:
            raise ValueError(model.name)
        with self.lock:
            self.order.append(model.name)
        return len(self.order)


@st.composite
def graphs(draw: st.DrawFn) -> list[Model]:
    """Models, each of which stands on some of those before it."""
    count = draw(st.integers(1, 12))
    names = [f"core.t{place}" for place in range(count)]
    return [
        model(name, *draw(st.sets(st.sampled_from(names[:place] or ["clean.x"])))) for place, name in enumerate(names)
    ]


@settings(deadline=None)
@given(graphs(), st.integers(1, 3))
def test_each_table_is_made_once_and_after_what_it_stands_on(models: list[Model], makers: int) -> None:
    order: list[str] = []
    made = make_tables(models, {}, [Maker(order) for _ in range(makers)])
    assert [info.name for info in made] == [one.name for one in models]
    assert sorted(order) == sorted(one.name for one in models)
    for one in models:
        before = order[: order.index(one.name)]
        assert {name for name in one.depends if name != "clean.x"} <= set(before)


def test_an_own_table_is_made_by_the_engine_between_the_models() -> None:
    order: list[str] = []
    threads: list[str] = []

    def make() -> int:
        threads.append(threading.current_thread().name)
        order.append("core.own")
        return 7

    models = [model("core.a"), model("core.b", "core.a"), model("core.c", "core.own"), model("core.d")]
    own = Own("core.own", frozenset({"core.b"}), make)
    made = make_tables(models, {}, [Maker(order), Maker(order)], own)
    assert [info.name for info in made] == ["core.a", "core.b", "core.own", "core.c", "core.d"]
    assert made[2].rows == 7
    assert order.index("core.b") < order.index("core.own") < order.index("core.c")
    assert threads == [threading.current_thread().name]


def test_an_own_table_of_another_layer_is_left_out() -> None:
    own = Own("core.own", frozenset({"matching.x"}), lambda: pytest.fail("not asked for"))
    assert [info.name for info in make_tables([model("core.a")], {}, [Maker([])], own)] == ["core.a"]


@pytest.mark.parametrize("makers", [1, 2, 3])
def test_an_error_ends_it_and_is_told(makers: int) -> None:
    order: list[str] = []
    models = [model("core.a"), model("core.b", "core.a"), model("core.c", "core.b")]
    with pytest.raises(ValueError, match=r"core\.b"):
        make_tables(models, {}, [Maker(order, "core.b") for _ in range(makers)])
    assert order == ["core.a"]


@pytest.mark.parametrize("turn", range(4))
def test_an_interrupt_ends_all_makers_whether_the_engine_works_or_waits(turn: int) -> None:
    class Interrupting(Maker):
        def run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
            if model.name == "core.slow":
                _thread.interrupt_main()
                time.sleep(0.3)
            return super().run_model(model, parameters)

    order: list[str] = []
    models = [model("core.fast"), model("core.slow"), model("core.last", "core.own")]
    own = Own("core.own", frozenset({"core.slow"}), lambda: order.append("core.own") or 1)
    with pytest.raises(KeyboardInterrupt):
        make_tables(models, {}, [Interrupting(order), Interrupting(order)], own)
    assert "core.own" not in order
    assert "core.last" not in order


def test_the_engine_makes_tables_beside_itself() -> None:
    engine = DuckDBEngine(":memory:")
    one = Model("core", "one", "select $as_of as a", "", frozenset(), frozenset({"as_of"}), is_view=False)
    two = Model(
        "core", "two", "select a + 1 as a from core.one", "", frozenset({"core.one"}), frozenset(), is_view=False
    )
    with engine.makers() as makers:
        assert makers[0] is engine
        assert [info.rows for info in make_tables([one, two], {"as_of": 4}, makers)] == [1, 1]
        assert makers[1].run_model(two, {}) == 1
    assert engine.scalar("select a from core.two") == 5


def test_what_a_model_stands_on_is_all_it_reads() -> None:
    """A table that the header of the graph missed would be read before it is made, now and then."""
    import sqlglot
    from sqlglot import exp

    for one in discover().values():
        parsed = sqlglot.parse_one(one.sql, dialect="duckdb")
        tables = [table for table in parsed.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
        assert {f"{table.db}.{table.name}".lower() for table in tables if table.db} == one.depends, one.name
        within = {cte.alias for cte in parsed.find_all(exp.CTE)}
        assert {table.name for table in tables if not table.db} <= within, one.name
