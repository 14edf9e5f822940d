"""`kongchuo suites`: what is expected of a published night, what of it did not hold, and where the report is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from assets.summary import published_night, report_line, wide_console
from pipelines.errors import KongchuoError
from pipelines.publish.expectations.step import expect_night


def print_suites(home: Path, as_of: date | None, policy: Path | None, waivers: Path | None = None) -> None:
    """Run the suites on a night (the newest unless one is asked for) and print what did not hold (stdout)."""
    night = published_night(home, as_of)
    console = wide_console()
    for outcome in expect_night(home, night.as_of, policy, waivers):
        if outcome.passed:
            continue
        waived = f" [豁免：{outcome.waiver.owner}，至 {outcome.waiver.expires}]" if outcome.waiver else ""
        console.print(
            f"MARK {outcome.table}: {outcome.message} {outcome.action}{waived}", markup=False, highlight=False
        )
        for key in outcome.sample:
            console.print(f"     {key}", markup=False, highlight=False, soft_wrap=True)
    console.print(report_line(night), markup=False, highlight=False, soft_wrap=True)


def print_suites_of_published(home: Path, as_of: date, policy: Path | None, waivers: Path | None) -> None:
    """The same after a run that has published: where the suites fail that is said, and the run has succeeded."""
    try:
        print_suites(home, as_of, policy, waivers)
    except Exception as error:
        # Of other errors the class alone: a message may hold what stood in a row.
        why = str(error) if isinstance(error, KongchuoError) else type(error).__name__
        typer.echo(f"kongchuo: the night {as_of} is published, but its suites could not be run: {why}", err=True)
