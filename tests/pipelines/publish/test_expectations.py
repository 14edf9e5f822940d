"""The report on a published night: a healthy night keeps every expectation, a tampered one does not; no child in it."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.publish.expectations.report import told
from pipelines.publish.expectations.step import expect_night
from pipelines.publish.folder import new_folder, show
from pipelines.publish.retention import tidy
from quality.drift import Profile, drift_suites
from quality.gx_runner import outcomes_of, run_suites
from quality.outcome import Outcome
from quality.suites.every import every_suite
from tests.conftest import Sample
from tests.support.disclosure import leaks, world_of

NIGHT, BEFORE = date(2025, 10, 12), date(2025, 9, 28)
COUNTY = "990121000000"
COUNTS = {
    *("element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent"),
    *("unexpected_percent_total", "unexpected_percent_nonmissing"),
}


@dataclass(frozen=True)
class Expected:
    """A night that was held against its suites: its home, its folder, what was found."""

    home: Path
    night: Path
    outcomes: list[Outcome]


@pytest.fixture(scope="module")
def expected(published_home: Path, sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Expected:
    """Run once, without a way to any other machine."""
    home = tmp_path_factory.mktemp("expected")
    shutil.copytree(published_home / "published", home / "published", symlinks=True)
    night = home / "published" / NIGHT.isoformat()
    assert told(night) is None

    def nowhere(*_: object) -> None:
        raise AssertionError("the suites asked another machine")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", nowhere)
        outcomes = expect_night(home, NIGHT, sample.policy)
    return Expected(home, night, outcomes)


def test_a_healthy_night_keeps_every_expectation(expected: Expected) -> None:
    assert [outcome for outcome in expected.outcomes if not outcome.passed] == []
    assert {outcome.severity for outcome in expected.outcomes} == {"mark"}
    assert len({(outcome.table, outcome.check) for outcome in expected.outcomes}) == len(expected.outcomes) == 30
    (drift,) = (o for o in expected.outcomes if (o.table, o.check) == ("quality.delivery_profile", "drift"))
    assert "与此前2夜相比（2025-08-25至2025-09-28）" in drift.message
    report = told(expected.night)
    assert report is not None
    assert report.page.is_file()
    assert (report.not_met, report.expectations) == (0, sum(dict(o.counts)["expectations"] for o in expected.outcomes))
    assert report.expectations > 600


def test_the_databases_stay_as_published(expected: Expected, published_home: Path) -> None:
    for name in ("report.duckdb", "cases.duckdb"):
        before = published_home / "published" / NIGHT.isoformat() / name
        assert (expected.night / name).read_bytes() == before.read_bytes()


def test_the_results_are_those_of_great_expectations_without_values(expected: Expected) -> None:
    results = json.loads((expected.night / "expectations" / "results.json").read_text(encoding="utf-8"))
    assert (results["as_of"], results["not_met"]) == (NIGHT.isoformat(), 0)
    for suite in results["suites"]:
        assert len(suite["findings"]) == suite["validation"]["statistics"]["evaluated_expectations"]
        for finding, result in zip(suite["findings"], suite["validation"]["results"], strict=True):
            assert finding["sentence"] == result["expectation_config"]["meta"]["sentence"]
            assert finding["judged"]
            assert not {"partial_unexpected_list", "unexpected_list"} & set(result["result"])
        assert set(suite["validation"]) == {"success", "statistics", "results"}  # no clock, no name of its own


class Addresses(HTMLParser):
    """Tags of a page and every address in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.heads: list[str] = []
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in = tag
        self.addresses += [str(value) for name, value in attrs if name in ("href", "src", "action")]

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in in ("h1", "h2", "th", "caption", "dt", "title"):
            self.heads.append(data)


