"""What stands from the night before: tables that a night need not make anew, or of which only some rows.

A large province's working tables are left where they are when its night is done. The next night may begin from them
where policy, secret and program are the same, no other run came between, and deliveries have only been added. Then a
table

- stands, whose model asks nothing of the day and reads only tables that stand (it would come out the same);
- stands, that is made again and comes out the same: what reads it stands too;
- gets the date of the night, where that is all it says beside what stands;
- is patched, where its model says so in its header and it is known of which children its inputs say something else:
  only their rows are made anew, by the same model.

Whether two tables are the same, and of whom they are not, is asked of their rows, never assumed. Nothing of it is part
of a result: without the tables of the night before the same ones are made (house rule 5), and a file that does not fit
is thrown away.

What a model says of itself in its header (each with a test that makes it so, or not at all):

    -- patched: child (child_id)    of a child the table says only what this import CTE and what is joined to it say
    -- patched: child (child_id), rows (person)    beside, of its person only what this import says of it
    -- patched: status.roll_person (person)    of a person the table says only what this one and those joined to it say
    -- patched: core.registry (node)    the same of a node (and all that reviewers joined to it), a row, a pupil number
    -- asks: matching.unit_name_link: select ... from touched    of which it is where this table has moved in these rows
    -- together: matching.person (number)    whoever shares this column of this table is made anew together
    -- patched: in_force (county_code)    the same of a county (or school_code, of a school)
    -- patched: judged (household_division)    the same of a division: of the children touched, tonight's and the former
    -- only: status.child           it is patched only where none but these tables has moved
    -- dated: clean.aid (paid_on)   of the day it asks nothing but which rows of this table are dated up to it
    -- none without: core.lookup     where this table has no row, this model's has none either
    -- grows: core.delivery         rows that are added to this table change nothing for the rows that were there
    -- steady: core.night           this table moves no row that the others do not move
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.engine import discover
from pipelines.engine.models import Model
from pipelines.engine.protocol import BESIDE
from pipelines.ledger_store import HISTORIES
from pipelines.making import Own
from pipelines.version import PROGRAM
from schemas.catalogue import CATALOGUE
from schemas.shown import A_ROW_A_CHILD
from schemas.sources import SOURCES

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine, Maker

NIGHT = "core.night"
MEMORY = "core.previous_memory"
MEMORY_HISTORY = "ledger.memory_history"
CHILD = "matching.child"
FACTS = "status.child"
DIVISION = "household_division"
TOLD = "matching.memory"
REKEY = "matching.rekey"
ROOT = "matching.decision_root"
PERSON = "matching.person"
IDENTITY = "matching.person_identity"
DELIVERY = "core.delivery"
IN_FORCE = "core.in_force"
DELIVERIES = "landing.deliveries"
REMEMBERED = f"{BESIDE}.touched_memory"
_DELIVERED = "work.main.left_deliveries"
PERSON_OF_ROW = {
    "core.registry": "matching.registry_person",
    "core.enrolment": "matching.enrolment_person",
    "core.in_school": "matching.attached",
}
_SINCE = "from_run >= $run or to_run >= $run or from_night >= $night or to_night >= $night"
"""Rows of a history that a run, or the nights from its own on, began or ended."""
_MOST_REPLACED_IN_FILE = 0.1
"""Share of the rows of the restricted database that may have been replaced since it was written as a whole: its rows
stand in the order of their keys, those that were replaced behind them."""
_MOST_NEW = 0.1
"""New rows, as a share of those in force, up to which it is asked whom they speak of."""
_BULK = ("core.registry", "core.enrolment", "core.in_school", "core.listing")
_GROUPS = frozenset({"node", "person", "row_id", "student_number"})
"""What tells rows apart that stand or fall together, before it is known which children they speak of."""
_CODE = Path(__file__).resolve().parent.parent
_OF_THE_DAY = frozenset({"as_of", "previous"})
_NIGHT_READ = re.compile(r"\(\s*select ([a-z_, ]+) from core\.night\s*\)")
# Nothing but the kind, and then the import ends: another condition behind it could let other kinds in.
_KIND_READ = re.compile(
    r"from (core\.delivery|core\.in_force) where kind (?:= ('[^']*')|in \(('[^']*'(?:, '[^']*')*)\))\s*\)"
)
_STEADY = re.compile(r"^--\s*steady:\s*(\S+)", re.MULTILINE)
_PATCHED = re.compile(r"^--\s*patched:\s*(.+)$", re.MULTILINE)
_TOGETHER = re.compile(r"^--\s*together:\s*(.+)$", re.MULTILINE)
_ASKS = re.compile(r"^--\s*asks: (\S+): (.+)$", re.MULTILINE)
_ONLY = re.compile(r"^--\s*only:\s*(.+)$", re.MULTILINE)
_DATED = re.compile(r"^--\s*dated:\s*(\S+) \((\w+)\)$", re.MULTILINE)
_NONE_WITHOUT = re.compile(r"^--\s*none without:\s*(.+)$", re.MULTILINE)
_GROWS = re.compile(r"^--\s*grows:\s*(.+)$", re.MULTILINE)
_SAYS_THE_DATE = re.compile(r"\)\s*select\s+n\.as_of,")


@dataclass(frozen=True)
class Left:
    """A table as a night leaves it.

    `rows` it has; `content` what tells them from others (None: nobody asked); `there` whether it is, or only known;
    `replaced` rows of it that were patched since it was made as a whole.
    """

    rows: int
    content: str | None = None
    there: bool = True
    replaced: int = 0


@dataclass(frozen=True)
class Touched:
    """Of whom a table says something else than the night before: rows of `table`, which name them by `key`.

    `moved` are the columns in which it does, of whomever (None: nobody asked); `columns` is then a table that says of
    each child in which: a row, or a row gone, is another one in all. `rows` is a table of the rows that were or are
    other ones, with the columns that models ask for (`named_columns`; empty: nobody asked).
    """

    table: str
    key: str
    columns: str = ""
    moved: frozenset[str] | None = None
    rows: str = ""

    def children(self, name: str, reader: Model, who: str = CHILD) -> str:
        """The query of the child_id of those of whom it says something else to a model that reads the table so named.

        `who` tells whose child_id a person has.
        """
        theirs = f"select {self.key} from {self.table}"
        if self.moved is not None:
            read = [f"moved_{column}" for column in columns_read(reader, name) if column in self.moved]
            theirs = f"select {self.key} from {self.columns} where {' or '.join(read) or 'false'}"
        if self.key == "child_id":
            return theirs
        if self.key == "person":
            return f"select child_id from {who} where person in ({theirs})"
        return (
            f"select c.child_id from {who} as c inner join {PERSON_OF_ROW[name]} as p on c.person = p.person "
            f"where p.row_id in ({theirs})"
        )

    def persons(self, name: str) -> str:
        """The query of the persons of whom the table of that name says something else."""
        if self.key == "row_id":
            return f"select person from {PERSON_OF_ROW[name]} where row_id in (select row_id from {self.table})"
        return f"select person from {self.table}"


@dataclass
class Standing:
    """The tables of the night before, and which of them stand tonight.

    basis       what tonight stands on beside deliveries and runs
    left        tables of the night before
    of_before   its row of core.night
    file        its restricted database, and what was to be seen of the file then (`written_into`)
    holes       rows of the file that were replaced since it was written as a whole
    day_moved   columns of core.night that are not what they were
    same        tables, made by models or not, that are tonight what they were
    grown       tables to which rows have come, without any other change
    kinds       of tables of deliveries: the kinds of which rows have come (or, of those in force, gone)
    kept        tables that were not made tonight (of some the date alone)
    touched     tables of which it is known of whom they say something else
    patched     tables of which only some rows were made (of views: can have changed), and their relation
    tonight     what is to be said of tonight's tables
    """

    basis: str
    left: dict[str, Left] = field(default_factory=dict)
    of_before: dict[str, str] = field(default_factory=dict)
    same: set[str] = field(default_factory=set)
    day_moved: frozenset[str] = frozenset()
    kept: set[str] = field(default_factory=set)
    touched: dict[str, Touched] = field(default_factory=dict)
    grown: set[str] = field(default_factory=set)
    kinds: dict[str, frozenset[str]] = field(default_factory=dict)
    patched: dict[str, str] = field(default_factory=dict)
    tonight: dict[str, Left] = field(default_factory=dict)
    file: tuple[str, list[int]] | None = None
    holes: int = 0

    def nothing_stands(self) -> None:
        """From here on everything is made anew, and as a whole."""
        self.left, self.same, self.grown, self.kept = {}, set(), set(), set()
        self.touched, self.patched, self.file, self.kinds = {}, {}, None, {}

    def former_file(self) -> tuple[str, list[int]] | None:
        """The restricted database of the night before, where little of it would have to be replaced."""
        large = [self.tonight.get(name) for name in A_ROW_A_CHILD]
        holes = self.holes_tonight()
        little = all(left and holes <= left.rows * _MOST_REPLACED_IN_FILE for left in large)
        return self.file if little else None

    def holes_tonight(self) -> int:
        """Rows of the restricted database that will have been replaced since it was written as a whole."""
        return self.holes + max(self._replaced(name) for name in A_ROW_A_CHILD)

    def _replaced(self, name: str) -> int:
        """Rows of a table that are replaced tonight: all where it is made as a whole."""
        before, now = self.left.get(name), self.tonight.get(name)
        if name in self.kept or now is None:
            return 0
        return now.replaced - before.replaced if before and name in self.patched else now.rows

    def own(self, task: Own, reads: Iterable[str]) -> Own:
        """A task that makes its table only where what it `reads` has changed."""

        def make() -> int:
            before = self.left.get(task.name)
            if before is not None and before.there and all(name in self.same for name in reads):
                return self.keep(task.name, before, same=True)
            rows = task.make()
            self.tonight[task.name] = Left(rows)
            return rows

        return Own(task.name, task.after, make)

    def stands(self, model: Model, *, but: str = "") -> bool:
        """Whether the model would make of tonight's tables what it made of the night before's, but for one of them."""
        return not model.parameters & _OF_THE_DAY and not self.moved_inputs(model, but=but)

    def moved_inputs(self, model: Model, *, but: str = "") -> set[str]:
        """The tables a model reads that are not what they were; core.night where it reads a column that has moved."""
        steady = {*_STEADY.findall(model.header), but, *(self.grown & _named(_GROWS, model))}
        return {
            name
            for name in model.depends - self.same - steady
            if (self._columns_of_night(model) & self.day_moved if name == NIGHT else self._moves(name, model))
        }

    def _moves(self, name: str, model: Model) -> bool:
        """Whether a table, which is not what it was, says something else in a column that a model reads."""
        if (moved := self.kinds.get(name)) is not None:
            read = kinds_read(model, name)
            return read is None or not read.isdisjoint(moved)
        touched = self.touched.get(name)
        return touched is None or touched.moved is None or not touched.moved.isdisjoint(columns_read(model, name))

    def knows(self, name: str, model: Model) -> bool:
        """Whether it is known of which places, persons or children a table says something else, as a model asks."""
        touched, place = self.touched.get(name), place_of(model)
        if touched is None:
            return False
        if patched_by(model):
            return self.asked(name, model) is not None
        if place and place != DIVISION:
            return touched.key == place
        return touched.key in ("child_id", "person") or (touched.key == "row_id" and name in PERSON_OF_ROW)

    def asked(self, name: str, model: Model) -> str | None:
        """The query of what a model is to be made anew of (`patched_by`) for what one of its inputs says otherwise."""
        by, touched = patched_by(model), self.touched[name]
        if ask := asks(model).get(name):
            return re.sub(r"\btouched\b", touched.rows, ask) if touched.rows else None
        if by == "person":
            known = touched.key == "person" or (touched.key == "row_id" and name in PERSON_OF_ROW)
            return touched.persons(name) if known else None
        columns = [column for column in _says(by) if column in named_columns(name)]
        if not touched.rows or not columns:
            return None
        return " union ".join(f"select {column} as {by} from {touched.rows}" for column in columns)

    def keep(self, name: str, before: Left, *, same: bool) -> int:
        """Note that a table is not made tonight; returns its rows."""
        self.kept.add(name)
        self.tonight[name] = before
        if same:
            self.same.add(name)
        return before.rows

    def moved_children(self) -> dict[str, str | None]:
        """Tables of which it is known of whom they say something else: a table of these children, None for nobody.

        The date of the night is not asked.
        """
        known = {name: touched.table for name, touched in self.touched.items() if touched.key == "child_id"}
        return {**known, **dict.fromkeys(self.same | self.kept)}

    def kept_rows(self) -> dict[str, int]:
        """Rows of the tables that were not made tonight, by name."""
        return {name: self.tonight[name].rows for name in self.kept}

    def patched_rows(self) -> dict[str, tuple[int, str]]:
        """Tables of which only some rows were made tonight: all their rows, and the relation of those."""
        return {name: (self.tonight[name].rows, made) for name, made in self.patched.items()}

    def free(self, engine: Engine) -> None:
        """Give the room of tables that were replaced to those that are still to be made."""
        if self.left:
            engine.execute("checkpoint work")

    def _columns_of_night(self, model: Model) -> frozenset[str]:
        """Columns of core.night that a model reads; all of those that move where it does not say which."""
        lists = _NIGHT_READ.findall(model.sql)
        if len(lists) < model.sql.count(NIGHT):
            return self.day_moved
        return frozenset(column.strip() for columns in lists for column in columns.split(","))


def patched(model: Model) -> dict[str, str]:
    """The import CTEs, or tables, that a model restricts to those touched, and the column that names these in each.

    Declared in its header, `-- patched: child (child_id), memory (child_id)`: of a child its table says only what these
    and the tables joined to them say of the same child.
    """
    found = _PATCHED.search(model.header)
    return dict(re.findall(r"([\w.]+) \((\w+)\)", found.group(1))) if found else {}


def patched_by(model: Model) -> str | None:
    """What a model is patched by before it is known which children these are: one of `_GROUPS`; else None."""
    found = set(patched(model).values())
    return found.pop() if len(found) == 1 and found <= _GROUPS else None


def together(model: Model) -> list[tuple[str, str]]:
    """Tables and columns that tell whose rows a model makes together: of whom one is touched, all are."""
    found = _TOGETHER.search(model.header)
    return re.findall(r"([\w.]+) \((\w+)\)", found.group(1)) if found else []


def asks(model: Model) -> dict[str, str]:
    """For inputs that do not name what a model is patched by: the query of it, from the rows `touched` of the input."""
    return dict(_ASKS.findall(model.header))


def named_columns(name: str) -> list[str]:
    """The columns of a table by which models patched by groups tell of whom it says something else."""
    needed = _named_columns().get(name, frozenset())
    return [column for column in CATALOGUE[name].columns if column in needed]


def _says(by: str | None) -> tuple[str, ...]:
    """The columns that name what models are patched by."""
    return ("node", "registry_node", "enrolment_node") if by == "node" else (str(by),)


@cache
def _named_columns() -> dict[str, frozenset[str]]:
    needed: dict[str, frozenset[str]] = {}
    for model in discover().values():
        if by := patched_by(model):
            # Where reviewers have decided otherwise it is not known who belonged to whom: all is made anew.
            for name in (_named(_ONLY, model) or model.depends) - {ROOT}:
                words = re.findall(r"\w+", asks(model)[name]) if name in asks(model) else _says(by)
                needed[name] = needed.get(name, frozenset()) | frozenset(words)
    return needed


def patched_for(model: Model, moved: Collection[str]) -> bool:
    """Whether a model can be patched where these of its inputs have moved."""
    only = _named(_ONLY, model)
    return bool(moved) and bool(patched(model)) and (not only or set(moved) <= only)


def dated_rows(model: Model) -> tuple[str, str] | None:
    """The table and its column of dates for which alone the day matters to a model: rows up to it count."""
    found = _DATED.search(model.header)
    return (found.group(1), found.group(2)) if found else None


def needed_rows(model: Model) -> set[str]:
    """The tables without whose rows a model has none."""
    return _named(_NONE_WITHOUT, model)


def kinds_read(model: Model, table: str) -> frozenset[str] | None:
    """The kinds whose rows a model reads of a table of deliveries; None where it does not always say so."""
    found = [one or several for named, one, several in _KIND_READ.findall(model.sql) if named == table]
    if len(found) < len(re.findall(rf"\b{table}\b", model.sql)):
        return None
    return frozenset(re.findall(r"'([^']*)'", ", ".join(found)))


def columns_read(model: Model, table: str) -> list[str]:
    """The columns of a table that a model names: what it names nowhere reaches none of its rows."""
    named = _named_in(model.sql)
    return [column for column in CATALOGUE[table].columns if column in named]


@cache
def _named_in(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", sql))


def place_of(model: Model) -> str | None:
    """The column by which a patched model names counties or schools; None where it names children."""
    columns = set(patched(model).values()) & {"county_code", "school_code", DIVISION}
    return min(columns) if columns else None


@cache
def placing() -> dict[str, str]:
    """Tables that say from where rows of a place are to be taken, and the column that names the place."""
    return {
        read: place
        for model in discover().values()
        if (place := place_of(model)) and place != DIVISION
        for name in patched(model)
        for read in re.findall(rf"\b{name} as \(\s*select [^()]+ from ([\w.]+)", model.sql)
    }


@cache
def compared() -> frozenset[str]:
    """Tables of which patched models ask of whom they say something else.

    Not all that matching.memory and matching.child read: whose key changed, and who is too old, must stand as a whole,
    or the children are made anew.
    """
    asking = [model for model in discover().values() if patched(model) and model.name not in (TOLD, CHILD)]
    return frozenset({DELIVERY, *(name for model in asking for name in model.depends)})


def _named(pattern: re.Pattern[str], model: Model) -> set[str]:
    """The names that a line of a model's header lists."""
    return {name.strip() for listed in pattern.findall(model.header) for name in listed.split(",")}


