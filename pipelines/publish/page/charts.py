"""Charts as numbers for an inline SVG: places in per cent, so that one drawing fits a phone, a desk and a sheet.

What is written beside a bar or a point is a figure of a listing and is read back like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from pipelines.publish.listing import Listing, text

# More bars than these do not fit on one printed page; the table below the chart has every unit.
MOST_BARS = 20
_ROW = 40
_HEIGHT, _LABEL = 220, 17
_ON_A_PHONE, _ON_A_DESK = (38.0, 28.0), (11.0, 9.0)


class Bar(NamedTuple):
    """One unit: its label, the texts of its figures, and the parts of its bar as (class, left, width)."""

    label: str
    figures: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str, str], ...]
    top: int


@dataclass(frozen=True)
class Bars:
    """Stacked bars of the first figures of a listing; the last figure is their sum where there are several."""

    kind = "bars"
    place: str
    title: str
    listing: Listing
    bars: tuple[Bar, ...]
    keys: tuple[tuple[str, str], ...]
    height: int
    left_out: int

    @property
    def blocks(self) -> tuple[tuple[str, Listing], ...]:
        """The figures beside the bars."""
        return ((self.place, self.listing),)


class Point(NamedTuple):
    """One night: its place from left, and of each series the height from above and the text of the figure."""

    left: str
    tops: tuple[tuple[str, str, str], ...]


class Day(NamedTuple):
    """A night under the axis: its place, its name, how the name stands to it, whether a phone has no room for it."""

    left: str
    name: str
    anchor: str
    fine: bool


class End(NamedTuple):
    """The name and last figure of a series, beside its end."""

    look: str
    name: str
    value: str
    top: int


@dataclass(frozen=True)
class Lines:
    """Lines over the nights: points, the paths between them, ticks of both axes, and the labels at their ends."""

    kind = "lines"
    place: str
    title: str
    listing: Listing
    points: tuple[Point, ...]
    paths: tuple[tuple[str, str], ...]
    ticks: tuple[tuple[str, int], ...]
    days: tuple[Day, ...]
    ends: tuple[End, ...]
    last: Listing
    height: int = _HEIGHT

    @property
    def blocks(self) -> tuple[tuple[str, Listing], ...]:
        """The points night by night, and the labels at the ends."""
        return ((self.place, self.listing), (f"{self.place}-ends", self.last))


Chart = Bars | Lines


def stacked_bars(place: str, title: str, listing: Listing, looks: Sequence[str]) -> Bars | None:
    """The bars of a listing (label, figures that are drawn, further figures), longest first, ties in their order.

    None where nothing is to be drawn: every value zero or not known.
    """
    numbers = [[_number(value.raw) for value in row[1 : 1 + len(looks)]] for row in listing.values]
    order = sorted(
        (row for row, values in enumerate(numbers) if sum(values) > 0), key=lambda row: (-sum(numbers[row]), row)
    )
    if not order:
        return None
    top, longest = order[:MOST_BARS], sum(numbers[order[0]])
    names = [column.name for column in listing.columns[1:]]
    bars = []
    for line, row in enumerate(top):
        left, parts = 0.0, []
        for look, number in zip(looks, numbers[row], strict=True):
            width = 100.0 * number / longest
            parts.append((look, f"{left:.2f}", f"{width:.2f}"))
            left += width
        shown = [text(column.kind, value) for column, value in zip(listing.columns, listing.values[row], strict=True)]
        bars.append(Bar(shown[0], tuple(zip(names, shown[1:], strict=True)), tuple(parts), line * _ROW))
    drawn = Listing(
        title,
        listing.measure,
        listing.columns[1:],
        listing.rows.with_row_index("place")
        .join(pl.DataFrame({"place": top}, schema={"place": pl.UInt32}), on="place", maintain_order="right")
        .drop("place"),
        tuple(listing.values[row][1:] for row in top),
    )
    keys = tuple(zip(looks, names, strict=False))
    return Bars(place, title, drawn, tuple(bars), keys, len(bars) * _ROW, len(order) - len(top))


def lines(place: str, title: str, listing: Listing, looks: Sequence[str]) -> Lines | None:
    """Lines of a listing whose first column is the night; None of fewer than two nights."""
    if len(listing.values) < 2:
        return None
    nights = [row[0].raw for row in listing.values]
    first, last = nights[0], nights[-1]
    if not isinstance(first, date) or not isinstance(last, date):  # pragma: no cover - nights are dates
        raise TypeError("The first column of a line chart is a date.")
    columns = listing.columns[1 : 1 + len(looks)]
    step, most = _scale(max(_number(value.raw) for row in listing.values for value in row[1 : 1 + len(looks)]))
    lefts = [100.0 * (night - first).days / (last - first).days for night in nights if isinstance(night, date)]
    points, paths = [], dict.fromkeys(looks, "")
    for row, left in zip(listing.values, lefts, strict=True):
        tops = []
        for look, column, value in zip(looks, columns, row[1:], strict=False):
            share = 1 - _number(value.raw) / most
            tops.append((look, f"{share * _HEIGHT:.1f}", text(column.kind, value)))
            paths[look] += f"{'L' if paths[look] else 'M'}{left:.2f} {100 * share:.2f}"
        points.append(Point(f"{left:.2f}", tuple(tops)))
    drawn = Listing(
        title, listing.measure, columns, listing.rows, tuple(row[1 : 1 + len(looks)] for row in listing.values)
    )
    return Lines(
        place,
        title,
        drawn,
        tuple(points),
        tuple(paths.items()),
        tuple((str(tick), round((1 - tick / most) * _HEIGHT)) for tick in range(0, most + 1, step)),
        _days([night for night in nights if isinstance(night, date)], lefts),
        _ends([column.name for column in columns], points[-1]),
        Listing(title, listing.measure, columns, listing.rows.tail(1), drawn.values[-1:]),
    )


def _number(raw: object) -> int:
    return raw if isinstance(raw, int) else 0


def _scale(largest: int) -> tuple[int, int]:
    """Step and end of an axis with three to six steps of 1, 2 or 5 times a power of ten."""
    step = 1
    for step in (factor * 10**power for power in range(9) for factor in (1, 2, 5)):
        if step * 5 >= largest:
            break
    return step, step * max(1, -(-largest // step))


def _days(nights: Sequence[date], lefts: Sequence[float]) -> tuple[Day, ...]:
    """The first and last night, and between them those that leave room for their names: on a phone, or only wider."""
    ends = [0, len(nights) - 1]
    on_a_phone = _with_room(lefts, ends, _ON_A_PHONE)
    anchors = {0: "start", len(nights) - 1: "end"}
    return tuple(
        Day(
            f"{lefts[place]:.2f}",
            f"{nights[place].month}月{nights[place].day}日",
            anchors.get(place, "middle"),
            place not in on_a_phone,
        )
        for place in sorted(_with_room(lefts, on_a_phone, _ON_A_DESK))
    )


def _with_room(lefts: Sequence[float], taken: Sequence[int], room: tuple[float, float]) -> list[int]:
    """The places that are taken, and more of them that keep their distance: from the ends, from each other."""
    from_ends, apart = room
    shown = list(taken)
    for place, left in enumerate(lefts):
        if from_ends <= left <= 100 - from_ends and all(abs(left - lefts[one]) >= apart for one in shown):
            shown.append(place)
    return shown


def _ends(names: Sequence[str], last: Point) -> tuple[End, ...]:
    """Labels at the ends of the lines, moved apart where lines end close together."""
    ends = sorted(
        (End(look, name, value, round(float(top))) for name, (look, top, value) in zip(names, last.tops, strict=True)),
        key=lambda end: end.top,
    )
    placed: list[End] = []
    for end in ends:
        top = max(end.top, placed[-1].top + _LABEL) if placed else end.top
        placed.append(end._replace(top=top))
    over = max(0, placed[-1].top - _HEIGHT)
    by_name = {end.name: end._replace(top=end.top - over) for end in placed}
    return tuple(by_name[name] for name in names)
