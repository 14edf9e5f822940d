"""How reports speak of waivers: which checks of the night somebody accepted, who, why and until when."""

from __future__ import annotations

import polars as pl

from pipelines.publish.forms.night import ReportNight

_WAIVED = "select count(*) as number from quality.checks where as_of = $as_of and waived_by is not null"


def waiver_words() -> pl.Expr:
    """The waiver of a check as `office：reason（至 date）`, empty without one; of the columns of `quality.checks`."""
    return pl.format(
        "{}：{}（至 {}）", "waived_by", "waived_reason", pl.col("waived_until").dt.strftime("%Y-%m-%d")
    ).fill_null("")


def waiver_note(night: ReportNight) -> str:
    """One sentence: how many checks of the night are waived."""
    number = int(night.read(_WAIVED)["number"][0])
    return f"豁免 {number} 项，理由、责任单位和到期日见“豁免”栏。" if number else "没有豁免。"
