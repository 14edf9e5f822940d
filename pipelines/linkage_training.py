"""Weights of the model of tier 4 from pairs that the tiers above are sure of (spec 3.2; docs/matching.md).

Labelled data costs nobody a day's work: rows that one citizen number joins and that disagree elsewhere show how clerks
spoil names, birth dates, sexes and places; rows that tier 3 joins show how they spoil numbers. Strangers are rows
paired blindly. Counts are added to those that the shipped model stands for, so that a small home cannot unlearn what it
never saw. Nothing is drawn by chance: rows are taken in the order of a hash of their place.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.errors import KongchuoError
from pipelines.linkage import comparable

if TYPE_CHECKING:
    import polars as pl

    from pipelines.engine.protocol import Engine

MOST_PAIRS = 100_000
LEAST_PAIRS = 50
_STRANGERS = (3_000, 1_000)  # registry and enrolment rows paired blindly
_KNOWN_PAIRS = 200  # what the given model counts for beside the pairs
_KNOWN_STRANGERS = 1_000_000

# Two valid numbers that differ are never joined above, so no labelled pair can show them.
_NEVER_SEEN = "node_l > 0 and node_r > 0"

_RECORDS = """
with
delivery as (select delivery_id, delivery_order from core.delivery where kind in ('户籍', '学籍')),
registry as (
    select r.row_id, r.node, coalesce(c.citizen_number_raw, c.citizen_number) as delivered,
        cast(null as varchar) as delivered_embedded,
        r.name, r.birth_date, r.sex, r.county_code
    from core.registry as r
    inner join delivery as d on r.row_id // 4294967296 = d.delivery_order
    inner join clean.registry as c on d.delivery_id = c.delivery_id and r.row_id % 4294967296 = c.row_number
),

enrolment as (
    select e.row_id, e.node, coalesce(c.citizen_number_raw, c.citizen_number) as delivered,
        case when c.student_number like 'G%' then substr(c.student_number, 2) end as delivered_embedded,
        e.name, e.birth_date, e.sex, e.school_county as county_code
    from core.enrolment as e
    inner join delivery as d on e.row_id // 4294967296 = d.delivery_order
    inner join clean.enrolment as c on d.delivery_id = c.delivery_id and e.row_id % 4294967296 = c.row_number
),

linked as (
    select r.row_id as registry_row_id, e.row_id as enrolment_row_id, p.tier,
        r.name is distinct from e.name or r.birth_date is distinct from e.birth_date or r.sex is distinct from e.sex
        or r.county_code is distinct from e.county_code as spoilt
    from matching.enrolment_person as p
    inner join matching.registry_person as q on p.person = q.person and q.is_primary
    inner join enrolment as e on p.row_id = e.row_id
    inner join registry as r on q.row_id = r.row_id
)

"""


@dataclass(frozen=True)
class Trained:
    """The new settings and what they were counted from."""

    settings: dict[str, Any]
    spoilt_pairs: int
    number_pairs: int


def train(engine: Engine, settings: dict[str, Any]) -> Trained:
    """New weights for the settings from tonight's rows; raises KongchuoError where too few pairs are known."""
    spoilt = _pairs(engine, "tier in ('id', 'student_number') and spoilt")
    numbers = _pairs(engine, "tier = 'name_birth_place'")
    if spoilt.height < LEAST_PAIRS:
        raise KongchuoError(
            f"Only {spoilt.height} pairs of one citizen number disagree elsewhere, {LEAST_PAIRS} are needed to "
            "learn from; give a home with more deliveries or keep the model as it is."
        )
    strangers = _strangers(engine)
    trained = copy.deepcopy(settings)
    for comparison in trained["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        is_number = comparison["output_column_name"] == "number"
        _learn(levels, "m_probability", _counts(engine, comparison, numbers if is_number else spoilt), _KNOWN_PAIRS)
        if not is_number:  # what strangers' damaged numbers have in common is rarer than any sample shows
            _learn(levels, "u_probability", _counts(engine, comparison, strangers), _KNOWN_STRANGERS)
    return Trained(trained, spoilt.height, numbers.height)


def _learn(levels: list[dict[str, Any]], key: str, counts: dict[int, int], known: int) -> None:
    """Shares of the levels: the counts, and so many more in the proportions of the model as it is."""
    kept = sum(level[key] for level in levels if level["sql_condition"] == _NEVER_SEEN)
    seen = [(i, level) for i, level in enumerate(levels) if level["sql_condition"] != _NEVER_SEEN]
    total = sum(counts.get(i, 0) for i, _ in seen)
    for i, level in seen:
        share = (counts.get(i, 0) + known * level[key] / (1 - kept)) / (total + known)
        level[key] = float(f"{share * (1 - kept):.6g}")


def _counts(engine: Engine, comparison: dict[str, Any], pairs: pl.DataFrame) -> dict[int, int]:
    """How many pairs stand on each level that is not for missing values, counted from 0."""
    cases, place = [], 0
    for level in comparison["comparison_levels"]:
        if level.get("is_null_level"):
            cases.append(f"when {level['sql_condition']} then -1")
        elif level["sql_condition"] == "ELSE":
            cases.append(f"else {place}")
        else:
            cases.append(f"when {level['sql_condition']} then {place}")
            place += 1
    with engine.scratch() as connection:
        connection.register("pair", pairs)
        # The conditions are those of the model's file, which Splink runs as they are.
        rows = connection.execute(
            f"select case {' '.join(cases)} end as level, count(*) from pair group by level"
        ).fetchall()
        connection.unregister("pair")
    return {level: count for level, count in rows if level >= 0}


def _pairs(engine: Engine, condition: str) -> pl.DataFrame:
    """Pairs of the linked rows that meet a condition of this module, both sides with what the model compares."""
    chosen = (
        f"chosen as (select * from linked where {condition}"
        f" order by hash(enrolment_row_id), registry_row_id limit {MOST_PAIRS})"
    )
    head = _RECORDS.rstrip() + ",\n\n" + chosen
    pairs = engine.read(head + " select registry_row_id, enrolment_row_id from chosen order by all")
    left = engine.read(head + " select * from registry where row_id in (select registry_row_id from chosen)")
    right = engine.read(head + " select * from enrolment where row_id in (select enrolment_row_id from chosen)")
    return pairs.join(_side(left, "l"), left_on="registry_row_id", right_on="row_id_l").join(
        _side(right, "r"), left_on="enrolment_row_id", right_on="row_id_r"
    )


def _strangers(engine: Engine) -> pl.DataFrame:
    """Rows paired blindly, those of one person apart."""
    import polars as pl

    sides = []
    for side, suffix, rows in zip(("registry", "enrolment"), "lr", _STRANGERS, strict=True):
        sql = f"{_RECORDS} select * from {side} order by hash(row_id), row_id limit {rows}"
        sides.append(_side(engine.read(sql), suffix))
    return sides[0].join(sides[1], how="cross").filter(pl.col("node_l") != pl.col("node_r"))


def _side(rows: pl.DataFrame, suffix: str) -> pl.DataFrame:
    frame = comparable(rows)
    return frame.rename({name: f"{name}_{suffix}" for name in frame.columns})
