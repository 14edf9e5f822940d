"""The last look at clean batches: the table's contract, by Pandera, on collected frames."""

from __future__ import annotations

import functools
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any

import polars as pl

from pipelines.errors import KongchuoError
from schemas.catalogue import CATALOGUE

_WAITING = 2  # looks not yet taken, whose frames are kept in memory
_ENOUGH = 20_000  # rows for a look
_SAMPLE = 5  # rows named for a fault


@functools.cache
def _model(table: str) -> Any:
    # Imported on first use: Pandera brings pandas along, which a night without new files does not need.
    from schemas.pandera_models import pandera_schema

    return pandera_schema(CATALOGUE[table])


class ContractBroken(KongchuoError):
    """Accepted rows break the contract of their table: a fault of this program, never of a delivery."""


def check_contract(table: str, accepted: pl.DataFrame) -> None:
    """Raise ContractBroken when accepted rows are not what the contract says: columns, types, nulls, values, keys.

    The message counts the rows by column and rule and names the first few by delivery and row, never by a cell.
    """
    from pandera.errors import SchemaErrors

    try:
        _model(table).validate(accepted, lazy=True)
    except SchemaErrors as found:
        raise ContractBroken(_told(table, accepted, found.failure_cases)) from None


def _told(table: str, accepted: pl.DataFrame, cases: pl.DataFrame) -> str:
    """What is wrong, by column and rule."""
    faults = []
    for (column, check), group in cases.group_by(["column", "check"], maintain_order=True):
        at = group["index"].drop_nulls().unique().sort()
        rows = ", ".join(
            f"delivery {delivery} row {row}"
            for delivery, row in accepted[at.head(_SAMPLE).to_list()].select("delivery_id", "row_number").iter_rows()
        )
        # A check names its values or pattern, which come from the contract.
        faults.append(f"{column} {check}" + (f": {at.len()} rows ({rows})" if at.len() else ""))
    return (
        f"Accepted rows break the contract of {table}, which is a fault of this program and not of the delivery; "
        f"nothing of this run was kept. Report it with these lines: {'; '.join(faults)}."
    )


class Inspection:
    """Looks at batches in one thread beside the loading; use it in a `with` block, inside the night's transaction.

    Importing Pandera takes half a second, in which large files are read; and Pandera itself is never used by two
    threads. A fault is raised by a later call, at the latest at the end of the block: before anything is committed.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "contract")
        self._waiting: deque[Future[None]] = deque()
        self._small: list[tuple[str, pl.DataFrame]] = []

    def __enter__(self) -> Inspection:
        return self

    def look_at(self, table: str, accepted: pl.DataFrame) -> None:
        """Take a batch; raises what an earlier one was found to break."""
        self._small.append((table, accepted))
        # The divisions and schools, for which all others wait, do not share the interpreter with an import.
        if sum(frame.height for _, frame in self._small) < _ENOUGH:
            return
        self._submit()
        while len(self._waiting) > _WAITING:
            self._waiting.popleft().result()

    def _submit(self) -> None:
        small, self._small = self._small, []
        self._waiting.append(self._thread.submit(_check_all, small))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if error is None:
                self._submit()
            while self._waiting and error is None:
                self._waiting.popleft().result()
        finally:
            self._thread.shutdown(cancel_futures=True)


def _check_all(batches: list[tuple[str, pl.DataFrame]]) -> None:
    for table, accepted in batches:
        check_contract(table, accepted)
