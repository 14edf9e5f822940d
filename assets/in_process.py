"""The job `nightly` in this process, for the command line: no daemon, no web server, nothing written but the night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg

from assets.definitions import build_defs
from assets.partitions import FIRST_NIGHT, NIGHTLY, on_the_day
from assets.resources import NightResource
from pipelines.engine.protocol import Machine
from pipelines.errors import KongchuoError
from pipelines.night import Watcher

# Dagster's own log repeats every table of every step; the watcher says what a person wants to know.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class InProcess:
    """The resolved job and its instance, ready for one night after the other."""

    def __init__(
        self,
        landing: Path,
        home: Path,
        policy: Path | None,
        waivers: Path | None,
        watcher: Watcher,
        machine: Machine | None = None,
    ) -> None:
        machine = machine or Machine()
        night = NightResource(
            landing=str(landing),
            home=str(home),
            policy=str(policy or ""),
            waivers=str(waivers or ""),
            memory_limit=machine.memory_limit or "",
            spill=str(machine.spill or ""),
            engine="spark" if machine.master else "duckdb",
            master=machine.master or "",
            shared=str(machine.shared or ""),
            retries=0,
        )
        # The command runs the suites itself, once, after the last of its nights.
        defs = build_defs(night=night, watcher=watcher, lineage=False, with_suites=False)
        self._job = defs.resolve_job_def(NIGHTLY)
        self._instance = _forgetful_instance()

    def run(self, as_of: date) -> None:
        """Run one night; raises what the step raised: NightBlocked, another KongchuoError, or a fault."""
        if as_of < FIRST_NIGHT:
            raise KongchuoError(f"Dagster's partitions begin on {FIRST_NIGHT}; run the night {as_of} with --plain.")
        try:
            with dg.partition_loading_context(effective_dt=on_the_day(as_of)):
                self._job.execute_in_process(
                    partition_key=as_of.isoformat(), instance=self._instance, run_config=QUIET, raise_on_error=True
                )
        except dg.Failure as failure:
            if isinstance(failure.__cause__, KongchuoError):
                raise failure.__cause__ from None
            raise


def _forgetful_instance() -> dg.DagsterInstance:
    """An ephemeral instance whose event log keeps nothing and therefore has nothing to look up.

    Nobody can ask this instance anything after the run, yet writing the 900 events of a night to its database, and
    asking it for the events of earlier nights that it never saw, takes longer than the rules of the night. What a run
    itself needs (order, checks that block, errors) does not go through the log.
    """
    instance = dg.DagsterInstance.ephemeral()
    log = instance.event_log_storage
    nothing = dg.EventRecordsResult(records=[], cursor="", has_more=False)
    answers: dict[str, object] = {
        "store_event": None,
        "get_asset_records": [],
        "fetch_materializations": nothing,
        "fetch_observations": nothing,
    }
    for method, answer in answers.items():
        setattr(log, method, _answering(answer))
    return instance


def _answering(answer: object) -> Callable[..., object]:
    """A method that always gives one answer."""
    return lambda *_, **__: answer
