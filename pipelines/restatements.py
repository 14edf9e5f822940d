"""What a night that is run again says otherwise than before: `published.restatements` (spec 6.1).

Every public figure that the history keeps is held against what the last run of the same night said of it, cell by
cell, from the township up: two values of a village or school would tell of single children. What was found stays in
`ledger.restatement_log`, so that the newest night can tell of them all; an ordinary night, which nobody has run before,
compares nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipelines import histories
from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql, quoted
from schemas.tables.history import SPAN, TABLES

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine
    from schemas.tables import Table

LOG = "ledger.restatement_log"
TONIGHT = "restatement_tonight"
PUBLISHED = "published.restatements"
UNIT = ("unit_code", "unit_level", "unit_name", "parent_code")


def prepare(engine: Engine) -> None:
    """The empty temporary table of what tonight's run says otherwise, beside the lasting log."""
    engine.execute(f"create or replace temp table {TONIGHT} as select * from {LOG} limit 0")


def find_and_publish(engine: Engine, night: dt.date) -> int:
    """Make `published.restatements`: what this and earlier runs said otherwise of nights up to this one; its rows."""
    prepare(engine)
    run = histories.begin_run(engine, night)
    former = engine.scalar("select max(run_id) from ledger.run where night = $night", {"night": night})
    if former is not None:
        for table in TABLES:
            engine.execute(
                f"insert into {TONIGHT} by name {differences(table)}",
                {"night": night, "former": former, "run_id": run.run_id},
            )
    contract = CATALOGUE[PUBLISHED]
    engine.execute(create_table_sql(contract, target=f"work.{PUBLISHED}").replace("table", "or replace table", 1))
    rows = published_rows(f"(select * from {TONIGHT} union all select * from {LOG})")
    engine.execute(f"insert into work.{PUBLISHED} by name {rows}", {"night": night})
    return engine.count(PUBLISHED)


def published_rows(log: str) -> str:
    """The query of `published.restatements` from what was found; `log` is a table or a query in brackets."""
    columns = ", ".join(f"x.{quoted(name)}" for name in CATALOGUE[PUBLISHED].columns if name not in ("as_of", *UNIT))
    return (
        f"select $night as as_of, x.unit_code, u.unit_level, u.unit_name, u.parent_code, {columns} "
        f"from {log} as x "
        "left join (select distinct unit_code, unit_level, unit_name, parent_code from indicators.unit) as u "
        "on x.unit_code = u.unit_code where x.night <= $night"
    )


def remember(engine: Engine) -> None:
    """Append what tonight's run says otherwise to the log; part of the night's commit."""
    engine.execute(f"insert into {LOG} by name select * from {TONIGHT}")


def differences(table: Table) -> str:
    """The query of the cells in which a published table differs from what the run `$former` said of the night."""
    key = [name for name in table.key if name not in SPAN]
    compared = [name for name in table.columns if name not in (*key, *SPAN, *UNIT, "suppressed")]
    shown = f"published.{table.name}"
    words = " || '/' || ".join(f"cast({quoted(name)} as varchar)" for name in key if name != "unit_code") or "''"
    cells = ", ".join(
        f"{{'column_name': '{name}', 'old_value': cast(o.{quoted(name)} as varchar), "
        f"'new_value': cast(n.{quoted(name)} as varchar)}}"
        for name in compared
    )
    joined = " and ".join(f"o.{quoted(name)} = n.{quoted(name)}" for name in key)
    both = ", ".join(f"coalesce(n.{quoted(name)}, o.{quoted(name)}) as {quoted(name)}" for name in key)
    return (
        "with former as ("
        f"select * from {table.full_name} where from_night <= $night and coalesce(to_night > $night, true) "
        "and from_run <= $former and coalesce(to_run > $former, true)), "
        f"cell as (select {both}, unnest([{cells}]) as c from former as o full join {shown} as n on {joined} "
        "where coalesce(n.unit_level, o.unit_level) not in ('village', 'school')) "
        f"select $run_id as run_id, $night as night, '{shown}' as table_name, unit_code, {words} as key, "
        "c.column_name, c.old_value, c.new_value, w.cause, w.files, "
        "(select max(delivered_on) from landing.deliveries) as known_on "
        "from cell cross join ledger.restatement_cause as w where c.old_value is distinct from c.new_value"
    )
