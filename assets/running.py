"""Nights in this process, in order: as the Dagster job, or as plain calls of the same steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from assets.logs import Form
from assets.occasion import occasion
from assets.progress import watching
from assets.telling import telling
from pipelines.engine.protocol import Machine
from pipelines.errors import KongchuoError
from pipelines.night import Watcher, load_waivers, run_night
from pipelines.settings import load_policy

RunOne = Callable[[date], None]


def run_nights(
    nights: Sequence[date],
    landing: Path,
    home: Path,
    policy: Path | None,
    secret: bytes,
    *,
    plain: bool,
    waivers: Path | None = None,
    form: Form = "progress",
    machine: Machine | None = None,
) -> None:
    """Run nights one after the other; raises KongchuoError and stops at the first that cannot be published."""
    with telling(nights[0], home):
        check_home(home)
        for as_of in nights:
            # A policy that a later night would refuse is refused before the first one changes anything.
            load_policy(policy, as_of)
            load_waivers(waivers, home, as_of)
    with watching(len(nights), form=form) as watcher:
        run_one = (
            _plain(landing, home, policy, waivers, secret, watcher, machine)
            if plain
            else _dagster(landing, home, policy, waivers, watcher, machine)
        )
        for as_of in nights:
            with telling(as_of, home):
                run_one(as_of)


def check_home(home: Path) -> None:
    """Raise KongchuoError where the home exists and this user may not use it; one that is missing is made later."""
    try:
        usable = not home.is_dir() or os.access(home, os.R_OK | os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if not usable:
        raise KongchuoError(
            f"The home folder {home} may not be read and written by this user; give another with --home."
        )


def _plain(
    landing: Path,
    home: Path,
    policy: Path | None,
    waivers: Path | None,
    secret: bytes,
    watcher: Watcher,
    machine: Machine | None,
) -> RunOne:
    """A night as plain function calls."""

    def run_one(as_of: date) -> None:
        run_night(
            as_of,
            landing,
            home,
            policy,
            secret,
            watcher,
            waivers=waivers,
            machine=machine,
            occasion=occasion("nightly"),
        )

    return run_one


def _dagster(
    landing: Path, home: Path, policy: Path | None, waivers: Path | None, watcher: Watcher, machine: Machine | None
) -> RunOne:
    """A night as the job `nightly` on an instance that is forgotten afterwards."""
    from assets.in_process import InProcess

    job = InProcess(landing, home, policy, waivers, watcher, machine)

    def run_one(as_of: date) -> None:
        watcher.night(as_of)
        job.run(as_of)
        watcher.done()

    return run_one
