"""Tier 4 of the matching (spec 3.2): how probably a registry row and an enrolment row speak of one person.

`matching.residual` is what tiers 1-3 leave over; here the trained model gives its pairs a probability and writes
`matching.probable_pair`; what follows from a probability (link, review, nothing) is decided in
`models/matching/probable_link.sql`. The model is a file, so a night depends on no random seed. Splink and pypinyin are
imported only where there is something to compare.
"""

from __future__ import annotations

import json
import logging
import re
from functools import reduce
from operator import xor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KongchuoError
from pipelines.settings import REFERENCE, Policy

if TYPE_CHECKING:
    import polars as pl

    from pipelines.engine.protocol import Engine

MODEL = REFERENCE / "matching_model.json"
RESIDUAL = "matching.residual"
PAIRS = "matching.probable_pair"
READS = (RESIDUAL, "core.registry")
"""Tables from which the pairs are scored."""

# A name that few rows carry says more, and so does a small county; a birth date that many rows carry says less. In a
# small register every name looks frequent: so many rows of the model's own average are added before values are counted.
_ADDED_ROWS = 20_000
_ADDED_ROWS_OF_FEW_VALUES = 2_000
# What too many rows of both sides share (everybody born on 1 January) finds nobody: a key of more pairs is left out.
_MOST_PAIRS_OF_A_KEY = 10_000
# The least that rounds to the probability 1.
_NEARLY_ONE = 0.9999995
# A number as it is written.
_NUMBER = r"^\d{8,20}X?$"
# Weights of a level below this many bits say nothing either way.
_SILENT_BITS = 0.1


def score_residual(engine: Engine, policy: Policy, model: Path = MODEL) -> int:
    """Write `matching.probable_pair`, the pairs of the residual that are at least `matching.review` probable."""
    pairs = None
    if policy["matching"]["probabilistic"]:
        rows = engine.read("select * from matching.residual")
        sides = rows.partition_by("source", as_dict=True)
        if len(sides) == 2:
            counted = {
                "name": engine.read("select name, count(*) as rows from core.registry group by name"),
                "birth_date": engine.read("select birth_date, count(*) as rows from core.registry group by birth_date"),
                "county_code": engine.read(
                    "select county_code, count(*) as rows from core.registry group by county_code"
                ),
            }
            pairs = _score(
                engine, sides[("R",)], sides[("E",)], counted, policy["matching"]["review"], read_model(model)
            )
    return engine.load(PAIRS, _empty() if pairs is None else pairs)


def read_model(path: Path) -> dict[str, Any]:
    """The settings of the model; raises KongchuoError where the file cannot be used."""
    try:
        settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KongchuoError(
            f"The matching model {path} cannot be read; restore the file or set matching.probabilistic = false."
        ) from error
    return settings


def comparable(rows: pl.DataFrame, names: pl.DataFrame | None = None) -> pl.DataFrame:
    """The rows with what the model compares: parts of name, birth date and number, and the keys that find pairs.

    `names`: the parts of their names, where they are known already.
    """
    import polars as pl

    names = name_parts(rows["name"]) if names is None else names
    rows = rows.join(names, on="name", how="left", maintain_order="left").with_columns(
        _digits("delivered"), _digits("delivered_embedded"), masked=_masked("delivered"), born=_born()
    )
    own, embedded = pl.col("delivered"), pl.col("delivered_embedded")
    rows = rows.with_columns(
        delivered=pl.coalesce(own, embedded),
        delivered_embedded=pl.when(own.is_not_null() & (own != embedded)).then(embedded),
        birth_month=pl.col("born").str.head(6),
        birth_day=pl.col("born").str.tail(4),
        birth_year=pl.col("born").str.head(4),
        surname=pl.col("plain").str.head(1),
        given=pl.when(pl.col("plain").str.len_chars() >= 3).then(pl.col("plain").str.slice(1)),
    )
    rows = rows.with_columns(
        number_head=own.str.head(14),
        number_end=pl.coalesce("delivered", "masked").str.tail(4),
        number_tail=own.str.tail(8),
        embedded_tail=pl.coalesce("delivered_embedded", "delivered").str.tail(8),
    )
    return rows.with_columns(_key(columns).alias(key) for key, columns in _KEYS.items())


