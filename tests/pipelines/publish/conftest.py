"""A hand-made published night: one province, one prefecture, two counties, two townships, and rows nobody may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pytest

AS_OF = date(2025, 9, 20)

# A name as a delivered file may carry it: a formula in Excel, a tag in HTML.
FORMULA = "=1+1"
TAG = "<b>河口&镇"

# code, level, name, parent, (suspected, verified) of all and of the poor, pupils of both stages, zeroed since
UNITS: list[tuple[str, str, str, str | None, tuple[int, int], tuple[int, int], tuple[int | None, int | None]]] = [
    ("990000000000", "province", "示例省", None, (5, 4), (1, 2), (1000, 500)),
    ("990100000000", "prefecture", "示例市", "990000000000", (5, 4), (1, 2), (1000, 500)),
    ("990101000000", "county", FORMULA, "990100000000", (5, 4), (1, 2), (1000, 500)),
    ("990101001000", "township", TAG, "990101000000", (5, 3), (1, 1), (1000, None)),
    ("990101002000", "township", "山口乡", "990101000000", (0, 1), (0, 1), (None, None)),
    ("990101001001", "village", "秘密村", "990101001000", (2, 1), (0, 1), (None, None)),
    ("9901000001", "school", "秘密小学", "990101001000", (1, 1), (0, 1), (77, None)),
    ("990190000000", "county", "示例市市直", "990100000000", (0, 0), (0, 0), (0, 0)),
]


class MemoryReader:
    """An engine's read side over tables in memory; it counts nothing and knows nothing of files."""

    def __init__(self, tables: Mapping[str, pl.DataFrame]) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("create schema published; create schema quality")
        for name, frame in tables.items():
            self._connection.register("frame", frame.to_arrow())
            table = name if "." in name else f"published.{name}"
            self._connection.execute(f"create table {table} as select * from frame")
            self._connection.unregister("frame")

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        return self._connection.sql(sql, params=dict(parameters or {})).pl()


def _zeroing() -> list[dict[str, Any]]:
    rows = []
    for code, level, name, parent, everyone, poor, _ in UNITS:
        for group, (suspected, verified) in (("all", everyone), ("poor", poor)):
            for line in ("household", "school"):
                zeroed = verified == 0
                rows.append(
                    {
                        "as_of": AS_OF,
                        "unit_code": code,
                        "unit_level": level,
                        "unit_name": name,
                        "parent_code": parent,
                        "line": line,
                        "group": group,
                        "open_at_start": suspected + verified,
                        "opened": 2 if suspected else 0,
                        "relapsed": 1 if suspected else 0,
                        "closed": 3 if suspected else 0,
                        # The school line must not be taken for the household line.
                        "open_at_end": suspected + verified if line == "household" else 900,
                        "suspected_open": suspected,
                        "verified_open": verified,
                        "overdue": verified,
                        "zeroed": zeroed,
                        "zeroed_since": date(2025, 8, 25) if zeroed else None,
                        "days_since_zero": 26 if zeroed else None,
                    }
                )
    return rows


def _dropout() -> list[dict[str, Any]]:
    rows = []
    for code, level, name, parent, _, _, pupils in UNITS:
        for stage, stock in zip(("primary", "junior"), pupils, strict=True):
            for variant in ("event", "ledger", "flow"):
                over = stage == "primary" and stock == 1000
                rows.append(
                    {
                        "as_of": AS_OF,
                        "unit_code": code,
                        "unit_level": level,
                        "unit_name": name,
                        "parent_code": parent,
                        "school_year": "2025-2026",
                        "stage": stage,
                        "variant": variant,
                        "numerator": {"event": 7, "ledger": 8, "flow": 9}[variant] if over else 0,
                        "denominator": stock,
                        "rate": None if not stock else Decimal("0.70") if over else Decimal("0.00"),
                        "limit_rate": Decimal("0.60"),
                        "over_limit": None if not stock else over,
                        "last_year_rate": Decimal("0.65") if over else None,
                        "consecutive": over and level == "county",
                        "at_bound": None if not stock else False,
                    }
                )
    return rows


def _retention() -> list[dict[str, Any]]:
    numbers = {
        "示例省": (940, 1000, "94.00", 10),
        FORMULA: (940, 1000, "94.00", 10),
        "示例市市直": (6, None, None, None),
    }
    return [
        {
            "as_of": AS_OF,
            "unit_code": code,
            "unit_level": level,
            "unit_name": name,
            "parent_code": parent,
            "school_year": "2025-2026",
            "indicator": "nine_year",
            "variant": variant,
            "numerator": numbers[name][0] if variant == "national" else 111,
            "denominator": numbers[name][1],
            "rate_shown": None if (shown := numbers[name][2]) is None else Decimal(shown),
            "target": Decimal("95.00"),
            "met": None if shown is None else False,
            "gap_children": numbers[name][3],
            "transfers_unmatched": 3,
            "at_bound": None if shown is None else False,
        }
        for code, level, name, parent, *_ in UNITS
        if name in numbers
        for variant in ("national", "adjusted", "net")
    ]


