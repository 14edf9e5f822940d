"""Alerts of the command: a night of a crontab has no daemon that would notice that it failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import typer

from assets.environment import ways_from_environment


@contextmanager
def telling(as_of: date, home: Path) -> Iterator[None]:
    """Alert those on duty of a night that fails, where a way to reach them is configured; the error goes on."""
    try:
        yield
    except Exception as error:
        ways = ways_from_environment()
        if ways.webhook or ways.host:
            from assets.alerts import of_error, send

            for trouble in send(of_error(error, as_of), home, ways):
                typer.echo(f"kongchuo: an alert was not sent; {trouble}", err=True)
        raise
