"""The figures that sentences are made of: named once, filled once a night for all units that a document is made for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.publish.documents.shown import Shown, shown
from pipelines.publish.forms.brief import RANKED
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.listing import Column, Figure, How, Kind, fill
from schemas.values import CLOSE_REASON, TAUGHT_STAGE

ENTRY = {
    "primary_net_enrolment": "小学净入学率",
    "junior_gross_enrolment": "初中毛入学率",
    "three_disabilities_enrolment": "三类残疾儿童少年入学率",
}
_BALANCE: tuple[tuple[str, Kind], ...] = (
    *((name, "count") for name in ("open_at_start", "opened", "relapsed", "closed", "open_at_end")),
    *((name, "count") for name in ("suspected_open", "verified_open", "overdue", "days_since_zero")),
    ("zeroed", "yes_no"),
    ("zeroed_since", "date"),
)


def cell(
    table: str,
    column: str,
    where: Mapping[str, str],
    *,
    how: How = "value",
    rate: bool = False,
    sparse: bool = False,
    schema: str = "published",
) -> Figure:
    """A figure by the values of its keys; a rate with its denominator and mark."""
    base, bound = ("denominator", "at_bound") if rate else ("", "")
    return Figure(table, column, tuple(where.items()), how, base, bound, (), sparse, schema)


def _columns(night: ReportNight, cycle: str) -> dict[str, tuple[Kind, Figure]]:
    return {**_ledger(), **_rates(night), **_places(), **_closures(), **(_period(cycle) if cycle else {})}


def _period(cycle: str) -> dict[str, tuple[Kind, Figure]]:
    """The ledger over the period of a cycle."""
    where = {"line": "household", "group": "all", "cycle": cycle}
    made: dict[str, tuple[Kind, Figure]] = {
        f"cycle.{name}": ("count", cell("cycle", name, where))
        for name in (
            "open_at_start",
            "opened",
            "relapsed",
            "verified",
            "returned",
            "placements",
            "closed",
            "open_at_end",
        )
    }
    return {**made, "cycle.from_date": ("date", cell("cycle", "from_date", where))}


def _ledger() -> dict[str, tuple[Kind, Figure]]:
    """Balance and zero of all and of the poor, and what was open on earlier nights."""
    made: dict[str, tuple[Kind, Figure]] = {}
    for group in ("all", "poor"):
        for name, kind in _BALANCE:
            made[f"{group}.{name}"] = (kind, cell("zeroing", name, {"line": "household", "group": group}))
    for span in ("last_night", "week", "month"):
        where = {"line": "household", "group": "all", "measure": "open_at_end", "span": span}
        made[f"{span}.then_on"] = ("date", cell("change", "then_on", where))
        made[f"{span}.value_then"] = ("count", cell("change", "value_then", where))
        made[f"{span}.change"] = ("count", cell("change", "change", where))
    return made


def _rates(night: ReportNight) -> dict[str, tuple[Kind, Figure]]:
    """Dropout, retention and entry rates in the variants that are published first."""
    made: dict[str, tuple[Kind, Figure]] = {}
    for stage in TAUGHT_STAGE:
        where = {"stage": stage, "variant": night.dropout_variant}
        made[f"{stage}.rate"] = ("rate", cell("dropout_rate", "rate", where, rate=True))
        made[f"{stage}.limit"] = ("percent", cell("dropout_rate", "limit_rate", where))
        made[f"{stage}.over"] = ("yes_no", cell("dropout_rate", "over_limit", where))
    aimed = {
        "retention": ("retention", "rate_shown", {"indicator": "nine_year", "variant": night.retention_variant}),
        **{name: ("enrolment_rate", "rate", {"indicator": name, "group": "all"}) for name in ENTRY},
    }
    for name, (table, column, where) in aimed.items():
        made[f"{name}.rate"] = ("rate", cell(table, column, where, rate=True))
        made[f"{name}.target"] = ("percent", cell(table, "target", where))
        made[f"{name}.met"] = ("yes_no", cell(table, "met", where))
        made[f"{name}.gap_children"] = ("count", cell(table, "gap_children", where))
    return made


def _places() -> dict[str, tuple[Kind, Figure]]:
    return {
        f"{indicator}.{name}": ("count", cell("ranking", name, {"indicator": indicator}))
        for indicator in RANKED
        for name in ("rank", "of")
    }


def _closures() -> dict[str, tuple[Kind, Figure]]:
    """Why cases were closed in the school year, and how often what was said was said otherwise later."""
    made: dict[str, tuple[Kind, Figure]] = {
        "restated": ("count", cell("restatements", "column_name", {}, how="rows")),
        "closures": (
            "count",
            cell("closures", "closed_this_school_year", {"line": "household"}, how="sum", sparse=True),
        ),
    }
    for reason in CLOSE_REASON:
        where = {"line": "household", "close_reason": reason}
        made[f"closures.{reason}"] = ("count", cell("closures", "closed_this_school_year", where, sparse=True))
    return made


@dataclass(frozen=True)
class Facts:
    """The figures of one unit by name; `[name]` gives one bound to its cell."""

    scope: Scope
    found: Mapping[str, Shown]

    def __getitem__(self, name: str) -> Shown:
        return self.found[name]


def below(scope: Scope) -> dict[str, str]:
    """The units right under a unit, as a condition on a published table: a province looks at its counties."""
    if scope.level == "province":
        return {"unit_level": "county"}
    return {"parent_code": scope.unit_code, "unit_level": "county" if scope.level == "prefecture" else "township"}


def _below(night: ReportNight, scope: Scope) -> dict[str, Figure]:
    where = below(scope)
    balance = {"line": "household", "group": "all", **where}
    made = {
        "below.units": cell("zeroing", "zeroed", balance, how="rows"),
        "below.zeroed": cell("zeroing", "zeroed", balance, how="true"),
    }
    for stage in TAUGHT_STAGE:
        rate = {"stage": stage, "variant": night.dropout_variant, **where}
        made[f"below.{stage}.over"] = cell("dropout_rate", "over_limit", rate, how="true")
    return made


def facts(night: ReportNight, scopes: Sequence[Scope], cycle: str = "") -> dict[str, Facts]:
    """The facts of each unit, by its code; of a cycle those of its period too."""
    made = {scope.unit_code: dict[str, Shown]() for scope in scopes}
    rows = pl.DataFrame(
        {
            "unit_code": [scope.unit_code for scope in scopes],
            "school_year": pl.Series([night.school_year or ""] * len(scopes), dtype=pl.String),
        }
    )
    columns = {name: Column(name, kind, 0, one) for name, (kind, one) in _columns(night, cycle).items()}
    values = fill(night.reader, night.as_of, tuple(columns.values()), rows)
    for row, of_unit in zip(rows.rows(named=True), values, strict=True):
        for (name, column), value in zip(columns.items(), of_unit, strict=True):
            made[row["unit_code"]][name] = shown(column, value, row)
    # Counts of the units below hang on no unit of a row: all of them in one query.
    under = [(scope, name, one) for scope in scopes for name, one in _below(night, scope).items()]
    counts = tuple(Column(name, "count", 0, one) for _, name, one in under)
    [gathered] = fill(night.reader, night.as_of, counts, pl.DataFrame({"place": [0]}))
    for (scope, name, _), column, value in zip(under, counts, gathered, strict=True):
        made[scope.unit_code][name] = shown(column, value)
    return {scope.unit_code: Facts(scope, made[scope.unit_code]) for scope in scopes}
