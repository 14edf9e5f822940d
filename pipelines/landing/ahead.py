"""Work done ahead of its use in threads: both cores are busy, and results still come in the order of the tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

WORKERS = 2  # Polars and DuckDB have threads of their own; these only fill the pauses between their queries


def ahead(
    work: Callable[[Task], Result], tasks: Iterable[Task], weight: Callable[[Task], int], limit: int
) -> Iterator[Result]:
    """The results of `work` on the tasks, in their order.

    Tasks are begun before their results are asked for, as long as all that are begun and not yet taken weigh no more
    than `limit`, and one at least. An exception of `work` is raised where its result would have come; nothing is begun
    after it.
    """
    waiting: deque[tuple[Future[Result], int]] = deque()
    load = 0
    with ThreadPoolExecutor(WORKERS, "landing") as pool:
        try:
            for task in tasks:
                while waiting and load + weight(task) > limit:
                    future, freed = waiting.popleft()
                    yield future.result()
                    load -= freed
                waiting.append((pool.submit(work, task), weight(task)))
                load += weight(task)
            while waiting:
                yield waiting.popleft()[0].result()
        finally:
            for future, _ in waiting:
                future.cancel()


def one_ahead(results: Iterator[Result]) -> Iterator[Result]:
    """The same results in their order, the next one worked out in a thread while one is used."""
    end = object()
    with ThreadPoolExecutor(1, "landing-next") as pool:
        coming = pool.submit(next, results, end)
        while (result := coming.result()) is not end:
            coming = pool.submit(next, results, end)
            yield result  # type: ignore[misc]  # the mark of the end never comes here
