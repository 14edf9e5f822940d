"""Views and macros that stand ready in the published files, so that whoever opens one need not write them (6).

Their SQL is `pipelines/publish/ready/<schema>.<name>.sql`. They say nothing that the tables beside them do not say.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas import values
from schemas.tables.published import LEDGER_SOURCES, UNIT, UNIT_LEVELS
from schemas.tables.table import Table

HEADLINE = (
    *(f"{stage}_dropout" for stage in values.TAUGHT_STAGE),
    *(f"{indicator}_retention" for indicator in values.RETENTION_INDICATOR),
    *values.ENROLMENT_INDICATOR,
)
"""Headline indicators, named like the lines of [targets] without their ending."""

_RATE = ("school_year", "indicator", "numerator", "denominator", "rate", "target", "met", "suppressed")
_RATE_NOTES = {
    "indicator": (
        "指标",
        "Named like a line of [targets] without _min or _max: primary_dropout, nine_year_retention …",
    ),
    "numerator": ("分子", "Numerator of the rate (published.indicator says of whom); null where suppressed"),
    "denominator": ("分母", "Denominator of the rate; null where suppressed or not known"),
    "target": ("目标或控制线", "Target to reach, or limit of a dropout rate, per cent; null where policy sets none"),
    "met": ("是否达标", "Target reached, or limit kept; null where the rate or the line is not known"),
}
_RATE_SOURCES = ("教基统计", "户籍", *LEDGER_SOURCES[1:], "脱贫户", "残疾人", "资助")
_ZERO = ("suspected_open", "verified_open", "overdue", "zeroed", "zeroed_since", "days_since_zero")
_OPEN_CASE = ("child_key", "case_id", "state", "sub_state", "category", "opened_on", "verified_on")
_CASE_PLACE = ("household_division", "school_code", "stage", "poor")
_CASE_NOTES = {
    "state": ("案件状态", "suspected or verified"),
    "category": ("立案类别", "Category at opening"),
    "stage": ("学段", "Stage at opening"),
    "poor": ("脱贫户", "Whether the child was of a poverty household at opening"),
}
_CASE_VALUES = {
    "state": ("suspected", "verified"),
    "sub_state": tuple(values.SUB_STATE),
    "category": tuple(values.CATEGORY),
    "stage": tuple(values.STAGE),
}


def _ready(
    full_name: str,
    label: str,
    description: str,
    grain: str,
    *,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    values: Mapping[str, tuple[str, ...]],
    sources: tuple[str, ...],
    spec: str,
    notes: Mapping[str, tuple[str, str]] | None = None,
    types: Mapping[str, str] | None = None,
    items: Mapping[str, tuple[str, ...]] | None = None,
) -> Table:
    """Contract of a view or macro of a published file."""
    schema, name = full_name.split(".")
    return Table(
        schema=schema,
        name=name,
        label=label,
        description=description,
        grain=grain,
        key=key,
        columns=columns,
        values=values,
        items=items or {},
        types=types or {},
        notes=notes or {},
        layer=schema,
        audience="public" if schema == "published" else "restricted",
        sources=sources,
        spec=spec,
    )


_HEADLINE = _ready(
    "published.headline",
    "主要指标",
    "Every headline rate of every unit in one shape; entry rates are of all children",
    "one unit and headline indicator on the business date",
    key=("as_of", "unit_code", "indicator"),
    columns=("as_of", *UNIT, *_RATE),
    values={"unit_level": UNIT_LEVELS, "indicator": HEADLINE},
    notes=_RATE_NOTES,
    sources=_RATE_SOURCES,
    spec="5.1-5.3, 6.1",
)

READY: Mapping[str, tuple[Table, ...]] = {
    "report.duckdb": (
        _HEADLINE,
        _ready(
            "published.over_limit",
            "辍学率超控制线单位",
            "Units whose headline dropout rate is over the limit, with last year's rate",
            "one unit and stage over the limit on the business date",
            key=("as_of", "unit_code", "stage"),
            columns=(
                *("as_of", *UNIT, "school_year", "stage", "numerator", "denominator", "rate", "limit_rate"),
                *("last_year_rate", "consecutive", "suppressed"),
            ),
            values={"stage": tuple(values.TAUGHT_STAGE)},
            notes={
                "numerator": ("辍学人数", "Numerator of the headline variant (5.1); null where suppressed"),
                "denominator": ("9月1日在校生数", "Pupils of the stage at 1 September"),
                "rate": ("辍学率", "Headline dropout rate"),
            },
            sources=("教基统计", *LEDGER_SOURCES),
            spec="4.7, 5.1",
        ),
        _ready(
            "published.county_state",
            "各县现状",
            "How each county stands: zero, overdue work, lines of [targets], three-way agreement, sources",
            "one county-level unit on the business date",
            key=("as_of", "unit_code"),
            columns=("as_of", *UNIT, *_ZERO, "agreed", "lines_unmet", "failed", "sources_behind"),
            values={"unit_level": ("county",)},
            sources=values.EVERY_KIND,
            spec="4.3, 4.6, 5.10, 2.5",
        ),
        _ready(
            "published.counties_at_zero",
            "动态清零县",
            "Counties at zero (household line, all children), the longest first in days_since_zero",
            "one county-level unit at zero on the business date",
            key=("as_of", "unit_code"),
            columns=("as_of", *UNIT, "zeroed_since", "days_since_zero", "suspected_open"),
            values={"unit_level": ("county",)},
            sources=LEDGER_SOURCES,
            spec="4.3",
        ),
        _ready(
            "published.rate",
            "主要指标查询",
            "Macro: the headline rate of an indicator for a unit, rate('nine_year_retention', '990121')",
            "the unit's rate; no row where the indicator or the unit does not exist",
            key=("as_of", "unit_code", "indicator"),
            columns=_HEADLINE.columns,
            values=_HEADLINE.values,
            notes=_RATE_NOTES,
            sources=_RATE_SOURCES,
            spec="5.1-5.3",
        ),
    ),
    "cases.duckdb": (
        _ready(
            "restricted.open_cases",
            "在册个案",
            "Open cases with their county, how long they have been open and what is due next",
            "one open case on the business date",
            key=("as_of", "child_key", "case_id"),
            columns=(
                *("as_of", *_OPEN_CASE, "county", *_CASE_PLACE, "days_open", "legal_step", "next_deadline"),
                *("next_due_on", "overdue"),
            ),
            values={**_CASE_VALUES, "legal_step": tuple(values.LEGAL_STEP), "next_deadline": tuple(values.DEADLINE)},
            items={"overdue": tuple(values.DEADLINE)},
            types={"overdue": "VARCHAR[]"},
            notes={
                **_CASE_NOTES,
                "county": ("县级单位代码", "County of the case, 12 digits"),
                "overdue": ("逾期期限", "Names of the deadlines that are overdue at D"),
            },
            sources=LEDGER_SOURCES,
            spec="4.1, 4.4",
        ),
        _ready(
            "restricted.overdue_by_office",
            "逾期责任单位",
            "Overdue deadlines summed by the office that owes them",
            "one county, office, unit and deadline on the business date",
            key=("as_of", "county", "role", "unit_code", "deadline"),
            columns=("as_of", "county", "role", "unit_code", "deadline", "cases", "oldest_overdue_days"),
            values={"role": values.ROLE, "deadline": tuple(values.DEADLINE)},
            notes={
                "county": ("县级单位代码", "County of the case, 12 digits"),
                "unit_code": ("责任单位代码", "Division, school, or school/grade/class whose holder owes it"),
                "cases": ("个案数", "Open cases that are overdue with it"),
            },
            sources=(*LEDGER_SOURCES, "责任人"),
            spec="4.4, 4.5",
        ),
        _ready(
            "restricted.open_at",
            "某日在册个案",
            "Macro: the cases that were open at the end of a date, as the ledger knows tonight, open_at('2025-09-15')",
            "one case open on the date that was asked for",
            key=("as_of", "child_key", "case_id"),
            columns=(
                *("as_of", "child_key", "case_id", "episode", "state", "category", "opened_on", "verified_on"),
                *("closed_on", "close_reason", *_CASE_PLACE),
            ),
            values={name: allowed for name, allowed in _CASE_VALUES.items() if name != "sub_state"},
            notes={
                **_CASE_NOTES,
                "as_of": ("查询日期", "The date that was asked for"),
                "state": (
                    "当日状态",
                    "verified where the visit that verified it is dated by then, if delivered later too",
                ),
                "closed_on": ("销号日期", "Later than the date; null where the case is open tonight"),
            },
            sources=LEDGER_SOURCES,
            spec="4.1, 4.2",
        ),
    ),
    "history.duckdb": (
        _ready(
            "published.open_at",
            "某日在册人数",
            "Macro: open cases by unit on a date, as known now or (known := date) as known by a date, "
            "open_at('2025-09-15', known := '2025-09-15')",
            "one unit, line and group on the newest night up to the date",
            key=("as_of", "unit_code", "line", "group"),
            columns=(
                *("as_of", "known_on", *UNIT, "line", "group", "open_at_end", "suspected_open", "verified_open"),
                *("zeroed", "zeroed_since", "suppressed"),
            ),
            values={"unit_level": UNIT_LEVELS, "line": tuple(values.LINE), "group": tuple(values.LEDGER_GROUP)},
            sources=LEDGER_SOURCES,
            spec="4.3, 6.1",
        ),
    ),
}
"""File → contracts of its views and macros, a view before what reads it."""

PARAMETERS: Mapping[str, str] = {
    "published.rate": "indicator_name, unit",
    "published.open_at": "on_date, known := null",
    "restricted.open_at": "on_date",
}
"""Macro → its parameters; what is not here is a view."""