# Keys that find pairs, of one or several columns; one with an empty part finds nothing.
_KEYS = {
    "birth_and_county": ("born", "county_code"),
    "birth_and_surname": ("born", "surname"),
    "birth_surname_and_county": ("born", "surname", "county_code"),
    "birth_and_given": ("born", "given"),
    "birth_and_sounds": ("born", "sounds"),
    "birth_and_letters": ("born", "letters"),
    "name_and_year": ("plain", "birth_year"),
    "name_and_day": ("plain", "birth_day"),
    "name_and_county": ("plain", "county_code"),
    "sounds_and_month": ("sounds", "birth_month"),
    "sounds_and_day": ("sounds", "birth_day"),
    "sounds_year_and_county": ("sounds", "birth_year", "county_code"),
    "letters_year_and_county": ("letters", "birth_year", "county_code"),
    "end_and_year": ("number_end", "birth_year"),
    "number_head": ("number_head",),
    "number_tail": ("number_tail",),
    "embedded_tail": ("embedded_tail",),
}


def _key(columns: tuple[str, ...]) -> pl.Expr:
    """A key as a number, which costs less than its text to make and to compare.

    It has 64 bits: that two keys of eight million children are one number by chance is less likely than one in a
    million, and then one pair more is compared.
    """
    import polars as pl

    parts = (
        pl.when(pl.col(column).is_not_null()).then(pl.col(column).hash(place)) for place, column in enumerate(columns)
    )
    return reduce(xor, parts).reinterpret(signed=True)


def name_parts(names: pl.Series) -> pl.DataFrame:
    """Each name once: without the dot (`plain`), as sounds, sorted, and with one character left open."""
    import polars as pl

    plain = pl.col("plain")
    long = plain.str.len_chars() >= 3
    parts = pl.select(name=names.drop_nulls().unique()).with_columns(
        plain=pl.col("name").str.replace_all("·", "", literal=True)
    )
    return parts.with_columns(
        sounds=plain.str.replace_many(_sounds(parts["plain"])).str.strip_suffix(" "),
        letters=plain.str.split("").list.eval(pl.element().filter(pl.element() != "")).list.sort().list.join(""),
        but_last=pl.when(long).then(plain.str.head(-1) + "?"),
        but_second=pl.when(long).then(plain.str.head(1) + "?" + plain.str.slice(2)),
        but_first=pl.when(long).then("?" + plain.str.slice(1)),
    )


def _born() -> pl.Expr:
    import polars as pl

    return pl.col("birth_date").dt.strftime("%Y%m%d")


def _written(column: str) -> pl.Expr:
    """A number as delivered without what does not count, letters that stand for digits as digits.

    Null where it is digits already, as nearly all are: what is done to a null costs nothing.
    """
    import polars as pl

    odd = pl.when(~pl.col(column).str.contains(_NUMBER)).then(column)
    plain = odd.str.to_uppercase().str.replace_all(r"[\s\-_.'`]", "")
    return plain.str.replace_all("O", "0", literal=True).str.replace_all("[IL]", "1")


def _digits(column: str) -> pl.Expr:
    """The digits of a number as delivered; null where a spreadsheet left none of them (5.1E+17).

    Of a number whose end is hidden (99012120150301****) the digits before it, as of one that was cut.
    """
    import polars as pl

    shown = pl.coalesce(_written(column).str.replace(r"(\*+|[*X]{2,})$", ""), column)
    return pl.when(shown.str.contains(_NUMBER)).then(shown).alias(column)


def _masked(column: str) -> pl.Expr:
    """A number of which only the middle is hidden (990121********0012)."""
    import polars as pl

    written = _written(column)
    return pl.when(written.str.contains(r"^\d{6}[\d*]{8}\d{3}[\dX]$") & written.str.contains("*", literal=True)).then(
        written
    )


def _sounds(names: pl.Series) -> dict[str, str]:
    """Character → its commonest reading in pinyin without tone, and a space."""
    from pypinyin import lazy_pinyin

    return {c: f"{lazy_pinyin(c)[0]} " for c in sorted(set("".join(names)))}


