"""The whole night as plain function calls, checks included, no Dagster (house rule 5).

A night is a pure function of deliveries, policy, `as_of` and the night before. Each step makes tables and says what its
checks found; a blocking failure ends the night before anything is published. `assets` calls the same steps.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Protocol

from pipelines import ledger_store, linkage, restatements
from pipelines.engine import Machine, discover, open_engine
from pipelines.errors import KongchuoError, NightBlocked, SettingsError
from pipelines.holding import hold, release
from pipelines.making import Own, TableInfo, make_tables
from pipelines.settings import Policy, load_policy
from pipelines.sparing import sparing
from pipelines.standing import Standing, code_digest, find_standing, leave_standing

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine
    from pipelines.publish.beside import Beside
    from pipelines.publish.export_log import Occasion
    from quality.outcome import Outcome
    from quality.waivers import Waiver
    from schemas.tables import Table

WAREHOUSE = "warehouse.duckdb"
LARGE = 256 * 2**20
"""Bytes of files in the landing folder from which the night's tables stand in a file and no more in memory."""
APART = 2**20
"""Bytes of files from which a second process writes the public files: its start takes 0.6 s of a core, which a province
of a few hundred children does not have to give. 6,000 children have 8 MB, their public files take 2 s."""
AHEAD = "status"
"""Step with which that process is started, a second or more before publication: earlier it would only take memory."""
PUBLISH = "pipelines.publish.step"
_BLOCK = 64  # bytes of a block of SHA-256 (RFC 2104)


class Watcher(Protocol):
    """Told what is going on; never part of a result."""

    def night(self, as_of: dt.date) -> None:
        """A night begins."""

    def step(self, name: str) -> None:
        """A step of the night begins."""

    def stepped(self, result: StepResult) -> None:
        """A step is done."""

    def done(self) -> None:
        """The night is published."""


@dataclass(frozen=True)
class StepResult:
    """What one step made and what its checks found."""

    step: str
    tables: tuple[TableInfo, ...]
    outcomes: tuple[Outcome, ...]
    seconds: float


