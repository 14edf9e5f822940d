"""Every reason of spec 2.4 and 2.5 has words and says what to do; a reason that is new is shown as it is."""

from __future__ import annotations

import re

import pytest

from pipelines.landing.verdicts import READING_REASONS
from pipelines.publish.reasons import file_reason, number_fault, row_reason
from schemas.sources import BY_LABEL, SOURCES
from schemas.values import ID_FAULT

# Section 2.5 written out once more.
FILES = "unreadable empty encrypted missing_column:姓名 double_column:姓名 no_row_in_county rejected_share shrink"
FILES += " school_missing:2199000001"
ENGLISH = re.compile(r"[a-z_]{4,}")


@pytest.mark.parametrize("reason", FILES.split())
def test_why_a_file_was_refused(reason: str) -> None:
    said = file_reason(reason)
    about = reason.partition(":")[2]
    assert about in said.what
    assert said.what != reason
    assert said.todo.endswith("。")
    assert "{}" not in said.what + said.todo


def test_every_reason_that_reading_can_give_is_among_them() -> None:
    names = re.findall(r"[a-z_]+", READING_REASONS)
    assert set(names) <= {reason.partition(":")[0] for reason in FILES.split()}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_why_a_row_was_rejected(source) -> None:
    reasons = [f"{code}:{f.header}" for f in source.fields for code in ("missing", "unknown", "unreadable")]
    for reason in (*reasons, "no_identity", "duplicate_key", "outside_code"):
        said = row_reason(source.label, reason)
        assert reason.partition(":")[2] in said.what
        assert not ENGLISH.search(said.what + said.todo), said
        assert said.todo.endswith("。")


@pytest.mark.parametrize(
    ("kind", "reason", "words"),
    [
        ("学籍", "unknown:学籍状态", "在读、休学、辍学、毕业、转出、死亡、出国"),
        ("学籍", "unknown:是否孤儿", "“是”或“否”"),
        ("户籍", "unreadable:出生日期", "2025-09-01"),
        ("户籍", "unreadable:户籍区划", "12位"),
        ("学籍", "outside_code", "学校标识码"),
        ("户籍", "outside_code", "户籍区划"),
        ("救助", "outside_code", "区划代码"),
        ("在校", "no_identity", "学籍号"),
    ],
)
def test_what_to_do_names_the_column_or_the_values(kind: str, reason: str, words: str) -> None:
    said = row_reason(kind, reason)
    assert words in said.what + said.todo


def test_a_repeated_key_names_its_columns() -> None:
    assert "（学籍号、学校标识码相同）" in row_reason("学籍", "duplicate_key").what
    assert "（户编号、身份证号相同）" in row_reason("脱贫户", "duplicate_key").what


def test_faults_of_numbers() -> None:
    for fault, label in ID_FAULT.items():
        said = number_fault(fault)
        assert said.what == label
        assert "管理员" not in said.todo


def test_what_is_new_is_shown_as_it_is() -> None:
    for said in (file_reason("new:x"), row_reason(next(iter(BY_LABEL)), "new:x"), number_fault("new:x")):
        assert said.what == "new:x"
        assert "管理员" in said.todo
    assert file_reason(None).what == ""
