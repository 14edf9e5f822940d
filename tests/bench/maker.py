"""Make a province of any size: ``python -m tests.bench.maker --children 200000 --out DIR``.

The deliveries are clean UTF-8 CSV files with the standard headers of spec 2.2. The same arguments give the same
bytes. A world is written county by county, so that memory does not grow with the number of children.
"""

import argparse
import json
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from tests.bench.children import make_people, make_pupils
from tests.bench.county_files import county_files
from tests.bench.expressions import FIRST_NIGHT
from tests.bench.headers import HEADERS
from tests.bench.places import PROVINCE, make_province
from tests.bench.second_night import SECOND_NIGHT, changed_counties, second_files

# Raised whenever the maker writes other bytes for the same arguments: a world of an older maker is made again.
MAKER_VERSION = 1
_TWICE_REGISTERED = 2000  # one resident in so many stands in the next county's registry as well


@dataclass(frozen=True)
class World:
    """A made world: where it lies, what it was made from, and the rows of each kind on the first night."""

    children: int
    counties: int
    seed: int
    version: int
    rows: dict[str, int]


def default_counties(children: int) -> int:
    """A county for every 20,000 children, from 3 up to the 88 of a large province."""
    return max(3, min(88, children // 20_000))


def make_world(out: Path, children: int, counties: int | None = None, seed: int = 1) -> World:
    """Write ``out/landing/<date>/<kind>_<code>.csv`` for the first and second night, and ``out/world.json``.

    An earlier ``out/landing`` is removed. Raises ``ValueError`` for sizes that the code space cannot hold.
    """
    number = default_counties(children) if counties is None else counties
    province = make_province(children, number, seed)
    landing = out / "landing"
    if landing.exists():
        shutil.rmtree(landing)
    first, second = landing / FIRST_NIGHT.isoformat(), landing / SECOND_NIGHT.isoformat()
    first.mkdir(parents=True)
    second.mkdir()
    rows = dict.fromkeys(HEADERS, 0)
    for kind, frame in (("区划", province.divisions()), ("学校", province.schools()), ("校历", province.calendar())):
        rows[kind] += _write(first, kind, PROVINCE, frame)
    again = changed_counties(number)
    incoming: pl.DataFrame | None = None
    twice: pl.DataFrame | None = None
    for county in province.counties:
        people = make_people(county, seed)
        before = people.clear() if incoming is None else incoming
        # The last county has no next one: its children stay.
        if county.index == number - 1:
            people = people.with_columns(pl.lit(False).alias("cross"))
        pupils = make_pupils(county, people, before, seed)
        files = county_files(county, people, pupils, people.clear() if twice is None else twice, seed)
        for kind, frame in files.items():
            rows[kind] += _write(first, kind, county.code, frame)
        if county.index in again:
            for kind, frame in second_files(files, county.index, seed).items():
                _write(second, kind, county.code, frame)
        incoming = people.filter("cross")
        twice = people.filter("resident").gather_every(_TWICE_REGISTERED, offset=_TWICE_REGISTERED // 2)
    world = World(children=children, counties=number, seed=seed, version=MAKER_VERSION, rows=rows)
    (out / "world.json").write_text(json.dumps(asdict(world), ensure_ascii=False, indent=1), encoding="utf-8")
    return world


def reuse_world(out: Path, children: int, counties: int | None = None, seed: int = 1) -> World:
    """The world in ``out`` when its stamp says that it is the one asked for, else a new one."""
    stamp = out / "world.json"
    wanted = (children, default_counties(children) if counties is None else counties, seed, MAKER_VERSION)
    if stamp.exists() and (out / "landing").is_dir():
        made = World(**json.loads(stamp.read_text(encoding="utf-8")))
        if (made.children, made.counties, made.seed, made.version) == wanted:
            return made
    stamp.unlink(missing_ok=True)
    return make_world(out, children, counties, seed)


def _write(folder: Path, kind: str, code: str, frame: pl.DataFrame) -> int:
    """Write one delivery and return its rows. An empty file would be refused (spec 2.5): it is not delivered."""
    if tuple(frame.columns) != HEADERS[kind]:
        raise ValueError(f"{kind}: the columns are not those of spec 2.2")
    if frame.height:
        frame.write_csv(folder / f"{kind}_{code}.csv")
    return frame.height


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, required=True)
    parser.add_argument("--counties", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    start = time.perf_counter()
    try:
        world = make_world(arguments.out, arguments.children, arguments.counties, arguments.seed)
    except ValueError as error:
        sys.exit(str(error))
    lines = [f"{sum(world.rows.values()):,} rows in {time.perf_counter() - start:.1f} s"]
    lines += [f"  {kind} {number:,}" for kind, number in world.rows.items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
