"""三统一核对表: the lists of education, poverty office and ledger of a county compared (spec 6.2, item 7)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.publish.forms.form import Form, Part
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import CHECKING_TABLE, source_notes
from pipelines.publish.listing import Column, figure
from schemas.values import REGION

_LISTS = {"education": "教育名单", "poverty_office": "乡村振兴名单", "ledger": "台账（已核实）"}


def columns(night: ReportNight) -> Sequence[Column]:
    """Length of the three lists, the seven regions of their diagram, whether they agree."""
    return (
        Column("单位", "text", 30, label="label"),
        *(Column(word, "count", 13, figure("three_way", name, how="sum")) for name, word in _LISTS.items()),
        *(
            Column(
                word, "count", 13, figure("three_way", name, how="sum"), alert="" if name == "common" else "positive"
            )
            for name, word in REGION.items()
        ),
        Column("一致", "yes_no", 8, figure("three_way", "agreed", only={"look": "unit"}), alert="false"),
    )


def rows(night: ReportNight) -> pl.DataFrame:
    """The province's sum, then every county-level unit."""
    tree = night.tree("zeroing", "household")
    counties = tree.filter(pl.col("unit_level") == "county").with_columns(
        label=pl.col("unit_name"), look=pl.lit("unit"), depth=pl.lit(1, pl.Int64)
    )
    # The three lists are kept a county: no child stands on the lists of two, so that they add up.
    whole = tree.head(1).with_columns(
        unit_code=pl.lit(None, pl.String), label=pl.col("unit_name"), look=pl.lit("total"), depth=pl.lit(0, pl.Int64)
    )
    return pl.concat([whole, counties])


def notes(night: ReportNight, scope: Scope) -> Sequence[str]:
    """What the lists are and how they are compared, sources."""
    return (
        "教育名单、乡村振兴名单取自“部门名单”的最近一份；台账为已核实、未销号的个案。三份名单按儿童逐一比对。",
        "“三方一致”为三份名单都有的儿童；“一致”为三份名单完全相同。不一致的儿童见县级受限名单。",
        "各县之和为全省数；“—”为不适用。",
        *source_notes(night, scope),
    )


THREE_WAY = Form(
    "三统一核对表.xlsx",
    (Part("三统一核对表", "人、%", columns, rows, notes, sheet="县级", lowest="county", layer=CHECKING_TABLE),),
)
