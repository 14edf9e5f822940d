"""What the steps of a night are given: folders, policy, the secret, and one open warehouse for the whole run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from assets.environment import (
    HOME,
    LANDING,
    POLICY,
    WAIVERS,
    machine_from_environment,
    optional_setting,
    secret_from_environment,
    setting,
)
from assets.manifest import NIGHT, manifest
from assets.occasion import occasion
from assets.report import write_reports
from pipelines.night import STEPS, Night, StepResult, Watcher, open_night
from pipelines.publish.retention import tidy_home
from quality.outcome import Outcome


class NightResource(dg.ConfigurableResource):
    """Opens the night of a run once, for all its steps, and closes it when the run is over.

    An empty field takes its value from the environment when the first step begins, never at import. The secret is no
    field at all: configuration is stored with every run and shown in the page. `engine` (duckdb or spark), `master` and
    `shared` say where the models run. `retries` and `first_wait` (seconds, doubled every time) are for what may pass by
    itself.
    """

    landing: str = ""
    home: str = ""
    policy: str = ""
    waivers: str = ""
    memory_limit: str = ""
    spill: str = ""
    engine: str = ""
    master: str = ""
    shared: str = ""
    retries: int = 3
    first_wait: float = 120.0

    _night: Night | None = PrivateAttr(default=None)
    _results: dict[str, StepResult] = PrivateAttr(default_factory=dict)
    _whole: dict[date, dict[str, StepResult]] = PrivateAttr(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether an earlier step of this run has begun the night."""
        return self._night is not None

    @property
    def whole(self) -> dict[date, dict[str, StepResult]]:
        """Nights before the last of a range, published by this run, with the results of their steps."""
        return self._whole

    def tags(self, nights: Sequence[date]) -> dict[str, str]:
        """What a run of these nights takes: the sensors ask for it."""
        landing = Path(setting(self.landing, LANDING))
        return {NIGHT: nights[-1].isoformat(), **manifest(landing, nights[-1]).tags}

    def run_step(self, nights: Sequence[date], step: str, watcher: Watcher | None = None) -> StepResult:
        """Run one step of the last of some nights; raises KongchuoError, NightBlocked among them.

        A range is run as `replay` runs it: every earlier night whole and published before the next begins, the first
        that is blocked is the last. What a night works out lives no longer than the process. A run of a part of the
        night (some assets chosen on the page, a run continued after a failure) therefore runs the steps before it as
        well, without reporting them.
        """
        for earlier in nights[:-1]:
            if earlier not in self._whole:
                self._whole[earlier] = self._run_whole(earlier, watcher)
        night = self._opened(nights[-1])
        names = [known.name for known in STEPS]
        for name in names[: names.index(step) + 1]:
            if name not in self._results:
                if watcher:
                    watcher.step(name)
                self._results[name] = night.run_step(name)
                if watcher:
                    watcher.stepped(self._results[name])
        return self._results[step]

    def tidy(self) -> list[date]:
        """Take away the published nights that the policy no longer keeps; returns them."""
        policy = optional_setting(self.policy, POLICY)
        return tidy_home(Path(setting(self.home, HOME)), Path(policy) if policy else None, occasion("tidy"))

    def expect(self, as_of: date) -> list[Outcome]:
        """Run the suites on a published night and write its report; returns what they found."""
        # Great Expectations is loaded by this alone, and takes seconds.
        from pipelines.publish.expectations.step import expect_night

        policy, waivers = optional_setting(self.policy, POLICY), optional_setting(self.waivers, WAIVERS)
        return expect_night(
            Path(setting(self.home, HOME)),
            as_of,
            Path(policy) if policy else None,
            Path(waivers) if waivers else None,
        )

    def report(self, cycle: str) -> list[Path]:
        """Write the reports of a cycle from the newest published night; returns the files."""
        return write_reports(Path(setting(self.home, HOME)), cycle)

    def close(self) -> None:
        """Release the warehouse; a step that is tried again begins the night anew."""
        if self._night is not None:
            self._night.close()
        self._night = None
        self._results = {}

    def _run_whole(self, as_of: date, watcher: Watcher | None) -> dict[str, StepResult]:
        """One night from deliveries to publication, with the warehouse opened for it alone."""
        results = {}
        with self._open(as_of) as night:
            for step in STEPS:
                if watcher:
                    watcher.step(step.name)
                results[step.name] = night.run_step(step.name)
                if watcher:
                    watcher.stepped(results[step.name])
        return results

    def _opened(self, as_of: date) -> Night:
        """The night, opened on first use: what is wrong with folders or policy is then an error of the step."""
        if self._night is None:
            self._night = self._open(as_of)
        return self._night

    def _open(self, as_of: date) -> Night:
        policy = optional_setting(self.policy, POLICY)
        waivers = optional_setting(self.waivers, WAIVERS)
        return open_night(
            as_of,
            Path(setting(self.landing, LANDING)),
            Path(setting(self.home, HOME)),
            Path(policy) if policy else None,
            secret_from_environment(),
            waivers=Path(waivers) if waivers else None,
            machine=machine_from_environment(self.memory_limit, self.spill, self.engine, self.master, self.shared),
            occasion=occasion("nightly"),
        )

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Release the warehouse, whether the run went well or not."""
        self.close()
        self._whole = {}