def says_the_date(model: Model) -> bool:
    """Whether the day is nothing but the first column of the model's table."""
    return (
        len(re.findall(r"\bas_of\b", model.sql)) == 2
        and _NIGHT_READ.findall(model.sql) == ["as_of"]
        and model.sql.count(NIGHT) == 1
        and len(_SAYS_THE_DATE.findall(model.sql)) == 1
        and not model.parameters & _OF_THE_DAY
    )


def of_the_day(model: Model) -> bool:
    """Whether a model comes out otherwise on another day whatever else stands: its table is never kept."""
    if model.parameters & _OF_THE_DAY:
        return True
    if dated_rows(model):
        return False
    if NIGHT not in model.depends or says_the_date(model) or NIGHT in _STEADY.findall(model.header):
        return False
    lists = _NIGHT_READ.findall(model.sql)
    columns = {column.strip() for listed in lists for column in listed.split(",")}
    return len(lists) < model.sql.count(NIGHT) or bool(columns & {"as_of", "previous_night"})


def content_of(reader: Maker, table: str) -> str:
    """What tells the rows of a table, in whatever order, from any other rows.

    The hash of a row ends with its last column as it is; hashed once more, rows that only swap that one differ too.
    """
    found = reader.fetch(f"select count(*), sum(hash(hash(t))), bit_xor(hash(hash(t))) from {table} as t")
    return "|".join(str(value) for value in found[0])


