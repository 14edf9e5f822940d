"""What tier 4 compares: keys as numbers, names once, and no more rows than can be a pair."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipelines import linkage
from pipelines.linkage import comparable
from tests.pipelines.models.support import Province, enrolment_row, person, registry_row, unnumbered

AS_OF = dt.date(2025, 11, 10)


def rows(**columns: list[object]) -> pl.DataFrame:
    """Rows of the residual; every column that is not given is the same in all of them."""
    (length,) = {len(values) for values in columns.values()}
    usual: dict[str, object] = {
        "delivered": "990121201503010012",
        "delivered_embedded": None,
        "name": "王小明",
        "birth_date": dt.date(2015, 3, 1),
        "county_code": "990121",
    }
    schema = {name: pl.Date if name == "birth_date" else pl.String for name in usual}
    return pl.DataFrame({name: columns.get(name, [value] * length) for name, value in usual.items()}, schema=schema)


def test_a_key_is_one_number_for_equal_parts_and_none_where_a_part_is_missing() -> None:
    keys = comparable(rows(county_code=["990121", "990121", "990122", None]))["birth_and_county"].to_list()
    assert keys[0] == keys[1] != keys[2]
    assert keys[3] is None


def test_the_end_of_a_number_finds_the_one_inside_a_student_number() -> None:
    own = comparable(rows(delivered=["990121201503010012"]))
    inside = comparable(rows(delivered=[None], delivered_embedded=["990121201503010012"]))
    both = comparable(rows(delivered=["990121201503010021"], delivered_embedded=["990121201503010012"]))
    assert own["number_tail"].item() == inside["embedded_tail"].item() == both["embedded_tail"].item()
    assert own["number_tail"].item() != both["number_tail"].item()


@pytest.mark.parametrize(
    ("delivered", "digits", "masked"),
    [
        ("99012120150301001X", "99012120150301001X", None),
        (" 990121-2015O3O1-00Lx", "99012120150301001X", None),
        ("99012120150301****", "99012120150301", None),
        ("990121********001x", None, "990121********001X"),
        ("5.1E+17", None, None),
        (None, None, None),
    ],
)
def test_what_a_number_shows(delivered: str | None, digits: str | None, masked: str | None) -> None:
    (row,) = comparable(rows(delivered=[delivered])).to_dicts()
    assert (row["delivered"], row["masked"]) == (digits, masked)


def test_a_name_without_its_dot_as_sounds_and_sorted() -> None:
    found = comparable(rows(name=["王小明", "买买提·艾力", None, "王小明"]))
    assert found["sounds"].to_list() == ["wang xiao ming", "mai mai ti ai li", None, "wang xiao ming"]
    assert found["letters"].to_list() == ["小明王", "买买力提艾", None, "小明王"]
    assert found["but_second"].to_list() == ["王?明", "买?提艾力", None, "王?明"]


def test_where_no_row_can_be_a_pair_nothing_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Province()
    world.changes = {"matching": {"probabilistic": True}}
    monkeypatch.setattr(type(world.engine), "comparing", lambda _: pytest.fail("there is nothing to compare"))
    world.add("registry", registry_row(person(1, birth_date=dt.date(2015, 3, 1)) | {"name": "王小明"}))
    who = person(2, birth_date=dt.date(2012, 7, 9)) | {"name": "李大力"}
    world.add("enrolment", enrolment_row(unnumbered(who), student_number="L1"))
    try:
        world.run(AS_OF, ("core", "matching"))
        assert world.engine.count(linkage.RESIDUAL) == 2
        assert world.engine.count(linkage.PAIRS) == 0
    finally:
        world.close()
