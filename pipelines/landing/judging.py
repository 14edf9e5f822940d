"""Which rows of a batch stand, repeat or are rejected, and why (spec 2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.landing.cleaning import Cleaned, Context, clean
from pipelines.landing.readers.raw_file import ROW_NUMBER
from schemas.sources import Source

DELIVERY = "#delivery"
_SEPARATOR = "\x1f"

# Cleaned rows and their deliveries → whether each row lies in the area of its file's code.
Inside = Callable[[pl.DataFrame, pl.Series], pl.Series]


@dataclass(frozen=True)
class Judged:
    """A judged batch.

    `accepted`: rows of the clean table. `rejected`: delivery_id, row_number, reason, row_json. `counts`: per
    delivery_id accepted, rejected, repeats and `inside`, the rows in the area of the file's code. `keys`: of a slice
    the keys of the accepted rows, for the next slice of the same file.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    counts: pl.DataFrame
    keys: pl.Series | None = None


@dataclass(frozen=True)
class SoFar:
    """What a slice has to know of its file.

    `repeated`: rows that repeat an earlier one. `alone`: rows whose citizen number stands on no other row of the file,
    so that a key with it stands on none either. `keys`: those of the other accepted rows of earlier slices.
    """

    repeated: pl.Series
    alone: pl.Series
    keys: pl.Series


def repeats(raw: pl.DataFrame, suspects: pl.Series) -> pl.Series:
    """Rows that are, as delivered, the same to the last cell as an earlier one of their file.

    `suspects`: the only rows that can be.
    """
    if not suspects.any():
        return _none(raw.height)
    # They are compared cell by cell, but only those that have the same hash.
    few = raw.drop(ROW_NUMBER).with_row_index("#i").filter(suspects)
    few = few.filter(few.drop("#i").hash_rows().is_duplicated())
    first = few.select(pl.struct(pl.exclude("#i")).is_first_distinct()).to_series()
    return _none(raw.height).scatter(few.filter(~first)["#i"], True)


def _none(height: int) -> pl.Series:
    return pl.repeat(False, height, eager=True, dtype=pl.Boolean)


def judge(
    source: Source,
    raw: pl.DataFrame,
    context: Context,
    inside: Inside,
    headers: Mapping[int, tuple[str, ...]],
    so_far: SoFar | None = None,
) -> Judged:
    """Clean and judge a batch: `raw` has DELIVERY, ROW_NUMBER and the standard headers as text, in file order.

    `headers` names the known columns that each delivery has, for the JSON of its rejected rows. `so_far`: given when
    the batch is a slice of a file.
    """
    repeated = so_far.repeated if so_far else None
    alone = so_far.alone if so_far else None
    kept = raw
    if repeated is not None and repeated.any():
        kept, context = raw.filter(~repeated), context.filter(~repeated)
        alone = alone.filter(~repeated) if alone is not None else None
    cleaned = clean(source, kept, context)
    parts = _key_parts(source, cleaned.frame, kept[DELIVERY])
    # Hardly any file says anything twice: keys are compared as text only where their hashes leave a doubt.
    hashes = parts.hash_rows() if so_far is None else None
    twice = hashes is None or not hashes.is_first_distinct().all()
    if repeated is None:
        # Rows that are the same as delivered have the same key.
        repeated = repeats(raw, hashes.is_duplicated()) if hashes is not None and twice else _none(raw.height)
        if repeated.any():
            kept, context, cleaned = raw.filter(~repeated), context.filter(~repeated), cleaned.filter(~repeated)
            parts = parts.filter(~repeated)
    frame = cleaned.frame
    within = inside(frame, kept[DELIVERY]) if source.place else pl.repeat(True, kept.height, eager=True)
    reason = _reasons(source, cleaned, within)
    key = _keys(parts, _surely_single(source, frame, alone)) if twice else None
    if key is not None:
        double = _doubles(key, reason, so_far.keys if so_far else None)
        if double.any():
            reason = reason.zip_with(~double, pl.repeat("duplicate_key", reason.len(), eager=True))
    stands = reason.is_null()
    ids = kept.select(pl.col(DELIVERY).alias("delivery_id"), pl.col(ROW_NUMBER).cast(pl.Int32).alias("row_number"))
    clean_rows = pl.concat([ids, frame], how="horizontal")
    return Judged(
        clean_rows if stands.all() else clean_rows.filter(stands),
        _rejected(kept, ids, reason, headers),
        _counts(raw[DELIVERY], repeated, ids["delivery_id"], stands, within),
        key.filter(stands).drop_nulls() if so_far and key is not None else None,
    )


def _reasons(source: Source, cleaned: Cleaned, within: pl.Series) -> pl.Series:
    """The first reason of every row, null where none holds; duplicate keys come later."""
    reason = pl.Series([None], dtype=pl.String).new_from_index(0, cleaned.frame.height)
    faults: list[tuple[str, pl.Series]] = []
    for label, masks in (
        ("missing", cleaned.missing),
        ("unknown", cleaned.unknown),
        ("unreadable", cleaned.unreadable),
    ):
        faults += [(f"{label}:{f.header}", masks[f.header]) for f in source.fields if f.header in masks]
    if source.identity:
        faults.append(("no_identity", ~_identified(source, cleaned.frame)))
    if source.outside_rejects:
        faults.append(("outside_code", ~within))
    for name, mask in faults:
        if mask.any():
            reason = reason.zip_with(reason.is_not_null() | ~mask, pl.repeat(name, reason.len(), eager=True))
    return reason


