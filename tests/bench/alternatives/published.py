"""The four tables of the core job as a night published them: what the alternatives are held against.

``children`` and ``suspects`` are counted from ``restricted.children`` (county of the household, else of the school),
``dropout`` is the variant ``flow`` of ``published.dropout_rate`` and ``entry`` the group ``all`` of
``published.enrolment_rate``, both at the level of counties. Statuses, categories and groups hold the matching, the
roll, the streaks and the ladder; nothing else of the night is compared: no other job has it.

By design the night knows more: its tier 4 links look-alikes, which the alternatives do not. Where it finds one, a
stranger to the registry and a ``never_enrolled`` child become one; a province of 20,000 children has none.
"""

from pathlib import Path

import duckdb

from tests.bench.alternatives.job import Rows

_QUERIES = {
    "children": "select county, status, count(*) from child group by all",
    "suspects": """
        select county, category, count(*), count(*) filter (where poor) from child
        where category is not null group by all
    """,
    "dropout": """
        select left(unit_code, 6), stage, numerator, denominator from report.published.dropout_rate
        where unit_level = 'county' and variant = 'flow'
    """,
    "entry": """
        select left(unit_code, 6), indicator, numerator, denominator from report.published.enrolment_rate
        where unit_level = 'county' and "group" = 'all'
    """,
}


def read(home: Path, schools: list[str]) -> dict[str, Rows]:
    """The four tables of the night published last in ``home``; ``schools`` are the files of 学校 (a pupil's county)."""
    current = home / "published" / "current"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{current / 'cases.duckdb'}' as cases (read_only)")
        connection.execute(f"attach '{current / 'report.duckdb'}' as report (read_only)")
        connection.execute(
            """
            create temp table child as
            select c.*, left(coalesce(c.household_division, s."区划代码"), 6) as county
            from cases.restricted.children as c
            left join read_csv($files, all_varchar = true) as s on c.school_code = s."学校标识码"
            """,
            {"files": schools},
        )
        return {name: connection.execute(query).fetchall() for name, query in _QUERIES.items()}