@dataclass(frozen=True)
class NightResult:
    """A published night: its folder and the result of each step."""

    as_of: dt.date
    folder: Path
    steps: tuple[StepResult, ...]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What all checks of the night found."""
        return tuple(o for step in self.steps for o in step.outcomes)


@dataclass
class Night:
    """One night's arguments and its open warehouse; use it in a `with` block, or `close()` it."""

    as_of: dt.date
    landing: Path
    home: Path
    policy: Policy
    secret: bytes
    engine: Engine
    occasion: Occasion | None = None
    waivers: tuple[Waiver, ...] = ()
    held: IO[str] | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    standing: Standing | None = None
    apart: bool = False
    second: Beside | None = None

    def __enter__(self) -> Night:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the warehouse, then the home; the tables of a night that is whole are left to the next one."""
        self.end_second()
        try:
            if self.standing is not None and self.done >= {step.name for step in STEPS}:
                self._leave(self.standing)
        finally:
            self.engine.close()
        if self.held is not None:
            release(self.held)
            self.held = None

    def _leave(self, standing: Standing) -> None:
        from pipelines.publish.folder import published_root
        from quality.contracts import CHECK
        from schemas.shown import CASES

        shown = published_root(self.home) / self.as_of.isoformat()
        unsound = {found.table for found in self.outcomes if found.check == CHECK and not found.passed}
        with suppress(Exception):  # the night is published: what it leaves to the next one only saves that one time
            leave_standing(self.engine, standing, self.as_of, shown / CASES, unsound)

    def start_second(self) -> Beside | None:
        """The process that writes the public files beside this one, started on first use; None for a small night."""
        from pipelines.publish.beside import start

        if self.apart and self.second is None:
            self.second = start()
        return self.second

    def end_second(self) -> None:
        """Let that process go; the next use starts another."""
        if self.second is not None:
            self.second.close()
        self.second = None

    def parameters(self) -> dict[str, object]:
        """What models may bind: the dates, and the two padded keys of HMAC-SHA-256 (spec 3.2)."""
        key = self.secret if len(self.secret) <= _BLOCK else hashlib.sha256(self.secret).digest()
        key = key.ljust(_BLOCK, b"\0")
        return {
            "as_of": self.as_of,
            "previous": ledger_store.previous_night(self.engine, self.as_of),
            "inner_pad": bytes(b ^ 0x36 for b in key),
            "outer_pad": bytes(b ^ 0x5C for b in key),
        }

    def run_step(self, name: str) -> StepResult:
        """Run one step by name; raises NightBlocked with the outcomes when a blocking check failed.

        Working tables live as long as the night is open: a step that is asked for alone (a retry in Dagster) first
        makes what it stands on.
        """
        from quality.waived import with_waivers

        names = [s.name for s in STEPS]
        step = STEPS[names.index(name)]
        for before in names[: names.index(name)]:
            if before not in self.done:
                self.run_step(before)
        if name in self.begun and self.standing is not None:
            # What was made the first time is not the table of the night before.
            self.standing.nothing_stands()
        self.begun.add(name)
        if name == AHEAD:
            self.start_second()
        begun = time.perf_counter()
        try:
            tables, found = step.run(self)
        except Exception as error:
            known = None if isinstance(error, KongchuoError) else self.engine.trouble(error)
            if known is not None:
                # What the system said may quote a child's data: the sentence must do.
                raise known from None
            raise
        outcomes = with_waivers(found, self.waivers, self.as_of)
        self.outcomes += outcomes
        failed = [o for o in outcomes if o.blocks]
        if failed:
            first = failed[0]
            raise NightBlocked(
                f"The night {self.as_of} was stopped in step {name}, nothing was published: "
                f"{len(failed)} blocking check(s) failed, first {first.check} on {first.table}: "
                f"{first.message} {first.action}",
                tuple(outcomes),
            )
        self.done.add(name)
        return StepResult(name, tuple(tables), tuple(outcomes), time.perf_counter() - begun)


@dataclass(frozen=True)
class Step:
    """One step: its name, what it is for, and the tables it makes."""

    name: str
    text: str
    layers: tuple[str, ...]
    run: Callable[[Night], tuple[list[TableInfo], list[Outcome]]]

    def tables(self) -> tuple[str, ...]:
        """Names of the tables the step makes, `schema.table`."""
        from schemas.catalogue import tables_of

        made = [t.full_name for t in tables_of(*self.layers)] if self.layers else []
        lasting = set(ledger_store.TABLES)
        if self.name == "publication":
            return (*ledger_store.TABLES, "quality.checks")
        return tuple(name for name in made if name not in lasting and name != "quality.checks")


def open_night(
    as_of: dt.date,
    landing: Path,
    home: Path,
    policy: Policy | Path | None,
    secret: bytes,
    *,
    waivers: Path | None = None,
    machine: Machine | None = None,
    occasion: Occasion | None = None,
) -> Night:
    """Check what can be checked before anything is touched, then open the warehouse.

    `waivers` is the file of accepted checks (`quality.waivers`); without one `waivers.toml` of the home, where it has
    one. Raises KongchuoError (one sentence) for an unusable policy, file of waivers, landing folder or home, and for a
    night before the first delivery or one with another secret than the nights before; TemporaryError where another run
    holds the home.
    """
    from pipelines.landing import LandingError
    from pipelines.landing.scan import scan

    if not isinstance(policy, Policy):
        policy = load_policy(policy, as_of)
    accepted = load_waivers(waivers, home, as_of)
    warehouse = home / WAREHOUSE
    files = scan(landing, as_of).files
    if not files and not warehouse.exists():
        raise LandingError(
            f"There is no delivery dated {as_of} or earlier in {landing}: a night before the first delivery cannot be "
            "run; choose a later date or deliver the extracts."
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KongchuoError(
            f"The home folder {home} cannot be used ({error.strerror}); give --home a folder you may write to."
        ) from error
    held = hold(home, f"the night {as_of}", occasion)
    try:
        size = sum(file.size for file in files)
        engine = open_engine(warehouse, machine, large=size > LARGE)
        try:
            ledger_store.prepare(engine, warehouse)
            ledger_store.check_journal(engine, home)
            ledger_store.check_secret(engine, secret)
            if engine.leaves:
                code_digest()
        except Exception as error:
            engine.close()
            known = None if isinstance(error, KongchuoError) else engine.trouble(error)
            if known is not None:
                raise known from None
            raise
    except BaseException:
        release(held)
        raise
    return Night(as_of, landing, home, policy, secret, engine, occasion, accepted, held, apart=size > APART)


def load_waivers(path: Path | None, home: Path, as_of: dt.date) -> tuple[Waiver, ...]:
    """The waivers of a night, from the file given, else from the home's; raises SettingsError with what is wrong."""
    from quality.waivers import FILE, WaiverError, read_waivers

    try:
        if path is None and (home / FILE).exists():
            path = home / FILE
        return read_waivers(path, as_of)
    except WaiverError as error:
        raise SettingsError(str(error)) from error


