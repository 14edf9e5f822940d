"""One large file: ``python -m tests.bench.files --rows 8000000`` (or ``make bench-files ROWS=8000000``).

A registry of so many rows in one GB18030 CSV is read, cleaned, judged and stored by the landing step in a process of
its own; beside it DuckDB loads the same rows as text from UTF-8, dialect and columns told. Prints seconds, peak memory
and the ratio, and writes ``bench.json``. The files stay in ``--out`` for the next run.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.bench import office_files
from tests.bench.children import make_people
from tests.bench.expressions import FIRST_NIGHT
from tests.bench.headers import HEADERS
from tests.bench.places import PROVINCE, make_province
from tests.bench.run import ROOT, machine, warm

_SPARE = 1.1  # not every child is a resident
_SEED = 1


def make_files(out: Path, rows: int) -> None:
    """``landing/<date>``: 区划, 学校 and a 户籍 of the province in GB18030; ``utf8/<date>``: the 户籍 in UTF-8."""
    landing, plain = (out / name / FIRST_NIGHT.isoformat() for name in ("landing", "utf8"))
    for folder in (landing, plain):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    province = make_province(int(rows * _SPARE), max(3, min(88, rows // 20_000)), _SEED)
    for kind, frame in (("区划", province.divisions()), ("学校", province.schools())):
        frame.write_csv(landing / f"{kind}_{PROVINCE}.csv")
    name = f"户籍_{PROVINCE}.csv"
    left = rows
    with (plain / name).open("wb") as utf8, (landing / name).open("wb") as gb18030:
        for county in province.counties:
            people = make_people(county, _SEED).filter("resident")
            rng = np.random.default_rng([_SEED, 3, county.index])
            registry = office_files.registry(rng, county, people, people.clear()).select(HEADERS["户籍"]).head(left)
            text = registry.write_csv(include_header=left == rows)
            left -= registry.height
            utf8.write(text.encode())
            gb18030.write(text.encode("gb18030"))
    if left:
        raise ValueError(f"the made province has {left} residents too few")
    (out / "files.json").write_text(json.dumps({"rows": rows}), encoding="utf-8")


def land(out: Path) -> None:
    """The landing step alone, as the night runs it; prints one line of JSON."""
    from pipelines.night import open_night
    from pipelines.settings import load_policy

    home = out / "home"
    policy = load_policy(None, FIRST_NIGHT)
    with open_night(FIRST_NIGHT, out / "landing", home, policy, b"public-secret-of-a-fictional-province") as night:
        night.run_step("landing")
        (found,) = night.engine.read(
            "select accepted, rejected, repeats, state from landing.deliveries where kind = '户籍'"
        ).rows(named=True)
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps(found) + "\n")


def _ran(*arguments: str) -> tuple[float, dict[str, object]]:
    """Seconds of a process from start to exit, and what it printed."""
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", *arguments], check=True, capture_output=True, text=True, cwd=ROOT)
    return time.perf_counter() - begun, json.loads(done.stdout)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=8_000_000)
    parser.add_argument("--out", type=Path, help="default: build/bench/files-<rows>")
    parser.add_argument("--land", action="store_true", help="the landing step alone, in this process")
    arguments = parser.parse_args()
    out = (arguments.out or ROOT / "build" / "bench" / f"files-{arguments.rows}").resolve()
    if arguments.land:
        land(out)
        return
    stamp = out / "files.json"
    if not stamp.exists() or json.loads(stamp.read_text(encoding="utf-8"))["rows"] != arguments.rows:
        make_files(out, arguments.rows)
    day = FIRST_NIGHT.isoformat()
    for name in ("utf8", "landing"):
        warm(out / name / day)
    _, floor = _ran(
        "tests.bench.floor", "--landing", str(out / "utf8"), "--date", day, "--database", str(out / "floor.duckdb")
    )
    shutil.rmtree(out / "home", ignore_errors=True)
    seconds, landed = _ran("tests.bench.files", "--rows", str(arguments.rows), "--out", str(out), "--land")
    figures = {
        "machine": machine(),
        "rows": arguments.rows,
        "utf8_bytes": floor["csv_bytes"],
        "floor": floor,
        "landing": {**landed, "seconds": seconds, "times_floor": seconds / float(str(floor["seconds"]))},
    }
    (out / "bench.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(
        f"{arguments.rows:,} rows, {int(str(floor['csv_bytes'])) / 1e6:,.0f} MB as UTF-8\n"
        f"floor    {float(str(floor['seconds'])):8.2f} s  peak {floor['peak_mib']} MiB\n"
        f"landing  {seconds:8.2f} s  peak {landed['peak_mib']} MiB  {figures['landing']['times_floor']:.2f} x floor"
        f"  accepted {landed['accepted']:,}\n"
    )


if __name__ == "__main__":
    main()
