"""Suites: what readers may expect of a published night, asked in a step of its own after it is published.

Nothing of it blocks. Where the step itself fails its checks warn that they did not run: the night stays published.
"""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of a check's function.
from collections.abc import Iterable, Iterator
from datetime import date

import dagster as dg

from assets.checks import Declared, check_specs, results_of
from assets.metadata import asset_key
from assets.resources import NightResource
from pipelines.errors import KongchuoError
from quality.outcome import Outcome
from quality.suites.every import PROFILES, judged_tables
from quality.suites.expectation import DRIFT, EXPECTATIONS

SUITES = "suites"
"""Name of the step."""
AFTER = "quality.checks"
"""The last table of the publication: the suites read what the public can read by then."""

CHECKS: tuple[Declared, ...] = (
    *(Declared(EXPECTATIONS, table.full_name, False, table.full_name) for table in judged_tables()),
    *(Declared(DRIFT, table, False, table) for table in PROFILES),
)


def suites() -> dg.AssetChecksDefinition:
    """The checks of every published table and of the profiles, in one step after the publication."""

    @dg.multi_asset_check(
        name=SUITES,
        specs=check_specs(CHECKS, after=(AFTER,)),
        can_subset=True,
        description="What readers may expect of the published tables; writes the report on the night's data.",
    )
    def run_suites(context: dg.AssetCheckExecutionContext, night: NightResource) -> Iterator[dg.AssetCheckResult]:
        wanted = context.selected_asset_check_keys
        declared = [d for d in CHECKS if dg.AssetCheckKey(asset_key(d.shown_on), d.check) in wanted]
        known = {(d.table, d.check) for d in declared}
        found = _outcomes(context, night)
        yield from results_of([o for o in found if (o.table, o.check) in known], declared)

    return run_suites


def _night(context: dg.AssetCheckExecutionContext) -> str:
    """The night of the run; of a range its last, as the others were judged when they were the newest or never."""
    tags = context.run.tags
    return tags.get("dagster/partition") or tags["dagster/asset_partition_range_end"]


def _outcomes(context: dg.AssetCheckExecutionContext, night: NightResource) -> Iterable[Outcome]:
    """What the suites found; where they cannot run, one warning for each check: the class tells what happened."""
    try:
        return night.expect(date.fromisoformat(_night(context)))
    except Exception as error:  # the night is published: nothing here may look as if it were not
        # Of other errors the class alone: a message may hold what stood in a row.
        why = str(error) if isinstance(error, KongchuoError) else type(error).__name__
        context.log.warning("the suites of the night could not be run: %s", why)
        words = "逐夜核查未能完成，数字已经发布，不受影响。"
        todo = "查明原因后运行 kongchuo suites。"
        return [Outcome(d.check, d.table, "warn", "mark", 1, words, action=todo) for d in CHECKS]
