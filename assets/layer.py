"""The one shape of every layer: a step of the night as a multi-asset, an asset a table, with its blocking checks."""

# No `from __future__ import annotations`: Dagster looks at the types of the arguments of an asset's function.
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import dagster as dg

from assets.checks import Declared, check_specs, failures_of, results_of
from assets.metadata import OWNER, asset_key, declared_metadata, description
from assets.partitions import NIGHT_BEFORE, NIGHTS
from assets.resources import NightResource
from pipelines.engine import discover
from pipelines.errors import NightBlocked
from pipelines.night import STEPS, Step, Watcher
from quality.outcome import Outcome

POOL = "duckdb"
"""One writer at a time: DuckDB gives its file to one process."""


@dataclass(frozen=True)
class Layer:
    """What Dagster needs to know of a step beside the step itself.

    `step`       name of the step of the night.
    `checks`     every check it makes.
    `stands_on`  what a table is made from where no model says so.
    `remembers`  tables that stand on their own state of the night before.
    """

    step: str
    checks: tuple[Declared, ...] = ()
    stands_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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
        pool=POOL,
        description=step.text,
    )
    def run_layer(
        context: dg.AssetExecutionContext, night: NightResource, watcher: dg.ResourceParam[Watcher]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        try:
            result = night.run_step(date.fromisoformat(context.partition_key), step.name, watcher)
        except NightBlocked as blocked:
            # The page shows which check stopped the night; the error then fails the run.
            yield from failures_of((o for o in blocked.outcomes if isinstance(o, Outcome)), layer.checks)
            raise
        made = {table.name: table for table in result.tables}
        for table in tables:
            info = made.get(table)
            metadata = {"dagster/row_count": info.rows, "seconds": round(info.seconds, 3)} if info else {}
            yield dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata)
        yield from results_of(result.outcomes, layer.checks)

    return run_layer


def _spec(table: str, step: Step, layer: Layer, *, lineage: bool) -> dg.AssetSpec:
    """One table as an asset."""
    model = discover().get(table)
    return dg.AssetSpec(
        asset_key(table),
        deps=_dependencies(table, step, layer),
        description=description(table) or step.text,
        metadata=declared_metadata(table, lineage=lineage),
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
    if table in layer.remembers:
        deps.append(dg.AssetDep(asset_key(table), partition_mapping=NIGHT_BEFORE))
    return deps
