"""The pages of the report: one that sums up, one a table, in the style of the other pages; nothing is fetched or run.

Great Expectations has pages of its own (Data Docs). They are English, and load styles, scripts and fonts from
elsewhere: an office without a network would see bare text. These say the same from the same results.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.publish.expectations.report import INDEX, RESULTS
from quality.gx_runner import Finding, SuiteResult
from schemas.catalogue import CATALOGUE

_HERE = Path(__file__).parent
_STYLE = _HERE.parent / "page" / "page.css"
_PAGE_OF_NIGHT = f"../reports/{INDEX}"
MET, NOT_MET, NOT_JUDGED = "符合", "不符", "无法检验"


@dataclass(frozen=True)
class Line:
    """One expectation as a row of a page."""

    table: str
    page: str
    sentence: str
    verdict: str
    rows: str
    offending: str
    sample: str

    @property
    def alert(self) -> bool:
        """It is not met."""
        return self.verdict != MET


@dataclass(frozen=True)
class Block:
    """One suite: heading, note, number of rows it looked at, its expectations."""

    title: str
    note: str
    rows: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class TablePage:
    """One table: its name and label, file of its page, its suites."""

    name: str
    label: str
    file: str
    blocks: tuple[Block, ...]

    @property
    def lines(self) -> list[Line]:
        """All expectations of the table."""
        return [line for block in self.blocks for line in block.lines]

    @property
    def not_met(self) -> int:
        """How many of them are not met."""
        return sum(line.alert for line in self.lines)


def write_report_pages(results: Sequence[SuiteResult], as_of: dt.date, province: str, folder: Path) -> None:
    """Write the page that sums up and one a table into a folder; the same results give the same bytes."""
    tables = _tables(results)
    given = {
        "province": province,
        "iso_day": as_of.isoformat(),
        "day": f"{as_of.year}年{as_of.month}月{as_of.day}日",
        "tables": tables,
        "failed": [line for table in tables for line in table.lines if line.alert],
        "notes": list(dict.fromkeys(result.suite.note for result in results if result.suite.note)),
        "results": RESULTS,
        "index": INDEX,
        "page_of_night": _PAGE_OF_NIGHT,
    }
    (folder / INDEX).write_bytes(_template("index.html.j2").render(**given).encode("utf-8"))
    for table in tables:
        (folder / table.file).write_bytes(_template("table.html.j2").render(table=table, **given).encode("utf-8"))


def _tables(results: Sequence[SuiteResult]) -> list[TablePage]:
    groups: dict[str, list[SuiteResult]] = {}
    for result in results:
        groups.setdefault(result.suite.table, []).append(result)
    made = []
    for name, group in groups.items():
        label, file = CATALOGUE[name].label, f"{name}.html"
        blocks = tuple(
            Block(
                result.suite.title,
                result.suite.note,
                result.rows,
                tuple(_line(finding, label, file) for finding in result.findings),
            )
            for result in group
        )
        made.append(TablePage(name, label, file, blocks))
    return made


def _line(finding: Finding, label: str, file: str) -> Line:
    verdict = NOT_JUDGED if not finding.judged else MET if finding.met else NOT_MET
    rows = "" if finding.rows is None else str(finding.rows)
    offending = str(finding.offending) if finding.offending else ""
    return Line(label, file, finding.expectation.sentence, verdict, rows, offending, "、".join(finding.sample))


@cache
def _template(name: str) -> Any:
    """A template with the style in it, compiled once; the policy of the page names the style by its hash."""
    import jinja2  # here: only who writes the report needs it

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = _STYLE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    environment.globals |= {"style": style, "style_hash": digest}
    return environment.get_template(name)
