"""The last look at clean rows, by Pandera: what it finds, and what it says of it."""

import datetime as dt

import polars as pl
import pytest

from pipelines.landing.contract import ContractBroken, Inspection, check_contract
from pipelines.landing.frames import clean_columns
from schemas.sources import BY_LABEL
from tests.support.numbers import number

TABLE = "clean.registry"
GOOD_ROW = {
    "delivery_id": 7, "row_number": 2, "citizen_number": number(), "name": "王伟", "sex": "男", "ethnicity": "汉族",
    "birth_date": dt.date(2015, 3, 1), "household_division": "990121001001", "registry_status": "正常",
    "id_invalid": False, "id_mismatch": False,
}  # fmt: skip


def registry(*changes):
    rows = [{**GOOD_ROW, "row_number": i, **change} for i, change in enumerate(changes, 2)]
    return pl.DataFrame(rows, schema=clean_columns(BY_LABEL["户籍"]))


def test_good_rows_pass():
    check_contract(TABLE, registry({}, {}))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"name": None}, "name not_nullable: 1 rows (delivery 7 row 3)"),
        ({"sex": "其他"}, "sex isin"),
        ({"registry_status": "在"}, "registry_status isin"),
        ({"household_division": "99"}, "household_division str_matches"),
        ({"row_number": 2}, "multiple_fields_uniqueness: 2 rows (delivery 7 row 2, delivery 7 row 2)"),
    ],
)
def test_a_bad_row_is_named_by_its_place_alone(bad, said):
    rows = registry({}, bad)
    with pytest.raises(ContractBroken) as found:
        check_contract(TABLE, rows)
    assert said in str(found.value)
    for cell in ("王伟", number()):
        assert cell not in str(found.value)


def test_a_missing_column_and_a_wrong_type():
    with pytest.raises(ContractBroken, match="column_in_dataframe"):
        check_contract(TABLE, registry({}).drop("name"))
    with pytest.raises(ContractBroken, match="dtype"):
        check_contract(TABLE, registry({}).with_columns(pl.col("birth_date").cast(pl.String)))


def test_all_rows_are_counted_and_few_are_named():
    rows = registry(*[{"sex": "?"}] * 40)
    with pytest.raises(ContractBroken) as found:
        check_contract(TABLE, rows)
    assert "40 rows" in str(found.value)
    assert str(found.value).count("delivery 7 row") == 5


def test_a_fault_found_in_the_thread_comes_out_before_anything_is_committed():
    with pytest.raises(ContractBroken), Inspection() as inspection:
        inspection.look_at(TABLE, registry({"sex": "?"}))