def _score(
    engine: Engine,
    registry: pl.DataFrame,
    enrolment: pl.DataFrame,
    counted: dict[str, pl.DataFrame],
    review: float,
    model: dict[str, Any],
) -> pl.DataFrame:
    import polars as pl

    settings = dict(model)
    settings["probability_two_random_records_match"] = min(
        settings["probability_two_random_records_match"], 1 / _mistakable(registry, enrolment)
    )
    names = name_parts(pl.concat([counted["name"]["name"], enrolment["name"]]))
    compared = _findable(comparable(registry, names), comparable(enrolment, names), settings)
    if compared[0].is_empty():  # no pair: Splink need not be loaded
        return _empty()
    from splink import Linker

    logging.getLogger("splink").setLevel(logging.ERROR)  # it reports untrained levels and timings of its own
    with engine.comparing() as comparing:
        api = comparing.api
        sides = [
            api.register(_arrow(side), dataset_display_name=name)
            for name, side in zip(("a_registry", "b_enrolment"), compared, strict=True)
        ]
        # The model's file is validated when it is trained and by the tests: half a second of every night.
        written = comparing.written(settings, _types(compared[0]))
        linker = Linker(sides, written, log_level=logging.ERROR, validate_settings=False)
        for column, counts in _values(counted, names).items():
            frequencies = api.register(_arrow(_frequencies(column, counts, settings)))
            linker.table_management.register_term_frequency_lookup(frequencies, column)
        found = linker.inference.predict(threshold_match_probability=min(review, _NEARLY_ONE))
        frame = comparing.frame(found)
    reasons = _reasons(frame, settings["comparisons"])
    return reasons.select(
        registry_row_id=pl.col("row_id_l"),
        enrolment_row_id=pl.col("row_id_r"),
        probability=pl.col("match_probability").round(6).cast(pl.Decimal(9, 6)),
        weight=pl.col("match_weight").round(3).cast(pl.Decimal(9, 3)),
        agreements=pl.col("agreements"),
        disagreements=pl.col("disagreements"),
    ).sort("registry_row_id", "enrolment_row_id")


def _arrow(frame: pl.DataFrame) -> Any:
    """A frame for Splink: plain strings, which every engine takes."""
    import polars as pl

    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _types(rows: pl.DataFrame) -> dict[str, str]:
    """Column → type of the rows that are compared, as DuckDB calls it."""
    import polars as pl

    names: dict[object, str] = {pl.Int64: "BIGINT", pl.Date: "DATE", pl.String: "VARCHAR"}
    return {name: names[kind] for name, kind in rows.schema.items()}


def _mistakable(registry: pl.DataFrame, enrolment: pl.DataFrame) -> int:
    """How many registry rows an enrolment row may be mistaken for: those of an age that goes to school.

    A row has at most one partner: the more rows it may be mistaken for, the less probable is any one of them.
    """
    import polars as pl

    births = enrolment["birth_date"].drop_nulls().sort()
    if births.is_empty():
        return registry.height
    first, last = (births[round((births.len() - 1) * share)] for share in (0.01, 0.99))
    return max(1, registry.filter(pl.col("birth_date").is_between(first, last).fill_null(True)).height)