def _deadlines() -> list[dict[str, Any]]:
    names = ("verify_due", "first_visit_due", "notice_due", "penalty_due", "lawsuit_due", "month_report_due")
    return [
        {
            "as_of": AS_OF,
            "unit_code": code,
            "unit_level": level,
            "unit_name": name,
            "parent_code": parent,
            "deadline": deadline,
            "due": 5 if deadline == "verify_due" and everyone[0] else 0,
            "overdue": 4 if deadline == "verify_due" and everyone[0] else 0,
            "oldest_overdue_days": 13 if deadline == "verify_due" and everyone[0] else None,
        }
        for code, level, name, parent, everyone, *_ in UNITS
        if level != "school"
        for deadline in names
    ]


def _sources() -> list[dict[str, Any]]:
    states: list[tuple[str, str, str, date | None, str | None]] = [
        ("学籍", "990101000000", "refused", date(2025, 9, 10), "缺少必需的列 <学籍状态>"),
        ("学籍", "990190000000", "in_force", date(2025, 9, 1), None),
        ("户籍", "990101000000", "stale", date(2025, 5, 1), None),
        ("户籍", "990190000000", "missing", None, None),
        ("匹配裁定", "990101000000", "missing", None, None),
        ("匹配裁定", "990190000000", "missing", None, None),
    ]
    return [
        {"as_of": AS_OF, "kind": kind, "division": code, "state": state, "delivered_on": day, "reason": reason}
        | dict.fromkeys(("rows", "accepted", "rejected"), 7 if state == "in_force" else None)
        for kind, code, state, day, reason in states
    ]


def _unit(level: str = "") -> list[tuple[dict[str, Any], tuple[int, int]]]:
    """The first columns of a row of every unit (of a level), and its suspected and verified cases."""
    return [
        (
            {"as_of": AS_OF, "unit_code": code, "unit_level": unit_level, "unit_name": name, "parent_code": parent},
            everyone,
        )
        for code, unit_level, name, parent, everyone, *_ in UNITS
        if level in ("", unit_level)
    ]


def _down_to(*levels: str) -> list[tuple[dict[str, Any], tuple[int, int]]]:
    return [one for one in _unit() if one[0]["unit_level"] in levels]


_TO_COUNTY = ("province", "prefecture", "county")


def _trend() -> list[dict[str, Any]]:
    """Three nights: one case more of each kind every night."""
    return [
        unit
        | {
            "night": date(2025, 9, 20 - ago),
            "open_at_end": max(0, suspected + verified - 2 * ago),
            "suspected_open": max(0, suspected - ago),
            "verified_open": max(0, verified - ago),
            "overdue": verified,
            "zeroed": verified <= ago,
        }
        for unit, (suspected, verified) in _down_to(*_TO_COUNTY)
        for ago in (2, 1, 0)
    ]


def _change() -> list[dict[str, Any]]:
    return [
        unit
        | {
            "line": line,
            "group": "all",
            "measure": measure,
            "span": span,
            "then_on": date(2025, 9, 19 if span == "last_night" else 13),
            "value_then": now - more,
            "value_now": now,
            "change": more,
        }
        for unit, (suspected, verified) in _down_to(*_TO_COUNTY, "township")
        for line in ("household", "school")
        for measure, now in {
            "open_at_end": suspected + verified,
            "suspected_open": suspected,
            "verified_open": verified,
            "overdue": verified,
        }.items()
        for span, more in {"last_night": 2 if line == "household" else 900, "week": -3}.items()
    ]


def _enrolment() -> list[dict[str, Any]]:
    targets = {
        "primary_net_enrolment": "99.00",
        "junior_gross_enrolment": "95.00",
        "compulsory_enrolment": None,
        "three_disabilities_enrolment": "95.00",
        "poor_enrolment": None,
        "aid_coverage": None,
    }
    return [
        unit
        | {
            "school_year": "2025-2026",
            "indicator": indicator,
            "group": group,
            "numerator": 0 if none else 970,
            "denominator": 0 if none else 1000,
            "rate": None if none else Decimal("97.00"),
            "target": target and Decimal(target),
            "met": None if none or target is None else Decimal("97.00") >= Decimal(target),
            "gap_children": None if none or target is None else 20 if target == "99.00" else 0,
            "at_bound": False,
        }
        for unit, _ in _down_to(*_TO_COUNTY, "township")
        for none in (unit["unit_name"] == "示例市市直",)
        for indicator, target in targets.items()
        for group in ("all", "poor", "disabled")
    ]


def _ranking() -> list[dict[str, Any]]:
    indicators = ("primary_dropout", "junior_dropout", "nine_year_retention")
    more = ("primary_net_enrolment", "junior_gross_enrolment", "three_disabilities_enrolment")
    return [
        unit
        | {
            "indicator": indicator,
            "value": Decimal("0.70"),
            "rank": 1 if everyone[0] else None,
            "of": 1,
            "change_since_last_month": Decimal("0.12") if everyone[0] else None,
        }
        for unit, everyone in _unit("county")
        for indicator in (*indicators, *more)
    ]


