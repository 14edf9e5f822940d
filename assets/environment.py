"""The only place that reads environment variables."""

from __future__ import annotations

import os
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
