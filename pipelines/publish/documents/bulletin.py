"""控辍保学工作通报: the weekly bulletin, as it stands on every night (spec 6.2, item 10)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines.publish.documents import parts
from pipelines.publish.documents.document import Document
from pipelines.publish.documents.facts import Facts, facts
from pipelines.publish.documents.parts import Attached
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.readback import Block

NAME = "控辍保学工作通报"
PARTS: Sequence[tuple[str, parts.Write]] = (
    ("清零情况", parts.zeroing),
    ("台账变动", parts.changes),
    ("辍学率超限单位", parts.over_limit),
    ("巩固率和入学率", parts.targets),
    ("排名", parts.ranking),
    ("逾期事项", parts.overdue),
    ("资料与数据质量", parts.sources),
)


def write_bulletins(night: ReportNight, folder: Path) -> list[Block]:
    """The bulletin of the province and of every county under `folder`; returns where their figures stand."""
    found = facts(night, night.scopes)
    blocks = []
    for scope in night.scopes:
        file = Path(scope.folder) / f"{NAME}.docx"
        document = bulletin(night, found[scope.unit_code])
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        document.write(folder / file)
        blocks += document.blocks(file.as_posix())
    return blocks


def bulletin(night: ReportNight, of_unit: Facts) -> Document:
    """The bulletin of one unit."""
    scope = of_unit.scope
    document = Document(f"{scope.name}{night.day}{NAME}", night.as_of, scope.name)
    letterhead(document, night)
    document.add("Title", f"{scope.name}\n{night.day}{NAME}")
    parts.opening(document, night, of_unit)
    attached = Attached()
    parts.headed(document, night, of_unit, attached, PARTS)
    close(document, night, scope, attached)
    return document


def letterhead(document: Document, night: ReportNight) -> None:
    """版头: the name of the series in red, the number (the office that issues it fills it in), the red line."""
    document.add("Masthead", NAME)
    document.add("DocumentNumber", f"〔{night.as_of.year}〕　　号")


def close(document: Document, night: ReportNight, scope: Scope, attached: Attached) -> None:
    """附件说明, 署名, 成文日期, then each table on a page of its own."""
    for number, (name, _) in enumerate(attached.listings, start=1):
        lead = "附件：" if number == 1 else "　　　"
        document.add("Attachments", f"{lead}{number}.{name}")
    sign(document, scope.name, night.day)
    for number, (name, listing) in enumerate(attached.listings, start=1):
        document.page()
        document.add("Attachment", f"附件{number}")
        document.add("Title", name)
        document.add("Measure", f"单位：{listing.measure}")
        document.table(listing)


def sign(document: Document, name: str, day: str) -> None:
    """署名, 成文日期: the date four characters from the edge, the name in the middle above it."""
    document.add("Signature", name, right=max(1.0, 4 + (_length(day) - _length(name)) / 2))
    document.add("SignatureDate", day)


def _length(text: str) -> float:
    """How long a text is in characters: a digit is half of one."""
    return sum(0.5 if character.isascii() else 1 for character in text)
