"""Nobody can work out from the public files what they do not show of a village or school (6.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import ledger_store
from pipelines.engine import DuckDBEngine, discover
from pipelines.night import STEPS, open_night
from schemas.catalogue import tables_of
from schemas.tables.history import TABLES
from tests.conftest import Sample
from tests.pipelines.models.lives import Lives
from tests.pipelines.models.support import (
    ALL,
    OTHER_TOWN,
    OTHER_VILLAGE,
    SECOND_TOWN,
    SECOND_VILLAGE,
    TOWN,
    VILLAGE,
    Province,
    day,
    person,
    registry_row,
)
from tests.support.attack import COUNTS, Attack, Cell

pytestmark = pytest.mark.usefixtures("databases_only")

SECRET = b"sample-secret-of-a-fictional-province"
FEW = ("2025-08-25", "2025-09-15")
SMALL_CELL = 5


@dataclass
class Told:
    """What was published, night by night, and what it hides."""

    reports: list[Path] = field(default_factory=list)
    truth: dict[Cell, int] = field(default_factory=dict)

    def learn(self, engine: DuckDBEngine, night: str, parameters: Mapping[str, object]) -> None:
        """Make the counted tables of the open night once more, with nobody withheld."""
        engine.execute("delete from indicators.withheld")
        for table, (parts, *columns) in COUNTS.items():
            engine.run_model(discover()[f"published.{table}"], parameters)
            names = ", ".join(f'"{name}"' for name in ("unit_code", *parts, *columns))
            for row in engine.read(f"select {names} from published.{table}").iter_rows():
                key = (night, table, *map(str, row[: 1 + len(parts)]))
                values = zip(columns, row[1 + len(parts) :], strict=True)
                self.truth |= {(*key, str(column)): value for column, value in values if value is not None}

    def attacked(self) -> tuple[Attack, set[Cell], set[Cell]]:
        """The attack, the small cells that are hidden, and those of them that it found."""
        attack = Attack()
        attack.read(self.reports)
        found = attack.known()
        small = {cell for cell in attack.hidden if 1 <= abs(self.truth.get(cell, 0)) < SMALL_CELL}
        return attack, small, {cell for cell in small if found.get(cell) == self.truth[cell]}


def nights_of_the_sample(sample: Sample, home: Path, nights: tuple[str, ...]) -> Told:
    told = Told()
    for night in nights:
        with open_night(dt.date.fromisoformat(night), sample.landing, home, sample.policy, SECRET) as opened:
            parameters = opened.parameters()
            for step in STEPS:
                opened.run_step(step.name)
            told.learn(opened.engine, night, parameters)
        told.reports.append(home / "published" / night / "report.duckdb")
    return told


@pytest.fixture(scope="module")
def few(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Two nights of the sample, weeks apart."""
    return nights_of_the_sample(sample, tmp_path_factory.mktemp("home"), FEW)


def small_cells_found(told: Told) -> set:
    """The hidden small cells that the attack finds, but those of units that are the only ones of their kind."""
    attack, small, found = told.attacked()
    assert len(small) > 1000, "there is something to be found"
    # The only village or school of its kind under a unit is the unit, whose figures the law publishes.
    assert found & attack.alone
    return found - attack.alone


def told_apart(report: Path) -> list[tuple[str, str]]:
    """Tables and parents in which somebody suppressed has other rows or cells than its siblings."""
    by_what_is_taught = ("dropout_rate", "retention")
    found: list[tuple[str, str]] = []
    with duckdb.connect(str(report), read_only=True) as opened:
        for table in tables_of("published"):
            if "suppressed" not in table.columns or table.name in by_what_is_taught:
                continue
            cells = ", ".join(f'"{c}"' for c in table.columns if c not in ("unit_code", "unit_name"))
            apart = opened.sql(
                "with unit as (select parent_code, unit_level, unit_code, "
                f"list(row({cells}) order by row({cells})) as said "
                f"from {table.full_name} where suppressed group by all) "
                "select parent_code from unit group by parent_code, unit_level having count(distinct said) > 1"
            ).fetchall()
            found += [(table.full_name, parent) for (parent,) in apart]
    return found


@pytest.mark.full
def test_no_small_cell_of_the_sample_is_found(few: Told) -> None:
    assert small_cells_found(few) == set()
    for report in few.reports:
        assert told_apart(report) == []


@pytest.mark.full
def test_the_attack_breaks_what_is_suppressed_row_by_row(few: Told, tmp_path: Path) -> None:
    (report, night), shown = (few.reports[-1], FEW[-1]), tmp_path / "report.duckdb"
    with duckdb.connect(str(shown)) as other:
        other.sql(f"attach '{report}' as hidden (read_only)")
        other.sql("create schema published")
        other.sql("create table published.accountability as select * from hidden.published.accountability")
        for table, (parts, *columns) in COUNTS.items():
            truth = _rows_without_a_small_number(few.truth, night, table, len(parts))  # noqa: F841
            key = " and ".join(f't."{name}" = p."{name}"' for name in ("unit_code", *parts))
            known = ", ".join(f"case when t.unit_code is null then p.{c} else t.{c} end as {c}" for c in columns)
            other.sql(
                f"create table published.{table} as select p.* replace ("
                f"p.suppressed and t.unit_code is null as suppressed, {known}) "
                f"from hidden.published.{table} as p left join truth as t on p.suppressed and {key}"
            )
    attack, _, found = Told([shown], few.truth).attacked()
    assert len(found - attack.alone) > 100


