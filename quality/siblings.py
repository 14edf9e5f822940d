"""Does what is suppressed follow from what is shown? The publication screen's look at complementary suppression (6.3).

It looks at the published rows alone and knows nothing of the models. Villages, or schools, that add up in one unit of
the table show their numbers together or not at all: where one of them alone is suppressed, the unit above less the
others gives it away. A suppressed row says nothing that follows from its counts. Where a row stands only for what was
counted, either every one of them has it or none: which row is there would tell.
"""

from __future__ import annotations

from quality.outcome import SAMPLE_SIZE, Outcome, judge
from quality.reader import TableReader
from schemas.ddl import quoted, text_literal
from schemas.tables import Table
from schemas.values import SMALL_LEVELS

CHECK = "screen_siblings"
UNITS = "published.zeroing"
"""Where every unit stands with the unit above it."""

NOT_COUNTED = ("as_of", "unit_code", "unit_level", "unit_name", "parent_code", "suppressed", "target", "limit_rate")
"""Columns that a suppressed row may show: its key, its unit, and numbers of the policy."""


def check_siblings(reader: TableReader, table: Table) -> Outcome:
    """One blocking outcome for a public table whose rows may be suppressed; the sample names units above."""
    found = reader.read(_query(table, known=reader.exists(UNITS)))
    number = found.height
    return judge(
        CHECK,
        table.full_name,
        number,
        good=f"{table.label}中被抑制的数不能由合计或同级单位推出。",
        bad=f"{table.label}有 {number} 处被抑制的数可由合计、同级单位或行内其他列推出。",
        action="同一上级的村（或校）须一并抑制；检查 indicators.withheld 与该表的模型。",
        sample=found["unit_code"].head(SAMPLE_SIZE).to_list(),
    )


def _query(table: Table, *, known: bool) -> str:
    """Units above suppressed rows of which something is told, a row per unit and way."""
    name = quoted(table.full_name)
    small = ", ".join(text_literal(level) for level in SMALL_LEVELS)
    telling = [c for c in table.columns if c not in (*NOT_COUNTED, *table.key)]
    told = " or ".join(f"{quoted(c)} is not null" for c in telling) or "false"
    levels = ", ".join(text_literal(level) for level in table.values["unit_level"])
    parts = [c for c in table.key if c not in ("as_of", "unit_code")]
    key = ", ".join(quoted(c) for c in parts)
    units = quoted(UNITS) if known else name
    # The unit in which the rows add up is the nearest above them that the table has rows of: retention has no township.
    return f"""
with
tree as (
    select unit_code, min(unit_level) as unit_level, min(parent_code) as parent_code from {units} group by unit_code
),

row_of as (
    select
        r.unit_code, r.unit_level, r.suppressed, {"".join(f"r.{quoted(c)}, " for c in parts)}
        case when p.unit_level not in ({levels}) then p.parent_code else r.parent_code end as above,
        r.suppressed and ({told}) as tells
    from {name} as r
    left join tree as p on r.parent_code = p.unit_code
    where r.unit_level in ({small})
)

select above as unit_code, 'mixed' as fault
from row_of
where above is not null
group by above, unit_level
having bool_or(suppressed) and not bool_and(suppressed)
union all
select unit_code, 'shown' from row_of where tells group by unit_code
{_missing(key) if table.sparse else ""}
order by all
"""  # noqa: S608


def _missing(key: str) -> str:
    """Rows that some of the suppressed siblings have and others lack."""
    return f"""union all
select r.above, 'missing'
from (
    select above, unit_level, {key}, count(*) as n
    from row_of where suppressed and above is not null group by above, unit_level, {key}
) as r
inner join (select parent_code, unit_level, count(*) as n from tree group by parent_code, unit_level) as t
    on r.above = t.parent_code and r.unit_level = t.unit_level
where r.n < t.n
group by r.above
"""  # noqa: S608
