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

# Kinds whose number column may hold the 20 digits of a disability card.
_CARD_KINDS = ("poverty", "disability")


@dataclass
class Cleaned:
    """`frame`: delivery_id, row_number and the columns of the clean table, one row per row given.

    Faults are masks over those rows by column, in the order of spec 2.2; a column without a fault is absent.
    """

    frame: pl.DataFrame
    missing: dict[str, pl.Series] = field(default_factory=dict)
    unknown: dict[str, pl.Series] = field(default_factory=dict)
    unreadable: dict[str, pl.Series] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What the cells of a batch mean beside themselves, one value per row.

    `deliveries`: the row's delivery. `delivered_on`: its date. `school_year`: the year in which the school year of
    that date began. `cut`: the number column of that delivery was cut by a spreadsheet. `school_types`: asked for only
    when an entry year (`2023级`) occurs, given deliveries and cleaned school codes.
    """

    deliveries: pl.Series
    delivered_on: pl.Series
    school_year: pl.Series
    cut: pl.Series
    school_types: SchoolTypes

    def filter(self, mask: pl.Series) -> Context:
        """The context of the rows that a mask keeps."""
        return Context(
            self.deliveries.filter(mask),
            self.delivered_on.filter(mask),
            self.school_year.filter(mask),
            self.cut.filter(mask),
            self.school_types,
        )


def as_text(source: Source, raw: pl.DataFrame) -> pl.DataFrame:
    """The known columns of a raw frame under our names, all of the kind's, absent ones empty; cells cleaned."""
    present = [
        (pl.col(f.header) if f.header in raw.columns else pl.lit(None, dtype=pl.String)).alias(f.column)
        for f in source.fields
    ]
    return clean_cells(raw.select(present), {f.column: f.cell for f in source.fields})


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
            return read_dates(cells)
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
    on = pl.col("delivered_on")
    rows = pl.DataFrame({"delivered_on": context.delivered_on, "cut": context.cut})
    if "student_number" in text.columns:
        rows = rows.with_columns(text["student_number"].alias("student_number"))
        made["embedded_number"] = rows.select(citizen_numbers.embedded(pl.col("student_number"), on)).to_series()
    number_field = source.field("citizen_number")
    if number_field is None:
        return made
    rows = rows.with_columns(text["citizen_number"].alias("cell"))
    number = citizen_numbers.written(pl.col("cell"), card=source.name in _CARD_KINDS)
    cut = pl.col("cut") & pl.col("cell").str.ends_with("000")
    rows = rows.with_columns(number.alias("number")).with_columns(
        (citizen_numbers.is_valid(pl.col("number"), on) & ~cut.fill_null(False)).alias("valid")
    )
    rows = rows.with_columns(pl.when("valid").then("number").alias("citizen_number"))
    as_delivered = _as_delivered(raw, number_field, text["citizen_number"])
    made["citizen_number_raw"] = as_delivered.set((as_delivered == rows["citizen_number"]).fill_null(False), None)
    if source.name == "disability":
        # 身份证号 empty is filled from 残疾证号; a damaged one is not.
        rows = rows.with_columns(text["disability_card"].alias("card"))
        from_card = citizen_numbers.written(pl.col("card"), card=True)
        rows = rows.with_columns(from_card.alias("from_card"))
        fits = pl.col("cell").is_null() & citizen_numbers.is_valid(pl.col("from_card"), on)
        rows = rows.with_columns(pl.when(fits).then("from_card").otherwise("citizen_number").alias("citizen_number"))
    made["citizen_number"] = rows["citizen_number"]
    if source.identity:
        made["id_invalid"] = rows.select(pl.col("cell").is_not_null() & ~pl.col("valid")).to_series()
        made |= _what_the_number_says(rows["citizen_number"], columns)
    return made


def _what_the_number_says(number: pl.Series, columns: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """id_mismatch by sex and birth date; an empty cell of either is filled from the number, a full one stands."""
    rows = pl.DataFrame({"number": number, "sex": columns["sex"], "birth_date": columns["birth_date"]})
    valid = pl.col("number").is_not_null()
    rows = rows.with_columns(
        pl.when(valid).then(citizen_numbers.sex_of(pl.col("number"))).alias("says_sex"),
        pl.when(valid).then(citizen_numbers.born_on(pl.col("number"))).alias("says_birth"),
    )
    differs = (pl.col("sex") != pl.col("says_sex")).fill_null(False) | (
        pl.col("birth_date") != pl.col("says_birth")
    ).fill_null(False)
    filled = rows.select(
        pl.coalesce("sex", "says_sex").alias("sex"),
        pl.coalesce("birth_date", "says_birth").alias("birth_date"),
        differs.alias("id_mismatch"),
    )
    return {name: filled[name] for name in filled.columns}
