"""A written document opened again: its tables cell by cell, and the figures of its sentences in their order."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.publish.documents.document import PROSE
from pipelines.publish.documents.shown import LESS, LEVEL, MORE, NONE
from pipelines.publish.documents.template import BODY, FIGURE, MAIN

_W = f"{{{MAIN}}}"
_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_CHANGE = re.compile(rf"({MORE}|{LESS})([0-9.]+)")


def read_document(path: Path) -> Callable[[str], Sequence[Sequence[object]]]:
    """The cells of the tables of a document (表1, 表2, …), and of 正文 one row with every figure of the sentences."""
    from lxml import etree

    with zipfile.ZipFile(path) as archive:
        root = etree.fromstring(archive.read(BODY))
    body = root[0]
    tables = [child for child in body if child.tag == f"{_W}tbl"]

    def place(name: str) -> Sequence[Sequence[object]]:
        if name == PROSE:
            return [[meant(text) for text in _figures(body)]]
        table = tables[int(name.removeprefix("表")) - 1]
        return [["".join(cell.itertext(f"{_W}t")) for cell in row.iter(f"{_W}tc")] for row in table.iter(f"{_W}tr")]

    return place


def _figures(body: Any) -> Iterator[str]:
    for run in body.iter(f"{_W}r"):
        style = run.find(f"{_W}rPr/{_W}rStyle")
        if style is not None and style.get(f"{_W}val") == FIGURE:
            yield "".join(run.itertext(f"{_W}t"))


def meant(text: str) -> object:
    """What the words of a sentence say: a date, a number that words stand for, else the text itself."""
    if found := _DATE.fullmatch(text):
        return date(*(int(part) for part in found.groups()))
    if text in (NONE, LEVEL):
        return "0"
    if found := _CHANGE.fullmatch(text):
        return found[2] if found[1] == MORE else f"-{found[2]}"
    return text
