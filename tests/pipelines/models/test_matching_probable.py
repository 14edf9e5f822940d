"""Tier 4 of the matching (spec 3.2): what links, what goes to reviewers, what never; their decisions come first."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines import linkage
from pipelines.engine import DuckDBEngine
from pipelines.errors import KongchuoError
from quality.contracts import check_contracts
from schemas.catalogue import CATALOGUE
from tests.pipelines.models.support import (
    ALL,
    COUNTY,
    OTHER_PRIMARY,
    Province,
    Row,
    decision_row,
    enrolment_row,
    person,
    registry_row,
    unnumbered,
)

ROOT = Path(__file__).resolve().parents[3]
NIGHT = "2025-11-10"


@pytest.fixture
def province() -> Iterator[Province]:
    world = Province()
    world.changes = {"matching": {"probabilistic": True}}
    yield world
    world.close()


def kid(serial: int, name: str, **changes: object) -> Row:
    return person(serial, **changes) | {"name": name}


def slip(who: Row, at: int = 16) -> str:
    """The number with two neighbours exchanged: what the hand writes."""
    number = str(who["citizen_number"])
    while number[at] == number[at + 1]:
        at -= 1
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def pupil(who: Row, *, raw: str | None = None, student_number: str = "L1", **changes: object) -> Row:
    """The enrolment row without a valid number; `raw` is what was delivered."""
    more = {"citizen_number_raw": raw, "id_invalid": raw is not None}
    return enrolment_row(unnumbered(who), student_number=student_number, **more, **changes)


def tier(province: Province, who: Row) -> str | None:
    province.run(NIGHT, ALL)
    found: dict[object, dict] = province.by("status.child", "child_id")
    return found[who["citizen_number"]]["match_tier"]


def review(province: Province) -> list[dict]:
    return province.rows("restricted.match_review")


def both(province: Province, who: Row, **changes: object) -> list[str]:
    """The registry row and the enrolment row; returns `delivery#row` of each."""
    return province.add("registry", registry_row(who)) + province.add("enrolment", pupil(who, **changes))


SPOILT = {
    "homophone": {"name": "王小铭"},
    "order of the name": {"name": "王明小"},
    "day and month": {"birth_date": dt.date(2015, 1, 3)},
    "one digit of the birth date": {"birth_date": dt.date(2015, 3, 7)},
    "other sex, damaged number": {"sex": "女", "raw": "slip"},
    "two things and a damaged number": {"name": "王小鸣", "birth_date": dt.date(2015, 3, 7), "raw": "slip"},
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_what_a_clerk_spoils_is_linked(province: Province, spoilt: Row) -> None:
    who = kid(1, "王小明")
    more = dict(spoilt)
    if "raw" in more:
        more["raw"] = slip(who)
    both(province, who, **more)
    assert tier(province, who) == "probabilistic"
    assert review(province) == []
    (child,) = province.rows("status.child")
    assert child["child_id"] == who["citizen_number"]


def test_a_school_in_another_county(province: Province) -> None:
    who = kid(1, "王小明")
    province.add("registry", registry_row(who))
    row = pupil(who | {"name": "王小红"}, raw=slip(who), school_code=OTHER_PRIMARY)
    province.add("enrolment", row, code="990122")
    assert tier(province, who) == "probabilistic"


def test_the_damaged_number_inside_a_student_number_counts(province: Province) -> None:
    who = kid(1, "王小明")
    both(province, who, name="王大力", student_number=f"G{slip(who)}", embedded_number=None)
    assert tier(province, who) == "probabilistic"


def test_the_number_may_be_the_pupils_alone(province: Province) -> None:
    who = kid(1, "王小明")
    province.add("registry", registry_row(unnumbered(who)))
    province.add("enrolment", enrolment_row(who, name="王晓明"))
    assert tier(province, who) == "probabilistic"


@pytest.mark.parametrize(
    "other",
    [
        {"name": "李建国", "birth_date": dt.date(2013, 6, 9)},
        {"name": "李建国"},
        {"birth_date": dt.date(2012, 11, 27)},
    ],
    ids=["nothing in common", "birth date and place alone", "the name alone"],
)
def test_what_speaks_of_somebody_else_is_not_even_offered(province: Province, other: Row) -> None:
    who = kid(1, "王小明")
    both(province, who, **other)
    assert tier(province, who) is None
    assert review(province) == []


def test_two_different_valid_numbers_are_offered_and_never_linked(province: Province) -> None:
    who, other = kid(1, "王小明"), kid(9, "王小明")
    province.add("registry", registry_row(who))
    (row,) = province.add("enrolment", enrolment_row(other))
    assert tier(province, who) is None
    (offer,) = review(province)
    assert f"{offer['delivery']}#{offer['row_number']}" == row
    assert offer["child_key"] == province.one("matching.child", child_id=who["citizen_number"])["child_key"]
    assert offer["decision"] is None


def test_the_reasons_are_words_and_weights_and_name_nobody(province: Province) -> None:
    who, other = kid(1, "王小明"), kid(9, "王小鸣")
    province.add("registry", registry_row(who))
    province.add("enrolment", enrolment_row(other))
    province.run(NIGHT, ALL)
    (offer,) = review(province)
    words = [part.split("（")[0] for part in offer["agreements"].split(";")]
    assert sorted(words) == ["出生日期一致", "同县", "姓名同音", "性别一致"]
    weights = [float(part.split("（")[1].rstrip("）")) for part in offer["agreements"].split(";")]
    assert weights == sorted(weights, reverse=True)
    assert all(weight > 0 for weight in weights)
    assert offer["disagreements"].startswith("两个不同的有效身份证号（-")
    assert who["name"] not in str(offer)
    assert str(who["citizen_number"]) not in str(offer)


def test_a_second_candidate_sends_all_to_review(province: Province) -> None:
    who, twin = kid(1, "王小明"), kid(2, "王小鸣")
    province.add("registry", registry_row(who), registry_row(twin))
    province.add("enrolment", pupil(who | {"name": "王小铭"}))
    assert tier(province, who) is None
    assert tier(province, twin) is None
    assert len(review(province)) == 2


def test_a_second_candidate_that_is_far_less_likely_is_none(province: Province) -> None:
    who, other = kid(1, "王小明"), kid(2, "王小明")
    province.add("registry", registry_row(who))
    province.add(
        "enrolment", pupil(who, raw=slip(who), name="王小铭"), pupil(other, student_number="L2", name="王小亮")
    )
    assert tier(province, who) == "probabilistic"
    assert review(province) == []


def test_what_only_the_unlikelier_speaks_for_stands_when_reviewers_forbid_the_likelier(province: Province) -> None:
    who, other = kid(1, "王小明"), kid(2, "王小明")
    province.add("registry", registry_row(who))
    first, _ = province.add(
        "enrolment", pupil(who, raw=slip(who), name="王小铭"), pupil(other, student_number="L2", name="王小鸣")
    )
    province.add("match_decision", decision_row("C1", who["citizen_number"], first, "不同人"), on="2025-09-05")
    assert tier(province, who) == "probabilistic"
    assert [row["decision"] for row in review(province)] == ["不同人"]


def test_a_second_candidate_of_the_registry_row_too(province: Province) -> None:
    who = kid(1, "王小明")
    province.add("registry", registry_row(who))
    spoilt = [pupil(who | {"name": name}, student_number=f"L{name}") for name in ("王小鸣", "王小铭")]
    province.add("enrolment", *spoilt)
    assert tier(province, who) is None
    assert len(review(province)) == 2


def test_thresholds_are_policy(province: Province) -> None:
    who = kid(1, "王小明")
    both(province, who, name="王小铭")
    province.changes["matching"] |= {"accept": 1.0}
    assert tier(province, who) is None
    assert len(review(province)) == 1
    province.changes["matching"] |= {"review": 1.0}
    assert tier(province, who) is None
    assert review(province) == []


def test_a_reviewer_joins_what_was_only_offered(province: Province) -> None:
    who, other = kid(1, "王小明"), kid(9, "王小明")
    province.add("registry", registry_row(who))
    (row,) = province.add("enrolment", enrolment_row(other))
    province.run(NIGHT, ALL)
    (offer,) = review(province)
    province.add("match_decision", decision_row("C1", offer["child_key"], row), on="2025-09-05")
    assert tier(province, who) == "decision"
    assert review(province) == []


def test_a_reviewer_forbids_a_link_and_the_list_says_so(province: Province) -> None:
    who = kid(1, "王小明")
    _, row = both(province, who, name="王小铭")
    assert tier(province, who) == "probabilistic"
    decision = decision_row("C1", who["citizen_number"], row, "不同人")
    province.add("match_decision", decision, on="2025-09-05")
    assert tier(province, who) is None
    (offer,) = review(province)
    assert offer["decision"] == "不同人"


def test_a_forbidden_candidate_is_no_second_candidate(province: Province) -> None:
    who, twin = kid(1, "王小明"), kid(2, "王小鸣")
    province.add("registry", registry_row(who), registry_row(twin))
    (row,) = province.add("enrolment", pupil(who | {"name": "王小铭"}))
    decision = decision_row("C1", twin["citizen_number"], row, "不同人")
    province.add("match_decision", decision, on="2025-09-05")
    assert tier(province, who) == "probabilistic"


def test_twice_is_the_same_whatever_the_order_of_the_rows(province: Province) -> None:
    kids = [kid(serial, f"王小{letter}") for serial, letter in enumerate("明红军雨", start=1)]
    for who in kids:
        spoilt = pupil(who, student_number=f"L{who['name']}", birth_date=dt.date(2015, 3, 7))
        province.add("registry", registry_row(who))
        province.add("enrolment", spoilt)
    first = province.run(NIGHT, ALL).rows("matching.probable_link")
    assert len(first) >= len(kids)
    assert province.run(NIGHT, ALL).rows("matching.probable_link") == first
    residual = province.engine.read("select * from matching.residual order by row_id desc")
    province.engine.load("matching.residual", residual)
    pairs = province.rows("matching.probable_pair")
    policy = {"matching": {"probabilistic": True, "review": 0.6}}
    linkage.score_residual(province.engine, policy)  # type: ignore[arg-type]
    assert province.rows("matching.probable_pair") == pairs


def test_tables_keep_their_contracts_and_a_bad_row_is_found(province: Province) -> None:
    who, other = kid(1, "王小明"), kid(9, "王小明")
    province.add("registry", registry_row(who))
    province.add("enrolment", enrolment_row(other))
    province.run(NIGHT, ALL)
    names = ("matching.residual", "matching.probable_pair", "matching.probable_link", "restricted.match_review")
    tables = [CATALOGUE[name] for name in names]
    assert all(outcome.passed for outcome in check_contracts(province.engine, tables))
    province.engine.execute("update restricted.match_review set decision = '也许'")
    assert check_contracts(province.engine, tables[-1:])[0].blocks


def test_nothing_is_left_of_the_comparison_in_the_warehouse(province: Province) -> None:
    both(province, kid(1, "王小明"), name="王小铭")
    found = "select distinct database_name from duckdb_tables() where not temporary"
    before = set(province.run(NIGHT).engine.read(found)["database_name"])
    made = province.engine.read("select table_name from duckdb_tables() where table_name like '%splink%'")
    assert made.is_empty()
    assert before == {"work", "warehouse"}


def test_switched_off_the_tables_are_empty(province: Province) -> None:
    who = kid(1, "王小明")
    both(province, who, name="王小铭")
    province.changes = {}
    assert tier(province, who) is None
    for table in ("matching.residual", "matching.probable_pair", "matching.probable_link", "restricted.match_review"):
        assert province.rows(table) == []


def test_switched_off_or_with_nothing_to_compare_splink_is_not_loaded() -> None:
    script = """
