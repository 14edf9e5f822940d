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
ENGINE = "KONGCHUO_ENGINE"
MASTER = "KONGCHUO_MASTER"
SHARED = "KONGCHUO_SHARED"
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


def machine_from_environment(
    memory_limit: str = "", spill: str = "", engine: str = "", master: str = "", shared: str = ""
) -> Machine:
    """What a night runs on: values that were given, else those of the variables, else DuckDB on this machine alone.

    Raises KongchuoError for an engine that is not known, and for a master or shared folder that DuckDB has no use for.
    """
    folder, common = optional_setting(spill, SPILL), optional_setting(shared, SHARED)
    chosen, at = optional_setting(engine, ENGINE) or "duckdb", optional_setting(master, MASTER)
    if chosen not in ("duckdb", "spark"):
        raise KongchuoError(f"There is no engine {chosen!r}: choose duckdb or spark (--engine, {ENGINE}).")
    if chosen == "duckdb" and (master or shared):
        raise KongchuoError("--master and --shared belong to the Spark engine: add --engine spark, or leave them out.")
    return Machine(
        memory_limit=optional_setting(memory_limit, MEMORY_LIMIT) or None,
        spill=Path(folder) if folder else None,
        master=(at or "local[*]") if chosen == "spark" else None,
        shared=_shared_folder(common) if common and chosen == "spark" else None,
    )


def _shared_folder(given: str) -> Path:
    if "://" in given and not given.startswith("file://"):
        raise KongchuoError(
            f"{given} is no folder: DuckDB reads the tables as well, so give a folder that is mounted under the same "
            f"path on this machine and on all workers (--shared, {SHARED})."
        )
    return Path(given.removeprefix("file://")).resolve()


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
