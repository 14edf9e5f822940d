"""The benchmark: ``python -m tests.bench.run --children 200000`` (or ``make bench CHILDREN=200000``).

Makes the world (or takes the one that lies there), times the floor, then the alternatives (the core of the night in
pandas, Polars and Spark) and each night, all in processes of their own, prints a table and writes ``bench.json``. The
world stays in ``--out`` for the next run. Without KONGCHUO_SECRET the nights get a public one: no child of this
province is real.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.engine.protocol import WORKING_FILE
from pipelines.night import WAREHOUSE
from tests.bench.alternatives import measure as alternatives
from tests.bench.alternatives.measure import Alternative
from tests.bench.maker import reuse_world

NIGHTS = (date(2025, 9, 20), date(2025, 9, 21), date(2025, 9, 22))
WHAT = ("everything new", "three counties, 1 % of rows changed", "nothing new")
PUBLIC_SECRET = "public-secret-of-a-fictional-province"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class NightFigures:
    """One night as seen from outside (seconds from process start to exit, peak memory) and its steps."""

    as_of: str
    what: str
    seconds: float
    peak_mib: int
    times_floor: float
    home_bytes: int
    warehouse_bytes: int
    working_bytes: int
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class Figures:
    """All that one benchmark measured."""

    date: str
    machine: dict[str, Any]
    world: dict[str, Any]
    floor: dict[str, Any]
    nights: list[NightFigures] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)
    ratios: dict[str, float] = field(default_factory=dict)


def machine() -> dict[str, Any]:
    """The machine and the versions that the figures hold for."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(pages / 2**30, 1),
        # Other work on the machine slows floor and night unequally: figures hold for an idle machine.
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{name: version(name) for name in ("duckdb", "polars")},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def warm(folder: Path) -> None:
    """Read every file once: floor and night both find the files in the page cache."""
    buffer = bytearray(1 << 20)
    for path in folder.glob("*.csv"):
        with path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def time_floor(landing: Path, out: Path, repeats: int) -> dict[str, Any]:
    """The floor of the first night's files, ``repeats`` times, each in a process of its own; the median counts."""
    database = out / "floor.duckdb"
    runs = []
    for _ in range(repeats):
        command = ["--landing", str(landing), "--date", NIGHTS[0].isoformat(), "--database", str(database)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.floor", *command], cwd=ROOT, check=True, capture_output=True, text=True
        )
        runs.append(json.loads(done.stdout))
        database.unlink()
    seconds = sorted(run["seconds"] for run in runs)
    return {**runs[0], "seconds": statistics.median(seconds), "all_seconds": [round(s, 3) for s in seconds]}


def time_night(landing: Path, home: Path, out: Path, number: int, floor_seconds: float) -> NightFigures:
    """Run night ``number`` (0 is the first) in a fresh process; raises ``CalledProcessError`` when it fails."""
    report = out / f"night{number + 1}.json"
    report.unlink(missing_ok=True)
    as_of = NIGHTS[number].isoformat()
    command = [sys.executable, "-m", "tests.bench.night_process", "--landing", str(landing), "--home", str(home)]
    command += ["--as-of", as_of, "--report", str(report)]
    start = time.perf_counter()
    # wait4 and not run(): only it tells the peak memory of this one child.
    process = subprocess.Popen(command, cwd=ROOT, env={"KONGCHUO_SECRET": PUBLIC_SECRET, **os.environ})
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return NightFigures(
        as_of=as_of,
        what=WHAT[number],
        seconds=seconds,
        peak_mib=usage.ru_maxrss // 1024,
        times_floor=seconds / floor_seconds,
        home_bytes=sum(path.stat().st_size for path in home.rglob("*") if path.is_file() and not path.is_symlink()),
        warehouse_bytes=(home / WAREHOUSE).stat().st_size,
        working_bytes=sum(path.stat().st_size for path in home.glob(f"{WAREHOUSE}{WORKING_FILE}")),
        steps=json.loads(report.read_text(encoding="utf-8")),
    )


def ratios(night_seconds: float, ways: Sequence[Alternative]) -> dict[str, float]:
    """The night against its best alternative, and the others against the night."""
    seconds = {way.way: way.seconds for way in ways if way.seconds}
    found = {"night / polars": night_seconds / seconds["polars"]} if "polars" in seconds else {}
    return found | {f"{way} / night": seconds[way] / night_seconds for way in ("pandas", "spark") if way in seconds}


def _alternative_lines(figures: Figures) -> list[str]:
    """The alternatives with their parts, whether their tables are the night's, and the ratios."""
    base = figures.floor["seconds"]
    lines = ["alternatives  the core job alone (docs/performance.md)"] if figures.alternatives else []
    for way in figures.alternatives:
        if way.seconds is None or way.peak_mib is None:
            lines.append(f"  {way.way:26}left out: {way.left_out}")
            continue
        same = {None: "", 0: "   same tables as the night"}.get(
            way.differing, f"   {way.differing} rows differ from the night's"
        )
        lines.append(f"  {way.way:26}{way.seconds:9.2f}{way.seconds / base:9.2f}{way.peak_mib:10,}{same}")
        lines += [f"    {part:24}{seconds:9.2f}" for part, seconds in way.parts.items()]
    return lines + [f"  {name:26}{ratio:9.2f}" for name, ratio in figures.ratios.items()]