def test_the_pages_open_offline_in_chinese_and_lead_to_one_another(expected: Expected) -> None:
    folder = expected.night / "expectations"
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 29
    for path in pages:
        text = path.read_text(encoding="utf-8")
        page = Addresses(text)
        assert not page.tags & {"script", "link", "img", "iframe", "form"}
        assert not re.search(r"https?:|//|url\((?!#)|@import|@font-face", text.replace("</", "<"))
        assert "default-src 'none'" in text
        for address in page.addresses:
            assert address.startswith("#") or (folder / address).resolve().is_file(), address
        headings = [head for head in page.heads if head.strip()]
        assert all(re.search(r"[一-鿿]", head) for head in headings), headings
    index = Addresses((folder / "index.html").read_text(encoding="utf-8"))
    assert {path.name for path in pages} - {"index.html"} <= set(index.addresses)
    assert "../reports/index.html" in index.addresses


def test_the_page_of_the_night_leads_to_the_report_and_promises_nothing(expected: Expected) -> None:
    page = expected.night / "reports" / "index.html"
    text = page.read_text(encoding="utf-8")
    assert "../expectations/index.html" in Addresses(text).addresses
    assert (page.parent / "../expectations/index.html").resolve().is_file()
    assert "没有核查的夜晚没有这份报告" in text
    county = (expected.night / "reports" / COUNTY[:6] / "index.html").read_text(encoding="utf-8")
    assert "expectations/" not in county


def test_anyone_may_read_the_report_and_nobody_change_it(expected: Expected) -> None:
    folder = expected.night / "expectations"
    assert folder.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    assert not list(expected.night.resolve().glob(".expectations*"))


def test_nothing_of_a_child_is_in_it(expected: Expected, published_home: Path) -> None:
    world = world_of(published_home, NIGHT.isoformat())
    assert len(world.names) > 1000
    files = sorted((expected.night / "expectations").iterdir())
    assert [leak for path in files for leak in leaks(world, path)] == []


