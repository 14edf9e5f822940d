"""The lineage of tables that no model makes: extracts, policy, histories, pairs of tier 4, restatements, files."""

from __future__ import annotations

from collections.abc import Collection

from pipelines import linkage, restatements
from pipelines.ledger_store import HISTORIES
from pipelines.lineage.tables import Lineage, of_query
from pipelines.lineage.told import ROWS, Column, Told, together
from pipelines.publish.history import ORIGINALS, view_sql
from pipelines.publish.ready import ready_query
from pipelines.upgrade import TABLE as VERSION
from schemas.catalogue import CATALOGUE
from schemas.shown import SHOWN
from schemas.sources import SOURCES, Source
from schemas.tables import Table
from schemas.tables.history import SPAN
from schemas.tables.history import TABLES as HISTORY

POLICY = "政策"
_WRITTEN = ("published.dictionary", "published.indicator", "quality.checks")
"""Written from contracts and outcomes of checks: words of the program."""


def extracts() -> dict[str, Lineage]:
    """`clean.*`: each column is a header of its kind, or what cleaning makes of some (spec 2.3)."""
    return {source.table: _extract(source) for source in SOURCES}


def _extract(source: Source) -> Lineage:
    header = {field.column: field.header for field in source.fields}
    given: dict[str, tuple[str, ...]] = {column: (header[column],) for column in header}
    number = (header["citizen_number"],) if "citizen_number" in header else ()
    given |= {f"{field.column}_raw": (field.header,) for field in source.fields if field.keep_raw}
    if "student_number" in header:
        given["embedded_number"] = (header["student_number"],)
    if source.name == "disability":
        given["citizen_number"] += (header["disability_card"],)
    if source.identity:
        # What the number says of sex and birth date fills an empty cell and is held against a full one.
        given |= {column: (*given[column], *number) for column in ("sex", "birth_date")}
        given |= {"id_invalid": number, "id_mismatch": (*number, header["sex"], header["birth_date"])}
    # A row is the row of its file.
    given |= {"delivery_id": (ROWS,), "row_number": (ROWS,), ROWS: (ROWS,)}
    ends = {column: tuple((source.label, name) for name in names) for column, names in given.items()}
    return Lineage({name: Told() for name, _ in source.columns}, given=ends)


def records() -> dict[str, Lineage]:
    """What the program itself writes down: deliveries, runs, policy; their columns are ends of the way."""
    found = {}
    for table in CATALOGUE.values():
        name = table.full_name
        ends: dict[str, tuple[Column, ...]]
        if table.layer == "landing" or name in ("ledger.run", VERSION):
            rows: dict[str, tuple[Column, ...]] = {ROWS: ((table.label, ROWS),)} if table.layer == "landing" else {}
            ends = {c: ((table.label, table.label_of(c)),) for c in table.columns}
            found[name] = Lineage(dict.fromkeys(table.columns, Told()), given={**ends, **rows})
        elif name == "core.policy" or name.startswith("core.policy_"):
            # A list of policy lets rows in; its one row of numbers does not.
            ends = {c: ((POLICY, table.label_of(c)),) for c in table.columns}
            ends |= {ROWS: ((POLICY, ROWS),)} if name != "core.policy" else {}
            found[name] = Lineage(dict.fromkeys(table.columns, Told()), given=ends)
        elif name in _WRITTEN:
            found[name] = Lineage(dict.fromkeys(table.columns, Told()))
    return found


def lasting() -> dict[str, Lineage]:
    """Histories, from the table whose rows they keep, and the logs."""
    found = {name: _copied(CATALOGUE[name], state) for name, state in HISTORIES.items()}
    found["ledger.event_log"] = _copied(CATALOGUE["ledger.event_log"], "ledger.event_tonight")
    return found


def _copied(table: Table, original: str) -> Lineage:
    """The columns of the same name in another table; what that has not belongs to the run."""
    run, there = CATALOGUE["ledger.run"], CATALOGUE[original].columns if original in CATALOGUE else table.columns
    columns = {c: Told(frozenset({(original, c)})) if c in there else Told() for c in table.columns}
    given: dict[str, tuple[Column, ...]] = {
        c: ((run.label, table.label_of(c)),) for c in table.columns if c not in there or c in SPAN
    }
    # That a row is remembered says nothing of why it came to be.
    return Lineage(columns, frozenset(), given)


def compared() -> dict[str, Lineage]:
    """`matching.probable_pair`: what is compared of the rows that are left, and who they are."""
    table, left = CATALOGUE[linkage.PAIRS], CATALOGUE[linkage.RESIDUAL]
    compares = Told(frozenset((left.full_name, c) for c in left.columns if c not in ("row_id", "source", "node")))
    row = Told(frozenset({(left.full_name, "row_id")}))
    columns = {c: row if c.endswith("row_id") else compares for c in table.columns}
    return {table.full_name: Lineage(columns, frozenset({(left.full_name, ROWS)}))}


def restated(fixed: Collection[Column]) -> dict[str, Lineage]:
    """The log of restatements and the table made from it: by the queries that compare figures cell by cell."""
    log, shown = CATALOGUE[restatements.LOG], CATALOGUE[restatements.PUBLISHED]
    made = [of_query(restatements.differences(table), log, fixed) for table in HISTORY]
    columns = {c: together(*(part.columns[c] for part in made)) for c in log.columns}
    rows = frozenset().union(*(part.rows for part in made))
    published = of_query(restatements.published_rows(restatements.LOG), shown, fixed)
    return {log.full_name: Lineage(columns, rows), shown.full_name: published}


def files(fixed: Collection[Column]) -> dict[str, Lineage]:
    """What stands in the published files beside tables of the warehouse: spans, their views, ready views, macros."""
    beside = {shown.table.full_name: shown.table for shown in SHOWN if shown.table.full_name not in CATALOGUE}
    found = {}
    for shown in SHOWN:
        table = shown.table
        if table.full_name in CATALOGUE:
            continue
        if table.layer != "history":
            found[table.full_name] = of_query(
                ready_query(table), table, fixed, known=beside, parameters=shown.parameters
            )
        elif shown.object_type == "view":
            found[table.full_name] = of_query(view_sql(table), table, fixed, known=beside)
        elif table.name == "run":
            found[table.full_name] = _run(table)
        else:
            found[table.full_name] = _copied(
                table, ORIGINALS[shown.file][table.full_name.removesuffix("_span")].full_name
            )
    return found


def _run(table: Table) -> Lineage:
    names = {"as_of": "night"}
    columns = {c: Told(frozenset({("ledger.run", names.get(c, c))})) for c in table.columns}
    return Lineage(columns, frozenset({("ledger.run", ROWS)}))


def unmodelled(fixed: Collection[Column]) -> dict[str, Lineage]:
    """All of them by name; `fixed` are the columns of models that hold only what models write."""
    return extracts() | records() | lasting() | compared() | restated(fixed) | files(fixed)
