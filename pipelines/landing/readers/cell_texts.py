"""The cells of a sheet as text (spec 2.3)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
_WHOLE = 10**21  # beyond it a spreadsheet shows an exponent in any format


def as_text(cell: Any) -> str | None:
    """A cell as its spreadsheet shows it: whole numbers without a point, dates ISO, truth as true / false; empty null.

    A number has the 15 digits that a spreadsheet keeps: of a citizen number that was typed as a number the last three
    are 000, which is how its damage is seen.
    """
    if isinstance(cell, str):
        return cell or None
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        if _EXACT <= abs(cell) < _WHOLE:
            return format(Decimal(f"{cell:.14e}"), "f")
        return f"{cell:.15g}"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)
