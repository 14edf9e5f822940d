"""Files that are refused, and in which order reasons are looked at (spec 2.5)."""

import pytest

from tests.support.deliveries import SCHOOLS, people, rows_of, text
from tests.support.numbers import number


def refused(world, delivery: str | None = None) -> str | None:
    record = world.record(delivery)
    assert (record["state"] == "refused") == (record["reason"] is not None)
    return record["reason"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd1\xa7\xff\xff,\xff\n1\n", "unreadable"),
        (b"", "empty"),
        ("日期\n1\n", "missing_column:学校标识码"),
        ("学校标识码,学校代码,日期,应到人数,实到人数,缺课人数\n1,1,2,3,4,5\n", "double_column:学校标识码"),
    ],
)
def test_files_that_cannot_be_read(world, content, reason):
    world.write("日报_990121.csv", content)
    result = world.ingest()
    assert refused(world) == reason
    assert [refusal.reason for refusal in result.refused] == [reason]
    record = world.record()
    assert [record[name] for name in ("rows", "accepted", "rejected", "repeats", "skipped")] == [0] * 5


def test_other_formats_are_refused(world):
    world.write("日报_990121.docx", b"PK")
    result = world.ingest()
    assert refused(world) == "unreadable"
    assert "docx" in result.refused[0].message


def test_a_file_over_the_limit_is_refused(world):
    world.deliver("日报", rows_of("日报"))
    world.ingest(max_file_mib=0)
    assert refused(world) == "unreadable"
    assert len(world.record()["sha256"]) == 64


def test_nothing_accepted_at_all(world):
    world.references()
    world.deliver("户籍", rows_of("户籍", {"户籍状态": "?"}))
    world.ingest()
    assert refused(world) == "rejected_share"
    assert world.rejected() == [(2, "unknown:户籍状态")]


@pytest.mark.parametrize(
    ("rejected", "accepted", "reason"), [(20, 379, "rejected_share"), (20, 380, None), (19, 1, None)]
)
def test_share_of_rejected_rows(world, rejected, accepted, reason):
    """At least 20, and more than 5 %: exactly 5 % stands."""
    rows = people("户籍", accepted + rejected)
    for row in rows[:rejected]:
        row["户籍状态"] = "?"
    world.references()
    world.deliver("户籍", rows)
    world.ingest()
    assert refused(world) == reason


def test_repeats_count_in_the_share(world):
    rows = people("户籍", 40)
    for row in rows[:20]:
        row["户籍状态"] = "?"
    world.references()
    world.deliver("户籍", rows + [rows[-1]] * 380)
    world.ingest()
    assert refused(world) is None


def test_no_row_in_the_county(world):
    world.references()
    world.deliver("户籍", rows_of("户籍", {"户籍区划": "990122"}))
    world.ingest()
    assert refused(world) == "no_row_in_county"
    assert world.rejected() == [(2, "outside_code")]


def test_events_may_speak_of_other_places(world):
    world.references()
    world.deliver("学籍异动", rows_of("学籍异动", {"学校标识码": "2199000002"}))
    world.ingest()
    assert refused(world) is None


def shrink(world, before: int, after: int, kind: str = "户籍") -> str | None:
    world.references("2025-09-01")
    world.deliver(kind, people(kind, before), day="2025-09-02")
    world.deliver(kind, people(kind, after), day="2025-09-03")
    world.ingest()
    return refused(world, f"2025-09-03/{kind}_990121.csv")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [(50, 44, "shrink"), (50, 45, None), (49, 1, None), (100, 90, None), (100, 89, "shrink")],
)
def test_a_snapshot_that_shrinks(world, before, after, reason):
    assert shrink(world, before, after) == reason


def test_kinds_without_a_limit_may_shrink(world):
    assert shrink(world, 60, 1, "救助") is None


def test_the_share_is_held_against_the_last_accepted_file(world):
    world.references("2025-09-01")
    for day, count in (("02", 100), ("03", 50), ("04", 92), ("05", 84), ("06", 75)):
        world.deliver("户籍", people("户籍", count), day=f"2025-09-{day}")
    world.ingest()
    reasons = world.deliveries().filter(kind="户籍")["reason"].to_list()
    assert reasons == [None, "shrink", None, None, "shrink"]


def test_other_codes_do_not_count(world):
    world.references("2025-09-01")
    world.deliver("户籍", people("户籍", 100), day="2025-09-02", code="990100")
    world.deliver("户籍", people("户籍", 10), day="2025-09-03")
    world.ingest()
    assert refused(world, "2025-09-03/户籍_990121.csv") is None


def pupils(*counts: tuple[str, int], **same: str) -> list[dict[str, str]]:
    """Enrolment rows, so many per school."""
    everyone = iter(people("学籍", sum(count for _, count in counts), **same))
    return [next(everyone) | {"学校标识码": school, "年级": "4"} for school, count in counts for _ in range(count)]


FIRST, SECOND = "2199000001", "3199000001"