def find_standing(engine: Engine, night: dt.date, home: Path, mark: str, secret: bytes) -> Standing | None:
    """What stands tonight, once tonight's deliveries are landed; None where the engine leaves nothing behind.

    `mark` tells one policy from another. What was left of a night that is neither the one before nor this one, or that
    had another policy, secret or program, or deliveries that are no more what they were, is thrown away: everything is
    made anew.
    """
    if not engine.leaves:
        return None
    standing = Standing(basis=_basis(home, mark, secret))
    said = engine.left()
    if said is None:
        return standing
    before = json.loads(said)
    # First of all: another program may have said other things, of tables with other columns.
    if before.get("basis") != standing.basis or before["ledger"] != content_of(engine, "ledger.run"):
        engine.forget()
        return standing
    last = engine.fetch("select run_id, night, stands from ledger.run order by run_id desc limit 1")
    follows = [(run, str(on), stands) for run, on, stands in last] == [(before["run"], before["night"], True)]
    left = {name: Left(*told) for name, told in before["tables"].items()}
    kinds = _new_kinds(engine, sum(left[name].rows for name in _BULK if name in left))
    if not follows or before["night"] > night.isoformat() or kinds is None:
        engine.forget()
        return standing
    standing.left = left
    standing.of_before = before["day"]
    path, standing.holes, *seen = before["file"]
    standing.file = path, seen
    standing.grown |= {source.table for source in SOURCES if source.label in kinds}
    standing.same |= _unchanged(engine, int(before["run"]), before["night"]) - standing.grown
    if kinds:
        standing.same -= {name for name in standing.same if name.startswith("landing.")}
    engine.execute(
        f"create or replace table {REMEMBERED} as select child_id from {MEMORY_HISTORY} where {_SINCE}",
        {"run": before["run"], "night": before["night"]},
    )
    return standing