def _campaign() -> list[dict[str, Any]]:
    counts = {"opened": 10, "closed": 6, "open": 4, "share_closed": Decimal("60.00"), "added_later": 1}
    what = {"campaign": "秋季清零", "target_date": date(2025, 10, 31), "group": "all"}
    return [unit | what | counts for unit, _ in _down_to(*_TO_COUNTY, "township")]


def _seasonal() -> list[dict[str, Any]]:
    measures = ("school_days", "unexcused_days", "excused_days", "cases_opened", "unapproved_holidays")
    return [
        unit
        | {"season": "虫草松茸季", "season_year": "2025"}
        | {name: 10 + order for order, name in enumerate(measures)}
        | {f"{name}_last_year": None for name in measures}
        for unit, everyone in _unit("county")
        if everyone[0]
    ]


def _yield() -> list[dict[str, Any]]:
    counts = {"opened": 8, "verified": 3, "not_substantiated": 1, "found_enrolled": 1, "undecided": 3}
    return [
        unit | {"category": "never_enrolled", "month": month} | counts | {"yield": Decimal("60.00")}
        for unit, _ in _down_to(*_TO_COUNTY)
        for month in ("2025-05", "2025-07", "2025-08", "2025-09")
    ]


def _integrity() -> list[dict[str, Any]]:
    return [
        unit
        | {
            "month": "2025-09",
            "measure": measure,
            "value": 4,
            "base": 9,
            "warned": measure == "closings_bunched",
            "fact": None if measure == "closings_bunched" else "closing_undone",
            "suppressed": False,
        }
        for unit, everyone in _unit()
        if everyone[0] and unit["unit_level"] in ("county", "township", "school")
        for measure in ("closings_bunched", "closings_undone")
    ]


def _restatements() -> list[dict[str, Any]]:
    return [
        unit
        | {
            "table_name": "published.zeroing",
            "key": "household/all",
            "column_name": column,
            "old_value": "0",
            "new_value": "1",
            "cause": "late file",
            "known_on": date(2025, 9, 18),
            "night": date(2025, 9, 10),
            "run_id": 7,
            "files": "学籍_990101 2025-09-08",
        }
        for unit, everyone in _down_to(*_TO_COUNTY)
        if everyone[0]
        for column in ("open_at_end", "suspected_open")
    ]


NOBODY = (None, None, None)


def _checks() -> list[dict[str, Any]]:
    found = [
        ("contract", "published.zeroing", "pass", "stop", 0, "动态清零情况表符合契约。", None, NOBODY),
        (
            *("lookup_requests", "restricted.lookup_requests", "warn", "note"),
            *(12, "有 12 名儿童待查询学籍。", "按查询途径办理。", NOBODY),
        ),
        (
            *("invariant_balance", "indicators.zeroing", "fail", "stop", 1, "台账收支不平衡。", "核对台账模型。"),
            ("区划调整", "省教育厅数据处", date(2025, 9, 30)),
        ),
    ]
    return [
        {
            "as_of": AS_OF,
            "check": check,
            "table_name": table,
            "verdict": verdict,
            "severity": severity,
            **dict(zip(("waived_reason", "waived_by", "waived_until"), waiver, strict=True)),
            "count": count,
            "message": message,
            "sample": ["0123456789abcdef"],
            "action": action,
        }
        for check, table, verdict, severity, count, message, action, waiver in found
    ]


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    # The night before is in the tables too, as in a database that keeps its history: nothing of it may be shown.
    before = frame.with_columns(as_of=pl.lit(date(2025, 9, 19)), **_renamed(frame))
    return pl.concat([frame, before])


def _renamed(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    named = next(name for name in ("unit_name", "kind", "message") if name in frame.columns)
    return {named: pl.lit("昨夜")}


@pytest.fixture(scope="session")
def as_of() -> date:
    return AS_OF


@pytest.fixture(scope="session")
def tables() -> dict[str, pl.DataFrame]:
    return {
        "zeroing": _frame(_zeroing()),
        "dropout_rate": _frame(_dropout()),
        "retention": _frame(_retention()),
        "deadlines": _frame(_deadlines()),
        "source_status": _frame(_sources()),
        "trend": _frame(_trend()),
        "change": _frame(_change()),
        "enrolment_rate": _frame(_enrolment()),
        "ranking": _frame(_ranking()),
        "campaign": _frame(_campaign()),
        "seasonal": _frame(_seasonal()),
        "yield": _frame(_yield()),
        "integrity": _frame(_integrity()),
        "restatements": _frame(_restatements()),
        "quality.checks": _frame(_checks()),
    }


@pytest.fixture(scope="session")
def make_reader() -> Callable[[Mapping[str, pl.DataFrame]], MemoryReader]:
    return MemoryReader


@pytest.fixture(scope="session")
def reader(tables: dict[str, pl.DataFrame]) -> MemoryReader:
    return MemoryReader(tables)