def test_run_again_it_says_the_same(expected: Expected, sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = expected.night / "expectations"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    few = ("published.campaign", "quality.county_profile")
    monkeypatch.setattr(
        "pipelines.publish.expectations.step.every_suite",
        lambda as_of, small: [suite for suite in every_suite(as_of, small) if suite.table in few],
    )
    kept = expected.home / "again"
    shutil.copytree(expected.home / "published", kept / "published", symlinks=True)
    expect_night(kept, NIGHT, sample.policy)
    again = kept / "published" / NIGHT.isoformat() / "expectations"
    assert (again / "published.campaign.html").read_bytes() == before["published.campaign.html"]
    assert not (again / "published.zeroing.html").exists()  # what was there is gone as a whole


def test_the_report_goes_with_its_night(tmp_path: Path) -> None:
    for night in (date(2025, 9, 27), BEFORE):
        folder = new_folder(tmp_path, night)
        (folder / "expectations").mkdir()
        show(tmp_path, night, folder)
    gone = (tmp_path / "published" / "2025-09-27").resolve()
    assert tidy(tmp_path, 1) == [date(2025, 9, 27)]
    assert not gone.exists()
    assert (tmp_path / "published" / BEFORE.isoformat() / "expectations").is_dir()


def test_a_night_that_is_not_published_has_no_report(expected: Expected, sample: Sample) -> None:
    with pytest.raises(KongchuoError, match="2025-09-01 has not been published"):
        expect_night(expected.home, date(2025, 9, 1), sample.policy)


@pytest.fixture
def tables(expected: Expected) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two of the published tables, to be tampered with."""
    with duckdb.connect() as database:
        database.execute(f"attach '{expected.night / 'report.duckdb'}' as report (read_only)")
        database.execute("create schema published")
        for table in ("zeroing", "enrolment_rate"):
            database.execute(f"create table published.{table} as from report.published.{table}")
        yield database


class Tampered:
    """A reader of the tables as they are now."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self.database = database

    def read(self, sql: str, parameters: object = None) -> pl.DataFrame:
        return self.database.sql(sql, params=parameters).pl()


def not_met(database: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Sentences of a table that do not hold: rows, keys."""
    suites = [suite for suite in every_suite(NIGHT, 5) if suite.table == table and suite.title != "县级单位齐全"]
    results = run_suites({"published": Tampered(database)}, suites, NIGHT)
    return {f.expectation.sentence: (f.offending, f.sample) for result in results for f in result.failed}


WHERE = f"where unit_code = '{COUNTY}' and line = 'household' and \"group\" = 'all'"
KEY = f"{COUNTY}/household/all"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (f"update published.zeroing set unit_name = null {WHERE}", {"“填报单位”没有空值": (1, (KEY,))}),
        (f"update published.zeroing set clearance_rate = 100.01 {WHERE}", {"“销号率”在0到100之间": (1, (KEY,))}),
        (
            f"update published.zeroing set line = '政府' {WHERE}",
            {"“责任线”只取规定的2个值：政府线（户籍）、教育线（学校）"},
        ),
        (
            f"update published.zeroing set opened = opened + 1 {WHERE}",
            {"期初在册＋本期新增＋本期反弹－本期销号＝期末在册"},
        ),
        (
            "update published.zeroing set ever_opened = ever_opened - 1, ever_closed = ever_closed - 1 "
            "where unit_level = 'province' and line = 'household' and \"group\" = 'all'",
            {"全省累计立案不少于各县累计立案之和": (1, ("990000000000/household/all",))},
        ),
        ("insert into published.zeroing from published.zeroing limit 1", {"“填报单位代码、责任线、人群”合起来不重复"}),
        (
            "update published.zeroing set overdue = 2 where unit_level = 'school'",
            {"“逾期”在村、学校行中没有1至4的数"},
        ),
    ],
    ids=["null", "range", "value", "relation", "sum", "key", "small"],
)
def test_what_was_tampered_with_is_named(
    tables: duckdb.DuckDBPyConnection, change: str, found: set[str] | dict[str, tuple[int, tuple[str, ...]]]
) -> None:
    tables.execute(change)
    failed = not_met(tables, "published.zeroing")
    assert set(found) <= set(failed)
    if isinstance(found, dict):
        assert failed == found


def test_a_column_that_is_gone_cannot_be_judged_and_stops_nothing(tables: duckdb.DuckDBPyConnection) -> None:
    tables.execute("alter table published.enrolment_rate drop column gap_children")
    suites = [s for s in every_suite(NIGHT, 5) if s.table == "published.enrolment_rate" and s.title == "表的契约"]
    (outcome,) = outcomes_of(run_suites({"published": Tampered(tables)}, suites, NIGHT))
    assert outcome.verdict == "warn"
    assert "13列齐全" not in outcome.message
    assert "列齐全，顺序与契约一致；" in outcome.message
    assert "“需动员入学人数”不小于0（无法检验）" in outcome.message


def test_drift_is_named_by_county_and_kind_and_shows_no_number(expected: Expected) -> None:
    with Snapshot(expected.night / "cases.duckdb") as cases:
        tonight = Profile(NIGHT, cases.read("from quality.delivery_profile"), cases.read("from quality.county_profile"))
    twice = tonight.deliveries.with_columns(rows=pl.col("rows") * 2)
    suites = drift_suites(tonight, [replace(tonight, as_of=BEFORE, deliveries=twice)])
    results = run_suites({}, suites, NIGHT)
    deliveries, counties = outcomes_of(results)
    assert counties.passed
    assert (deliveries.verdict, deliveries.count, deliveries.severity) == ("warn", 1, "mark")
    assert len(deliveries.sample) == 5
    assert set(deliveries.sample) <= {f"{u}/{k}" for u, k in tonight.deliveries.select("unit_code", "kind").rows()}
    assert "漏报" in deliveries.action
    numbers = [each["result"] for each in results[0].validation["results"]]
    assert all(set(each) <= COUNTS for each in numbers)
