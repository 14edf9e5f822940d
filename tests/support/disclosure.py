"""Look for persons in files that anyone may read: every name, number and key of a world in every byte (spec 6.3)."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl

ROOT = Path(__file__).resolve().parent.parent.parent
OWN_TEXTS = ("pipelines", "quality", "schemas", "data/reference")

# What a person is told by, by the columns of the warehouse that hold it.
NAMES = ("name", "guardian_name", "principal", "handler", "decided_by")
NUMBERS = (
    *("citizen_number", "citizen_number_raw", "embedded_number", "student_number", "phone", "guardian_phone"),
    *("disability_card", "first_party", "second_party"),
)
HOUSEHOLDS = ("household_number", "household_id")
SHORTEST_NUMBER = 9

# Runs of what names are written in (with the dot of 曲比·阿呷), and of what numbers and keys are written in. A line of
# text is cut into them, so that the gigabytes between them cost nothing.
_WORDS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·•]{2,}")
_CODES = re.compile(r"[0-9A-Za-z]{9,}")
_WORD_BYTES = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xf0[\xa0-\xbf][\x80-\xbf]{2}|\xc2\xb7|\xe2\x80\xa2){2,}")
_CODE_BYTES = re.compile(rb"[0-9A-Za-z]{9,}")


@dataclass(frozen=True)
class Leak:
    """Where something was found, and of which sort; never what."""

    place: str
    sort: str


@dataclass(repr=False)
class World:
    """Everything that tells of a person in a home: names, numbers, keys; `shared` names are left out of the search.

    A name that is part of a place, a school or a text of the program itself (高明 in 提高明显) proves nothing where it
    is found: such names are counted, not searched. Numbers of households begin with the code of a village: the bytes of
    a database, where codes stand one after the other, hold them by chance, so they are looked for in texts alone.
    """

    names: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    households: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)

    @cached_property
    def by_length(self) -> dict[str, dict[int, set[str]]]:
        """Sort → length → what to look for."""
        sorts = {
            "name": self.names - self.shared,
            "number": self.numbers,
            "key": self.keys,
            "household": self.households,
        }
        found: dict[str, dict[int, set[str]]] = {}
        for sort, wanted in sorts.items():
            lengths: dict[int, set[str]] = {}
            for one in wanted:
                lengths.setdefault(len(one), set()).add(one)
            found[sort] = lengths
        return found

    def without_keys(self) -> World:
        """The same world where keys of children may be told."""
        return World(self.names, self.numbers, set(), self.households, self.shared)

    def search(self, place: str, words: set[str], codes: set[str], *, texts: bool = True) -> Iterator[Leak]:
        """Leaks among runs of words and runs of digits and letters."""
        for sort, lengths in self.by_length.items():
            seen = words if sort == "name" else set() if sort == "household" and not texts else codes
            if any(
                run[start : start + length] in wanted
                for run in seen
                for length, wanted in lengths.items()
                for start in range(len(run) - length + 1)
            ):
                yield Leak(place, sort)

    def search_text(self, place: str, text: str) -> Iterator[Leak]:
        """Leaks in a text."""
        yield from self.search(place, set(_WORDS.findall(text)), set(_CODES.findall(text)))

    def search_bytes(self, place: str, data: bytes) -> Iterator[Leak]:
        """Leaks in bytes of any file, as far as nothing has compressed them."""
        words = {run.decode("utf-8", "ignore") for run in _WORD_BYTES.findall(data)}
        yield from self.search(place, words, {run.decode("ascii") for run in _CODE_BYTES.findall(data)}, texts=False)


def world_of(home: Path, *nights: str) -> World:
    """Everything personal that the warehouse of a home has read, and the keys of some of its nights."""
    world, vocabulary = World(), ""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        columns = warehouse.execute(
            "select table_name, column_name from duckdb_columns() where not internal and schema_name = 'clean'"
        ).fetchall()
        for table, column in columns:
            if column in (*NAMES, *NUMBERS, *HOUSEHOLDS):
                rows = warehouse.execute(f'select distinct "{column}" from clean."{table}"').fetchall()
                values = {str(value) for (value,) in rows if value}
                if column in NAMES:
                    world.names |= {value for value in values if len(value) > 1}
                else:
                    numbers = world.households if column in HOUSEHOLDS else world.numbers
                    numbers |= {value for value in values if len(value) >= SHORTEST_NUMBER}
        for table, column in (("division", "division_name"), ("school", "school_name")):
            vocabulary += "\n".join(r[0] for r in warehouse.execute(f"select {column} from clean.{table}").fetchall())
    for night in nights:
        with duckdb.connect(str(home / "published" / night / "cases.duckdb"), read_only=True) as cases:
            for key, child in cases.execute("select child_key, child_id from restricted.identities").fetchall():
                world.keys.add(key)
                world.numbers.add(child)
    vocabulary += _own_texts()
    lengths = {len(name) for name in world.names}
    parts = {
        run[start : start + length]
        for run in set(_WORDS.findall(vocabulary))
        for length in lengths
        for start in range(len(run) - length + 1)
    }
    world.shared = world.names & parts
    return world


def _own_texts() -> str:
    suffixes = {".py", ".sql", ".csv", ".toml", ".json", ".html", ".css", ".js"}
    paths = (path for folder in OWN_TEXTS for path in sorted((ROOT / folder).rglob("*")) if path.suffix in suffixes)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def leaks(world: World, path: Path, name: str = "") -> list[Leak]:
    """What a file tells of a person: its name, its bytes, and what its format hides from the bytes."""
    place = name or path.name
    found = [*world.search_text(place, place), *world.search_bytes(place, path.read_bytes())]
    if path.suffix == ".duckdb":
        found += _database(world, path, place)
    elif path.suffix == ".parquet":
        found += _frame(world, pl.read_parquet(path), place)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for part in archive.namelist():
                found += world.search_text(f"{place}/{part}", part)
                found += _markup(world, archive.read(part), f"{place}/{part}")
    elif path.suffix == ".html":
        found += _markup(world, path.read_bytes(), place)
    return found


def _markup(world: World, data: bytes, place: str) -> Iterator[Leak]:
    """As it is read: characters written as numbers are characters, and text that is cut into runs is one."""
    text = data.decode("utf-8", "replace")
    yield from world.search_text(place, text)
    yield from world.search_text(place, html.unescape(text))
    yield from world.search_text(place, html.unescape(re.sub(r"<[^>]*>", "", text)))


def _database(world: World, path: Path, place: str) -> Iterator[Leak]:
    """Every cell of every table and view, whatever its type, every comment and every definition."""
    with duckdb.connect(str(path), read_only=True) as database:
        columns = database.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where not internal"
        ).fetchall()
        for schema, table, column in columns:
            rows = database.execute(f'select distinct cast("{column}" as varchar) from {schema}."{table}"').fetchall()
            text = "\n".join(row[0] for row in rows if row[0])
            yield from world.search_text(f"{place}: {schema}.{table}.{column}", text)
        for catalogue in ("duckdb_columns()", "duckdb_tables()", "duckdb_views()"):
            rows = database.execute(f"select distinct comment from {catalogue} where not internal").fetchall()
            yield from world.search_text(f"{place}: comments", "\n".join(row[0] for row in rows if row[0]))


def _frame(world: World, frame: pl.DataFrame, place: str) -> Iterator[Leak]:
    for column in frame.columns:
        texts = frame[column].cast(pl.String, strict=False).drop_nulls().unique().to_list()
        yield from world.search_text(f"{place}: {column}", "\n".join(texts))
