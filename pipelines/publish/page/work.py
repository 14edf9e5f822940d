"""Work that waits: overdue steps, campaigns, seasons (spec 4.4, 4.7, 5.5)."""

from __future__ import annotations

from functools import partial

import polars as pl

from pipelines.publish.forms.night import COUNTY, ReportNight, Scope
from pipelines.publish.listing import Column, figure
from pipelines.publish.page.units import UNIT, below, links, number, own, part, tree, tree_table
from pipelines.publish.page.view import Section, Table
from pipelines.publish.wording import DEADLINE_WORDS
from schemas.values import GROUP

_CAMPAIGNS = 'select unit_code, campaign, "group" from published.campaign where as_of = $as_of'
_SEASONS = "select unit_code, season, season_year from published.seasonal where as_of = $as_of order by season"
_SHORT = DEADLINE_WORDS | {"notice_due": "通知书", "penalty_due": "处罚决定", "lawsuit_due": "起诉"}


def _deadlines(night: ReportNight) -> pl.DataFrame:
    units = tree(night).with_row_index("unit")
    each = [
        units.with_columns(deadline=pl.lit(name), deadline_shown=pl.lit(word)) for name, word in DEADLINE_WORDS.items()
    ]
    return pl.concat(each).sort("unit", maintain_order=True).drop("unit")


_DUE = partial(figure, "deadlines")
BY_DEADLINE = part(
    (
        Column("期限", "text", 0, label="deadline_shown"),
        number("待办", _DUE("due")),
        number("其中超期", _DUE("overdue"), positive=True),
        Column("最长超期天数", "text", 0, _DUE("oldest_overdue_days")),
    ),
    _deadlines,
)
BY_UNIT = part(
    (UNIT, *(number(word, _DUE("overdue", deadline=name), positive=True) for name, word in _SHORT.items())), tree
)


def deadlines(night: ReportNight, scope: Scope) -> Section:
    """Overdue steps of the scope by deadline, then by unit."""
    return Section(
        "deadlines",
        "超期事项",
        "在册个案下一步应办而过期未办的事项；一件个案可有几项超期。",
        (
            Table("t-deadlines", f"{scope.name}各项期限（单位：件、天）", own(BY_DEADLINE, night, scope), units=False),
            tree_table("t-overdue", "各单位超期（单位：件）", BY_UNIT, night, scope),
        ),
    )


def _campaigns(night: ReportNight) -> pl.DataFrame:
    found = night.read(_CAMPAIGNS)
    return (
        tree(night)
        .join(found, on="unit_code", maintain_order="left")
        .with_columns(group_shown=pl.col("group").replace(GROUP), depth=pl.lit(0, pl.Int64))
        .sort("campaign", "group", maintain_order=True)
    )


_CAMPAIGN = partial(figure, "campaign")
CAMPAIGN = part(
    (
        UNIT,
        Column("专项行动", "text", 0, label="campaign"),
        Column("对象", "text", 0, label="group_shown"),
        Column("目标日期", "date", 0, _CAMPAIGN("target_date")),
        number("立案", _CAMPAIGN("opened")),
        number("已销号", _CAMPAIGN("closed")),
        number("未销号", _CAMPAIGN("open"), positive=True),
        number("销号率%", _CAMPAIGN("share_closed", base="opened"), "rate"),
        number("之后新增", _CAMPAIGN("added_later")),
    ),
    _campaigns,
)


def _seasons(night: ReportNight) -> pl.DataFrame:
    found = night.read(_SEASONS)
    return tree(night).join(found, on="unit_code", maintain_order="left_right").with_columns(depth=pl.lit(0, pl.Int64))


_SEASON = partial(figure, "seasonal")
_SEASON_MEASURES = {
    "unexcused_days": "旷课人次",
    "excused_days": "请假人次",
    "cases_opened": "新立案",
    "unapproved_holidays": "擅自放假天数",
}
SEASON = part(
    (
        UNIT,
        Column("季节", "text", 0, label="season"),
        number("上课天数", _SEASON("school_days")),
        *(
            column
            for name, word in _SEASON_MEASURES.items()
            for column in (number(word, _SEASON(name)), number("上年同期", _SEASON(f"{name}_last_year")))
        ),
    ),
    _seasons,
    lowest=COUNTY,
)


def campaigns(night: ReportNight, scope: Scope) -> Section | None:
    """Campaigns and seasons where there are any."""
    campaign, season = below(CAMPAIGN, night, scope), SEASON.listing(night, scope, COUNTY)
    pages = links(night, scope)
    tables = []
    if campaign.values:
        tables.append(
            Table(
                "t-campaign",
                "专项行动（政府线，单位：人、%）",
                campaign,
                links=pages,
            )
        )
    if season.values:
        tables.append(Table("t-season", "重点季节（最近一季至统计日，与上年同期）", season, links=pages))
    if not tables:
        return None
    return Section(
        "campaigns", "专项行动与重点季节", "按政策设定的批次和季节统计。", tuple(tables), ("“—”为当时没有数据。",)
    )
