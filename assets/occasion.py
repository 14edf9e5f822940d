"""Who runs a command, and when: the only place that asks the system for either (spec 6.3, the log of exports)."""

from __future__ import annotations

import os
from datetime import datetime

from pipelines.publish.export_log import Occasion


def occasion(command: str) -> Occasion:
    """Now, and the user as the system knows him: the environment could say anything."""
    return Occasion(datetime.now().astimezone(), _user(), command)


def _user() -> str:
    number = os.geteuid()
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError):
        return str(number)