import sys
from tests.pipelines.models.support import Province, person, registry_row, enrolment_row, unnumbered
for on in (False, True):
    world = Province()
    world.changes = {"matching": {"probabilistic": on}}
    world.add("registry", registry_row(person(1)))
    if not on:
        world.add("enrolment", enrolment_row(unnumbered(person(1)) | {"name": "王别"}, student_number="L1"))
    world.run("2025-11-10")
print(*sorted({"splink", "pypinyin"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_model_that_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match=r"matching\.probabilistic = false"):
        linkage.read_model(tmp_path / "model.json")


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("王小明", "王晓明", 1),
        ("王小明", "王明小", 2),
        ("王小明", "王小", 1),
        ("王明", "王小明", 1),
        ("王", "李小明", None),
    ],
)
def test_characters_apart_counts_characters(a: str, b: str, apart: int | None) -> None:
    engine = DuckDBEngine(":memory:")
    try:
        assert engine.scalar("select characters_apart($a, $b)", {"a": a, "b": b}) == apart
    finally:
        engine.close()


def test_what_is_compared_of_a_row() -> None:
    rows = pl.DataFrame(
        {
            "name": ["王小明", "吕·曙光", None, "王小明"],
            "birth_date": [dt.date(2015, 3, 1), None, None, None],
            "delivered": ["99 0121-20150301 001x", "9.9E+17", None, "51"],
            "delivered_embedded": [None, None, None, None],
            "county_code": [COUNTY] * 4,
        },
        schema_overrides={"delivered_embedded": pl.String},
    )
    found = linkage.comparable(rows)
    assert found["delivered"].to_list() == ["99012120150301001X", None, None, None]
    assert found["sounds"].to_list()[0] == "wang xiao ming"
    assert found["letters"].to_list()[0] == "".join(sorted("王小明"))
    assert found["born"].to_list() == ["20150301", None, None, None]