def _new_kinds(engine: Engine, in_force: int) -> set[str] | None:
    """Kinds of which deliveries have come since; None where more has changed than that, or too much to begin from."""
    if engine.scalar(f"select count(*) from (select * from {_DELIVERED} except select * from {DELIVERIES})"):
        return None
    found = engine.fetch(
        "select kind, coalesce(sum(accepted), 0) from "
        f"(select * from {DELIVERIES} except select * from {_DELIVERED}) group by kind"
    )
    # Late references may move rows of any delivery to another place: they are read again.
    if {kind for kind, _ in found} & {"区划", "学校"} or sum(rows for _, rows in found) > in_force * _MOST_NEW:
        return None
    return {str(kind) for kind, _ in found}


def leave_standing(
    engine: Engine, standing: Standing, night: dt.date, file: Path, unsound: Collection[str] = ()
) -> None:
    """Leave the working tables to the next night; of those that it makes anew in any case only what they held.

    `file` is the restricted database that was shown; `unsound` are tables that did not keep their contract (somebody
    accepted that): they are made and judged anew.
    """
    models = discover()
    read = frozenset(name for model in models.values() for name in model.depends)
    tables: dict[str, Left] = {}
    for name in standing.tonight.keys() - set(unsound):
        made = standing.tonight[name]
        model = models.get(name)
        if model is not None and model.is_view:
            tables[name] = made  # that it kept its contract is what is left of it
        elif model is None or not of_the_day(model):
            if model is None or name in read or says_the_date(model):
                tables[name] = made
        elif name in compared():
            tables[name] = made
        elif name in read:
            tables[name] = Left(made.rows, made.content or content_of(engine, name), there=False)
    engine.execute(f"create or replace table {_DELIVERED} as select * from {DELIVERIES}")
    run = engine.scalar("select max(run_id) from ledger.run")
    begun = standing.former_file() is not None
    said = {
        "basis": standing.basis,
        "night": night.isoformat(),
        "run": run,
        "day": day_of(engine),
        "ledger": content_of(engine, "ledger.run"),
        "file": [str(file.resolve()), standing.holes_tonight() if begun else 0, *written_into(file)],
        "tables": {name: [left.rows, left.content, left.there, left.replaced] for name, left in tables.items()},
    }
    engine.leave(
        json.dumps(said),
        frozenset({_DELIVERED.removeprefix("work."), *(name for name, left in tables.items() if left.there)}),
    )


