"""What an expression of a select is told by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.lineage.told import NOTHING, POLICY_TABLES, LineageError, Scope, Told, together

if TYPE_CHECKING:
    from pipelines.lineage.told import Relation

Resolver = Callable[[exp.Expr, Scope], "Relation"]
_CHOSEN = (exp.ArgMax, exp.ArgMin)


def told(node: exp.Expr, scope: Scope, query: Resolver) -> Told:
    """The origin of an expression in a scope; `query` resolves subqueries in it."""

    def of(part: exp.Expr | None) -> Told:
        return told(part, scope, query) if isinstance(part, exp.Expr) else NOTHING

    def of_all(parts: Iterable[exp.Expr]) -> Told:
        return together(*(of(part) for part in parts))

    match node:
        case exp.Column():
            return _column(node, scope)
        case exp.Columns():
            raise LineageError("columns(...) is understood only as a whole entry of the select list")
        case exp.Case() | exp.If():
            return _choice(node, of)
        case exp.Filter():
            condition = of(node.expression.this)
            if isinstance(node.this, exp.Count) or of_all(_children(node.this)).is_fixed:
                return together(_counted(node.this, condition, scope, of_all), condition)
            return together(of(node.this), condition.deciding())
        case exp.Count():
            return _counted(node, NOTHING, scope, of_all)
        case exp.Window():
            if node.alias:
                raise LineageError(f"the window {node.alias} is named apart from its place")
            beside = of_all([*node.args.get("partition_by", ()), *_ordered(node.args.get("order"))]).compared()
            value = of_all(_children(node.this)).compared() if isinstance(node.this, exp.Count) else of(node.this)
            return together(value, beside.deciding()) if value.values else together(value, beside)
        case exp.WithinGroup():
            return of_all([*_children(node.this), *_ordered(node.expression)])
        case exp.Order():
            return together(of(node.this), of_all(node.expressions).deciding())
        case exp.Is() if isinstance(node.expression, exp.Null) and isinstance(node.this, exp.Column):
            relation = scope.joined_by(node.this.name.lower(), node.this.table.lower())
            found = of(node.this).compared()
            return Told(relation.rows, found.conditions, found.pointers, found.fixed) if relation else found
        case exp.Exists() | exp.Subquery() | exp.Select() | exp.SetOperation():
            inner = node.this if isinstance(node, exp.Exists | exp.Subquery) else node
            return _subquery(query(inner, scope), exists=isinstance(node, exp.Exists))
        case exp.In() if node.args.get("query"):
            among = query(node.args["query"].this, scope)
            return together(of(node.this), *among.columns.values(), Told(among.rows)).compared()
        case exp.Lambda():
            return of(node.this)
        case exp.AggFunc() if isinstance(node, _CHOSEN):
            return together(of(node.this), of(node.expression).deciding())
        case _:
            found = of_all(_children(node))
            if isinstance(node, exp.Predicate) and not isinstance(node, exp.SubqueryPredicate):
                found = found.compared()
            if isinstance(node, exp.AggFunc) and not found.values:
                return Told(scope.rows or scope.groups, found.conditions)
            return found


def _counted(node: exp.Expr, condition: Told, scope: Scope, of_all: Callable[[Iterable[exp.Expr]], Told]) -> Told:
    """A count is told by its filter; without one, or with one of dates and policy alone, by what lets the rows in.

    Where everything is counted, what it is grouped by.
    """
    counted = of_all(_children(node)).compared()
    if all(table.startswith(POLICY_TABLES) for table, _ in condition.values):
        return together(counted, Told(scope.rows or scope.groups))
    return counted


def _children(node: exp.Expr) -> Iterable[exp.Expr]:
    """Parts of an expression that may hold columns: not the star of `count(*)`."""
    return (child for child in node.iter_expressions() if not isinstance(child, exp.Star | exp.DataType))


def _ordered(order: exp.Expr | None) -> list[exp.Expr]:
    return [entry.this for entry in order.expressions] if order else []


def _column(node: exp.Column, scope: Scope) -> Told:
    parts = [part.name.lower() for part in node.parts]
    if len(parts) == 1:
        return scope.column(parts[0])
    return scope.column(parts[1], parts[0])


def _choice(node: exp.Case | exp.If, of: Callable[[exp.Expr | None], Told]) -> Told:
    """A value that is chosen tells itself, and its condition only decides; a literal is told by its condition."""
    if isinstance(node, exp.If):
        branches, subject, rest = [node], NOTHING, node.args.get("false")
    else:
        branches, subject, rest = node.args["ifs"], of(node.this), node.args.get("default")
    parts = [of(rest)]
    # Where every branch is null, what is left over is told by all conditions.
    left_over = all(_is_null(branch.args["true"]) for branch in branches) and not _is_null(rest) and parts[0].is_fixed
    for branch in branches:
        condition, result = together(subject, of(branch.this)), of(branch.args["true"])
        literal = result.is_fixed and not _is_null(branch.args["true"])
        parts += [result, condition if literal or left_over else condition.deciding()]
    return together(*parts)


def _is_null(node: exp.Expr | None) -> bool:
    return node is None or isinstance(node, exp.Null)


def _subquery(relation: Relation, *, exists: bool) -> Told:
    """A scalar subquery is its first column; `exists` is told by what lets rows in."""
    if exists:
        return Told(relation.rows)
    first = next(iter(relation.columns.values()))
    return together(first, Told(frozenset(), relation.rows))
