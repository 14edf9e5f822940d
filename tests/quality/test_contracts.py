"""Contract checks find what is wrong, count it, and show keys only."""

from datetime import date

import polars as pl
import pytest

from quality.contracts import _sound, check_contract, check_contracts
from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql

DAY = date(2025, 11, 3)
KEYS = [f"{i:016x}" for i in range(9)]
REQUESTS = CATALOGUE["restricted.lookup_requests"]
REGISTRY = CATALOGUE["clean.registry"]


def request(key: str = KEYS[0], route: str | None = "no_record") -> dict[str, object]:
    return {"as_of": DAY, "child_key": key, "route": route}


def registry(row: int, **cells: object) -> dict[str, object]:
    return {
        **{"delivery_id": 1, "row_number": row, "citizen_number": f"99012120150101{row:04}", "name": "张三"},
        **{"household_division": "990121001001", "registry_status": "正常", "id_invalid": False, "id_mismatch": False},
        **cells,
    }


def test_a_table_that_keeps_its_contract_passes(warehouse, fill):
    fill(REQUESTS, request(KEYS[0]), request(KEYS[1], "in_province"))
    outcome = check_contract(warehouse, REQUESTS)
    assert (outcome.check, outcome.table, outcome.verdict) == ("contract", "restricted.lookup_requests", "pass")
    assert (outcome.severity, outcome.count, outcome.sample, outcome.action) == ("stop", 0, (), "")
    assert outcome.message == "学籍查询任务表符合契约，共 2 行。"


def test_a_value_a_null_and_a_key_twice_are_counted_and_their_keys_shown(warehouse, fill):
    fill(
        REQUESTS,
        *(request(KEYS[0]), request(KEYS[1], "by_pigeon"), request(KEYS[2], None)),
        *(request(KEYS[3]), request(KEYS[3], "in_province")),
    )
    outcome = check_contract(warehouse, REQUESTS)
    assert outcome.blocks
    assert outcome.count == 4
    assert set(outcome.sample) == {KEYS[1], KEYS[2], KEYS[3]}
    for text in ("列 route 的值不在允许范围 1 处", "列 route 为空 1 处", "主键重复 2 处"):
        assert text in outcome.message
    assert outcome.action


def test_the_sample_shows_every_fault_not_only_the_first(warehouse, fill):
    fill(REQUESTS, *(request(key, "by_pigeon") for key in KEYS[:8]), request(KEYS[8], None))
    outcome = check_contract(warehouse, REQUESTS)
    assert outcome.count == 9
    assert len(outcome.sample) == 5
    assert KEYS[8] in outcome.sample


def test_a_missing_table_fails(warehouse):
    outcome = check_contract(warehouse, REQUESTS)
    assert outcome.blocks
    assert outcome.message == "学籍查询任务表不符合契约：缺表 1 处。"


@pytest.mark.parametrize("table", [REQUESTS, REGISTRY], ids=["collected", "in place"])
def test_columns_missing_unknown_or_of_another_type_fail(warehouse, table):
    warehouse.execute(f"create table {table.full_name} as select 1 as {table.columns[0]}, 'x' as odd")
    outcome = check_contract(warehouse, table)
    assert outcome.blocks
    assert f"缺列 {table.columns[1]}" in outcome.message
    assert "多列 odd" in outcome.message
    if table is REQUESTS:
        assert "列 as_of 类型为 Int32，应为 DATE" in outcome.message


def test_columns_in_another_order_fail(warehouse):
    warehouse.execute(
        "create table restricted.lookup_requests as "
        f"select '{KEYS[0]}' as child_key, date '2025-11-03' as as_of, 'no_record' as route, "
        "null::date as last_lookup_on"
    )
    assert "列的顺序与契约不同" in check_contract(warehouse, REQUESTS).message


def test_an_internal_table_is_judged_in_place(warehouse, fill):
    fill(REGISTRY, registry(2), registry(3))
    outcome = check_contract(warehouse, REGISTRY)
    assert outcome.message == "户籍（清洗后）符合契约，共 2 行。"


def test_faults_of_an_internal_table_are_counted_by_rule(warehouse, fill):
    fill(
        REGISTRY,
        *(registry(2, name=None), registry(3, registry_status="失踪"), registry(4, household_division=None)),
        *(registry(5), registry(5), registry(6)),
    )
    outcome = check_contract(warehouse, REGISTRY)
    assert outcome.blocks
    assert outcome.count == 4
    assert set(outcome.sample) == {"1|2", "1|3", "1|4", "1|5"}
    for text in ("列 name 为空 1 处", "列 registry_status 的值不在允许范围 1 处", "主键重复 1 处"):
        assert text in outcome.message


def test_a_null_in_an_optional_coded_column_is_no_fault(warehouse, fill):
    fill(REGISTRY, registry(2, sex=None))
    assert check_contract(warehouse, REGISTRY).passed


def test_a_table_of_one_row_has_exactly_one(warehouse):
    policy = CATALOGUE["core.policy"]
    warehouse.execute("create schema core")
    warehouse.execute(create_table_sql(policy))
    assert "应只有一行，实有 0 行" in check_contract(warehouse, policy).message
    warehouse.execute("insert into core.policy default values")
    assert check_contract(warehouse, policy).passed
    warehouse.execute("insert into core.policy default values")
    assert "应只有一行，实有 2 行" in check_contract(warehouse, policy).message


