"""Writes the pages: sections into the template, every text escaped, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.publish.forms.night import COUNTY, ReportNight, Scope
from pipelines.publish.page import rates, trend, trust, work, zero
from pipelines.publish.page.units import PAGE
from pipelines.publish.page.view import Section, Summary
from pipelines.publish.readback import Block

_TEMPLATE, _STYLE, _SCRIPT = "index.html.j2", "page.css", "page.js"
_SECTIONS = (
    zero.zeroing,
    trend.trend,
    trend.change,
    zero.open_cases,
    rates.dropout,
    rates.retention,
    rates.entry,
    rates.ranking,
    work.deadlines,
    work.campaigns,
    trust.sources,
    trust.quality,
    trust.checks,
)
"""What officials read first comes first (spec 1.2); a section without anything to say of a scope is left out."""


@dataclass(frozen=True)
class Link:
    """A page beside or above: its address from here, and its name."""

    to: str
    name: str


@dataclass(frozen=True)
class Page:
    """One page as the template draws it."""

    place: str
    county: bool
    day: str
    iso_day: str
    up: Link | None
    before: Link | None
    after: Link | None
    summaries: tuple[Summary, ...]
    sections: tuple[Section, ...]


def write_pages(night: ReportNight, folder: Path) -> list[Block]:
    """Write `index.html` of the province and one a county under `folder`; returns where each of their figures stands.

    Units from province to township only, villages and schools never (spec 6.3). The same night gives the same bytes.
    Raises KongchuoError where the night was not computed.
    """
    template, blocks = _template(), list[Block]()
    counties = [scope for scope in night.scopes if scope.level == COUNTY]
    for scope in night.scopes:
        page = _page(night, scope, counties)
        file = Path(scope.folder) / PAGE
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(template.render(page=page).encode("utf-8"))
        blocks += _blocks(file.as_posix(), page)
    return blocks


def _page(night: ReportNight, scope: Scope, counties: list[Scope]) -> Page:
    def beside(step: int) -> Link | None:
        place = counties.index(scope) + step if scope in counties else -1
        if not 0 <= place < len(counties):
            return None
        return Link(f"../{counties[place].folder}/{PAGE}", counties[place].name)

    county = scope.level == COUNTY and scope != night.province
    return Page(
        place=scope.name,
        county=county,
        day=night.day,
        iso_day=night.as_of.isoformat(),
        up=Link(f"../{PAGE}", night.province.name) if county else None,
        before=beside(-1) if county else None,
        after=beside(1) if county else None,
        summaries=tuple(zero.summary(night, scope)),
        sections=tuple(made for section in _SECTIONS if (made := section(night, scope)) is not None),
    )


def _blocks(file: str, page: Page) -> list[Block]:
    """Tables, tiles, charts and rows of numbers, each at the place that its element names."""
    shown = [*page.summaries, *(part for section in page.sections for part in section.parts)]
    return [Block(file, place, 0, 0, listing) for part in shown for place, listing in part.blocks if listing.values]


@cache
def _template() -> Any:
    """The template with style and script in it, compiled once; the page's policy names both by their hashes."""
    import jinja2  # here: only a night that publishes needs it

    here = Path(__file__).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(here),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style, script = ((here / name).read_text(encoding="utf-8") for name in (_STYLE, _SCRIPT))
    environment.globals |= {
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
    }
    return environment.get_template(_TEMPLATE)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
