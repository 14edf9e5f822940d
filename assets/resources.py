"""What the steps of a night are given: folders, policy, the secret, and one open warehouse for the whole run."""

from __future__ import annotations

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
from assets.occasion import occasion
from assets.report import write_reports
from pipelines.night import STEPS, Night, StepResult, Watcher, open_night
from pipelines.publish.retention import tidy_home


class NightResource(dg.ConfigurableResource):
    """Opens the night of a run once, for all its steps, and closes it when the run is over.

    An empty field takes its value from the environment when the first step begins, never at import. The secret is no
    field at all: configuration is stored with every run and shown in the page.
    """

    landing: str = ""
    home: str = ""
    policy: str = ""
    waivers: str = ""
    memory_limit: str = ""
    spill: str = ""

    _night: Night | None = PrivateAttr(default=None)
    _results: dict[str, StepResult] = PrivateAttr(default_factory=dict)

    def run_step(self, as_of: date, step: str, watcher: Watcher | None = None) -> StepResult:
        """Run one step of the night of a date; raises KongchuoError, NightBlocked among them.

        What a night works out lives no longer than the process. A run of a part of the night (some assets chosen on
        the page, a run continued after a failure) therefore runs the steps before it as well, without reporting them.
        """
        night = self._opened(as_of)
        names = [known.name for known in STEPS]
        for name in names[: names.index(step) + 1]:
            if name not in self._results:
                if watcher:
                    watcher.step(name)
                self._results[name] = night.run_step(name)
        return self._results[step]

    def tidy(self) -> list[date]:
        """Take away the published nights that the policy no longer keeps; returns them."""
        policy = optional_setting(self.policy, POLICY)
        return tidy_home(Path(setting(self.home, HOME)), Path(policy) if policy else None, occasion("tidy"))

    def report(self, cycle: str) -> list[Path]:
        """Write the reports of a cycle from the newest published night; returns the files."""
        return write_reports(Path(setting(self.home, HOME)), cycle)

    def _opened(self, as_of: date) -> Night:
        """The night, opened on first use: what is wrong with folders or policy is then an error of the step."""
        if self._night is None:
            policy = optional_setting(self.policy, POLICY)
            waivers = optional_setting(self.waivers, WAIVERS)
            self._night = open_night(
                as_of,
                Path(setting(self.landing, LANDING)),
                Path(setting(self.home, HOME)),
                Path(policy) if policy else None,
                secret_from_environment(),
                waivers=Path(waivers) if waivers else None,
                machine=machine_from_environment(self.memory_limit, self.spill),
                occasion=occasion("nightly"),
            )
        return self._night

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Release the warehouse, whether the run went well or not."""
        if self._night is not None:
            self._night.close()
            self._night = None
            self._results = {}
