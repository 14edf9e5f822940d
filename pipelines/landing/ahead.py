"""Work done ahead of its use in threads: both cores are busy, and results still come in the order of the tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

WORKERS = 2  # Polars and DuckDB have threads of their own; these only fill the pauses between their queries
WAITING = 2  # results begun or ready and not yet taken: what is in memory at a time


def ahead(work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    """The results of `work` on the tasks, in their order; at most WAITING of them are begun before they are asked for.

    An exception of `work` is raised where its result would have come; nothing is begun after it.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(WORKERS, "landing") as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(work, task))
                if len(waiting) == WAITING:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