def written_into(file: Path) -> list[int]:
    """What changes when somebody writes into a file; nothing where there is none."""
    try:
        found = file.stat()
    except OSError:
        return []
    return [found.st_ino, found.st_size, found.st_mtime_ns]


def _basis(home: Path, mark: str, secret: bytes) -> str:
    """What a night stands on beside its date, deliveries and the runs before it, as one text."""
    libraries = [f"{name} {version(name)}" for name in ("duckdb", "polars", "splink", "pypinyin")]
    key = hmac.new(secret, b"standing tables", "sha256").hexdigest()
    return "|".join([PROGRAM, code_digest(), sys.version, *libraries, str(home.resolve()), mark, key])


def _unchanged(engine: Engine, run: int, night: str) -> set[str]:
    """Lasting tables that models read and neither a run nor a night has changed since, and those of the policy."""
    read = {name for model in discover().values() for name in model.depends}
    same = {name for name in read if name.startswith(("landing.", "clean.", "core.policy"))}
    for name in read & HISTORIES.keys():
        moved = f"select count(*) from {name} where {_SINCE}"
        if not engine.scalar(moved, {"run": run, "night": night}):
            same.add(name)
    return same


def day_of(reader: Maker) -> dict[str, str]:
    """The columns of core.night and what they say."""
    columns = CATALOGUE[NIGHT].columns
    return dict(zip(columns, map(str, reader.fetch(f"select {', '.join(columns)} from {NIGHT}")[0]), strict=True))


@cache
def code_digest() -> str:
    """What tells this program from any other: a digest of its rules as this process runs them, code and lists.

    Ask for it when a night begins: code that is replaced while it runs is not the code that it ran.
    """
    digest = hashlib.sha256("".join(model.header + model.sql for model in discover().values()).encode())
    for folder in ("pipelines", "schemas", "quality", "data/reference"):
        for path in sorted((_CODE / folder).rglob("*")):
            if path.suffix in {".py", ".sql", ".csv", ".json", ".toml"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()