def rows_to_compare(count: int, **same: object) -> pl.DataFrame:
    """So many rows a side; all have the values given, else each its own."""
    row = {"delivered": None, "delivered_embedded": None, "sex": "男", "county_code": COUNTY}
    sides = [
        {"row_id": side * 1_000_000 + i, "source": source, "node": -(side * 1_000_000 + i)}
        | row
        | {"name": "王" + chr(0x4E00 + i), "birth_date": dt.date(2012, 1, 1) + dt.timedelta(days=i)}
        | same
        for side, source in ((1, "R"), (2, "E"))
        for i in range(count)
    ]
    schema = {"delivered": pl.String, "delivered_embedded": pl.String, "name": pl.String, "birth_date": pl.Date}
    return pl.DataFrame(sides, schema_overrides=schema | {"sex": pl.String, "county_code": pl.String})


def scored(rows: pl.DataFrame, **config: int) -> pl.DataFrame:
    engine = DuckDBEngine(":memory:", **config)  # type: ignore[arg-type]
    try:
        engine.load("matching.residual", rows)
        engine.load("core.registry", rows.filter(pl.col("source") == "R").select("name", "birth_date", "county_code"))
        linkage.score_residual(engine, {"matching": {"probabilistic": True, "review": 0.6}})  # type: ignore[arg-type]
        return engine.read("select * from matching.probable_pair")
    finally:
        engine.close()


