"""Runs suites with Great Expectations: the only module that knows it, and pandas, which comes with it.

Great Expectations reads pandas frames here (its connection to DuckDB does not work with this version). Importing it
takes seconds, so it is imported when a suite runs and never before. What it hands back holds counts and no values; rows
that offend are named by the keys that a suite allows, a few of them.
"""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars import selectors

from quality.outcome import SAMPLE_SIZE, Outcome
from quality.reader import QueryReader
from quality.suites.expectation import EXPECTATIONS, Expectation, Suite

_COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}
_PLACES = {"result_format": "SUMMARY", "partial_unexpected_count": SAMPLE_SIZE * 4}
"""Rows may share their key with others that offend: a few more are asked for than are shown."""
_ACTION = "数字已经发布，不会收回：按表名和样例核对来源与模型；确属数据有误的，更正后重跑当晚。"
_DRIFT_ACTION = "与报送单位核实是否漏报、重复报送或口径变化；属实的无需处理，以后各夜自会以此为常。"


@dataclass(frozen=True)
class Finding:
    """What became of one expectation: rows looked at, rows that offend, keys of a few of them.

    `judged` is false where it could not be held against the rows at all (a column is not there).
    """

    expectation: Expectation
    met: bool
    rows: int | None
    offending: int
    sample: tuple[str, ...] = ()
    judged: bool = True


@dataclass(frozen=True)
class SuiteResult:
    """One suite that was run: its findings in order, and what Great Expectations itself said, without values."""

    suite: Suite
    rows: int
    findings: tuple[Finding, ...]
    validation: Mapping[str, Any]

    @property
    def failed(self) -> tuple[Finding, ...]:
        """Expectations that are not met."""
        return tuple(finding for finding in self.findings if not finding.met)


def run_suites(readers: Mapping[str, QueryReader], suites: Iterable[Suite], as_of: dt.date) -> list[SuiteResult]:
    """Run suites in order; `readers` by schema. What cannot be read raises, what is not as expected does not."""
    library = _library()
    source = library.context.data_sources.add_pandas("published")
    made = []
    for place, suite in enumerate(suites):
        frame = suite.rows if suite.rows is not None else _rows(readers[suite.schema], suite, as_of)
        made.append(_run(library, source, f"{place}", suite, frame))
    return made


def outcomes_of(results: Sequence[SuiteResult]) -> list[Outcome]:
    """One outcome a table and check, in the order in which they were first met; none of them blocks."""
    groups: dict[tuple[str, str], list[SuiteResult]] = {}
    for result in results:
        groups.setdefault((result.suite.table, result.suite.check), []).append(result)
    return [_outcome(table, check, group) for (table, check), group in groups.items()]


def _outcome(table: str, check: str, results: Sequence[SuiteResult]) -> Outcome:
    findings = [finding for result in results for finding in result.findings]
    failed = [finding for result in results for finding in result.failed]
    counts = (
        ("expectations", len(findings)),
        ("not_met", len(failed)),
        ("offending_rows", sum(finding.offending for finding in failed)),
    )
    notes = "".join(dict.fromkeys(result.suite.note for result in results if result.suite.note))
    if not failed:
        return Outcome(check, table, "pass", "mark", 0, f"{len(findings)}项期望全部符合。{notes}", counts=counts)
    told = "；".join(dict.fromkeys(_told(finding) for finding in failed))
    sample = tuple(dict.fromkeys(key for finding in failed for key in finding.sample))
    message = f"{len(findings)}项期望中有{len(failed)}项不符：{told}。{notes}"
    action = _ACTION if check == EXPECTATIONS else _DRIFT_ACTION
    return Outcome(check, table, "warn", "mark", len(failed), message, sample, action, counts)


def _told(finding: Finding) -> str:
    if not finding.judged:
        return f"{finding.expectation.sentence}（无法检验）"
    rows = f"（{finding.offending}行不符）" if finding.offending else ""
    return f"{finding.expectation.sentence}{rows}"


@dataclass(frozen=True)
class _Library:
    """Great Expectations as far as it is used: the package, its expectations, a context that nothing keeps."""

    package: Any
    expectations: Any
    pandas: Any
    context: Any


def _library() -> _Library:
    """Great Expectations with a context that is forgotten, without bars and without reports to its makers."""
    with _without_spark():
        package = importlib.import_module("great_expectations")
        types = importlib.import_module("great_expectations.data_context.types.base")
    context = package.get_context(mode="ephemeral")
    context.variables.progress_bars = types.ProgressBarsConfig(globally=False)
    context.variables.analytics_enabled = False
    with _without_spark():
        expectations = importlib.import_module("great_expectations.expectations")
    return _Library(package, expectations, importlib.import_module("pandas"), context)


