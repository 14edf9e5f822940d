"""The models in Spark's words: the same files, read by sqlglot in DuckDB's dialect and written in Spark's.

Nothing is said twice: the macros are put in from their own text, and what the two engines mean differently by the same
words is a small table of rules (`pipelines.engine.spark_rules`) for all models alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from pipelines.engine.models import MODELS, Model
from pipelines.engine.spark_rules import rewritten
from pipelines.errors import ModelError

Columns = Mapping[str, Mapping[str, str]]
"""Table → column → type, all as DuckDB writes them."""


@dataclass(frozen=True)
class Translated:
    """A model for Spark: its query, the tables it reads, the functions that sqlglot knows by name alone."""

    sql: str
    tables: frozenset[str]
    bare: frozenset[str]


def _of_first(annotator: Any, node: exp.Expr) -> exp.Expr:
    annotated: exp.Expr = annotator._annotate_by_args(node, "this")
    return annotated


# What sqlglot leaves without a type, and a rule may ask for.
_TYPES: dict[type[exp.Expr], Any] = {
    **DuckDB.EXPRESSION_METADATA,
    exp.ArgMax: {"annotator": _of_first},
    exp.ArgMin: {"annotator": _of_first},
    exp.Pad: {"returns": exp.DType.VARCHAR},
}


def is_recursive(model: Model) -> bool:
    """Whether a model calls itself: Spark has no recursion that ends by itself (`union` without `all`)."""
    return model.sql.lstrip().lower().startswith("with recursive")


def view_name(table: str) -> str:
    """The name of a table in Spark: temporary views stand in no schema."""
    return table.replace(".", "__")


def translate(model: Model, columns: Columns) -> Translated:
    """A model as Spark runs it; `columns` are those of what it reads. Raises ModelError where it cannot be said."""
    try:
        return translate_query(model.sql, columns)
    except SqlglotError as error:
        raise ModelError(f"Model {model.name} cannot be written for Spark: {str(error).splitlines()[0]}") from error


def translate_query(sql: str, columns: Columns) -> Translated:
    """The same for the text of a query; raises sqlglot's errors."""
    tree: exp.Expr = with_macros(sqlglot.parse_one(sql, read="duckdb"))
    tables = frozenset(f"{t.db}.{t.name}".lower() for t in tree.find_all(exp.Table) if t.db)
    nested: dict[str, Any] = {}
    for name in tables & columns.keys():
        schema, table = name.split(".")
        nested.setdefault(schema, {})[table] = dict(columns[name])
    known = MappingSchema(nested, dialect="duckdb")
    tree = qualify(
        tree,
        schema=known,
        dialect="duckdb",
        identify=False,
        quote_identifiers=False,
        validate_qualify_columns=False,
        isolate_tables=False,
    )
    tree = rewritten(annotate_types(tree, schema=known, dialect="duckdb", expression_metadata=_TYPES))
    for node in tree.find_all(exp.Table):
        if node.db:
            node.set("this", exp.to_identifier(view_name(f"{node.db}.{node.name}".lower())))
            node.set("db", None)
    bare = frozenset(call.name.lower() for call in tree.find_all(exp.Anonymous))
    return Translated(tree.sql("spark", copy=False, identify=True, unsupported_level=ErrorLevel.RAISE), tables, bare)


def translate_condition(condition: str, columns: Mapping[str, str]) -> str:
    """A condition over the columns of one row, as a model of the matching holds it."""
    query = translate_query(f"select {condition} as held from core.pair", {"core.pair": columns})
    tree = sqlglot.parse_one(query.sql, read="spark")
    (held,) = tree.expressions
    bare = held.this.transform(lambda n: exp.column(n.this) if isinstance(n, exp.Column) else n)
    return str(bare.sql("spark"))


@cache
def _macros(path: Path = MODELS / "macros.sql") -> dict[str, tuple[tuple[str, ...], exp.Expr]]:
    """Macro → its parameters and its body."""
    found = {}
    for statement in sqlglot.parse(path.read_text(encoding="utf-8"), read="duckdb"):
        if isinstance(statement, exp.Create):
            head = statement.this
            found[head.this.name.lower()] = (tuple(p.name.lower() for p in head.expressions), statement.expression)
    return found


def with_macros(tree: exp.Expr) -> exp.Expr:
    """A query with every call of a macro of macros.sql replaced by the macro's own text."""

    # A macro may stand in the argument of another: the inner ones first.
    for call in reversed(list(tree.find_all(exp.Anonymous))):
        macro = _macros().get(call.name.lower())
        if macro is None:
            continue
        given = dict(zip(macro[0], call.expressions, strict=True))
        body = exp.paren(macro[1])
        for column in list(body.find_all(exp.Column)):
            if not column.table and column.name.lower() in given:
                column.replace(exp.paren(given[column.name.lower()]))
        call.replace(body)
    return tree
