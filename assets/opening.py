"""The command `kongchuo open`: the lines that open a published file, for DuckDB's own command, Python and SQL.

`current` is resolved: a session that goes on for days stays with its night, and its path says which one that is.
"""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path

import typer

from assets.summary import published_night
from pipelines.errors import KongchuoError
from schemas.ddl import text_literal
from schemas.shown import CASE_HISTORY, CASES, HISTORY, REPORT

FILES = {path.removesuffix(".duckdb"): path for path in (REPORT, CASES, HISTORY, CASE_HISTORY)}


def print_lines(home: Path, file: str, as_of: date | None) -> None:
    """Print how to open a file of a published night (the newest unless one is asked for)."""
    for line in lines(file_of(home, file, as_of)):
        typer.echo(line)


def file_of(home: Path, file: str, as_of: date | None) -> Path:
    """The path of a file of a published night; raises KongchuoError where there is no such night or file."""
    if file not in FILES:
        raise KongchuoError(f"There is no file {file}; take one of {', '.join(FILES)} with --file.")
    night = published_night(home, as_of)
    path = night.folder / FILES[file]
    if not path.exists():
        raise KongchuoError(
            f"The night {night.as_of} has no {path.name}: only the newest night keeps the histories, which tell of all "
            "nights; leave --as-of away."
        )
    return path


def lines(path: Path) -> tuple[str, ...]:
    """Shell, Python and SQL that open a database so that nobody waits: read only, and in use for its macros."""
    alias = path.stem
    return (
        f"duckdb -readonly {shlex.quote(str(path))}",
        f"duckdb.connect({str(path)!r}, read_only=True)",
        f"ATTACH {text_literal(str(path))} AS {alias} (READ_ONLY); USE {alias};",
    )