def _findable(
    registry: pl.DataFrame, enrolment: pl.DataFrame, settings: dict[str, Any]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The registry rows that share a key with an enrolment row, and those; without keys that too many pairs share.

    Most registry rows share none: they are of no age to go to school. The number of pairs is bounded whatever is
    delivered.
    """
    import polars as pl

    rules = [rule["blocking_rule"] for rule in settings["blocking_rules_to_generate_predictions"]]
    keys = [re.fullmatch(r"l\.(\w+) = r\.(\w+)", rule).groups() for rule in rules]  # type: ignore[union-attr]
    shared = [pl.col(left).is_in(enrolment[right].drop_nulls().unique().implode()) for left, right in keys]
    registry = registry.filter(pl.any_horizontal(shared))
    for left, right in keys:
        theirs = enrolment.group_by(key=right).len()
        ours = registry.select(key=left).join(theirs, on="key", how="semi").group_by("key").len()
        product = pl.col("len").cast(pl.Int64) * pl.col("len_right")
        crowded = ours.join(theirs, on="key").filter(product > _MOST_PAIRS_OF_A_KEY)["key"].implode()
        registry = registry.with_columns(pl.when(~pl.col(left).is_in(crowded)).then(left).alias(left))
        enrolment = enrolment.with_columns(pl.when(~pl.col(right).is_in(crowded)).then(right).alias(right))
    return registry, enrolment


def _values(counted: dict[str, pl.DataFrame], names: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """How many registry rows have a value, for each column whose frequent values say less."""
    import polars as pl

    names = counted["name"].join(names, on="name", how="left")
    born = counted["birth_date"].select("rows", born=_born())
    columns = dict.fromkeys(("plain", "sounds", "letters", "but_last", "but_second", "but_first"), names)
    return {
        column: frame.group_by(column).agg(pl.col("rows").sum())
        for column, frame in (columns | {"born": born, "county_code": counted["county_code"]}).items()
    }


def _frequencies(column: str, counts: pl.DataFrame, settings: dict[str, Any]) -> pl.DataFrame:
    """Share of the registry's rows by value, drawn towards the model's own average where the register is small."""
    import polars as pl

    levels = (level for c in settings["comparisons"] for level in c["comparison_levels"])
    (usual,) = (level["u_probability"] for level in levels if level.get("tf_adjustment_column") == column)
    added = _ADDED_ROWS_OF_FEW_VALUES if column in ("born", "county_code") else _ADDED_ROWS
    # The row of the pair itself is no stranger.
    share = (pl.col("rows") - 1 + added * usual) / (counts["rows"].sum() + added)
    if column == "born":  # no day is rarer than the average: in a small register chance alone leaves some empty
        share = pl.max_horizontal(share, pl.lit(usual))
    return counts.drop_nulls().select(column, share.alias(f"tf_{column}")).sort(column)


def _reasons(frame: pl.DataFrame, comparisons: list[dict[str, Any]]) -> pl.DataFrame:
    """The waterfall in words: what speaks for one person and what against, each with its weight in bits."""
    import polars as pl

    parts = []
    for comparison in comparisons:
        column = comparison["output_column_name"]
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        # Splink numbers the levels from the last, 0, to the first; -1 is the level of missing values.
        words = {len(levels) - 1 - i: level["label_for_charts"] for i, level in enumerate(levels)}
        bits = pl.col(f"mw_{column}")
        if f"mw_tf_adj_{column}" in frame.columns:
            bits = bits + pl.col(f"mw_tf_adj_{column}")
        word = pl.col(f"gamma_{column}").cast(pl.Int32).replace_strict(words, default=None, return_dtype=pl.String)
        parts.append(frame.select("row_id_l", "row_id_r", word=word, bits=bits.round(1)))
    spoken = (
        pl.concat(parts)
        .filter(pl.col("word").is_not_null() & (pl.col("bits").abs() > _SILENT_BITS))
        .sort("row_id_l", "row_id_r", pl.col("bits").abs(), "word", descending=[False, False, True, False])
        .with_columns(
            text=pl.format(
                "{}（{}{}）", "word", pl.when(pl.col("bits") > 0).then(pl.lit("+")).otherwise(pl.lit("")), "bits"
            )
        )
        .group_by("row_id_l", "row_id_r")
        .agg(
            agreements=pl.col("text").filter(pl.col("bits") > 0).str.join(";"),
            disagreements=pl.col("text").filter(pl.col("bits") < 0).str.join(";"),
        )
        .with_columns(pl.col("agreements", "disagreements").replace("", None))
    )
    return frame.join(spoken, on=["row_id_l", "row_id_r"], how="left", maintain_order="left")


def _empty() -> pl.DataFrame:
    import polars as pl

    row_id = {"registry_row_id": pl.Int64(), "enrolment_row_id": pl.Int64()}
    return pl.DataFrame(
        schema={
            **row_id,
            "probability": pl.Decimal(9, 6),
            "weight": pl.Decimal(9, 3),
            "agreements": pl.String(),
            "disagreements": pl.String(),
        }
    )
