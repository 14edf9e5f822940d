"""Tier 4 of the matching (spec 3.2): how probably a registry row and an enrolment row speak of one person.

`matching.residual` is what tiers 1-3 leave over; here the trained model gives its pairs a probability and writes
`matching.probable_pair`; what follows from a probability (link, review, nothing) is decided in
`models/matching/probable_link.sql`. The model is a file, so a night depends on no random seed. Splink and pypinyin are
imported only where there is something to compare.
"""

from __future__ import annotations

import json
import logging
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

# A name that few rows carry says more, and so does a small county. In a small register every name looks frequent: so
# many rows of the model's own average are added before values are counted.
_ADDED_ROWS = {"name": 20_000, "county_code": 2_000}
# The least that rounds to the probability 1.
_NEARLY_ONE = 0.9999995
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


def comparable(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what the model compares: sounds, sorted characters, birth date as digits, parts of the number."""
    import polars as pl

    sounds = _sounds(rows["name"])
    rows = rows.with_columns(_digits("delivered"), _digits("delivered_embedded"))
    born = pl.col("birth_date").dt.strftime("%Y%m%d")
    return rows.with_columns(
        sounds=pl.col("name").replace_strict(sounds, default=None, return_dtype=pl.String),
        letters=pl.col("name")
        .str.split("")
        .list.eval(pl.element().filter(pl.element() != ""))
        .list.sort()
        .list.join(""),
        born=born,
        birth_month=born.str.head(6),
        birth_day=born.str.tail(4),
        birth_year=born.str.head(4),
        surname=pl.col("name").str.head(1),
        number_head=pl.col("delivered").str.head(14),
        number_end=pl.col("delivered").str.tail(4),
        number_tail=pl.col("delivered").str.tail(8),
        embedded_tail=pl.coalesce("delivered_embedded", "delivered").str.tail(8),
    )


def _digits(column: str) -> pl.Expr:
    """A number as delivered, its digits alone; null where a spreadsheet left none of them (5.1E+17)."""
    import polars as pl

    plain = pl.col(column).str.to_uppercase().str.replace_all(r"[\s\-_.'`]", "")
    return pl.when(plain.str.contains(r"^\d{8,20}X?$")).then(plain).alias(column)


def _sounds(names: pl.Series) -> dict[str, str]:
    """Name → its sounds in pinyin without tones, a space between; each character by its commonest reading."""
    from pypinyin import lazy_pinyin

    distinct = names.drop_nulls().unique().to_list()
    readings = {c: lazy_pinyin(c)[0] for c in sorted({c for name in distinct for c in name})}
    return {name: " ".join(readings[c] for c in name) for name in distinct}


def _score(
    engine: Engine,
    registry: pl.DataFrame,
    enrolment: pl.DataFrame,
    counted: dict[str, pl.DataFrame],
    review: float,
    model: dict[str, Any],
) -> pl.DataFrame:
    import polars as pl
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)  # it reports untrained levels and timings of its own
    settings = dict(model)
    settings["probability_two_random_records_match"] = min(
        settings["probability_two_random_records_match"], 1 / _mistakable(registry, enrolment)
    )
    with engine.scratch() as connection:
        api = DuckDBAPI(connection=connection)
        sides = [
            api.register(comparable(side.sort("row_id")).to_arrow(), dataset_display_name=name)
            for name, side in (("a_registry", registry), ("b_enrolment", enrolment))
        ]
        linker = Linker(sides, settings, log_level=logging.ERROR)
        for column, counts in counted.items():
            frequencies = api.register(_frequencies(column, counts, settings).to_arrow())
            linker.table_management.register_term_frequency_lookup(frequencies, column)
        found = linker.inference.predict(threshold_match_probability=min(review, _NEARLY_ONE))
        frame = found.as_duckdbpyrelation().pl()
    reasons = _reasons(frame, settings["comparisons"])
    return reasons.select(
        registry_row_id=pl.col("row_id_l"),
        enrolment_row_id=pl.col("row_id_r"),
        probability=pl.col("match_probability").round(6).cast(pl.Decimal(9, 6)),
        agreements=pl.col("agreements"),
        disagreements=pl.col("disagreements"),
    ).sort("registry_row_id", "enrolment_row_id")


def _mistakable(registry: pl.DataFrame, enrolment: pl.DataFrame) -> int:
    """How many registry rows an enrolment row may be mistaken for: those of an age that goes to school.

    A row has at most one partner: the more rows it may be mistaken for, the less probable is any one of them.
    """
    import polars as pl

    first, last = (enrolment["birth_date"].quantile(share, "nearest") for share in (0.01, 0.99))
    if first is None:
        return registry.height
    return max(1, registry.filter(pl.col("birth_date").is_between(first, last)).height)


def _frequencies(column: str, counts: pl.DataFrame, settings: dict[str, Any]) -> pl.DataFrame:
    """Share of the registry's rows by value, drawn towards the model's own average where the register is small."""
    import polars as pl

    levels = (level for c in settings["comparisons"] for level in c["comparison_levels"])
    (usual,) = (level["u_probability"] for level in levels if level.get("tf_adjustment_column") == column)
    added = _ADDED_ROWS[column]
    share = (pl.col("rows") + added * usual) / (counts["rows"].sum() + added)
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
        schema={**row_id, "probability": pl.Decimal(9, 6), "agreements": pl.String(), "disagreements": pl.String()}
    )
