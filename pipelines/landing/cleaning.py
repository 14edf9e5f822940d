"""One batch of rows of a kind: text as delivered → columns of the clean table, with the faults of every row (2.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from pipelines.landing import citizen_numbers, values
from pipelines.landing.cells import clean_cells
from pipelines.landing.dates import read_dates
from pipelines.landing.frames import clean_columns
from pipelines.landing.grades import read_grades
from pipelines.landing.parsed import Parsed
from schemas.sources import Field, Source

SchoolTypes = Callable[[pl.Series, pl.Series], pl.Series]

# The cleaned number column where it was needed before: of the whole file, with the delivered one beside it.
CLEAN_NUMBER = "#number"

# Kinds whose number column may hold the 20 digits of a disability card.
CARD_KINDS = ("poverty", "disability")


@dataclass
class Cleaned:
    """`frame`: delivery_id, row_number and the columns of the clean table, one row per row given.

    Faults are masks over those rows by column, in the order of spec 2.2; a column without a fault is absent.
    """

    frame: pl.DataFrame
    missing: dict[str, pl.Series] = field(default_factory=dict)
    unknown: dict[str, pl.Series] = field(default_factory=dict)
    unreadable: dict[str, pl.Series] = field(default_factory=dict)

    def filter(self, mask: pl.Series) -> Cleaned:
        """The rows that a mask keeps."""
        kinds = (self.missing, self.unknown, self.unreadable)
        missing, unknown, unreadable = ({name: m.filter(mask) for name, m in masks.items()} for masks in kinds)
        return Cleaned(self.frame.filter(mask), missing, unknown, unreadable)


@dataclass(frozen=True)
class Context:
    """What the cells of a batch mean beside themselves, one value per row.

    `deliveries`: the row's delivery. `delivered_on`: its date. `school_year`: the year in which the school year of
    that date began. `epoch_1904`: serial numbers of dates count from 1904 in that delivery. `cut`: the number column
    of that delivery was cut by a spreadsheet. `school_types`: asked for only when an entry year (`2023级`) occurs,
    given deliveries and cleaned school codes.
    """

    deliveries: pl.Series
    delivered_on: pl.Series
    school_year: pl.Series
    epoch_1904: pl.Series
    cut: pl.Series
    school_types: SchoolTypes

    def filter(self, mask: pl.Series) -> Context:
        """The context of the rows that a mask keeps."""
        return Context(
            self.deliveries.filter(mask),
            self.delivered_on.filter(mask),
            self.school_year.filter(mask),
            self.epoch_1904.filter(mask),
            self.cut.filter(mask),
            self.school_types,
        )


def as_text(source: Source, raw: pl.DataFrame) -> pl.DataFrame:
    """The known columns of a raw frame under our names, all of the kind's, absent ones empty; cells cleaned."""
    ready = "citizen_number" if CLEAN_NUMBER in raw.columns else ""
    present = []
    for f in source.fields:
        header = CLEAN_NUMBER if f.column == ready else f.header
        cells = pl.col(header) if header in raw.columns else pl.lit(None, dtype=pl.String)
        present.append(cells.alias(f.column))
    there = {f.column: f.cell for f in source.fields if f.header in raw.columns and f.column != ready}
    return clean_cells(raw.select(present), there)


def clean(source: Source, raw: pl.DataFrame, context: Context) -> Cleaned:
    """Read every cell of a batch. `raw` holds the standard headers as text; nothing is dropped or reordered."""
    text = as_text(source, raw)
    found = Cleaned(pl.DataFrame())
    columns: dict[str, pl.Series] = {}
    for f in source.fields:
        cells = text[f.column]
        if f.cell == "citizen":
            continue
        parsed = _read(f, cells, text, context)
        columns[f.column] = parsed.values
        if parsed.bad is not None:
            faults = found.unknown if f.cell in ("coded", "boolean") else found.unreadable
            faults[f.header] = parsed.bad
        if f.keep_raw:
            as_delivered = _as_delivered(raw, f, cells)
            columns[f"{f.column}_raw"] = as_delivered.set((as_delivered == parsed.values).fill_null(False), None)
    if source.field("student_number") is not None or source.field("citizen_number") is not None:
        columns |= _numbers(source, raw, text, columns, context)
    for f in source.fields:
        if f.filled and text[f.column].null_count():
            found.missing[f.header] = text[f.column].is_null()
    order = [name for name in clean_columns(source) if name in columns]
    found.frame = pl.DataFrame({name: columns[name] for name in order})
    return found


