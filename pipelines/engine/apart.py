"""Make a public database in a process of its own, which never held a row about a person.

DuckDB writes whole blocks, and what a compressed text segment leaves unused of a block is whatever stood in that piece
of memory before (its issue 23382): a `report.duckdb` written in the night's process now and then holds the name of a
child between two columns of figures. A process that has been told public rows alone has nothing else to leave behind.

Run as a script this file is that process: it reads `[alias, [[path, statements], …]]` as JSON from its input and
imports nothing of the project, so that it is there in a tenth of a second.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

_MEMORY = "1GiB"  # tables by unit: what is larger spills beside the file


def write_apart(files: Mapping[Path, Sequence[str]], *, alias: str) -> None:
    """Make database files, each by statements that name it `alias` and read other files; all of them or none.

    They are made in their order by one process: what anyone may read comes first. Raises the error of DuckDB that a
    statement raised there.
    """
    told = json.dumps([alias, [(str(path), list(statements)) for path, statements in files.items()]])
    # -P: the modules beside this file are not there to be imported by their bare names.
    ended = subprocess.run(
        [sys.executable, "-P", __file__], input=told, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if ended.returncode == 0:
        return
    names = ", ".join(path.name for path in files)
    try:
        name, reason = json.loads(ended.stdout)
    except ValueError:
        name, reason = "", f"{names}: their process ended with {ended.returncode}: {ended.stderr.strip()[-500:]}"
    raise getattr(duckdb, name, duckdb.Error)(reason)


def _main() -> int:
    alias, files = json.loads(sys.stdin.buffer.read())
    try:
        for path, statements in files:
            with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": f"{path}.tmp"}) as connection:
                connection.execute(f"attach '{path.replace(chr(39), chr(39) * 2)}' as {alias}")
                connection.execute(";\n".join(["begin", *statements, "commit"])).fetchall()
                connection.execute(f"use memory; detach {alias}")
    except duckdb.Error as error:
        json.dump([type(error).__name__, str(error)], sys.stdout)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
