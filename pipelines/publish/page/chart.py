"""Stacked bars as numbers for an inline SVG: widths in per cent, so that the drawing fits a phone and a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# More bars than these do not fit on one printed page; the table below the chart has every unit.
MOST_BARS = 20
_ROW = 38
_WIDEST = 100.0


@dataclass(frozen=True)
class Bar:
    """One unit: label, value at its right, and the two parts from the left edge on (widths in per cent)."""

    label: str
    value: str
    first: str
    second: str
    top: int


@dataclass(frozen=True)
class BarChart:
    """A chart with its title, what a reader who cannot see it is told, and the names of its two parts."""

    title: str
    description: str
    first_name: str
    second_name: str
    bars: tuple[Bar, ...]
    height: int
    left_out: int


def stacked_bars(
    title: str, names: tuple[str, str], rows: Sequence[tuple[str, int, int]], unit: str = "人"
) -> BarChart | None:
    """The chart of (label, first, second), longest first, ties in the given order; None where every value is zero."""
    shown = sorted((row for row in rows if row[1] + row[2] > 0), key=lambda row: -(row[1] + row[2]))
    if not shown:
        return None
    top = shown[:MOST_BARS]
    longest = top[0][1] + top[0][2]
    bars = tuple(
        Bar(
            label=label,
            value=f"{first + second}{unit}",
            first=f"{_WIDEST * first / longest:.2f}",
            second=f"{_WIDEST * second / longest:.2f}",
            top=place * _ROW,
        )
        for place, (label, first, second) in enumerate(top)
    )
    told = "；".join(f"{label}{names[0]}{first}{unit}、{names[1]}{second}{unit}" for label, first, second in top)
    return BarChart(title, told, *names, bars, len(bars) * _ROW, len(shown) - len(top))