def _identified(source: Source, frame: pl.DataFrame) -> pl.Series:
    known = frame["citizen_number"].is_not_null() | (frame["name"].is_not_null() & frame["birth_date"].is_not_null())
    return known | frame["student_number"].is_not_null() if source.student_number_identifies else known


def _key_parts(source: Source, frame: pl.DataFrame, deliveries: pl.Series) -> pl.DataFrame:
    """The parts of every row's key as text, with its delivery; null where a part is altogether empty."""
    parts = [deliveries]
    for choices in source.key:
        part = _key_part(frame, 0, choices[0])
        for i, columns in enumerate(choices[1:], 1):
            if not part.null_count():
                break
            part = part.zip_with(part.is_not_null(), _key_part(frame, i, columns))
        parts.append(part)
    return pl.DataFrame({str(i): part for i, part in enumerate(parts)})


def _keys(parts: pl.DataFrame, single: pl.Series | None) -> pl.Series:
    """Every row's key as one text, null where a part is empty; `single`: rows whose key nobody needs to look at."""
    text = pl.concat_str(pl.all(), separator=_SEPARATOR)
    if single is None:
        return parts.select(text).to_series()
    few = (~single).arg_true()
    return (
        pl.Series([None], dtype=pl.String)
        .new_from_index(0, parts.height)
        .scatter(few, parts[few].select(text).to_series())
    )


def _surely_single(source: Source, frame: pl.DataFrame, alone: pl.Series | None) -> pl.Series | None:
    """Rows whose key holds a citizen number that no other row of the file has; None where that says nothing."""
    if alone is None or not any(choices[0] == ("citizen_number",) for choices in source.key):
        return None
    return alone & frame["citizen_number"].is_not_null()


def _key_part(frame: pl.DataFrame, choice: int, columns: tuple[str, ...]) -> pl.Series:
    """One choice of columns as text, null where one of them is empty; the choices cannot be mistaken for each other."""
    if not choice and len(columns) == 1:
        return frame[columns[0]].cast(pl.String)
    cells = [pl.col(column).cast(pl.String) for column in columns]
    tag = [pl.lit(str(choice))] if choice else []
    return frame.select(pl.concat_str([*cells, *tag], separator=_SEPARATOR)).to_series()


def _doubles(key: pl.Series, reason: pl.Series, earlier: pl.Series | None) -> pl.Series:
    """Rows without another fault whose key stands on an earlier row without one."""
    candidates = key.set(reason.is_not_null(), None)
    double = ~candidates.is_first_distinct() & candidates.is_not_null()
    if earlier is not None and earlier.len():
        double |= candidates.is_in(earlier.implode()).fill_null(False)
    return double


def _rejected(
    kept: pl.DataFrame, ids: pl.DataFrame, reason: pl.Series, headers: Mapping[int, tuple[str, ...]]
) -> pl.DataFrame:
    """Rejected rows with their cells as delivered, as JSON under the standard headers."""
    empty = ids.clear().with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("reason", "row_json"))
    rows = kept.with_columns(reason.alias("#reason")).filter(reason.is_not_null())
    if not rows.height:
        return empty
    ids = ids.filter(reason.is_not_null())
    groups: dict[tuple[str, ...], list[int]] = {}
    for delivery in rows[DELIVERY].unique():
        groups.setdefault(headers[delivery], []).append(delivery)
    found = [empty]
    for columns, deliveries in groups.items():
        mine = rows[DELIVERY].is_in(deliveries)
        row_json = rows.filter(mine).select(
            pl.col("#reason").alias("reason"), pl.struct(pl.col(columns)).struct.json_encode().alias("row_json")
        )
        found.append(pl.concat([ids.filter(mine), row_json], how="horizontal"))
    return pl.concat(found).sort("delivery_id", "row_number")


def _counts(
    deliveries: pl.Series, repeated: pl.Series, kept: pl.Series, stands: pl.Series, within: pl.Series
) -> pl.DataFrame:
    judged = (
        pl.DataFrame({"delivery_id": kept, "stands": stands, "within": within})
        .group_by("delivery_id")
        .agg(
            pl.col("stands").sum().cast(pl.Int64).alias("accepted"),
            (~pl.col("stands")).sum().cast(pl.Int64).alias("rejected"),
            pl.col("within").sum().cast(pl.Int64).alias("inside"),
        )
    )
    again = (
        pl.DataFrame({"delivery_id": deliveries, "repeated": repeated})
        .group_by("delivery_id")
        .agg(pl.col("repeated").sum().cast(pl.Int64).alias("repeats"))
    )
    return again.join(judged, on="delivery_id", how="left").with_columns(
        pl.col("accepted", "rejected", "inside").fill_null(0)
    )
