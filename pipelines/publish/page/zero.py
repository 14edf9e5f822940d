"""Who is at zero and since when; what is open and how it moved since the last run (spec 4.3)."""

from __future__ import annotations

from functools import partial
from itertools import groupby

from pipelines.publish.forms.night import COUNTY, ReportNight, Scope
from pipelines.publish.listing import Column, Listing, figure
from pipelines.publish.page.charts import stacked_bars
from pipelines.publish.page.units import UNIT, below, links, lowest, number, own, part, tree, tree_table
from pipelines.publish.page.view import Section, Summary, Table, Tile, Tiles, cut
from pipelines.publish.wording import LEVELS

_OF = partial(figure, "zeroing", line="household", group_="all")
_POOR = partial(figure, "zeroing", line="household", group_="poor")
_COUNTIES = partial(figure, "zeroing", line="household", group_="all", unit_level=COUNTY)
ZEROED, SINCE, SUSPECTED, VERIFIED, OPEN = "清零", "清零起始", "疑似", "辍学", "期末"

ZEROING = part(
    (
        UNIT,
        Column(ZEROED, "yes_no", 0, _OF("zeroed"), alert="false"),
        Column(SINCE, "date", 0, _OF("zeroed_since")),
        Column("已保持天数", "text", 0, _OF("days_since_zero")),
        number(SUSPECTED, _OF("suspected_open")),
        number(VERIFIED, _OF("verified_open"), positive=True),
        number("其中脱贫户", _POOR("verified_open")),
        number("超期", _OF("overdue"), positive=True),
    ),
    tree,
)

OPEN_CASES = part(
    (
        UNIT,
        number("期初", _OF("open_at_start")),
        number("本期新增", _OF("opened")),
        number("本期反弹", _OF("relapsed")),
        number("本期销号", _OF("closed")),
        number(OPEN, _OF("open_at_end")),
        number(SUSPECTED, _OF("suspected_open")),
        number(VERIFIED, _OF("verified_open")),
        number("脱贫户", _POOR("open_at_end")),
    ),
    tree,
)


def _rates(night: ReportNight) -> tuple[Column, ...]:
    dropout = partial(figure, "dropout_rate", variant=night.dropout_variant)
    retention = partial(figure, "retention", indicator="nine_year", variant=night.retention_variant)
    over = [
        Column(f"{word}辍学率超限", "yes_no", 0, dropout("over_limit", stage=stage), alert="true")
        for stage, word in (("primary", "小学"), ("junior", "初中"))
    ]
    kept = Column("九年义务教育巩固率", "rate", 0, retention("rate_shown", base="denominator", bound="at_bound"))
    gap = number("距巩固率目标还差", retention("gap_children"), positive=True)
    return (*over, kept, gap)


SUMMARY = part(
    lambda night: (
        Column("清零", "yes_no", 0, _OF("zeroed"), alert="false"),
        Column("清零起始日期", "date", 0, _OF("zeroed_since")),
        number("期末在册个案", _OF("open_at_end")),
        number("其中：疑似", _OF("suspected_open")),
        number("其中：辍学", _OF("verified_open"), positive=True),
        number("辍学中的脱贫户", _POOR("verified_open"), positive=True),
        number("有超期事项的个案", _OF("overdue"), positive=True),
        *_rates(night),
    ),
    tree,
)
_UNITS = ("", "", "人", "人", "人", "人", "人", "", "", "%", "人")

COUNTIES = part(
    lambda night: (
        number("县级单位", _COUNTIES("zeroed", how="rows")),
        number("其中：已清零", _COUNTIES("zeroed", how="true")),
        *(
            number(
                f"{word}辍学率超限的县级单位",
                figure(
                    *("dropout_rate", "over_limit"),
                    how="true",
                    variant=night.dropout_variant,
                    stage=stage,
                    unit_level=COUNTY,
                ),
                positive=True,
            )
            for stage, word in (("primary", "小学"), ("junior", "初中"))
        ),
    ),
    lambda night: tree(night).head(1).drop("unit_code", "school_year"),
)


def summary(night: ReportNight, scope: Scope) -> list[Summary]:
    """The numbers at the top: the state of the scope in one look, and in how many counties it is so."""
    units = [Summary("summary", own(SUMMARY, night, scope), _UNITS)]
    if scope.level == COUNTY:
        return units
    return [Summary("summary-counties", own(COUNTIES, night, scope), ("个",) * 4), *units]


def zeroing(night: ReportNight, scope: Scope) -> Section:
    """Tiles and table of who is at zero."""
    table = tree_table("t-zeroing", "清零情况（政府线，单位：人）", ZEROING, night, scope)
    return Section(
        "zeroing",
        "清零情况",
        "清零：没有核实的辍学个案，也没有超过核实期限的疑似个案；起始日期为本次连续清零的第一天。",
        (_tiles(table.listing, night, scope), table),
        ("“超期”为至少一项期限已过的在册个案。",),
    )


def _tiles(listing: Listing, night: ReportNight, scope: Scope) -> Tiles:
    """The lowest units of the page as tiles, under the units that they lie in."""
    level, pages = lowest(scope), links(night, scope)
    keep = listing.rows["unit_level"] == level
    shown = cut(listing, (ZEROED, SINCE, SUSPECTED, VERIFIED), keep)
    tiles = [
        (row["parent_code"], Tile(row["unit_name"], pages.get(row["unit_code"], ""), *texts))
        for row, texts in zip(shown.rows.rows(named=True), shown.texts(), strict=True)
    ]
    named = tuple(
        (night.names.get(parent or "", scope.name), tuple(tile for _, tile in group))
        for parent, group in groupby(tiles, key=lambda one: one[0])
    )
    return Tiles("tiles", shown, named)


def open_cases(night: ReportNight, scope: Scope) -> Section:
    """Open cases by unit, and how they moved since the last night."""
    table: Table = tree_table("t-open", "在册个案变动（政府线，单位：人）", OPEN_CASES, night, scope)
    listing = below(OPEN_CASES, night, scope)
    keep = listing.rows["unit_level"] == lowest(scope)
    drawn = cut(listing, (UNIT.name, SUSPECTED, VERIFIED, OPEN), keep)
    word = "各县" if LEVELS.index(lowest(scope)) == LEVELS.index(COUNTY) else "各乡镇"
    chart = stacked_bars("c-open", f"{word}期末在册个案（人）", drawn, ("first", "second"))
    notes = ["本期＝自上次运行以来；期初＋本期新增＋本期反弹－本期销号＝期末＝疑似＋辍学。"]
    if chart is None:
        notes.append(f"{word}均没有在册个案，不画图。")
    elif chart.left_out:
        notes.append(f"图中为期末最多的{len(chart.bars)}个单位，其余有在册个案的单位见表。")
    return Section(
        "open",
        "在册个案",
        "疑似和辍学个案，按户籍地统计。",
        (*((chart,) if chart else ()), table),
        tuple(notes),
    )