@contextmanager
def _without_spark() -> Iterator[None]:
    """Great Expectations ends the process that imports it beside pyspark 4: in this block there is none."""
    names = [name for name in sys.modules if name == "pyspark" or name.startswith("pyspark.")]
    hidden = {name: sys.modules.pop(name) for name in names}
    sys.modules["pyspark"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["pyspark"]
        sys.modules.update(hidden)


def _rows(reader: QueryReader, suite: Suite, as_of: dt.date) -> pl.DataFrame:
    return reader.read(suite.query, {"as_of": as_of} if "$as_of" in suite.query else None)


def _run(library: _Library, source: Any, name: str, suite: Suite, frame: pl.DataFrame) -> SuiteResult:
    asset = source.add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe("rows").get_batch({"dataframe": _as_pandas(library, frame)})
    made = [
        getattr(library.expectations, each.kind)(**each.arguments, meta={"sentence": each.sentence, "place": place})
        for place, each in enumerate(suite.expectations)
    ]
    validation = batch.validate(_suite(library, name, made), result_format=_COUNTS).to_json_dict()
    # Great Expectations reports in an order of its own.
    results = sorted(validation["results"], key=lambda result: result["expectation_config"]["meta"]["place"])
    again = [made[place] for place, result in enumerate(results) if not result["success"] and suite.keys]
    # Which rows they are is asked only where there are any: it takes as long again.
    named = batch.validate(_suite(library, f"{name} again", again), result_format=_PLACES) if again else None
    samples = _samples(named, frame.select(suite.keys)) if named else {}
    findings = tuple(
        _finding(each, result, samples.get(place, ()))
        for place, (each, result) in enumerate(zip(suite.expectations, results, strict=True))
    )
    return SuiteResult(suite, frame.height, findings, _without_values(validation, results))


def _suite(library: _Library, name: str, expectations: Sequence[Any]) -> Any:
    return library.package.ExpectationSuite(name=name, expectations=list(expectations))


def _samples(validation: Any, keys: pl.DataFrame) -> dict[int, tuple[str, ...]]:
    """Keys of a few offending rows, by place of the expectation; of a row nothing but its place is taken from here."""
    found = {}
    for result in validation.to_json_dict()["results"]:
        rows = keys[[int(row) for row in result["result"].get("partial_unexpected_index_list") or []]]
        named = ("/".join(str(part) for part in row if part is not None) for row in rows.iter_rows())
        found[result["expectation_config"]["meta"]["place"]] = tuple(dict.fromkeys(named))[:SAMPLE_SIZE]
    return found


def _finding(expectation: Expectation, result: Mapping[str, Any], sample: tuple[str, ...]) -> Finding:
    told = result["result"]
    rows, offending = told.get("element_count"), told.get("unexpected_count") or 0
    return Finding(expectation, bool(result["success"]), rows, offending, sample, judged=not _raised(result))


def _raised(result: Mapping[str, Any]) -> bool:
    """Whether it could not be judged; what was raised may speak of cells and is not handed on."""
    info = result.get("exception_info") or {}
    told = [info, *(each for each in info.values() if isinstance(each, dict))]
    return any(each.get("raised_exception") for each in told)


def _without_values(validation: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What Great Expectations said, less clocks, names of its own and whatever could hold a cell."""
    return {
        "success": validation["success"],
        "statistics": validation["statistics"],
        "results": [
            {
                "success": result["success"],
                "expectation_config": {
                    "type": result["expectation_config"]["type"],
                    "kwargs": {k: v for k, v in result["expectation_config"]["kwargs"].items() if k != "batch_id"},
                    "meta": {"sentence": result["expectation_config"]["meta"]["sentence"]},
                },
                "result": {
                    k: v for k, v in result["result"].items() if isinstance(v, int | float) or k == "observed_value"
                },
                "exception_info": {"raised_exception": _raised(result)},
            }
            for result in results
        ],
    }


def _is_count(name: str, value: object) -> bool:
    """Counts and shares of rows, and of a whole table its columns or its rows: never a cell."""
    return isinstance(value, int | float) or name == "observed_value"


def _as_pandas(library: _Library, frame: pl.DataFrame) -> Any:
    """The rows as Python values: whole numbers and decimals stay exact, a null is a null, days are texts."""
    texts = frame.with_columns(selectors.date().dt.strftime("%Y-%m-%d"))
    return library.pandas.DataFrame(
        {column.name: library.pandas.Series(_values(column), dtype=object) for column in texts.iter_columns()}
    )


def _values(column: pl.Series) -> list[object]:
    """The cells; a table of a province has a million rows and few values, so that each is kept once."""
    cells: list[object] = column.to_list()
    if column.dtype.is_nested():
        return cells
    kept: dict[object, object] = {}
    return list(map(kept.setdefault, cells, cells))