@pytest.mark.parametrize(
    "same",
    [
        {"birth_date": None},
        {"name": None},
        {"county_code": None},
        {"name": None, "birth_date": None, "sex": None, "county_code": None},
    ],
    ids=["births", "names", "counties", "everything"],
)
def test_what_no_row_has_is_no_obstacle(same: dict[str, object]) -> None:
    scored(rows_to_compare(20, **same))


def test_a_value_that_everybody_has_finds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_to_compare(40, birth_date=dt.date(2010, 1, 1))
    every = scored(rows)
    monkeypatch.setattr(linkage, "_MOST_PAIRS_OF_A_KEY", 100)
    found = scored(rows)
    own = found.filter(pl.col("enrolment_row_id") - pl.col("registry_row_id") == 1_000_000)
    assert own.height == 40
    assert found.height < every.height


def test_neither_order_nor_threads_change_a_pair() -> None:
    rows = rows_to_compare(60)
    first = scored(rows, threads=1)
    assert first.height >= 60
    assert scored(rows.sample(fraction=1, shuffle=True, seed=1), threads=4).equals(first)


def test_hidden_digits_are_missing_ones() -> None:
    delivered = ["99012120150301****", "990121********001X", "99O121201503OlOO1X", "9901XXXX"]
    rows = rows_to_compare(2).with_columns(delivered=pl.Series(delivered))
    found = linkage.comparable(rows)
    assert found["delivered"].to_list() == ["99012120150301", None, "99012120150301001X", None]
    assert found["masked"].to_list() == [None, "990121********001X", None, None]
