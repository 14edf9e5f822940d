"""The models catch what they should: for every contract a good row, and bad rows of every sort."""

from datetime import date

import pandera.errors
import polars as pl
import pytest

from schemas.catalogue import CATALOGUE
from schemas.pandera_models import pandera_schema
from schemas.polars_types import polars_schema, polars_type

ALL = sorted(CATALOGUE)
LEAVING = sorted(name for name, table in CATALOGUE.items() if table.audience != "internal")


def faults(table, frame):
    """The rules that the model found broken, as (column, check)."""
    try:
        pandera_schema(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as found:
        return {(row["column"], row["check"].split("(")[0]) for row in found.failure_cases.to_dicts()}
    return set()


@pytest.mark.parametrize("full_name", ALL)
def test_a_good_row_passes(full_name, good):
    table = CATALOGUE[full_name]
    assert faults(table, good(table)) == set()


@pytest.mark.parametrize("full_name", ALL)
def test_no_row_passes(full_name):
    table = CATALOGUE[full_name]
    assert faults(table, pl.DataFrame(schema=polars_schema(table))) == set()


@pytest.mark.parametrize("full_name", LEAVING)
def test_a_row_delivered_twice_is_caught(full_name, good):
    table = CATALOGUE[full_name]
    rows = good(table)
    assert {check for _, check in faults(table, pl.concat([rows, rows]))} == {"multiple_fields_uniqueness"}


@pytest.mark.parametrize("full_name", LEAVING)
def test_a_null_is_caught_in_every_column_that_must_be_filled(full_name, good):
    table = CATALOGUE[full_name]
    for name in table.not_null:
        bad = good(table).with_columns(pl.lit(None, dtype=polars_schema(table)[name]).alias(name))
        assert (name, "not_nullable") in faults(table, bad), name


@pytest.mark.parametrize("full_name", LEAVING)
def test_a_null_passes_in_every_other_column(full_name, good):
    table = CATALOGUE[full_name]
    for name in set(table.columns) - {*table.not_null, *table.counted}:
        empty = good(table).with_columns(pl.lit(None, dtype=polars_schema(table)[name]).alias(name))
        assert faults(table, empty) == set(), name


@pytest.mark.parametrize("full_name", [name for name in LEAVING if CATALOGUE[name].values])
def test_a_value_outside_its_list_is_caught(full_name, good):
    table = CATALOGUE[full_name]
    for name in table.values:
        assert (name, "isin") in faults(table, good(table).with_columns(pl.lit("无此值").alias(name))), name


@pytest.mark.parametrize("full_name", LEAVING)
def test_a_wrong_type_is_caught(full_name, good):
    table = CATALOGUE[full_name]
    for name in table.columns:
        wrong = pl.lit(1.5) if polars_schema(table)[name] != pl.Float64() else pl.lit("x")
        assert any(check == "dtype" for _, check in _safe_faults(table, good(table), name, wrong)), name


def _safe_faults(table, frame, name, wrong):
    """Faults of a frame with a column of another type; `(column, "dtype")` among them."""
    found = faults(table, frame.with_columns(wrong.alias(name)))
    return {(column, "dtype" if check.startswith("dtype") else check) for column, check in found}


@pytest.mark.parametrize("full_name", LEAVING)
def test_a_missing_column_an_extra_one_and_another_order_are_caught(full_name, good):
    table = CATALOGUE[full_name]
    rows = good(table)
    assert faults(table, rows.drop(table.columns[-1]))
    assert faults(table, rows.with_columns(extra=pl.lit(1)))
    assert faults(table, rows.select(reversed(table.columns)))


def test_an_unknown_flag_or_deadline_is_caught(good):
    children, cases = CATALOGUE["restricted.children"], CATALOGUE["restricted.cases"]
    fine = good(children).with_columns(flags=pl.lit("id_invalid;no_enrolment"))
    assert faults(children, fine) == set()
    assert faults(children, fine.with_columns(flags=pl.lit("id_invalid;odd"))) == {("flags", "items")}
    fine = good(cases).with_columns(overdue=pl.lit(["verify_due", "month_report_due"]))
    assert faults(cases, fine) == set()
    assert faults(cases, fine.with_columns(overdue=pl.lit(["verify_due", "odd"]))) == {("overdue", "items")}


@pytest.mark.parametrize("key", ["0123456789abcde", "0123456789ABCDEF", "990121201501010018", "x0123456789abcdef"])
def test_a_child_key_of_another_shape_is_caught(key, good):
    table = CATALOGUE["restricted.lookup_requests"]
    assert faults(table, good(table).with_columns(child_key=pl.lit(key))) == {("child_key", "str_matches")}


def test_an_empty_count_is_caught_unless_the_row_is_suppressed(good):
    table = CATALOGUE["published.monthly_six"]
    school = good(table).with_columns(unit_level=pl.lit("school"), verified=pl.lit(None, dtype=pl.Int64))
    assert {check for _, check in faults(table, school)} == {"counts_filled"}
    assert faults(table, school.with_columns(suppressed=pl.lit(True))) == set()


def test_a_suppressed_county_is_caught(good):
    table = CATALOGUE["published.monthly_six"]
    county = good(table).with_columns(unit_level=pl.lit("county"), suppressed=pl.lit(True))
    assert {check for _, check in faults(table, county)} == {"suppressed_in_small_units"}


def test_a_lazy_frame_passes_bad_values_in_silence_so_only_collected_frames_are_judged(good):
    table = CATALOGUE["restricted.lookup_requests"]
    bad = good(table).with_columns(route=pl.lit("by_pigeon"))
    assert pandera_schema(table).validate(bad.lazy(), lazy=True).collect()["route"].to_list() == ["by_pigeon"]
    with pytest.raises(pandera.errors.SchemaErrors):
        pandera_schema(table).validate(bad, lazy=True)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("VARCHAR[]", pl.List(pl.String())),
        ("DECIMAL(9,2)", pl.Decimal(9, 2)),
        ("SMALLINT", pl.Int16()),
        ("DATE", pl.Date()),
    ],
)
def test_types_of_contracts_are_known(sql, found):
    assert polars_type(sql) == found


