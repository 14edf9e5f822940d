"""A reader of published nights who never rests: `python -m tests.support.night_reader HOME STOP`, until STOP is there.

Every look opens `current`, asks every table of the report for its date through one connection, and closes it again;
one connection of the first look stays open for ever. Says `reading` when that one is open, and at the end one JSON
object: looks, nights in the order seen, faults.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

TABLES = "select schema_name || '.\"' || table_name || '\"' from duckdb_tables() order by 1"


def dates(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Table → the dates that stand in it."""
    tables = [name for (name,) in connection.execute(TABLES).fetchall()]
    query = "select distinct cast(as_of as varchar) from {} order by 1"
    return {name: [day for (day,) in connection.execute(query.format(name)).fetchall()] for name in tables}


def main(home: Path, stop: Path) -> dict[str, object]:
    """Look until the file `stop` is there, and once more."""
    report = home / "published" / "current" / "report.duckdb"
    kept = duckdb.connect(str(report.resolve()), read_only=True)
    first = dates(kept)
    sys.stdout.write("reading\n")
    sys.stdout.flush()
    nights: list[str] = []
    faults: list[str] = []
    looks, last = 0, False
    while not last:
        last = stop.exists()
        looks += 1
        try:
            with duckdb.connect(str(report), read_only=True) as connection:
                seen = dates(connection)
        except (duckdb.Error, OSError) as error:
            faults.append(f"{type(error).__name__}: {error}")
            continue
        days = sorted({day for found in seen.values() for day in found})
        if len(days) != 1 or not seen['published."zeroing"']:
            faults.append(f"torn: {days}")
        if nights[-1:] != days[:1]:
            nights += days[:1]
        if dates(kept) != first:
            faults.append("the connection that was kept shows something else")
    kept.close()
    return {"looks": looks, "nights": nights, "faults": faults}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
