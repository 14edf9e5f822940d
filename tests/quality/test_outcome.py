"""The one result of every check."""

import pytest

from quality.outcome import Outcome, blocking_failures, judge

WORDS = {"good": "好。", "bad": "坏。", "action": "改。"}


def test_nothing_found_passes():
    outcome = judge("c", "s.t", 0, **WORDS)
    assert outcome == Outcome("c", "s.t", "pass", "stop", 0, "好。")
    assert outcome.passed
    assert not outcome.blocks


def test_something_found_fails_and_says_what_to_do():
    outcome = judge("c", "s.t", 2, sample=["a", "b"], **WORDS)
    assert outcome == Outcome("c", "s.t", "fail", "stop", 2, "坏。", ("a", "b"), "改。")
    assert outcome.blocks


def test_a_check_that_does_not_stop_the_night_warns():
    outcome = judge("c", "s.t", 2, severity="note", **WORDS)
    assert outcome.verdict == "warn"
    assert not outcome.blocks


def test_the_sample_is_bounded_but_the_count_is_not():
    outcome = judge("c", "s.t", 900, sample=[str(i) for i in range(900)], **WORDS)
    assert outcome.count == 900
    assert outcome.sample == ("0", "1", "2", "3", "4")


@pytest.mark.parametrize(
    "personal",
    [
        "990121201501010018",
        "户|99012120150101001X|1",
        "99012120150101001x",
        "13800000000",
        "电话13912345678。",
        "99012120150101001",
    ],
)
def test_what_looks_like_a_number_of_a_person_never_gets_into_a_sample(personal):
    assert judge("c", "s.t", 1, sample=[personal], **WORDS).sample == ("***",)


@pytest.mark.parametrize(
    "key", ["0123456789abcdef", "990121000000", "3199000001", "2025-11-03/户籍_990121.csv|17", "a1" * 32]
)
def test_keys_get_into_a_sample_as_they_are(key):
    assert judge("c", "s.t", 1, sample=[key], **WORDS).sample == (key,)


def test_only_blocking_failures_stop_a_night():
    bad = judge("a", "s.t", 1, **WORDS)
    found = blocking_failures([bad, judge("b", "s.t", 1, severity="note", **WORDS), judge("c", "s.t", 0, **WORDS)])
    assert found == (bad,)