def run_night(
    as_of: dt.date,
    landing: Path,
    home: Path,
    policy: Policy | Path | None,
    secret: bytes,
    watcher: Watcher | None = None,
    *,
    waivers: Path | None = None,
    machine: Machine | None = None,
    occasion: Occasion | None = None,
) -> NightResult:
    """Run one night from deliveries to the published folder; raises NightBlocked when a blocking check failed.

    `occasion` (who runs it, and when) is for the log of exports alone, no part of a result.
    """
    if watcher:
        watcher.night(as_of)
    with open_night(as_of, landing, home, policy, secret, waivers=waivers, machine=machine, occasion=occasion) as night:
        # Libraries that later steps need are loaded while the database works.
        probabilistic = bool(night.policy["matching"]["probabilistic"])
        threading.Thread(target=_load_ahead, args=(probabilistic, night.apart), name="libraries", daemon=True).start()
        results = []
        for step in STEPS:
            if watcher:
                watcher.step(step.name)
            results.append(night.run_step(step.name))
            if watcher:
                watcher.stepped(results[-1])
    if watcher:
        watcher.done()
    from pipelines.publish.folder import published_root

    return NightResult(as_of, published_root(home) / as_of.isoformat(), tuple(results))


def _load_ahead(probabilistic: bool, apart: bool) -> None:
    matching = ("splink", "pypinyin") if probabilistic else ()
    public = () if apart else ("jinja2", "docx")  # else the second process loads them
    for library in (*matching, *public, "xlsxwriter", PUBLISH):
        importlib.import_module(library)


def _land(night: Night) -> tuple[list[TableInfo], list[Outcome]]:
    from pipelines.landing import ingest
    from quality.deliveries import delivery_outcomes, refused_files

    begun = time.perf_counter()
    result = ingest(night.engine, night.landing, night.as_of, night.policy)
    seconds = time.perf_counter() - begun
    refused = refused_files(night.engine, night.as_of)
    outcomes = delivery_outcomes(refused, result.ignored, result.unfinished)
    return [TableInfo("landing.deliveries", night.engine.count("landing.deliveries"), seconds)], outcomes


def _core(night: Night) -> tuple[list[TableInfo], list[Outcome]]:
    from pipelines.policy_tables import load_policy_tables, mark

    begun = time.perf_counter()
    night.standing = find_standing(night.engine, night.as_of, night.home, mark(night.policy), night.secret)
    rows = load_policy_tables(night.engine, night.policy)
    tables = [TableInfo(name, count, time.perf_counter() - begun) for name, count in rows.items()]
    made, outcomes = _models(night, ("core",))
    return [*tables, *made], outcomes


def _models(night: Night, layers: Sequence[str]) -> tuple[list[TableInfo], list[Outcome]]:
    """Run the models of some layers in the order in which they depend on each other, and check their contracts."""
    tables = _made(night, layers)
    return tables, _kept(night, _contracts(layers, tables))


def _kept(night: Night, contracts: Sequence[Table]) -> list[Outcome]:
    """Whether tables keep their contracts, an outcome each in their order; one half is asked beside the other."""
    from quality.contracts import check_contracts

    made, kept = _made_tonight(night, contracts)
    with night.engine.reader() as beside, ThreadPoolExecutor(1, "checks") as other:
        second = other.submit(check_contracts, beside, made[1::2], only=_patched(night))
        first = check_contracts(night.engine, made[::2], only=_patched(night))
        found = {outcome.table: outcome for outcome in (*first, *second.result(), *kept)}
    return [found[table.full_name] for table in contracts]


def _made_tonight(night: Night, contracts: Sequence[Table]) -> tuple[list[Table], list[Outcome]]:
    """Contracts of tables that were made tonight, and the outcomes of those that stand from the night before."""
    from quality.contracts import still_kept

    rows = night.standing.kept_rows() if night.standing else {}
    made = [table for table in contracts if table.full_name not in rows]
    views = _views()
    return made, [
        still_kept(table, None if table.full_name in views else rows[table.full_name])
        for table in contracts
        if table.full_name in rows
    ]


def _patched(night: Night) -> dict[str, tuple[int | None, str]]:
    """Tables of which only some rows were made tonight, and views, whose rows nobody counts: see `check_contracts`."""
    views: dict[str, tuple[int | None, str]] = {name: (None, name) for name in _views()}
    found = night.standing.patched_rows() if night.standing else {}
    return {**views, **{name: (None if name in views else rows, made) for name, (rows, made) in found.items()}}


def _views() -> set[str]:
    return {model.name for model in discover().values() if model.is_view}


def _contracts(layers: Sequence[str], made: Sequence[TableInfo]) -> list[Table]:
    from schemas.catalogue import tables_of

    names = {table.name for table in made}
    return [table for table in tables_of(*layers) if table.full_name in names]