def _rows_without_a_small_number(truth: Mapping[Cell, int], night: str, table: str, parts: int) -> pl.DataFrame:
    """The rows that nobody would suppress who looks at each row alone."""
    rows: dict[Cell, dict[str, int]] = {}
    for cell, value in truth.items():
        if cell[:2] == (night, table):
            rows.setdefault(cell[2 : 3 + parts], {})[cell[-1]] = value
    names, columns = ("unit_code", *COUNTS[table][0]), [str(column) for column in COUNTS[table][1:]]
    return pl.DataFrame(
        [
            dict(zip(names, key, strict=True)) | {column: counts.get(column) for column in columns}
            for key, counts in rows.items()
            if not any(1 <= abs(value) < SMALL_CELL for value in counts.values())
        ],
        schema=dict.fromkeys(names, pl.String) | dict.fromkeys(columns, pl.Int64),
    )


@pytest.mark.full
def test_the_history_shows_no_more_than_the_nights(few: Told) -> None:
    with duckdb.connect(str(few.reports[-1].parent / "history.duckdb"), read_only=True) as history:
        for table in TABLES:
            if "suppressed" in table.columns:
                counts = [str(column) for column in COUNTS[table.name][1:]]
                bad = " or ".join(f"(suppressed and {c} is not null) or abs({c}) between 1 and 4" for c in counts)
                found = history.sql(
                    f"select count(*), count(case when {bad} then 1 end) from published.{table.name}_span "
                    "where unit_level in ('village', 'school')"
                ).fetchall()
                assert found[0][0]
                assert found[0][1] == 0, table.name


@pytest.mark.full
def test_no_small_cell_of_all_nights_of_the_sample_is_found(sample: Sample, tmp_path: Path) -> None:
    nights = tuple(sample.run_dates.read_text(encoding="utf-8").split())
    told = nights_of_the_sample(sample, tmp_path, nights)
    assert small_cells_found(told) == set()
    for report in told.reports:
        assert told_apart(report) == []


NEIGHBOUR = "990121001002"
NIGHTS = ("2025-09-05", "2025-09-12", "2025-09-19", "2025-09-26")


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Told, list[dict[str, list[dict]]]]]:
    """Two villages of one township, one of another: a child of each township drops out, comes back, drops out again."""
    made, told = Province(), Told()
    lives = Lives(made)
    names = {"division_code": NEIGHBOUR, "division_name": "绿水村", "parent_code": TOWN}
    made.add("division", names, on="2024-08-21", code="990121")
    kids = {VILLAGE: person(1), SECOND_VILLAGE: person(2)}
    out = {"enrolment_status": "辍学"}
    for place, who in kids.items():
        lives.resident(who, household_division=place)
        lives.pupil(who, "2025-09-01")
        lives.pupil(who, "2025-09-10", **out, status_date="2025-09-09")
        lives.pupil(who, "2025-09-24", enrolment_status="休学", status_date="2025-09-23", suspended_until="2026-01-10")
    lives.deliver()
    made.add("registry", registry_row(person(9), household_division=OTHER_VILLAGE), code="990122")
    seen = []
    for night in NIGHTS:
        made.night(night, ALL)
        folder = tmp_path_factory.mktemp(night)
        _write(made.engine, folder)
        told.reports.append(folder / "report.duckdb")
        seen.append({t: made.rows(f"published.{t}") for t in ("zeroing", "deadlines", "closures")})
        bound = {"as_of": day(night), "previous": ledger_store.previous_night(made.engine, day(night))}
        told.learn(made.engine, night, bound)
    yield told, seen
    made.close()


def _write(engine: DuckDBEngine, folder: Path) -> None:
    """The public tables that the models make, as a file."""
    with duckdb.connect(str(folder / "report.duckdb")) as report:
        report.sql("create schema published")
        for table in ("accountability", *COUNTS):
            frame = engine.read(f"select * from published.{table}")  # noqa: F841
            report.sql(f"create table published.{table} as select * from frame")


def row(seen: dict[str, list[dict]], unit: str) -> dict:
    return next(
        r for r in seen["zeroing"] if r["unit_code"] == unit and r["group"] == "all" and r["line"] == "household"
    )


def test_both_villages_are_silent_from_the_first_case_on(village: tuple) -> None:
    _, seen = village
    assert [row(s, VILLAGE)["suppressed"] for s in seen] == [False, True, True, True]
    assert [row(s, NEIGHBOUR)["suppressed"] for s in seen] == [False, True, True, True]
    for s in seen[1:]:
        assert (row(s, NEIGHBOUR)["zeroed"], row(s, NEIGHBOUR)["zeroed_since"]) == (None, None)
        assert (row(s, TOWN)["ever_opened"], row(s, TOWN)["suppressed"]) == (1, False)
    # A township without a case goes on showing its zeros.
    assert [row(s, OTHER_VILLAGE)["ever_opened"] for s in seen] == [0, 0, 0, 0]


def test_which_reasons_there_are_does_not_tell_whose_case_closed(village: tuple) -> None:
    _, seen = village
    last = [r for r in seen[-1]["closures"] if r["line"] == "household"]
    assert {r["unit_code"] for r in last if r["unit_level"] == "village" and r["parent_code"] == TOWN} == {
        VILLAGE,
        NEIGHBOUR,
    }


def test_only_the_village_that_is_alone_can_be_found(village: tuple) -> None:
    told, _ = village
    attack, small, found = told.attacked()
    assert {c[2] for c in small if c[1] == "zeroing" and c[3] == "household"} == {VILLAGE, SECOND_VILLAGE}
    assert found <= attack.alone
    assert (NIGHTS[-1], "zeroing", SECOND_VILLAGE, "household", "all", "closed") in found
    assert SECOND_TOWN not in {c[2] for c in attack.hidden}
    assert OTHER_TOWN not in {c[2] for c in attack.hidden}
    assert not any(cell[2] == VILLAGE for cell in found)
