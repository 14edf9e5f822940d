"""Work that waits warns with its number and what to do; nothing of it stops a night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from quality.outcome import Outcome, blocking_failures
from quality.waiting import CHECKS, WAITING, check_waiting
from schemas.catalogue import CATALOGUE
from tests.quality.conftest import Warehouse

DAY = {"as_of": date(2025, 11, 3)}
KEYS = [f"{n:016x}" for n in range(1, 9)]
COUNTY = "990121000000"


@pytest.fixture
def said(warehouse: Warehouse, fill: Callable[..., None]) -> Callable[..., dict[str, Outcome]]:
    """Outcomes by check, of the rows given: table → rows."""

    def run(**rows: list[dict[str, object]]) -> dict[str, Outcome]:
        for waiting in WAITING:
            fill(CATALOGUE[waiting.table], *(DAY | row for row in rows.get(waiting.table.split(".")[1], ())))
        return {outcome.check: outcome for outcome in check_waiting(warehouse)}

    return run


def test_nothing_waits(said: Callable[..., dict[str, Outcome]]) -> None:
    found = said()
    assert [(o.check, o.table) for o in found.values()] == list(CHECKS)
    assert len(CHECKS) == 7
    for outcome in found.values():
        assert (outcome.verdict, outcome.severity == "stop", outcome.count, outcome.action) == ("pass", False, 0, "")
        assert outcome.message.endswith("。")


def test_overdue_items_are_counted_once_however_many_owe_them(said: Callable[..., dict[str, Outcome]]) -> None:
    owed = [
        {"child_key": KEYS[n], "case_id": f"{KEYS[n]}-1", "deadline": deadline, "role": role}
        for n, deadline, role in (
            (1, "verify_due", "村委会主任"),
            (1, "verify_due", "师长"),
            (0, "verify_due", "村委会主任"),
            (0, "month_report_due", "村委会主任"),
        )
    ]
    outcome = said(overdue_list=owed)["overdue_items"]
    assert (outcome.verdict, outcome.severity, outcome.count) == ("warn", "note", 3)
    assert outcome.counts == (("verify_due", 2), ("month_report_due", 1))
    assert outcome.message == "有 3 项期限逾期未办：核查期限 2、月报期限 1。"
    assert outcome.sample == (f"{KEYS[0]}-1", f"{KEYS[0]}-1")
    assert "整改清单" in outcome.action


def test_each_list_has_its_number_parts_and_a_key_to_begin_with(said: Callable[..., dict[str, Outcome]]) -> None:
    found = said(
        lookup_requests=[
            {"child_key": k, "route": r} for k, r in zip(KEYS, ("no_record", "in_province"), strict=False)
        ],
        reporting_gaps=[{"school_code": "3199000002"}, {"school_code": "3199000001"}],
        responsibility_gaps=[{"role": "师长", "unit_code": "3199000001/8/1"}, {"role": "县长", "unit_code": COUNTY}],
        three_way_children=[
            {"county": COUNTY, "child_key": k, "region": r}
            for k, r in zip(KEYS, ("common", "ledger_only", "ledger_only"), strict=False)
        ],
        paper_returns=[{"child_key": KEYS[0], "case_id": f"{KEYS[0]}-1", "reason": "claimed_return"}],
        statistics_checks=[
            {"school_code": f"219900000{n}", "school_year": "2025-2026", "grade": 3, "finding": finding}
            for n, finding in ((3, "register"), (2, "register"), (4, "flows"))
        ],
    )
    assert {name: (o.count, o.sample) for name, o in found.items()} == {
        "overdue_items": (0, ()),
        "lookup_requests": (2, (KEYS[1], KEYS[0])),
        "reporting_gaps": (2, ("3199000001",)),
        "responsibility_gaps": (2, (COUNTY, "3199000001/8/1")),
        "three_way_disagreement": (2, (COUNTY,)),
        "paper_returns": (1, (f"{KEYS[0]}-1",)),
        "statistics_checks": (3, ("2199000004", "2199000002")),
    }
    message = "有 3 处教基统计核对不符：增减与在校生数不平 1、与学籍人数不符 2。"
    assert found["statistics_checks"].message == message
    assert found["three_way_disagreement"].message == "有 2 名儿童三方名单不一致：仅台账 2。"
    assert found["reporting_gaps"].message == "有 2 所学校连续未报日报。"
    assert all(o.action.endswith("。") for o in found.values() if not o.passed)
    assert blocking_failures(found.values()) == ()
