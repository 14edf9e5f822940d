"""The one shape of every layer: a step of the night as a multi-asset, an asset a table, with its blocking checks."""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of an asset's function.
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import dagster as dg

from assets.checks import Declared, check_specs, failures_of, results_of
from assets.delivered import delivered_key
from assets.failing import failing
from assets.freshness import SHOWN, published_policy
from assets.logs import numbers_of, text_of
from assets.metadata import OWNER, asset_key, declared_metadata, description
from assets.partitions import NIGHTS
from assets.resources import NightResource
from pipelines.engine import discover
from pipelines.errors import KongchuoError, NightBlocked, TemporaryError
from pipelines.night import STEPS, Step, TableInfo, Watcher
from quality.outcome import Outcome

POOL = "duckdb"
"""One writer at a time: DuckDB gives its file to one process."""

IN_ONE_RUN = dg.BackfillPolicy.single_run()
"""A range of nights is one run, which runs them in order: a run each could overtake or go on where one was blocked."""

MAX_RUNTIME = "dagster/max_runtime"
MAX_SECONDS = 3 * 60 * 60
"""What a night may take: behind it stands a folder that hangs, and a schedule that would wait for it for ever."""


@dataclass(frozen=True)
class Layer:
    """What Dagster needs to know of a step beside the step itself.

    `step`       name of the step of the night.
    `checks`     every check it makes.
    `stands_on`  what a table is made from where no model says so.
    `delivered`  table of the step → the kind of delivery that it is made from.
    `remembers`  tables that stand on their own state of the night before. No dependency of Dagster's: a backfill would
                 take a night apart at every one of them, and the nights of a run are in order without it.
    """

    step: str
    checks: tuple[Declared, ...] = ()
    stands_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delivered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remembers: tuple[str, ...] = ()


def step_named(name: str) -> Step:
    """A step of the night; raises StopIteration for a name that is none."""
    return next(step for step in STEPS if step.name == name)


def made_before(name: str) -> tuple[str, ...]:
    """Tables of all steps before one."""
    names = [step.name for step in STEPS]
    return tuple(table for step in STEPS[: names.index(name)] for table in step.tables())


def layer_asset(layer: Layer, *, lineage: bool = True) -> dg.AssetsDefinition:
    """The multi-asset of one step: it runs the step that `kongchuo run --plain` runs, and reports what that returns.

    `lineage` shows the origins of every column; only a page asks for them.
    """
    step = step_named(layer.step)
    # Dagster wants results in the order of the dependencies among the tables of a step: that of the models.
    order: dict[str, float] = {name: place for place, name in enumerate(discover())}
    for table, below in layer.stands_on.items():
        # What no model makes comes right after what it is made from.
        order.setdefault(table, max((order.get(name, -1) for name in below), default=-1) + 0.5)
    tables = sorted(step.tables(), key=lambda table: order.get(table, -1))

    @dg.multi_asset(
        name=step.name,
        specs=[_spec(table, step, layer, lineage=lineage) for table in tables],
        check_specs=check_specs(layer.checks),
        partitions_def=NIGHTS,
        backfill_policy=IN_ONE_RUN,
        # Tables can be chosen one by one; the step works out all the same and reports the chosen ones. (Of a step that
        # cannot be parted Dagster's page refuses ranges: it finds the same range of two tables to be different.)
        can_subset=True,
        pool=POOL,
        description=step.text,
    )
    def run_layer(
        context: dg.AssetExecutionContext, night: NightResource, watcher: dg.ResourceParam[Watcher]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult | dg.AssetMaterialization]:
        nights = [date.fromisoformat(key) for key in context.partition_keys]
        with failing(context, night):
            try:
                if not night.is_open:
                    _begin(context, night, nights)
                result = night.run_step(nights, step.name, watcher)
            except TemporaryError:
                raise
            except KongchuoError as error:
                # The page shows which nights of a range stand, and which check stopped the night; the error then fails
                # the run.
                yield from _whole_nights(night)
                outcomes = error.outcomes if isinstance(error, NightBlocked) else ()
                yield from _chosen(context, failures_of(_own(outcomes, layer), layer.checks))
                raise
        context.log.info("%s", text_of(step.name, numbers_of(result)))
        made = {table.name: table for table in result.tables}
        chosen = [table for table in tables if asset_key(table) in context.selected_asset_keys]
        for as_of, results in night.whole.items():
            for info in results[step.name].tables:
                if info.name in chosen:
                    context.add_asset_metadata(_numbers(info), asset_key(info.name), as_of.isoformat())
        for table in chosen:
            if len(nights) == 1:
                yield dg.MaterializeResult(asset_key=asset_key(table), metadata=_numbers(made.get(table)))
                continue
            context.add_asset_metadata(_numbers(made.get(table)), asset_key(table), nights[-1].isoformat())
            yield dg.MaterializeResult(asset_key=asset_key(table))
        yield from _chosen(context, results_of(result.outcomes, layer.checks))

    return run_layer


