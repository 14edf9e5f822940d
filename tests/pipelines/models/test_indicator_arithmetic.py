"""Exact rates (spec 5.6, 5.2): rounding, bounds, children still missing. Expected values are of fractions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import polars as pl
import pytest

from pipelines.engine import DuckDBEngine


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(":memory:", threads=1)
    yield made
    made.close()


def rounded(value: Fraction, decimals: int, rounding: str) -> Decimal:
    exact = Decimal(abs(value).numerator) / Decimal(abs(value).denominator)
    how = ROUND_HALF_UP if rounding == "half_up" else ROUND_DOWN
    shown = exact.quantize(Decimal(1).scaleb(-decimals), rounding=how)
    return -shown if value < 0 else shown


@pytest.mark.parametrize("rounding", ["half_up", "truncate"])
@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_rates_are_exact(engine: DuckDBEngine, rounding: str, decimals: int) -> None:
    draw = random.Random(decimals)
    pairs = [(draw.randint(-50, 3000), draw.randint(1, 3000)) for _ in range(300)]
    # halves away from zero, both signs; shown as a bound without being one; a province
    pairs += [
        (1, 800),
        (-1, 800),
        (3, 800),
        (1, 8),
        (1, 3),
        (2, 3),
        (99_999, 100_000),
        (1, 100_000),
        (8_999_999, 9_000_000),
    ]
    pairs += [(0, 7), (7, 7), (9, 7), (1005, 100_000), (20_000_000, 300)]
    frame = pl.DataFrame(pairs, schema={"n": pl.Int64, "d": pl.Int64}, orient="row")
    engine.load("core.pair", frame)
    rated = f"select n, d, per_cent(n, d, {decimals}, '{rounding}') as rate from core.pair"
    sql = f"select n, d, rate, is_at_bound(rate, n, d) from ({rated})"
    for n, d, rate, bound in engine.read(sql).iter_rows():
        shown = rounded(Fraction(n * 100, d), decimals, rounding)
        assert (n, d, rate) == (n, d, shown)
        assert bound is ((shown == 100 and n < d) or (shown == 0 and n != 0))


@pytest.mark.parametrize(
    ("numerator", "denominator"), [("1", "0"), ("0", "0"), ("null", "5"), ("5", "null"), ("3", "-2")]
)
def test_no_rate_is_null_and_says_nothing_else(engine: DuckDBEngine, numerator: str, denominator: str) -> None:
    rate = f"per_cent({numerator}::bigint, {denominator}::bigint, 2, 'half_up')"
    assert engine.scalar(f"select {rate}") is None
    assert engine.scalar(f"select is_at_bound({rate}, {numerator}::bigint, {denominator}::bigint)") is None
    assert engine.scalar(f"select gap_to_target({numerator}::bigint, {denominator}::bigint, 95::decimal(9, 2))") is None


def test_gap_is_the_smallest_number_that_reaches_the_target(engine: DuckDBEngine) -> None:
    draw = random.Random(1)
    rows = [
        (
            draw.randint(0, 500),
            draw.randint(1, 500),
            Decimal(draw.choice(["95.00", "99.00", "0.60", "33.33", "100.00"])),
        )
        for _ in range(300)
    ]
    frame = pl.DataFrame(rows, schema={"n": pl.Int64, "d": pl.Int64, "t": pl.Decimal(9, 2)}, orient="row")
    engine.load("core.gap", frame)
    for n, d, target, gap in engine.read("select n, d, t, gap_to_target(n, d, t) from core.gap").iter_rows():
        wanted = Fraction(target) / 100
        smallest = next(k for k in range(2000) if Fraction(n + k, d) >= wanted)
        assert (n, d, target, gap) == (n, d, target, smallest)
    assert engine.scalar("select gap_to_target(5::bigint, 5::bigint, null::decimal(9, 2))") is None


def test_gap_to_a_limit_is_the_smallest_number_that_must_come_back(engine: DuckDBEngine) -> None:
    draw = random.Random(2)
    limits = ["0.60", "1.80", "0.00", "33.33"]
    rows = [(draw.randint(-5, 60), draw.randint(1, 500), Decimal(draw.choice(limits))) for _ in range(300)]
    frame = pl.DataFrame(rows, schema={"n": pl.Int64, "d": pl.Int64, "t": pl.Decimal(9, 2)}, orient="row")
    engine.load("core.gap", frame)
    for n, d, limit, gap in engine.read("select n, d, t, gap_to_limit(n, d, t) from core.gap").iter_rows():
        smallest = next(k for k in range(2000) if Fraction(n - k, d) <= Fraction(limit) / 100)
        assert (n, d, limit, gap) == (n, d, limit, smallest)
    for unknown in ("null::bigint, 5::bigint", "5::bigint, null::bigint", "5::bigint, 0::bigint"):
        assert engine.scalar(f"select gap_to_limit({unknown}, 1.8::decimal(9, 2))") is None


def test_the_examples_of_the_speech(engine: DuckDBEngine) -> None:
    # 95 % of 1,000 entrants: 949 are not enough, 950 are
    assert [
        engine.scalar(f"select gap_to_target({n}::bigint, 1000::bigint, 95::decimal(9, 2))") for n in (949, 950, 960)
    ] == [1, 0, 0]
