"""Which published nights are kept (`delivery.keep_nights`): the newest ones, and the last of each month for ever.

Only what readers see is taken away. Parsed rows, events and histories stay in the warehouse, so that any night can be
run again from them.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from pipelines.errors import KongchuoError
from pipelines.holding import holding
from pipelines.publish.export_log import Occasion
from pipelines.publish.folder import nights, published_root
from pipelines.settings import load_policy


def kept_nights(published: list[dt.date], keep: int) -> set[dt.date]:
    """The nights that stay: the `keep` newest, one at least, and the last published one of every month."""
    ordered = sorted(published)
    last_of_month = {(night.year, night.month): night for night in ordered}
    return {*ordered[-max(keep, 1) :], *last_of_month.values()}


def tidy(home: Path, keep: int) -> list[dt.date]:
    """Take away the published nights that are not kept; returns them, oldest first.

    A night's link goes before its folder: nobody finds half a night. A reader who has a file open keeps it.
    """
    published = nights(home)
    gone = sorted(set(published) - kept_nights(published, keep))
    for night in gone:
        link = published_root(home) / night.isoformat()
        folder = link.resolve()
        link.unlink()
        shutil.rmtree(folder, ignore_errors=True)
    return gone


def tidy_home(home: Path, policy: Path | None, occasion: Occasion | None = None) -> list[dt.date]:
    """`tidy` with the number of nights that the policy keeps on the newest one's date.

    Raises KongchuoError where nothing was published yet or a folder cannot be taken away, TemporaryError where a run
    holds the home.
    """
    published = nights(home)
    if not published:
        raise KongchuoError(f"Nothing has been published in {home} yet; give the --home of a night that was run.")
    try:
        with holding(home, "taking old nights away", occasion):
            return tidy(home, int(load_policy(policy, published[-1])["delivery"]["keep_nights"]))
    except OSError as error:
        raise KongchuoError(
            f"The published nights in {home} cannot be taken away ({error.strerror}); let this user write there."
        ) from error
