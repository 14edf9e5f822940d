"""Views and macros that stand ready in a published file: `ready/<schema>.<name>.sql` with the contract of its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.ddl import comment_sql, quoted, table_comment, text_literal
from schemas.shown import shown_in

if TYPE_CHECKING:
    from schemas.tables import Table

FOLDER = Path(__file__).with_name("ready")


def ready_sql(file: str) -> list[str]:
    """Statements that make the ready views and macros of a file, with comments; the file must be in use.

    A macro looks for its tables where its caller looks: whoever attaches a file says `use <alias>` before calling one.
    """
    made = []
    for shown in shown_in(file, "view", "macro"):
        table = shown.table
        if table.layer == "history":
            continue
        name, select = quoted(table.full_name), ready_query(table)
        if shown.object_type == "view":
            made += [f"create or replace view {name} as {select}", *comment_sql(table, kind="view")]
        else:
            made.append(f"create or replace macro {name}({shown.parameters}) as table {select}")
            words = (
                f"{table_comment(table)}; 参数/parameters: {shown.parameters}; 列/columns: {', '.join(table.columns)}"
            )
            made.append(f"comment on macro table {name} is {text_literal(words)}")
    return made


def ready_query(table: Table) -> str:
    """The query of a ready view or macro."""
    return (FOLDER / f"{table.full_name}.sql").read_text(encoding="utf-8")
