"""The only place that reads environment variables."""

from __future__ import annotations

import os

from pipelines.errors import KongchuoError

SECRET = "KONGCHUO_SECRET"
LANDING = "KONGCHUO_LANDING"
HOME = "KONGCHUO_HOME"
POLICY = "KONGCHUO_POLICY"
WAIVERS = "KONGCHUO_WAIVERS"


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


def optional_setting(given: str, variable: str) -> str:
    """A value that was given, else that of the variable, else nothing."""
    return given or os.environ.get(variable, "")
