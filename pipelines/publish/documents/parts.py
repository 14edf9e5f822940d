"""The parts of a bulletin, each a heading with its sentences and tables; short forms take some of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipelines.publish.documents.document import Document
from pipelines.publish.documents.facts import ENTRY, Facts
from pipelines.publish.documents.shown import NONE, Piece, Shown, as_change, came, joined, shown, some
from pipelines.publish.forms.brief import DUE, HANDOVER, OVER_LIMIT, RANKED, RANKS, SIX, STANDING, over
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.forms.words import source_notes
from pipelines.publish.listing import Listing
from schemas.values import CLOSE_REASON, TAUGHT_STAGE

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
MOST_NAMED = 8
BELOW = {"province": "县级单位", "prefecture": "县级单位", "county": "乡镇（街道）"}
_MOVED = (("新增", "opened"), ("反弹", "relapsed"), ("核实", "verified"), ("销号", "closed"))
ORDER = "一二三四五六七八九十"

Write = Callable[[Document, ReportNight, Facts, "Attached"], None]


class Attached:
    """Tables that stand after the text, in the order in which the text names them."""

    def __init__(self) -> None:
        self.listings: list[tuple[str, Listing]] = []

    def add(self, name: str, listing: Listing) -> str:
        """Attach a table; what the text calls it."""
        self.listings.append((name, listing))
        return f"附件{len(self.listings)}"


def lower(scope: Scope) -> str:
    """The lowest level that a table of a unit shows: a county its townships, above it the counties."""
    return "township" if scope.level in ("county", "township") else "county"


def school_year(night: ReportNight) -> str:
    """2025—2026学年."""
    return f"{night.school_year.replace('-', '—')}学年" if night.school_year else "本学年"


def opening(document: Document, night: ReportNight, facts: Facts) -> None:
    """What stands first: how many are open, of them suspected, verified, poor; what came and went."""
    document.text(
        f"截至{night.day}，按政府线（户籍地）统计，{facts.scope.name}在册未销号个案",
        facts["all.open_at_end"],
        "人，其中疑似辍学",
        facts["all.suspected_open"],
        "人、经核实的辍学",
        facts["all.verified_open"],
        "人；脱贫户学生",
        facts["poor.open_at_end"],
        "人。自上次运行以来新增",
        facts["all.opened"],
        "人、反弹",
        facts["all.relapsed"],
        "人、销号",
        facts["all.closed"],
        "人。现将有关情况通报如下。",
    )


def zeroing(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """Zero or not, of all and of the poor, and which units below are not."""
    scope = facts.scope
    document.heading(2, "（一）总体情况")
    document.text(scope.name, *_zero(facts, "all"), "脱贫户学生", *_zero(facts, "poor"))
    if scope.level not in BELOW:
        return
    document.heading(2, "（二）所辖单位")
    listing = STANDING.listing(night, scope, lower(scope))
    table = attached.add(f"{scope.name}动态清零情况表", listing)
    units, zeroed = facts["below.units"], facts["below.zeroed"]
    if not units.number:
        document.text(f"没有所辖{BELOW[scope.level]}，见{table}。")
        return
    left = units.number - zeroed.number
    if left == 0:
        document.text(units, f"个{BELOW[scope.level]}全部清零，见{table}。")
        return
    open_units = _not_zeroed(listing, scope)
    named: list[Piece] = []
    if len(open_units) <= MOST_NAMED:
        named = ["未清零的为", *joined(open_units), "，"]
    document.text(units, f"个{BELOW[scope.level]}中，", *_zeroed(zeroed), "。", *named, f"详见{table}。")


def _zeroed(one: Shown) -> list[Piece]:
    return came("清零", one, "个") if one.number else [replace(one, text=NONE), "清零的单位"]


def _zero(facts: Facts, group: str) -> list[Piece]:
    """已清零 with its date, or 未清零 with what stands against it."""
    if facts[f"{group}.zeroed"].true:
        since = facts[f"{group}.zeroed_since"]
        if not since.known:
            return ["已清零。"]
        return ["已清零，本次清零自", since, "起，已保持", facts[f"{group}.days_since_zero"], "天。"]
    verified = facts[f"{group}.verified_open"]
    if verified.number:
        return ["未清零：经核实的辍学", verified, "人，疑似辍学", facts[f"{group}.suspected_open"], "人。"]
    return ["未清零：没有经核实的辍学，但有疑似个案超过核实期限，疑似辍学", facts[f"{group}.suspected_open"], "人。"]


def _not_zeroed(listing: Listing, scope: Scope) -> list[list[Piece]]:
    """Each unit below that is not at zero, with its open cases."""
    places = {column.name: place for place, column in enumerate(listing.columns)}
    level = "township" if scope.level == "county" else "county"
    found: list[list[Piece]] = []
    for row, values in zip(listing.rows.rows(named=True), listing.values, strict=True):
        if row["unit_level"] == level and values[places["清零"]].raw is False:
            place = places["在册"]
            number = shown(listing.columns[place], values[place], row)
            found.append([f"{row['unit_name']}（在册", number, "人）"])
    return found


def changes(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """The balance of the ledger since the last run and since a week ago, and why cases were closed."""
    document.heading(2, "（一）本期变动")
    last = facts["last_night.then_on"]
    since: list[Piece] = ["自上次运行（", last, "）以来"] if last.known else ["首次运行，尚无上次数据；本次"]
    moved = [came("新增", facts["all.opened"]), came("反弹", facts["all.relapsed"]), came("销号", facts["all.closed"])]
    start, end = facts["all.open_at_start"], facts["all.open_at_end"]
    document.text(*since, "，期初在册", start, "人，", *joined(moved, "，"), "，期末在册", end, "人。")
    week = facts["week.change"]
    if week.known:
        document.text(
            "与一周前（",
            facts["week.then_on"],
            "，在册",
            facts["week.value_then"],
            "人）相比，在册个案",
            as_change(week),
            "。" if not week.number else "人。",
        )
    else:
        document.text("一周前尚无数据，不作比较。")
    document.heading(2, "（二）销号去向")
    total = facts["closures"]
    if not total.number:
        document.text("本学年以来", *came("销号", total), "。")
        return
    closed: list[tuple[str, Shown]] = [(label, facts[f"closures.{reason}"]) for reason, label in CLOSE_REASON.items()]
    reasons: list[list[Piece]] = [[label, one, "人"] for label, one in closed if one.number]
    document.text("本学年以来累计销号", total, "人，其中：", *joined(reasons), "。")


def period(cycle: str) -> Write:
    """What came and went over the period of a cycle."""

    def write(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
        scope = facts.scope
        part = over(cycle)
        first = facts["cycle.from_date"]
        document.text(
            "自",
            first,
            f"至{night.day}，期初在册",
            facts["cycle.open_at_start"],
            "人，",
            *joined([came(verb, facts[f"cycle.{name}"]) for verb, name in _MOVED], "，"),
            "，期末在册",
            facts["cycle.open_at_end"],
            "人；销号中",
            *joined([came("复学", facts["cycle.returned"]), came("安置", facts["cycle.placements"])], "，"),
            "。",
        )
        document.table(part.listing(night, scope, scope.level), caption=f"{scope.name}台账变动（单位：人）")
        if scope.level in BELOW:
            table = attached.add(f"{scope.name}{part.name}", part.listing(night, scope, lower(scope)))
            document.text(f"所辖单位的变动见{table}。")

    return write


def six(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """The ministry's six numbers of the month."""
    document.text(f"{night.as_of.year}年{night.as_of.month}月，按教育线（学校所在地）统计：")
    document.table(SIX.listing(night, facts.scope, facts.scope.level), caption="月报六项数据（单位：人）")


