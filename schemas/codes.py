"""Code lists of delivered columns: labels, register codes and known other spellings (spec 2.3).

The lists are files (`data/reference/codes/*.csv`: list, code, label, also), so that a province adds a spelling without
touching code. A row without a label means "known to say nothing" (性别 0 / 9): the cell is read as empty.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"

_CODE_LABEL = re.compile(r"([0-9A-Za-z]+)-(.+)")


class UnknownCode(ValueError):
    """A cell that is none of the labels, codes, code-labels or spellings of its list."""


@dataclass
class Codebook:
    """One list. `labels` are the values that the clean tables hold, in file order."""

    name: str
    labels: tuple[str, ...] = ()
    _spellings: dict[str, str | None] = field(default_factory=dict)
    _codes: dict[str, str | None] = field(default_factory=dict)

    def read(self, cell: str) -> str | None:
        """The label that a cell means: as label, code, code-label or other spelling; None where it says nothing.

        A code and a label that contradict each other are unknown. Raises UnknownCode.
        """
        text = _normal(cell)
        if text in self._spellings:
            return self._spellings[text]
        if text in self._codes:
            return self._codes[text]
        pair = _CODE_LABEL.fullmatch(text)
        if pair and pair[2] in self._spellings:
            label = self._spellings[pair[2]]
            # A list without register codes is numbered by whoever made the file: then the label alone speaks.
            if not self._codes or (pair[1] in self._codes and self._codes[pair[1]] == label):
                return label
        raise UnknownCode(f"'{cell}' is not in the list {self.name}")

    def add(self, code: str, label: str, also: str) -> None:
        """Take one row of the file."""
        value = label or None
        if value and value not in self.labels:
            self.labels = (*self.labels, value)
        for spelling in [label, *also.split("|")]:
            if spelling:
                self._spellings[_normal(spelling)] = value
        if code:
            self._codes[_normal(code)] = value
            # Spreadsheets drop leading zeros.
            self._codes.setdefault(_normal(code).lstrip("0") or "0", value)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


@functools.cache
def codebooks(folder: Path = REFERENCE / "codes") -> dict[str, Codebook]:
    """Every list of a folder of code files, by name."""
    books: dict[str, Codebook] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                books.setdefault(row["list"], Codebook(row["list"])).add(row["code"], row["label"], row["also"])
    return books


def codebook(name: str) -> Codebook:
    """One list by name. Raises KeyError for a list that no file defines."""
    return codebooks()[name]
