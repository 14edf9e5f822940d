"""The only place that reads environment variables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.engine.protocol import Machine
from pipelines.errors import KongchuoError

SECRET = "KONGCHUO_SECRET"
LANDING = "KONGCHUO_LANDING"
HOME = "KONGCHUO_HOME"
POLICY = "KONGCHUO_POLICY"
WAIVERS = "KONGCHUO_WAIVERS"
MEMORY_LIMIT = "KONGCHUO_MEMORY_LIMIT"
SPILL = "KONGCHUO_SPILL"
LOG = "KONGCHUO_LOG"
AUTOMATIC = "KONGCHUO_AUTOMATIC"
WEBHOOK = "KONGCHUO_WEBHOOK"
SMTP = "KONGCHUO_SMTP_"


@dataclass(frozen=True)
class Ways:
    """How alerts leave the machine: a webhook, a mail server, both or neither. The password stands in a file."""

    webhook: str = ""
    host: str = ""
    port: str = ""
    user: str = ""
    password_file: str = ""
    sender: str = ""
    recipients: str = ""


def secret_from_environment() -> bytes:
    """The key from which child keys are made; raises KongchuoError that says how to make one where it is missing."""
    secret = os.environ.get(SECRET, "").strip()
    if not secret:
        raise KongchuoError(
            f"{SECRET} is not set: make a secret once with `export {SECRET}=$(openssl rand -hex 32)`, "
            "keep it safe and use the same every night, because child keys are made from it."
        )
    return secret.encode()


def setting(given: str, variable: str) -> str:
    """A value that was given, else that of the variable; raises KongchuoError where there is neither."""
    value = given or os.environ.get(variable, "")
    if not value:
        raise KongchuoError(f"{variable} is not set: export it, or configure the resource `night`.")
    return value


def machine_from_environment(memory_limit: str = "", spill: str = "") -> Machine:
    """What a night may use of this machine: values that were given, else those of the variables, else DuckDB's own."""
    folder = optional_setting(spill, SPILL)
    return Machine(optional_setting(memory_limit, MEMORY_LIMIT) or None, Path(folder) if folder else None)


def optional_setting(given: str, variable: str) -> str:
    """A value that was given, else that of the variable, else nothing."""
    return given or os.environ.get(variable, "")


def ways_from_environment() -> Ways:
    """What is configured for alerts; nothing is checked here."""
    mail = {
        "host": "HOST",
        "port": "PORT",
        "user": "USER",
        "password_file": "PASSWORD_FILE",
        "sender": "FROM",
        "recipients": "TO",
    }
    found = {name: os.environ.get(SMTP + variable, "").strip() for name, variable in mail.items()}
    return Ways(os.environ.get(WEBHOOK, "").strip(), **found)


def automatic() -> bool:
    """Whether schedules and sensors are on from the start: where a night runs by itself, not on a desk."""
    return os.environ.get(AUTOMATIC, "").strip().lower() in ("1", "on", "true", "yes")