def _made(night: Night, layers: Sequence[str]) -> list[TableInfo]:
    pairs = Own(
        linkage.PAIRS, frozenset({linkage.RESIDUAL}), lambda: linkage.score_residual(night.engine, night.policy)
    )
    models = [model for model in discover().values() if model.layer in layers]
    with night.engine.makers() as makers:
        if night.standing is not None:
            makers = sparing(makers, night.standing)
            pairs = night.standing.own(pairs, linkage.READS)
        made = make_tables(models, night.parameters(), makers, pairs)
    if night.standing is not None:
        night.standing.free(night.engine)
    return made


def _published(night: Night) -> tuple[list[TableInfo], list[Outcome]]:
    from quality.contracts import check_contracts
    from quality.integrity import check_integrity
    from quality.invariants import check_invariants
    from quality.screen import screen
    from quality.sources import check_sources
    from quality.waiting import check_waiting
    from schemas.catalogue import tables_of
    from schemas.definitions import definition_rows
    from schemas.dictionary import dictionary_rows

    layers = ("published", "restricted", "quality")
    tables = _made(night, layers)
    begun = time.perf_counter()
    rows = restatements.find_and_publish(night.engine, night.as_of)
    tables.append(TableInfo(restatements.PUBLISHED, rows, time.perf_counter() - begun))
    contracts = _contracts(layers, tables)
    for name, frame in {
        "published.dictionary": dictionary_rows(night.as_of),
        "published.indicator": definition_rows(night.as_of, night.policy["rates"]),
    }.items():
        tables.append(TableInfo(name, night.engine.load(name, frame), 0.0))
    small_cell = night.policy["disclosure"]["small_cell"]
    # Many small queries, most of whose time is planning: one half is asked beside the other.
    with night.engine.reader() as beside, ThreadPoolExecutor(1, "checks") as other:
        screened = other.submit(screen, beside, tables_of("published"), small_cell=small_cell)
        work = other.submit(lambda: [*check_sources(beside), check_integrity(beside), *check_waiting(beside)])
        made, kept = _made_tonight(night, contracts)
        found = {
            outcome.table: outcome for outcome in (*kept, *check_contracts(night.engine, made, only=_patched(night)))
        }
        outcomes = [*(found[table.full_name] for table in contracts), *check_invariants(night.engine)]
        return tables, [*outcomes, *work.result(), *screened.result()]


def _publication(night: Night) -> tuple[list[TableInfo], list[Outcome]]:
    from pipelines.publish.databases import Since
    from pipelines.publish.step import publish_night
    from quality.record import outcome_rows
    from quality.waived import check_waivers

    idle = check_waivers(night.waivers, night.outcomes, night.as_of)
    rows = night.engine.load("quality.checks", outcome_rows([*night.outcomes, idle], night.as_of))
    known = night.standing
    since = Since(known.former_file(), known.moved_children()) if known else Since()
    second = night.start_second()
    try:
        publish_night(night.engine, night.home, night.as_of, night.policy, night.occasion, since, second)
    finally:
        night.end_second()  # it works once
    return [TableInfo("quality.checks", rows, 0.0)], [idle]


def _layer(*layers: str) -> Callable[[Night], tuple[list[TableInfo], list[Outcome]]]:
    return lambda night: _models(night, layers)


STEPS: tuple[Step, ...] = (
    Step(
        "landing",
        "New deliveries become clean tables, rejected rows and the record of deliveries.",
        ("landing", "clean"),
        _land,
    ),
    Step(
        "core",
        "What is in force at the business date: divisions, schools, calendar, rows of each extract.",
        ("core",),
        _core,
    ),
    Step("matching", "Rows become persons: tiers, duplicates, keys that last.", ("matching",), _layer("matching")),
    Step("status", "One status per child, with its evidence.", ("status",), _layer("status")),
    Step("ledger", "Cases opened, verified, closed; events, deadlines, memory.", ("ledger",), _layer("ledger")),
    Step(
        "indicators",
        "Balance and zero, dropout, retention and entry rates by unit.",
        ("indicators",),
        _layer("indicators"),
    ),
    Step(
        "published",
        "The tables that people read, their contracts, the invariants, the screen.",
        ("published", "restricted", "quality"),
        _published,
    ),
    Step("publication", "Files of the night, the ledger's new state, the links.", (), _publication),
)

__all__ = [
    "STEPS",
    "Night",
    "NightResult",
    "Step",
    "StepResult",
    "TableInfo",
    "Watcher",
    "open_night",
    "run_night",
]