def test_a_key_that_is_not_known_is_a_key_where_the_contract_says_so(warehouse):
    counts = CATALOGUE["indicators.entry_child"]
    warehouse.execute("create schema indicators")
    warehouse.execute(create_table_sql(counts))
    columns = "household_division, poor, assisted, disabled, left_behind, migrant"
    row = f"insert into indicators.entry_child ({columns}) values "
    warehouse.execute(f"{row} ('990121001001', false, false, false, false, false)")
    assert check_contract(warehouse, counts).passed
    warehouse.execute(f"{row} ('990121001001', false, false, false, false, false)")
    assert check_contract(warehouse, counts).message == "入学率计数不符合契约：主键重复 1 处。"


def test_no_name_or_number_gets_into_an_outcome(warehouse, fill):
    identities = CATALOGUE["restricted.identities"]
    row = {"as_of": DAY, "child_key": "odd", "child_id": "990121201501010018", "name": "张三", "phone": "13800000000"}
    fill(identities, row, row)
    outcome = check_contract(warehouse, identities)
    assert outcome.blocks
    assert outcome.sample == ("odd",)
    text = f"{outcome.message}{outcome.sample}{outcome.action}"
    assert not any(secret in text for secret in ("张三", "990121201501010018", "13800000000"))


def test_a_check_never_raises(fill):
    class Broken:
        def exists(self, table: str) -> bool:
            return True

        def read(self, sql: str, parameters: object = None) -> pl.DataFrame:
            raise OSError("disk of 张三 is gone")

        fetch = scalar = read

    outcome = check_contract(Broken(), REQUESTS)
    assert outcome.blocks
    assert "OSError" in outcome.message
    assert "张三" not in outcome.message


def test_a_fault_that_stops_nothing_warns(warehouse):
    assert check_contract(warehouse, REQUESTS, severity="note").verdict == "warn"


def test_one_outcome_per_table_in_the_order_given(warehouse, fill):
    fill(REGISTRY, registry(2))
    outcomes = check_contracts(warehouse, [REQUESTS, REGISTRY])
    assert [(o.table, o.verdict) for o in outcomes] == [
        ("restricted.lookup_requests", "fail"),
        ("clean.registry", "pass"),
    ]


CASES = CATALOGUE["restricted.cases"]
CHILDREN = CATALOGUE["restricted.children"]
CLOSURES = CATALOGUE["published.closures"]


def child(**cells: object) -> dict[str, object]:
    return {
        **{"as_of": DAY, "child_key": KEYS[0], "status": "in_school", "flags": "no_enrolment;shared_name"},
        **{"household_division": "990121001001", "poor": False, "assisted": False, "disabled": False},
        **{"left_behind": False, "migrant": False, "school_age": 9, **cells},
    }


def closure(**cells: object) -> dict[str, object]:
    return {
        **{
            "as_of": DAY,
            "unit_code": "990121000000",
            "unit_level": "county",
            "unit_name": "云岭区",
            "line": "household",
        },
        **{"close_reason": "returned", "closed_today": 7, "closed_this_school_year": 8, "closed_to_date": 9},
        **{"suppressed": False, **cells},
    }


@pytest.mark.parametrize(
    ("table", "good", "fault"),
    [
        (CHILDREN, child(), {"status": "asleep"}),
        (CHILDREN, child(), {"status": None}),
        (CHILDREN, child(), {"flags": "no_enrolment;asleep"}),
        (CHILDREN, child(), {"child_key": "not-a-key"}),
        (CHILDREN, child(), {"household_division": "990121"}),
        (CLOSURES, closure(), {"closed_today": None}),
        (CLOSURES, closure(), {"suppressed": True}),
    ],
)
def test_the_joint_query_and_pandera_judge_alike(warehouse, fill, table, good, fault):
    fill(table, good)
    assert _sound(warehouse, [table]) == {table.full_name: 1}
    assert check_contract(warehouse, table).passed
    warehouse.execute(f'drop table "{table.schema}"."{table.name}"')
    fill(table, {**good, **fault})
    assert _sound(warehouse, [table]) == {}
    assert check_contract(warehouse, table).blocks


@pytest.mark.parametrize("fault", [request(KEYS[1], "by_pigeon"), request(KEYS[1], None), request(KEYS[1])])
def test_of_a_table_that_was_sound_only_new_rows_are_asked(warehouse, fill, fault):
    made = {REQUESTS.full_name: (7, f"(from {REQUESTS.full_name} where child_key in ('{KEYS[1]}'))")}
    fill(REQUESTS, request(KEYS[0], "by_pigeon"), request(KEYS[1]))
    (outcome,) = check_contracts(warehouse, [REQUESTS], only=made)
    assert (outcome.verdict, outcome.message) == ("pass", "学籍查询任务表符合契约，共 7 行。")
    warehouse.execute("drop table restricted.lookup_requests")
    fill(REQUESTS, request(KEYS[0]), request(KEYS[1]), fault)
    (outcome,) = check_contracts(warehouse, [REQUESTS], only=made)
    assert outcome.blocks
    assert KEYS[1] in outcome.sample


def test_of_a_view_it_is_not_told_how_many_rows_it_has(warehouse, fill):
    fill(REQUESTS, request(KEYS[0]), request(KEYS[1]))
    (outcome,) = check_contracts(warehouse, [REQUESTS], only={REQUESTS.full_name: (None, REQUESTS.full_name)})
    assert (outcome.verdict, outcome.message) == ("pass", "学籍查询任务表符合契约。")