def without_second_school(world, active: int, *, code: str = "990121", status: str = "在读") -> str | None:
    world.references("2025-09-01")
    world.deliver(
        "学籍", pupils((FIRST, 100)) + pupils((SECOND, active), 学籍状态=status, 班级="2"), day="2025-09-02", code=code
    )
    world.deliver("学籍", pupils((FIRST, 100)), day="2025-09-03")
    world.ingest()
    return refused(world, "2025-09-03/学籍_990121.csv")


def test_a_school_is_missing(world):
    world.references("2025-09-01")
    world.deliver("学籍", pupils((FIRST, 100), (SECOND, 20)), day="2025-09-02")
    world.deliver("学籍", pupils((FIRST, 110)), day="2025-09-03")
    world.ingest()
    assert refused(world, "2025-09-03/学籍_990121.csv") == f"school_missing:{SECOND}"


def test_a_small_school_may_close(world):
    world.references("2025-09-01")
    world.deliver("学籍", pupils((FIRST, 100), (SECOND, 19)), day="2025-09-02")
    world.deliver("学籍", pupils((FIRST, 110)), day="2025-09-03")
    world.ingest()
    assert refused(world, "2025-09-03/学籍_990121.csv") is None


def test_a_school_without_active_pupils_may_go(world):
    everyone = pupils((FIRST, 100), (SECOND, 20))
    for row in everyone[100:]:
        row["学籍状态"] = "毕业"
    world.references("2025-09-01")
    world.deliver("学籍", everyone, day="2025-09-02")
    world.deliver("学籍", pupils((FIRST, 110)), day="2025-09-03")
    world.ingest()
    assert refused(world, "2025-09-03/学籍_990121.csv") is None


def test_a_school_no_longer_listed_may_go(world):
    world.references("2025-09-01")
    world.deliver("学籍", pupils((FIRST, 100), (SECOND, 20)), day="2025-09-02")
    headers = ("学校标识码", "学校名称", "区划代码", "办学类型")
    left = [dict(zip(headers, row, strict=True)) for row in SCHOOLS if row[0] != SECOND]
    world.deliver("学校", left, day="2025-09-03", code="990000")
    world.deliver("学籍", pupils((FIRST, 110)), day="2025-09-03")
    world.ingest()
    assert refused(world, "2025-09-03/学籍_990121.csv") is None


def test_the_file_in_force_may_be_a_wider_one(world):
    world.references("2025-09-01")
    world.deliver("学籍", pupils((FIRST, 100), (SECOND, 20)), day="2025-09-02", code="990000")
    world.deliver("学籍", pupils((FIRST, 110)), day="2025-09-03")
    world.ingest()
    assert refused(world, "2025-09-03/学籍_990121.csv") == f"school_missing:{SECOND}"


def test_schools_outside_the_files_code_do_not_count(world):
    world.references("2025-09-01")
    world.deliver("学籍", pupils((FIRST, 100), ("2199000002", 30)), day="2025-09-02", code="990100")
    world.deliver("学籍", pupils((FIRST, 100)), day="2025-09-03")
    world.ingest()
    assert refused(world, "2025-09-03/学籍_990121.csv") is None


def test_a_refused_reference_places_nothing(world):
    """A 学校 file that is refused says nothing about where schools lie."""
    world.references("2025-09-01")
    bad = "学校标识码,学校名称,区划代码\n2199000001,x,990122\n"
    world.write("学校_990000_x.csv", bad, day="2025-09-02")
    world.deliver("学籍", rows_of("学籍"), day="2025-09-03")
    world.ingest()
    assert refused(world, "2025-09-02/学校_990000_x.csv") == "missing_column:办学类型"
    assert world.rejected() == []


def test_reference_snapshots_of_another_county(world):
    world.references("2025-09-01")
    world.write("校历_990121.csv", text(rows_of("校历", {"区划代码": "990122"})), day="2025-09-02")
    world.ingest()
    assert refused(world, "2025-09-02/校历_990121.csv") == "no_row_in_county"


def test_unknown_columns_are_named_in_the_record(world):
    world.references()
    world.deliver("户籍", [row | {"序号": "1", "备注": ""} for row in rows_of("户籍", {"身份证号": number()})])
    world.ingest()
    assert world.record()["unknown_columns"] == "序号;备注"


def test_a_file_without_a_header_is_refused_without_telling_of_its_first_child(world):
    """What stands where a header should is a row: none of its cells is kept or said."""
    world.deliver("户籍", text(people("户籍", 2)).split("\n", 1)[1])
    world.ingest()
    record = world.record()
    assert record["reason"] == "missing_column:身份证号"
    assert record["unknown_columns"] is None
    assert record["message"].endswith("no header row was found among the first ten rows")


def test_two_columns_of_one_meaning_are_both_named(world):
    world.deliver("日报", "学校标识码,日期,学校代码,应到人数,实到人数,缺课人数\n1,2025-09-09,1,30,29,1\n")
    world.ingest()
    assert world.record()["reason"] == "double_column:学校标识码"
    assert world.record()["message"] == (
        "columns 1 (学校标识码) and 3 (学校代码) both mean 学校标识码; leave one of them out"
    )
