"""How persons are masked in copies for meetings and in stories (spec 6.3): the one rule of the project.

A mask shows no more than its purpose needs: who is meant must be clear to whoever knows the case, and to nobody else.
"""

from __future__ import annotations

from datetime import date

import polars as pl

STAR = "*"
SHOWN_DIGITS = 4
OTHER = "其他"
OTHER_PLACEMENT = "其他安置"

# Belief and marriage (6.3); what tells of an offence is sealed by law and is nobody's business in a meeting either.
PRIVATE_REASONS = ("信教", "早婚早育", "专门教育")
PRIVATE_PLACEMENTS = ("专门学校", "司法援助就业")


def mask_name(name: str | None) -> str | None:
    """张**, whatever the length of the name and also for 欧阳; a name of one character shows nothing of itself."""
    if name is None or not name.strip():
        return name
    own = name.strip()
    return f"{own[0]}{STAR * 2}" if len(own) > 1 else STAR


def mask_names(names: pl.Expr) -> pl.Expr:
    """`mask_name` of a whole column."""
    own = names.str.strip_chars()
    length = own.str.len_chars()
    longer = pl.when(length > 1).then(own.str.slice(0, 1) + STAR * 2).otherwise(pl.lit(STAR))
    return pl.when(names.is_null() | (length == 0)).then(names).otherwise(longer)


def mask_number(number: str | None) -> str | None:
    """The last four of a citizen number; nothing of a number that is too short to hide behind its last four."""
    if number is None:
        return None
    shown = number[-SHOWN_DIGITS:] if len(number) >= 3 * SHOWN_DIGITS else ""
    return STAR * (len(number) - len(shown)) + shown


def mask_numbers(numbers: pl.Expr) -> pl.Expr:
    """`mask_number` of a whole column."""
    length = numbers.str.len_chars()
    shown = pl.when(length >= 3 * SHOWN_DIGITS).then(numbers.str.slice(-SHOWN_DIGITS)).otherwise(pl.lit(""))
    return shown.str.pad_start(length, STAR)


def mask_birth(day: date | None) -> str | None:
    """The year, which is what ages and grades are judged by."""
    return None if day is None else f"{day.year}年"


def mask_reason(reason: str | None) -> str | None:
    """其他 for what a meeting must not learn of a child; a blank would tell it by standing out."""
    return OTHER if reason in PRIVATE_REASONS else reason


def mask_placement(placement: str | None) -> str | None:
    """其他安置 for kinds that tell of an offence."""
    return OTHER_PLACEMENT if placement in PRIVATE_PLACEMENTS else placement