def handover(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """Whether the leavers of the primary schools have arrived."""
    document.text("小学毕业班学生升入初中的到校情况如下：")
    listing = HANDOVER.listing(night, facts.scope, lower(facts.scope))
    document.table(listing, caption=f"{HANDOVER.name}（单位：人）")


def over_limit(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """The unit's own dropout rates, and who is over the limit."""
    scope = facts.scope
    own = [_rate(facts, stage, label) for stage, label in TAUGHT_STAGE.items()]
    document.text(f"{school_year(night)}，{scope.name}", *joined(own, "；"), "。")
    if scope.level in BELOW:
        limits = [facts[f"below.{stage}.over"] for stage in TAUGHT_STAGE]
        if not any(one.number for one in limits):
            none = [replace(one, text=NONE) for one in limits]
            document.text(f"所辖{BELOW[scope.level]}", none[0], "小学、", none[1], "初中辍学率超过控制线的单位。")
        else:
            document.text(
                f"所辖{BELOW[scope.level]}中，小学辍学率超过控制线的",
                limits[0],
                "个，初中辍学率超过控制线的",
                limits[1],
                "个。超限单位如下：",
            )
    listing = without(OVER_LIMIT.listing(night, scope, lower(scope)), scope.unit_code)
    if listing.values:
        document.table(listing, caption=f"辍学率超限单位（单位：{listing.measure}）")


def without(listing: Listing, unit_code: str) -> Listing:
    """A listing without the rows of a unit, of which a sentence has spoken."""
    kept = [place for place, code in enumerate(listing.rows["unit_code"]) if code != unit_code]
    return replace(listing, rows=listing.rows[kept], values=tuple(listing.values[place] for place in kept))


def _rate(facts: Facts, stage: str, label: str) -> list[Piece]:
    rate = facts[f"{stage}.rate"]
    if not rate.known:
        return [f"{label}辍学率没有可用的统计资料"]
    verdict = "，超过控制线" if facts[f"{stage}.over"].true else "，未超过控制线"
    limit = facts[f"{stage}.limit"]
    if not limit.known:
        return [f"{label}辍学率", rate, "%，未设控制线"]
    return [f"{label}辍学率", rate, "%（控制线", limit, f"%）{verdict}"]


def targets(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """Retention and entry rates, whether they meet their targets, and how many children stand between."""
    document.heading(2, "（一）九年义务教育巩固率")
    document.text(*_target(facts, "retention", "九年义务教育巩固率", "需动员返校"), "。")
    document.heading(2, "（二）入学率")
    document.text(*joined([_target(facts, name, label, "尚缺") for name, label in ENTRY.items()], "；"), "。")


def _target(facts: Facts, name: str, label: str, gap: str) -> list[Piece]:
    rate, target = facts[f"{name}.rate"], facts[f"{name}.target"]
    if not rate.known:
        return [f"{label}没有可用的统计资料"]
    if not target.known:
        return [label, "为", rate, "%，未设目标"]
    said: list[Piece] = [label, "为", rate, "%（目标", target, "%），"]
    if facts[f"{name}.met"].true:
        return [*said, "已达标"]
    return [*said, f"未达标，{gap}", facts[f"{name}.gap_children"], "人"]


def ranking(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """A county's places among its like; above it the table of all counties."""
    scope = facts.scope
    if scope.level != "county":
        listing = RANKS.listing(night, scope, "county")
        table = attached.add(f"{scope.name}主要指标和排名表", listing)
        document.text(f"县级单位的主要指标及其在同一上级各单位中的位次见{table}。")
        return
    places: list[list[Piece]] = []
    for indicator, label in RANKED.items():
        rank = facts[f"{indicator}.rank"]
        if rank.known:
            places.append([f"{label}在", facts[f"{indicator}.of"], "个单位中列第", rank, "位"])
    if places:
        document.text("在同一上级的县级单位中，", *joined(places, "，"), "。")
    else:
        document.text("各项指标的分母低于排名下限或没有统计资料，不排位次。")


def overdue(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """What is overdue, by deadline."""
    total = facts["all.overdue"]
    document.text(*some(total, "逾期未办的个案"), "。", "各项工作待办和逾期情况如下：")
    document.table(DUE.listing(night, facts.scope, facts.scope.level), caption="待办和逾期事项（单位：人）")


def sources(document: Document, night: ReportNight, facts: Facts, attached: Attached) -> None:
    """What the numbers stand on, what is wrong with it, and what was said otherwise before."""
    dates, faults = source_notes(night, facts.scope)
    document.heading(2, "（一）资料")
    document.text(_chinese(dates))
    document.text(_chinese(faults))
    document.heading(2, "（二）更正和校验")
    restated = facts["restated"]
    if restated.number:
        document.text("已公布的数字", *came("更正", restated, "处"), "，逐项见数据库更正表（published.restatements）。")
    else:
        document.text("已公布的数字", *came("更正", restated, "处"), "。")
    document.text("各项校验的结果和提示见《校验表》。")


def _chinese(text: str) -> str:
    """Dates as a document writes them: 2025年9月1日."""
    return _DATE.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", text)


def headed(
    document: Document, night: ReportNight, facts: Facts, attached: Attached, parts: Sequence[tuple[str, Write]]
) -> None:
    """Parts under 一、二、三、…"""
    for order, (title, write) in zip(ORDER, parts, strict=False):
        document.heading(1, f"{order}、{title}")
        write(document, night, facts, attached)


__all__ = ["Attached", "Shown", "headed", "lower", "opening"]