def _read(f: Field, cells: pl.Series, text: pl.DataFrame, context: Context) -> Parsed:
    match f.cell:
        case "coded":
            return values.read_codes(cells, f.codes)
        case "open":
            return values.read_codes(cells, f.codes, keep_unknown=True)
        case "boolean":
            return values.read_booleans(cells)
        case "date":
            return read_dates(cells, context.epoch_1904)
        case "integer":
            return values.read_integers(cells)
        case "amount":
            return values.read_amounts(cells)
        case "division":
            return values.read_divisions(cells)
        case "party":
            return values.read_parties(cells)
        case "grade":
            schools = (
                text["school_code"]
                if "school_code" in text.columns
                else pl.Series([None] * text.height, dtype=pl.String)
            )
            return read_grades(cells, context.school_year, lambda: context.school_types(context.deliveries, schools))
        case _:
            return Parsed(cells)


def _as_delivered(raw: pl.DataFrame, f: Field, cells: pl.Series) -> pl.Series:
    """The cell as it came, null where it says nothing."""
    if f.header not in raw.columns:
        return cells
    return raw[f.header].set(cells.is_null(), None)


def _numbers(
    source: Source, raw: pl.DataFrame, text: pl.DataFrame, columns: dict[str, pl.Series], context: Context
) -> dict[str, pl.Series]:
    """citizen_number, its raw twin, the embedded number, id_invalid, id_mismatch; sex and birth date filled (2.3)."""
    made: dict[str, pl.Series] = {}
    number_field = source.field("citizen_number")
    if number_field is not None:
        cells = text["citizen_number"]
        written = citizen_numbers.written(cells, card=source.name in CARD_KINDS)
        # Numbers cut by a spreadsheet are not believed even where the check digit happens to fit.
        written = written.set((context.cut & cells.str.ends_with("000")).fill_null(False), None)
        own = citizen_numbers.read_numbers(written, context.delivered_on)
        as_delivered = _as_delivered(raw, number_field, cells)
        made["citizen_number_raw"] = as_delivered.set((as_delivered == own["number"]).fill_null(False), None)
        if source.identity:
            made["id_invalid"] = cells.is_not_null() & ~own["valid"]
        if source.name == "disability":
            own = _filled_from_card(cells, text["disability_card"], own, context)
        made["citizen_number"] = own["number"]
        if source.identity:
            made |= _what_the_number_says(own, columns)
    if "student_number" in text.columns:
        made["embedded_number"] = citizen_numbers.embedded(
            text["student_number"], context.delivered_on, made.get("citizen_number")
        )
    return made


def _filled_from_card(cells: pl.Series, cards: pl.Series, own: pl.DataFrame, context: Context) -> pl.DataFrame:
    """身份证号 empty is filled from 残疾证号; a damaged one is not."""
    from_card = citizen_numbers.written(cards, card=True).set(cells.is_not_null(), None)
    card = citizen_numbers.read_numbers(from_card, context.delivered_on)
    return own.select(
        pl.when(cells.is_null()).then(card[name]).otherwise(own[name]).alias(name) for name in own.columns
    )


def _what_the_number_says(own: pl.DataFrame, columns: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """id_mismatch by sex and birth date; an empty cell of either is filled from the number, a full one stands."""
    differs = (columns["sex"] != own["sex"]).fill_null(False) | (columns["birth_date"] != own["birth_date"]).fill_null(
        False
    )
    return {
        "sex": columns["sex"].zip_with(columns["sex"].is_not_null(), own["sex"]),
        "birth_date": columns["birth_date"].zip_with(columns["birth_date"].is_not_null(), own["birth_date"]),
        "id_mismatch": differs,
    }
