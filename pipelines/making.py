"""The tables of some models: each as soon as what it reads is there, several at a time where the engine can.

While one statement is planned or ends on its last thread, another has use for the other core; the order in which tables
are made is no part of any result.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.engine.models import Model
    from pipelines.engine.protocol import Maker


@dataclass(frozen=True)
class TableInfo:
    """One table that a step made: its rows and the seconds it took (a view has neither)."""

    name: str
    rows: int
    seconds: float


@dataclass(frozen=True)
class Own:
    """A table that is not made by a model but by `make`, which returns its rows, once the tables `after` are there.

    It uses the engine itself, so the maker that is the engine runs it.
    """

    name: str
    after: frozenset[str]
    make: Callable[[], int]


def make_tables(
    models: Iterable[Model], parameters: Mapping[str, object], makers: Sequence[Maker], *own: Own
) -> list[TableInfo]:
    """Make the tables of models (and `own` ones between them) on all makers, the first of which is the engine.

    Returns them in the order of the models, each own one behind the last table that it stands on. What the models read
    of tables that none of them makes must be there. The first error ends it, once what has begun is done.
    """
    tasks: dict[str, Model | Own] = {}
    for model in models:
        tasks[model.name] = model
        tasks |= {one.name: one for one in own if model.name in one.after and one.after <= tasks.keys()}
    work = _Work(tasks)
    with ThreadPoolExecutor(max(1, len(makers) - 1), "beside") as beside:
        try:
            others = [beside.submit(work.do, maker, parameters, engine=False) for maker in makers[1:]]
            work.do(makers[0], parameters, engine=True)
            for other in others:
                other.result()
        except BaseException as error:  # an interrupt may come anywhere: whoever waits for tables must not wait on
            work.stop(error)
            raise
    if work.error:
        raise work.error
    return [work.made[name] for name in tasks]


@dataclass
class _Work:
    """What is to be made, what is being made, what is done; shared by all makers."""

    tasks: Mapping[str, Model | Own]
    made: dict[str, TableInfo] = field(default_factory=dict)
    error: BaseException | None = None

    def __post_init__(self) -> None:
        graph = {
            name: [d for d in sorted(_stands_on(task)) if d in self.tasks and d != name]
            for name, task in self.tasks.items()
        }
        self.sorter = TopologicalSorter(graph)
        self.sorter.prepare()
        self.chain = _chains(graph)
        self.ready = list(self.sorter.get_ready())
        self.changed = threading.Condition()

    def do(self, maker: Maker, parameters: Mapping[str, object], *, engine: bool) -> None:
        """Make one table after the other until none is left."""
        try:
            while (name := self._next(engine=engine)) is not None:
                task, begun = self.tasks[name], time.perf_counter()
                rows = task.make() if isinstance(task, Own) else maker.run_model(task, parameters)
                with self.changed:
                    self.made[name] = TableInfo(name, rows, time.perf_counter() - begun)
                    self.sorter.done(name)
                    self.ready += self.sorter.get_ready()
                    self.changed.notify_all()
        except BaseException as error:
            self.stop(error)

    def stop(self, error: BaseException) -> None:
        """Nothing more is begun, by anyone."""
        with self.changed:
            self.error = self.error or error
            self.changed.notify_all()

    def _next(self, *, engine: bool) -> str | None:
        """The ready table on which the longest chain of others waits; None when there is no more to do."""
        with self.changed:
            while not self.error and self.sorter.is_active():
                mine = [name for name in self.ready if engine or not isinstance(self.tasks[name], Own)]
                if mine:
                    name = max(mine, key=self.chain.__getitem__)
                    self.ready.remove(name)
                    return name
                self.changed.wait()
            return None


def _stands_on(task: Model | Own) -> frozenset[str]:
    return task.after if isinstance(task, Own) else task.depends


def _chains(graph: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Table → how many tables at most stand on each other and it."""
    length = dict.fromkeys(graph, 0)
    for name in reversed([*TopologicalSorter(graph).static_order()]):
        for below in graph[name]:
            length[below] = max(length[below], length[name] + 1)
    return length
