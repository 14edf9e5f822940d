"""Do the numbers look made? How many of `restricted.integrity_alarms` sound: it warns and never blocks (spec 5.8).

An alarm asks somebody to look; the night is right whatever schools have written.
"""

from __future__ import annotations

from dataclasses import replace

from quality.outcome import SAMPLE_SIZE, Outcome, judge
from quality.reader import TableReader, query
from schemas.catalogue import CATALOGUE
from schemas.values import INTEGRITY_MEASURE

TABLE = "restricted.integrity_alarms"
CHECK = "integrity_alarms"


def check_integrity(reader: TableReader) -> Outcome:
    """One outcome: alarms by measure, of schools, townships and counties alike; counties first in the sample."""
    rows = reader.read(query("unit_level, unit_code, month, measure", CATALOGUE[TABLE], "where warned"))
    alarms = sorted(rows.iter_rows(), key=lambda row: (row[0] != "county", row[0] != "township", row))
    numbers = {measure: sum(row[3] == measure for row in alarms) for measure in INTEGRITY_MEASURE}
    parts = "、".join(f"{INTEGRITY_MEASURE[measure]}{number}条" for measure, number in numbers.items() if number)
    outcome = judge(
        CHECK,
        TABLE,
        len(alarms),
        good="没有弄虚作假预警。",
        bad=f"弄虚作假预警（校、乡、县各计）：{parts}。",
        action="按预警表逐条到校到户核实；预警只提示疑点，不是结论。",
        severity="mark",
        sample=[f"{unit}/{month}/{measure}" for _, unit, month, measure in alarms[:SAMPLE_SIZE]],
    )
    return replace(outcome, counts=tuple(numbers.items()))
