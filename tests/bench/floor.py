"""The floor: one DuckDB process that merely loads the delivered files as text. No loader of these files is faster.

``python -m tests.bench.floor --landing DIR --date 2025-09-20 --database FILE`` reads every file of a delivery date
into one table per kind, all columns text, the dialect and the columns told and nothing sniffed, into a fresh database
on disk, and prints one line of JSON. Seconds run from opening the database to having closed it; ``load_seconds`` is
the share of ``read_csv`` alone, without opening and the last checkpoint.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import duckdb

from tests.bench.headers import HEADERS


def files_by_kind(folder: Path) -> dict[str, list[str]]:
    """The CSV files of one delivery date, by kind (the part of the name before the first underscore)."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.csv")):
        found.setdefault(path.name.partition("_")[0], []).append(str(path))
    return found


def load(folder: Path, database: Path) -> dict[str, float | int]:
    """Load all files of ``folder`` into a fresh ``database``; return seconds, rows and bytes.

    Raises ``ValueError`` for a file of an unknown kind: a floor that leaves files out would flatter nobody.
    """
    found = files_by_kind(folder)
    unknown = sorted(set(found) - set(HEADERS))
    if unknown:
        raise ValueError(f"not a kind of spec 2.2: {', '.join(unknown)}")
    database.unlink(missing_ok=True)
    database.with_name(database.name + ".wal").unlink(missing_ok=True)
    start = time.perf_counter()
    connection = duckdb.connect(str(database))
    opened = time.perf_counter()
    rows = 0
    for kind, paths in found.items():
        columns = dict.fromkeys(HEADERS[kind], "VARCHAR")
        connection.execute(
            f'create table "{kind}" as select * from read_csv($files, columns = $columns, auto_detect = false, '
            "delim = ',', quote = '\"', escape = '\"', header = true)",
            {"files": paths, "columns": columns},
        )
        rows += int(connection.execute(f'select count(*) from "{kind}"').fetchall()[0][0])
    loaded = time.perf_counter()
    connection.close()
    closed = time.perf_counter()
    return {
        "seconds": closed - start,
        "load_seconds": loaded - opened,
        "rows": rows,
        "files": sum(len(paths) for paths in found.values()),
        "csv_bytes": sum(Path(path).stat().st_size for paths in found.values() for path in paths),
        "database_bytes": database.stat().st_size,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--date", required=True)
    parser.add_argument("--database", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        result = load(arguments.landing / arguments.date, arguments.database)
    except ValueError as error:
        sys.exit(str(error))
    result["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
