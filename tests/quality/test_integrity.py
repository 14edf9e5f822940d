"""The check of alarms: counts them by measure, warns, and never blocks."""

from collections.abc import Callable

from quality.integrity import check_integrity
from schemas.catalogue import CATALOGUE
from schemas.values import INTEGRITY_MEASURE
from tests.quality.conftest import Warehouse

TABLE = CATALOGUE["restricted.integrity_alarms"]


def row(unit: str, level: str, measure: str, warned: bool | None) -> dict[str, object]:
    return {"unit_code": unit, "unit_level": level, "month": "2025-11", "measure": measure, "warned": warned}


def test_alarms_are_counted_by_measure(warehouse: Warehouse, fill: Callable[..., None]) -> None:
    fill(
        TABLE,
        row("2199000001", "school", "paper_returns", True),
        row("990121001000", "township", "paper_returns", True),
        row("990121000000", "county", "paper_returns", True),
        row("990122000000", "county", "exit_shift", True),
        row("990122001000", "township", "exit_shift", None),
        row("990121000000", "county", "closings_bunched", False),
    )
    found = check_integrity(warehouse)
    assert (found.verdict, found.severity, found.blocks, found.count) == ("warn", "mark", False, 4)
    assert dict(found.counts) == dict.fromkeys(INTEGRITY_MEASURE, 0) | {"paper_returns": 3, "exit_shift": 1}
    assert found.sample == (
        "990121000000/2025-11/paper_returns",
        "990122000000/2025-11/exit_shift",
        "990121001000/2025-11/paper_returns",
        "2199000001/2025-11/paper_returns",
    )
    assert "纸面复学3条" in found.message
    assert "突然归零" not in found.message


def test_without_alarms_it_passes(warehouse: Warehouse, fill: Callable[..., None]) -> None:
    fill(TABLE, row("990121000000", "county", "closings_bunched", False))
    assert check_integrity(warehouse).passed
