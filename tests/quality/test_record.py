"""Checks of a night, as the readers of its database see them."""

from datetime import date

from quality.contracts import check_frame
from quality.outcome import judge
from quality.record import outcome_rows
from schemas.catalogue import CATALOGUE

WORDS = {"good": "好。", "bad": "坏。", "action": "改。"}


def test_outcomes_become_rows_of_quality_checks():
    nobody = (None, None, None)
    rows = outcome_rows([judge("a", "s.t", 2, sample=["k"], **WORDS), judge("b", "s.t", 0, **WORDS)], date(2025, 11, 3))
    assert rows.rows() == [
        (date(2025, 11, 3), "a", "s.t", "fail", "stop", 2, "坏。", ["k"], "改。", *nobody),
        (date(2025, 11, 3), "b", "s.t", "pass", "stop", 0, "好。", [], None, *nobody),
    ]
    assert check_frame(rows, CATALOGUE["quality.checks"]) == []


def test_a_night_without_checks_has_the_columns_of_quality_checks():
    assert outcome_rows([], date(2025, 11, 3)).columns == list(CATALOGUE["quality.checks"].columns)