def table(figures: Figures) -> str:
    """The figures for a terminal: a line per step, then the night's total with the bars it is held against."""
    world, floor = figures.world, figures.floor
    base = floor["seconds"]
    files = f"{floor['rows']:,} rows in {floor['files']} files, {floor['csv_bytes'] / 1e6:,.0f} MB"
    lines = [
        f"{world['children']:,} children, {world['counties']} counties, {files}",
        f"{'':28}{'seconds':>9}{'x floor':>9}{'peak MiB':>10}{'end MiB':>9}",
        f"{'floor':28}{base:9.2f}{1:9.2f}{floor['peak_mib']:10,}",
    ]
    for number, night in enumerate(figures.nights, start=1):
        lines.append(f"night {number}  {night.as_of}  {night.what}")
        for step in night.steps:
            ratio = step["seconds"] / base
            lines.append(
                f"  {step['name']:26}{step['seconds']:9.2f}{ratio:9.2f}{step['peak_mib']:10,}{step['end_mib']:9,}"
            )
        rest = night.seconds - sum(step["seconds"] for step in night.steps)
        lines.append(f"  {'interpreter, exit':26}{rest:9.2f}{rest / base:9.2f}")
        first = figures.nights[0].seconds
        beside = "" if number == 1 else f"   {night.seconds / first:.2f} x night 1"
        lines.append(f"  {'total':26}{night.seconds:9.2f}{night.times_floor:9.2f}{night.peak_mib:10,}{beside}")
        kept = {"home on disk": night.home_bytes, "of it warehouse": night.warehouse_bytes}
        kept |= {"of it left to the next": night.working_bytes} if night.working_bytes else {}
        lines += [f"  {k:26}{size / 1e6:9,.0f} MB, {size / floor['csv_bytes']:.2f} x CSV" for k, size in kept.items()]
    lines += _alternative_lines(figures)
    return "\n".join(lines) + "\n"


def measure(arguments: argparse.Namespace) -> Figures:
    """World, floor, alternatives and nights, in this order; what the first night publishes is held against theirs."""
    ways = alternatives.chosen(arguments.alternatives)
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    world = reuse_world(out, arguments.children, arguments.counties, arguments.seed)
    sys.stderr.write(f"world ready after {time.perf_counter() - start:.1f} s in {out}\n")
    landing, home = out / "landing", out / "home"
    warm(landing / NIGHTS[0].isoformat())
    repeats = arguments.repeats or (3 if arguments.children <= 1_000_000 else 1)
    floor = time_floor(landing, out, repeats)
    made_on = datetime.fromtimestamp((out / "world.json").stat().st_mtime, UTC).date().isoformat()
    figures = Figures(date=arguments.date or made_on, machine=machine(), world=asdict(world), floor=floor)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for way in ways:
        figures.alternatives.append(alternatives.run(way, out, out / "alternatives" / way))
    for number in range(arguments.nights):
        figures.nights.append(time_night(landing, home, out, number, floor["seconds"]))
        if number == 0 and ways:
            alternatives.publish(out, home, out / "alternatives" / "night")
    if figures.nights:
        figures.alternatives[:] = [_compared(way, out / "alternatives") for way in figures.alternatives]
        figures.ratios.update(ratios(figures.nights[0].seconds, figures.alternatives))
    return figures


def _compared(way: Alternative, folder: Path) -> Alternative:
    if way.left_out:
        return way
    return replace(way, differing=alternatives.differing(folder / way.way, folder / "night"))


def main(argv: Sequence[str] | None = None) -> None:
    """The command line; exits with 1 when a night fails and 2 when it cannot begin."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=200_000)
    parser.add_argument("--counties", type=int, help="default: one per 20,000 children, 3 to 88")
    parser.add_argument("--out", type=Path, help="default: build/bench/<children>")
    parser.add_argument("--nights", type=int, choices=(0, 1, 2, 3), default=1, help="0: the floor alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, help="runs of the floor (default 3, above a million children 1)")
    parser.add_argument(
        "--alternatives",
        default=",".join(alternatives.WAYS),
        help="which to time (default: pandas,polars,spark), or none",
    )
    parser.add_argument("--date", help="date to write into the figures (default: the day the world was made)")
    arguments = parser.parse_args(argv)
    if arguments.out is None:
        arguments.out = ROOT / "build" / "bench" / str(arguments.children)
    arguments.out = arguments.out.resolve()
    try:
        figures = measure(arguments)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except subprocess.CalledProcessError as error:
        told = error.stderr or "its message stands above"
        sys.stderr.write(f"A measured process failed with status {error.returncode}: {told}\n")
        sys.exit(1)
    (arguments.out / "bench.json").write_text(
        json.dumps(asdict(figures), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    sys.stdout.write(table(figures))


if __name__ == "__main__":
    main()
