"""What Dagster is told: assets, dependencies, checks, partitions, schedule."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from assets.automation import TIDY
from assets.checks import Declared, results_of
from assets.definitions import LAYERS, build_defs
from assets.definitions import defs as lazy_defs
from assets.delivered import delivered_key
from assets.metadata import asset_key
from assets.partitions import NIGHTLY, NIGHTS, on_the_day
from assets.resources import NightResource
from assets.suites import CHECKS, SUITES, _outcomes
from pipelines.engine import discover
from pipelines.night import STEPS
from pipelines.publish.folder import new_folder, nights, show
from quality.invariants import INVARIANTS
from quality.outcome import Outcome
from quality.suites.every import PROFILES
from schemas.catalogue import CATALOGUE, tables_of
from schemas.sources import SOURCES

CHINA = ZoneInfo("Asia/Shanghai")
MADE = [table for step in STEPS for table in step.tables()]


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return build_defs()


@pytest.fixture(scope="module")
def graph(defs: dg.Definitions) -> Any:
    return defs.resolve_asset_graph()


def check(graph: Any, table: str, name: str) -> Any:
    return graph.get_check_spec(dg.AssetCheckKey(asset_key(table), name))


def test_the_definitions_are_loadable(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)
    assert isinstance(lazy_defs(), dg.Definitions)


def test_every_table_of_the_night_and_every_delivery_is_an_asset_and_nothing_else_is(graph: Any) -> None:
    delivered = {delivered_key(source.name) for source in SOURCES}
    assert graph.get_all_asset_keys() == {asset_key(table) for table in MADE} | delivered
    assert graph.materializable_asset_keys == {asset_key(table) for table in MADE}
    assert len(MADE) == len(set(MADE))


def test_a_layer_is_one_step_and_the_steps_run_in_their_order(defs: dg.Definitions) -> None:
    job = defs.resolve_job_def(NIGHTLY)
    assert [layer().step for layer in LAYERS] == [step.name for step in STEPS]
    assert [node.name for node in job.nodes_in_topological_order] == [*(step.name for step in STEPS), SUITES]


def test_the_command_leaves_the_suites_to_itself() -> None:
    job = build_defs(with_suites=False).resolve_job_def(NIGHTLY)
    assert [node.name for node in job.nodes_in_topological_order] == [step.name for step in STEPS]


def test_the_suites_warn_after_the_publication_and_never_block(graph: Any) -> None:
    for table in (*(table.full_name for table in tables_of("published")), *PROFILES):
        spec = check(graph, table, "expectations")
        assert not spec.blocking
        assert asset_key("quality.checks") in {dep.asset_key for dep in spec.additional_deps}
    assert not check(graph, "quality.delivery_profile", "drift").blocking


@pytest.mark.parametrize("tag", ["dagster/partition", "dagster/asset_partition_range_end"], ids=["night", "range"])
def test_suites_that_cannot_run_warn_and_say_that_the_night_stands(tmp_path: Path, tag: str) -> None:
    night = NightResource(home=str(tmp_path))
    said: list[str] = []
    fake: Any = SimpleNamespace(
        run=SimpleNamespace(tags={tag: "2025-09-01"}),
        log=SimpleNamespace(warning=lambda *words: said.append(str(words))),
    )
    found = list(results_of(_outcomes(fake, night), CHECKS))
    assert len(found) == len(CHECKS) > 28
    for result in found:
        assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert "已经发布" in (result.description or "")
    assert "2025-09-01 has not been published" in said[0]


def test_the_job_runs_in_one_process(defs: dg.Definitions) -> None:
    assert defs.resolve_job_def(NIGHTLY).executor_def is dg.in_process_executor


def test_a_table_depends_on_what_its_model_reads(graph: Any) -> None:
    model = discover()["status.verdict"]
    assert graph.get(asset_key(model.name)).parent_keys == {asset_key(table) for table in model.depends}


def test_what_a_model_reads_of_the_night_before_is_no_dependency_within_the_night(graph: Any) -> None:
    assert "ledger.case_history" in discover()["core.previous_case"].depends
    assert asset_key("ledger.case_history") not in graph.get(asset_key("core.previous_case")).parent_keys


@pytest.mark.parametrize("table", ["ledger.case_state", "ledger.memory_state", "ledger.case_history", "ledger.run"])
def test_the_ledger_says_that_it_stands_on_its_own_night_before(graph: Any, table: str) -> None:
    assert graph.get(asset_key(table)).metadata["stands_on"] == "its own state of the night before"


def test_nothing_takes_a_night_of_a_backfill_apart(graph: Any, defs: dg.Definitions) -> None:
    for table in MADE:
        node = graph.get(asset_key(table))
        assert node.backfill_policy == dg.BackfillPolicy.single_run(), table
        assert not node.has_self_dependency, table
    assert defs.resolve_job_def(NIGHTLY).backfill_policy == dg.BackfillPolicy.single_run()


def test_nothing_is_published_before_every_published_table_was_judged(graph: Any) -> None:
    judged = {asset_key(table) for table in next(s for s in STEPS if s.name == "published").tables()}
    for table in next(s for s in STEPS if s.name == "publication").tables():
        assert judged <= graph.get(asset_key(table)).parent_keys


def test_every_model_with_a_contract_has_a_blocking_check(graph: Any) -> None:
    for table in MADE:
        if table in discover():
            assert table in CATALOGUE
            assert check(graph, table, "contract").blocking, table


def test_the_invariants_of_the_ledger_block(graph: Any) -> None:
    assert INVARIANTS
    for invariant in INVARIANTS:
        assert check(graph, "published.zeroing", f"invariant_{invariant.name}").blocking


def test_public_tables_are_screened_and_restricted_ones_are_not(graph: Any) -> None:
    assert check(graph, "published.zeroing", "screen_small_cells").blocking
    assert dg.AssetCheckKey(asset_key("restricted.children"), "screen_columns") not in graph.asset_check_keys


def test_refused_deliveries_warn_and_do_not_block(graph: Any) -> None:
    assert not check(graph, "landing.deliveries", "refused_deliveries").blocking


def test_every_kind_of_source_has_a_check_that_warns_and_does_not_block(graph: Any) -> None:
    for source in SOURCES:
        assert not check(graph, "published.source_status", f"source_{source.name}").blocking


def test_what_a_warning_is_made_of_stands_in_its_metadata() -> None:
    found = Outcome(
        "c", "s.t", "warn", "mark", 3, "缺。", ("990121000000:missing",), "补。", (("missing", 2), ("stale", 1))
    )
    (result,) = results_of([found], [Declared("c", "s.t", False, "s.t")])
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert {name: result.metadata[name].value for name in ("count", "missing", "stale", "sample")} == {
        "count": 3,
        "missing": 2,
        "stale": 1,
        "sample": "990121000000:missing",
    }


def test_the_page_shows_the_contract(graph: Any) -> None:
    node = graph.get(asset_key("published.zeroing"))
    columns = node.metadata["dagster/column_schema"].columns
    contract = CATALOGUE["published.zeroing"]
    assert [column.name for column in columns] == list(contract.columns)
    assert contract.label_of("clearance_rate") in next(c.description for c in columns if c.name == "clearance_rate")
    assert node.owners
    assert contract.label in node.description


def test_a_night_is_a_day_in_china_and_the_running_day_is_one() -> None:
    # Half past midnight in China, still the day before in Greenwich.
    with dg.partition_loading_context(effective_dt=datetime(2025, 9, 2, 0, 30, tzinfo=CHINA)):
        assert NIGHTS.get_last_partition_key() == "2025-09-02"


@pytest.mark.parametrize("as_of", [date(2025, 8, 25), date(2099, 12, 31)])
def test_who_is_told_the_night_does_not_ask_the_clock(as_of: date) -> None:
    with dg.partition_loading_context(effective_dt=on_the_day(as_of)):
        assert NIGHTS.get_last_partition_key() == as_of.isoformat()


def test_at_two_in_the_morning_the_day_that_has_ended_is_run(defs: dg.Definitions) -> None:
    schedule = defs.resolve_schedule_def(NIGHTLY)
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Shanghai")
    tick = dg.build_schedule_context(scheduled_execution_time=datetime(2025, 9, 2, 2, 0, tzinfo=CHINA))
    request = schedule(tick)
    assert request.partition_key == "2025-09-01"
    assert request.run_key == "2025-09-01"


def test_old_nights_go_once_a_week_and_never_in_a_night(tmp_path: Any) -> None:
    home = tmp_path / "home"
    for day in (date(2025, 9, 28), date(2025, 9, 29), date(2025, 9, 30)):
        show(home, day, new_folder(home, day))
    policy = tmp_path / "policy.toml"
    policy.write_text("[delivery]\nkeep_nights = 1\n", encoding="utf-8")
    defs = build_defs(night=NightResource(home=str(home), policy=str(policy)))
    assert defs.resolve_schedule_def(TIDY).cron_schedule == "0 6 * * 0"
    assert defs.resolve_job_def(TIDY).execute_in_process().success
    assert nights(home) == [date(2025, 9, 30)]


def test_old_runs_are_forgotten_and_running_ones_are_not(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.automation.KEEP_RUNS", -1)
    show(tmp_path, date(2025, 9, 1), new_folder(tmp_path, date(2025, 9, 1)))
    with dg.DagsterInstance.ephemeral() as instance:
        create_run_for_test(instance, "nightly", status=dg.DagsterRunStatus.SUCCESS)
        running = create_run_for_test(instance, "nightly", status=dg.DagsterRunStatus.STARTED)
        job = build_defs(night=NightResource(home=str(tmp_path))).resolve_job_def(TIDY)
        own = job.execute_in_process(instance=instance)
        assert {run.run_id for run in instance.get_runs()} == {running.run_id, own.run_id}
