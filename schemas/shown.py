"""What stands in the published files (6): tables, histories by two clocks, ready views and macros.

The comments of the files and `published.dictionary` are made from this list and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from schemas.catalogue import CATALOGUE, tables_of
from schemas.tables.history import COUNTED_TO_THE_NIGHT, SPAN, TABLES
from schemas.tables.published import LEDGER_SOURCES
from schemas.tables.ready import PARAMETERS, READY
from schemas.tables.table import Audience, Table

ObjectType = Literal["table", "view", "macro"]

REPORT, CASES, HISTORY, CASE_HISTORY = "report.duckdb", "cases.duckdb", "history.duckdb", "case_history.duckdb"
A_ROW_A_CHILD = ("restricted.children", "restricted.identities")
"""Restricted tables with a row for every child of the universe."""
DATABASES = {REPORT: ("published",), CASES: ("restricted", "quality")}
"""Files of every night → the layers whose tables they hold; the newest night has both histories beside them."""

_CASE = replace(CATALOGUE["ledger.case_history"], sources=LEDGER_SOURCES)
_WITHOUT_A_NAME = ("child_id", "case_uid")


@dataclass(frozen=True)
class Shown:
    """One table, view or table macro of a published file; `parameters` are those of a macro as its SQL writes them."""

    file: str
    object_type: ObjectType
    table: Table
    parameters: str = ""


def _run(schema: str, audience: Audience) -> Table:
    return Table(
        schema=schema,
        name="run",
        label="运行登记",
        description="Every run of every night: which night, with which knowledge",
        grain="one run",
        key=("run_id",),
        columns=("run_id", "as_of", "known_on", "stands"),
        layer="history",
        audience=audience,
        spec="6.1",
        notes={"as_of": ("统计日期", "Business date D of the run")},
    )


def _clocks(table: Table, schema: str, name: str, columns: tuple[str, ...], audience: Audience) -> tuple[Table, ...]:
    """Contracts of `<name>_span`, `<name>_history` and `<name>_latest`; `columns` are those of a row without clocks."""

    def made(suffix: str, label: str, grain: str, clock: tuple[str, ...], listed: tuple[str, ...]) -> Table:
        shown = (*clock, *listed)
        keys = tuple(key for key in table.key if key in listed and key not in SPAN)
        return replace(
            table,
            schema=schema,
            name=f"{name}_{suffix}",
            label=f"{table.label.removesuffix('历史')}（{label}）",
            description=f"{grain}: rows of {schema}.{name}",
            grain=f"a row of {schema}.{name}, {grain}",
            key=(*(clock or SPAN[::2]), *keys),
            columns=shown,
            required=(),
            nullable_key=(),
            counted=(),
            values={column: allowed for column, allowed in table.values.items() if column in shown},
            items={column: allowed for column, allowed in table.items.items() if column in shown},
            types={column: kind for column, kind in table.types.items() if column in shown},
            notes={column: note for column, note in table.notes.items() if column in shown},
            layer="history",
            audience=audience,
            spec="6.1",
        )

    spans = (*(column for column in columns if column not in COUNTED_TO_THE_NIGHT), *SPAN)
    return (
        made("span", "时段", "span of nights without change and of the runs that said so", (), spans),
        made("history", "历史", "as every state of knowledge said it of every night", ("as_of", "known_on"), columns),
        made("latest", "最新认识", "as the newest knowledge says it of every night", ("as_of",), columns),
    )


def _of_a_row(table: Table, without: Iterable[str]) -> tuple[str, ...]:
    return tuple(column for column in table.columns if column not in {*without})


def _history(
    file: str, schema: str, audience: Audience, tables: Iterable[tuple[Table, str, tuple[str, ...]]]
) -> list[Shown]:
    made = [Shown(file, "table", _run(schema, audience))]
    for table, name, columns in tables:
        span, history, latest = _clocks(table, schema, name, columns, audience)
        made += [Shown(file, "table", span), Shown(file, "view", history), Shown(file, "view", latest)]
    return made


def _ready(file: str) -> list[Shown]:
    made = []
    for table in READY.get(file, ()):
        parameters = PARAMETERS.get(table.full_name, "")
        made.append(Shown(file, "macro" if parameters else "view", table, parameters))
    return made


_PUBLIC = [(CATALOGUE[f"published.{table.name}"], table.name) for table in TABLES]

SHOWN: tuple[Shown, ...] = (
    *(Shown(file, "table", table) for file, layers in DATABASES.items() for table in tables_of(*layers)),
    *_history(HISTORY, "published", "public", [(table, name, _of_a_row(table, ("as_of",))) for table, name in _PUBLIC]),
    *_history(CASE_HISTORY, "restricted", "restricted", [(_CASE, "case", _of_a_row(_CASE, (*_WITHOUT_A_NAME, *SPAN)))]),
    *(shown for file in (REPORT, CASES, HISTORY, CASE_HISTORY) for shown in _ready(file)),
)
"""Every table, view and macro of the published files, the tables first."""


def shown_in(file: str, *object_types: ObjectType) -> tuple[Shown, ...]:
    """What stands in a file, of the given types or of all."""
    return tuple(
        shown for shown in SHOWN if shown.file == file and (not object_types or shown.object_type in object_types)
    )