def _begin(context: dg.AssetExecutionContext, night: NightResource, nights: list[date]) -> None:
    """Write into the run what it takes, and give it the time of its nights."""
    seconds = str(MAX_SECONDS * len(nights))
    context.instance.add_run_tags(context.run.run_id, {MAX_RUNTIME: seconds, **night.tags(nights)})


def _whole_nights(night: NightResource) -> Iterator[dg.AssetMaterialization]:
    """Tables of the nights of a range that were published before one was blocked."""
    for as_of, results in night.whole.items():
        made = {info.name: info for result in results.values() for info in result.tables}
        for table in (table for step in STEPS for table in step.tables()):
            numbers = _numbers(made.get(table))
            yield dg.AssetMaterialization(asset_key(table), partition=as_of.isoformat(), metadata=numbers)


def _chosen(context: dg.AssetExecutionContext, results: Iterable[dg.AssetCheckResult]) -> Iterator[dg.AssetCheckResult]:
    """Results of the checks that the run was asked for."""
    known = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
    return (result for result in results if (result.asset_key, result.check_name) in known)


def _own(outcomes: Iterable[object], layer: Layer) -> list[Outcome]:
    """Outcomes of the checks of this step: a blocked night may have been stopped in another one that it stands on."""
    known = {(declared.check, declared.table) for declared in layer.checks}
    return [o for o in outcomes if isinstance(o, Outcome) and (o.check, o.table) in known]


def _numbers(info: TableInfo | None) -> dict[str, int | float]:
    return {"dagster/row_count": info.rows, "seconds": round(info.seconds, 3)} if info else {}


def _spec(table: str, step: Step, layer: Layer, *, lineage: bool) -> dg.AssetSpec:
    """One table as an asset."""
    model = discover().get(table)
    return dg.AssetSpec(
        asset_key(table),
        deps=_dependencies(table, step, layer),
        description=description(table) or step.text,
        metadata=_metadata(table, layer, lineage=lineage),
        freshness_policy=published_policy() if table == SHOWN else None,
        group_name=step.name,
        owners=[OWNER],
        kinds={"duckdb", "sql"} if model else {"duckdb", "polars"} if step.name == "landing" else {"duckdb", "python"},
    )


def _dependencies(table: str, step: Step, layer: Layer) -> list[dg.AssetDep]:
    """What a table is made from, as its model says, or its layer where it has none.

    A model that reads what a later step makes reads the state of the night before: no dependency within a night.
    """
    known = {*step.tables(), *made_before(step.name)} - {table}
    model = discover().get(table)
    reads = model.depends & known if model else layer.stands_on.get(table, ())
    deps = [dg.AssetDep(asset_key(name)) for name in sorted(reads)]
    return [*deps, *(dg.AssetDep(delivered_key(kind)) for kind in layer.delivered.get(table, ()))]


def _metadata(table: str, layer: Layer, *, lineage: bool) -> dict[str, object]:
    """What is known before anything runs; of a table that goes on from the night before, that it does."""
    said = {"stands_on": "its own state of the night before"} if table in layer.remembers else {}
    return {**declared_metadata(table, lineage=lineage), **said}
