"""The suites of a night, run after its publication: the databases are read, a report is put beside them.

Whatever happens here, the night stays published as it is: what is expected of it is for readers, not for the gate.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.engine.snapshot import Snapshot
from pipelines.errors import KongchuoError
from pipelines.night import load_waivers
from pipelines.publish.expectations.page import write_report_pages
from pipelines.publish.expectations.report import FOLDER, RESULTS
from pipelines.publish.folder import nights, open_public, published_root
from pipelines.settings import load_policy
from quality.drift import COUNTIES, DELIVERIES, NIGHTS, Profile, drift_suites
from quality.gx_runner import SuiteResult, outcomes_of, run_suites
from quality.outcome import Outcome
from quality.reader import query
from quality.suites.every import every_suite
from quality.waived import with_waivers
from schemas.catalogue import CATALOGUE
from schemas.shown import CASES, REPORT

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIBRARY = "great_expectations"
_PROFILES = (
    "select count(*) as n from information_schema.tables where table_schema = 'quality' and table_name in ($a, $b)"
)
_PROVINCE = "select min(unit_name) as name from published.zeroing where unit_level = 'province'"


def expect_night(home: Path, as_of: dt.date, policy: Path | None, waivers: Path | None = None) -> list[Outcome]:
    """Run every suite on a published night and write its report; returns one outcome a table and check.

    `waivers` as for the night: what an office accepts is told as accepted (`quality.waivers`).
    Raises KongchuoError where the night is not published or cannot be read, or the report cannot be written.
    """
    if as_of not in nights(home):
        raise KongchuoError(f"The night {as_of} has not been published in {home}; run it with `kongchuo run`.")
    # The folder itself, not the link to it: a night that is published anew meanwhile gets its own report later.
    folder = (published_root(home) / as_of.isoformat()).resolve()
    small_cell = int(load_policy(policy, as_of)["disclosure"]["small_cell"])
    before = [profile for night in _before(home, as_of) if (profile := _profile(home, night)) is not None]
    with Snapshot(folder / REPORT) as report, Snapshot(folder / CASES) as cases:
        tonight = _profile(home, as_of)
        suites = [*every_suite(as_of, small_cell), *(drift_suites(tonight, before) if tonight else [])]
        results = run_suites({"published": report, "quality": cases}, suites, as_of)
        province = str(report.read(_PROVINCE)["name"][0] or "")
    _write(folder, as_of, province, results)
    return with_waivers(outcomes_of(results), load_waivers(waivers, home, as_of), as_of)


def _before(home: Path, as_of: dt.date) -> list[dt.date]:
    return [night for night in nights(home) if night < as_of][-NIGHTS:]


def _profile(home: Path, night: dt.date) -> Profile | None:
    """The profile tables of a night; None where an earlier version published it without them."""
    with Snapshot(published_root(home) / night.isoformat() / CASES) as cases:
        names = {place: table.split(".")[1] for place, table in zip("ab", (DELIVERIES, COUNTIES), strict=True)}
        if cases.read(_PROFILES, names)["n"][0] < len(names):
            return None
        deliveries, counties = (cases.read(query("*", CATALOGUE[table])) for table in (DELIVERIES, COUNTIES))
        return Profile(night, deliveries, counties)


def _write(folder: Path, as_of: dt.date, province: str, results: Sequence[SuiteResult]) -> None:
    """Results and pages, written aside and put in their place by a rename; open to all, as what they speak of is."""
    part, old, target = folder / f".{FOLDER}.part", folder / f".{FOLDER}.old", folder / FOLDER
    try:
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)
        part.mkdir(mode=0o700)
        text = json.dumps(_as_json(as_of, results), ensure_ascii=False, indent=1)
        (part / RESULTS).write_text(text + "\n", encoding="utf-8")
        write_report_pages(results, as_of, province, part)
        open_public(part)
        if target.exists():
            target.rename(old)
        part.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise KongchuoError(
            f"The report {target} cannot be written ({error.strerror}); run the suites again."
        ) from error


def _as_json(as_of: dt.date, results: Sequence[SuiteResult]) -> dict[str, Any]:
    """Counts and keys of units; of Great Expectations its own results as `validation`."""
    return {
        "as_of": as_of.isoformat(),
        _LIBRARY: version(_LIBRARY),
        "expectations": sum(len(result.findings) for result in results),
        "not_met": sum(len(result.failed) for result in results),
        "suites": [
            {
                "table": result.suite.table,
                "check": result.suite.check,
                "title": result.suite.title,
                "note": result.suite.note,
                "rows": result.rows,
                "findings": [
                    {
                        "sentence": finding.expectation.sentence,
                        "met": finding.met,
                        "judged": finding.judged,
                        "rows": finding.rows,
                        "offending": finding.offending,
                        "sample": list(finding.sample),
                    }
                    for finding in result.findings
                ],
                "validation": result.validation,
            }
            for result in results
        ],
    }
