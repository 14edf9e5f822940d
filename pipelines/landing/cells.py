"""What is done to every cell before its meaning is read (spec 2.3, "Every cell", "Names").

Extracts are mostly clean, so a column is looked at once and only one that holds an unusual character goes through the
long way.
"""

from __future__ import annotations

import polars as pl

from schemas.sources import Cell

NULL_MARKS = ("—", "-", "无", "/", "")

# Anything but visible ASCII without the apostrophe, and Han characters that NFKC leaves as they are.
_UNUSUAL = r"[^!-&(-~\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{20000}-\x{2f7ff}·]"
# No-break, zero-width and ideographic spaces go wherever they stand, as do control characters (the NUL bytes of a
# broken copy), which nobody can see or type; ordinary spaces only at the ends.
_SPACES_ANYWHERE = (
    r"[\x{00a0}\x{2007}\x{202f}\x{200b}-\x{200f}\x{2060}\x{feff}\x{3000}\x{00}-\x{08}\x{0e}-\x{1f}\x{7f}-\x{9f}]"
)
_APOSTROPHE = r"^\s*['’‘＇]\s*"
# Middle dots before NFKC: it would make a full stop of `．`.
_DOTS = r"[•．‧∙]"

_NFKC: frozenset[Cell] = frozenset(
    {"label", "code", "citizen", "coded", "open", "boolean", "date", "grade", "integer", "amount", "division"}
)


# Cells of which a long column repeats a few, all cleaned in one way: they are looked at once per distinct text.
_REPEATING: frozenset[Cell] = frozenset({"coded", "open", "boolean", "date", "grade", "division"})
_LONG = 2_000  # rows


def clean_cells(frame: pl.DataFrame, cells: dict[str, Cell]) -> pl.DataFrame:
    """Clean the named text columns of a frame, each by its kind of cell; other columns stay as they are.

    No-break, zero-width, ideographic and surrounding spaces and a leading apostrophe are removed, codes, numbers and
    labels brought to NFKC, names to one middle dot without inner spaces; null marks become null.
    """
    repeating = [column for column, cell in cells.items() if cell in _REPEATING] if frame.height >= _LONG else []
    if repeating:
        frame = _clean_repeating(frame, repeating)
    return _clean(frame, {column: cell for column, cell in cells.items() if column not in repeating})


def _clean_repeating(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    distinct = [frame[column].drop_nulls().unique().alias("text") for column in columns]
    texts = pl.concat(distinct).to_frame()
    cleaned = _clean(texts, {"text": "coded"})
    if cleaned.equals(texts):
        return frame
    changed: list[pl.Series] = []
    start = 0
    for column, before in zip(columns, distinct, strict=True):
        after = cleaned["text"].slice(start, before.len())
        start += before.len()
        if not after.equals(before):
            changed.append(frame[column].replace_strict(before, after, default=None, return_dtype=pl.String))
    return frame.with_columns(changed)


def _clean(frame: pl.DataFrame, cells: dict[str, Cell]) -> pl.DataFrame:
    """Clean every cell of the named columns."""
    if not cells or not frame.height:
        return frame
    unusual = frame.select_seq(pl.col(column).str.contains(_UNUSUAL).any() for column in cells).row(0)
    long_way = {column for column, found in zip(cells, unusual, strict=True) if found}
    if long_way:
        frame = frame.with_columns(_tidy(pl.col(column), cells[column]).alias(column) for column in long_way)
    marked = frame.select_seq(pl.col(column).is_in(NULL_MARKS).any() for column in cells).row(0)
    if not any(marked):
        return frame
    return frame.with_columns(
        pl.when(~pl.col(column).is_in(NULL_MARKS)).then(column).alias(column)
        for column, found in zip(cells, marked, strict=True)
        if found
    )


def _tidy(text: pl.Expr, cell: Cell) -> pl.Expr:
    text = text.str.replace_all(_SPACES_ANYWHERE, "").str.replace(_APOSTROPHE, "").str.strip_chars()
    if cell == "name":
        return text.str.replace_all(_DOTS, "·").str.normalize("NFKC").str.replace_all(r"\s", "")
    if cell in _NFKC:
        return text.str.normalize("NFKC").str.replace(_APOSTROPHE, "").str.strip_chars()
    # A full-width mark alone is a null mark in free text too.
    return pl.when(text.is_in(["－", "／"])).then(pl.lit("")).otherwise(text)
