"""Everything Dagster knows of the project, built by one function with overrides."""

from __future__ import annotations

import dagster as dg

from assets.automation import automation
from assets.core import core
from assets.delivered import delivered
from assets.indicators import indicators
from assets.landing import landing
from assets.layer import layer_asset
from assets.ledger import ledger
from assets.matching import matching
from assets.progress import Silent
from assets.publication import publication, published
from assets.resources import NightResource
from assets.status import status
from assets.suites import suites
from pipelines.night import Watcher

LAYERS = (landing, core, matching, status, ledger, indicators, published, publication)


def build_defs(
    *,
    night: NightResource | None = None,
    watcher: Watcher | None = None,
    lineage: bool = True,
    with_suites: bool = True,
) -> dg.Definitions:
    """Assets, job, schedule and resources.

    `night` overrides where deliveries and results are (default: the environment, read when a run begins), `watcher`
    who is told of progress (default: nobody), `lineage` whether columns show what they are made from. `with_suites`
    false leaves out the step after the publication.
    """
    assets = dg.Definitions(
        assets=[*delivered(), *(layer_asset(layer(), lineage=lineage) for layer in LAYERS)],
        asset_checks=[suites()] if with_suites else [],
        resources={"night": night or NightResource(), "watcher": watcher or Silent()},
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(assets, automation())


@dg.definitions
def defs() -> dg.Definitions:
    """What a code location loads; built when asked for, so that importing this module reads nothing."""
    return build_defs()