def test_a_type_that_contracts_do_not_use_is_refused():
    with pytest.raises(ValueError, match="HUGEINT"):
        polars_type("HUGEINT")


def test_dates_are_dates_not_text(good):
    table = CATALOGUE["restricted.lookup_requests"]
    assert good(table)["last_lookup_on"].to_list() == [date(2025, 11, 3)]
    assert faults(table, good(table).with_columns(last_lookup_on=pl.lit("2025-11-03"))) != set()


@pytest.mark.parametrize("grade", [0, 13, -1])
def test_a_grade_outside_1_to_12_is_caught(grade, good):
    table = CATALOGUE["clean.enrolment"]
    bad = good(table).with_columns(grade=pl.lit(grade, dtype=pl.Int16))
    assert faults(table, bad) == {("grade", "in_range")}


@pytest.mark.parametrize("code", ["990121", "99012100100", "9901210010001", "99012100100a"])
def test_a_division_that_is_not_padded_to_12_digits_is_caught(code, good):
    table = CATALOGUE["clean.poverty"]
    assert faults(table, good(table).with_columns(division_code=pl.lit(code))) == {("division_code", "str_matches")}


@pytest.mark.parametrize("number", ["99012120150101001x", "990121150101001", "9901212015010100180"])
def test_a_citizen_number_of_another_shape_is_caught(number, good):
    table = CATALOGUE["clean.enrolment"]
    bad = good(table).with_columns(citizen_number=pl.lit(number), embedded_number=pl.lit(number))
    assert faults(table, bad) == {("citizen_number", "str_matches"), ("embedded_number", "str_matches")}
