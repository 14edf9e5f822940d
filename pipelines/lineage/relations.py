"""What a query makes: its columns and what lets its rows in, with its common table expressions, joins and unions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlglot import exp

from pipelines.lineage.expressions import told
from pipelines.lineage.told import NOTHING, Column, LineageError, Relation, Scope, Told, together

Tables = Callable[[str], Relation]
"""The relation of a table by its full name; raises LineageError for one that is not known."""


def resolve(query: exp.Expr, tables: Tables, around: Scope | None = None) -> Relation:
    """The columns of a query and what lets its rows in."""
    scope = Scope(around=around)
    _with(query.args.get("with_"), tables, scope)
    return _body(query, tables, scope)


def _with(clause: exp.With | None, tables: Tables, scope: Scope) -> None:
    """Common table expressions in their order; a recursive one is read until it says nothing new."""
    if clause is None:
        return
    for cte in clause.expressions:
        name, body = cte.alias.lower(), cte.this
        if clause.args.get("recursive") and isinstance(body, exp.SetOperation):
            scope.ctes[name] = _renamed(resolve(body.this, tables, scope), cte)
            while (again := _renamed(resolve(body, tables, scope), cte)) != scope.ctes[name]:
                scope.ctes[name] = again
        else:
            scope.ctes[name] = _renamed(resolve(body, tables, scope), cte)


def _body(query: exp.Expr, tables: Tables, scope: Scope) -> Relation:
    if isinstance(query, exp.Subquery):
        return resolve(query.this, tables, scope)
    if isinstance(query, exp.SetOperation):
        return _set_operation(query, tables, scope)
    if isinstance(query, exp.Select):
        return _select(query, tables, scope)
    raise LineageError(f"a query of kind {type(query).__name__} is not understood")


def _set_operation(query: exp.SetOperation, tables: Tables, scope: Scope) -> Relation:
    left, right = resolve(query.this, tables, scope), resolve(query.expression, tables, scope)
    if query.args.get("by_name"):
        names = dict.fromkeys([*left.columns, *right.columns])
        both = {n: together(left.columns.get(n, NOTHING), right.columns.get(n, NOTHING)) for n in names}
    elif len(left.columns) != len(right.columns):
        raise LineageError(f"a set operation of {len(left.columns)} and {len(right.columns)} columns")
    else:
        pairs = zip(left.columns.items(), right.columns.values(), strict=True)
        both = {name: together(one, other) for (name, one), other in pairs}
    rows, below = left.rows | right.rows, left.below | right.below
    if isinstance(query, exp.Union):
        return Relation(both, rows, below)
    # The other side of `except` and `intersect` lets rows in and gives no values.
    return Relation(left.columns, rows.union(*(column.values for column in right.columns.values())), below)


def _select(query: exp.Select, tables: Tables, scope: Scope) -> Relation:
    def resolver(inner: exp.Expr, within: Scope) -> Relation:
        return resolve(inner, tables, within)

    def of(node: exp.Expr) -> Told:
        return told(node, scope, resolver)

    filters: set[Column] = set()
    passed: set[Column] = set()
    below: set[Column] = set()
    source = query.args.get("from_")
    every = [(source.this, None)] if source else []
    every += [(join.this, join) for join in query.args.get("joins", ())]
    every += [(lateral, None) for lateral in query.args.get("laterals", ())]
    for node, join in _flattened(every):
        relation, kept = _join(node, join, tables, scope, of)
        filters |= kept
        passed |= relation.rows
        below |= relation.below
    for clause in ("where", "having", "qualify"):
        if clause == "having":
            scope.groups, scope.rows = _groups(query, of), frozenset(filters | passed)
        condition = query.args.get(clause)
        if condition:
            if clause != "where":
                _learn_aliases(query, scope, of)
            filters |= of(condition.this).every
    scope.rows = frozenset(filters | passed)
    scope.groups = scope.groups or _groups(query, of)
    columns: dict[str, Told] = {}
    extract = frozenset(column for column in below if column[0].startswith("clean."))
    # In a part of a union a word says which rows these are; beside an extract it says so of every row.
    word = Told(extract | (filters if isinstance(query.parent, exp.SetOperation) else frozenset()))
    for entry in query.expressions:
        if isinstance(entry.unalias(), exp.Literal):
            # A number stands for the row that it counts.
            name = entry.alias.lower() or f"literal {len(columns)}"
            columns[name] = word if entry.unalias().is_string else Told(scope.rows)
            continue
        for name, column in _entry(entry, scope, of).items():
            # Entries without a name of their own (`null, null` in a union) still have their places.
            columns[name if name not in columns else f"{name} {len(columns)}"] = column.settled()
        scope.aliases |= {name: found for name, found in columns.items() if name not in scope.aliases}
    return Relation(columns, scope.rows, frozenset(below))


def _flattened(
    entries: Iterable[tuple[exp.Expr, exp.Join | None]],
) -> Iterable[tuple[exp.Expr, exp.Join | None]]:
    """Sources with their joins; `from t anti join u` hangs its join on the table."""
    for node, join in entries:
        yield node, join
        yield from _flattened((inner.this, inner) for inner in node.args.get("joins") or ())


def _join(
    node: exp.Expr,
    join: exp.Join | None,
    tables: Tables,
    scope: Scope,
    of: Callable[[exp.Expr], Told],
) -> tuple[Relation, frozenset[Column]]:
    """Take a source into the scope: the source if the select has no rows without it, and what its join lets in."""
    relation, alias = _source(node, tables, scope, of), node.alias_or_name.lower()
    if isinstance(node, exp.Lateral | exp.Unnest | exp.Table) and not alias:
        alias = f"source {len(scope.sources)}"
    side, kind = (join.side.upper(), join.kind.upper()) if join else ("", "")
    on = join.args.get("on") if join else None
    keys = frozenset(column.name.lower() for column in on.find_all(exp.Column)) if on is not None else frozenset()
    if side in ("RIGHT", "FULL"):
        scope.outer |= dict.fromkeys(scope.sources, keys)
    if side in ("LEFT", "FULL"):
        scope.outer[alias] = keys
    scope.sources[alias] = relation
    lets_in: frozenset[Column] = frozenset()
    if on is not None and side != "LEFT":
        for part in on.flatten() if isinstance(on, exp.And) else (on,):
            if not (isinstance(part, exp.EQ | exp.NullSafeEQ) and part.find(exp.Column) and _two_columns(part)):
                lets_in |= of(part).every
    if kind in ("SEMI", "ANTI"):
        del scope.sources[alias]
        return Relation({}), lets_in | relation.rows
    return Relation({}) if side == "LEFT" else relation, lets_in


def _two_columns(equation: exp.Expr) -> bool:
    """Whether both sides of an equation name columns: a key, not a filter."""
    return all(side.find(exp.Column) is not None for side in (equation.this, equation.expression))


def _source(node: exp.Expr, tables: Tables, scope: Scope, of: Callable[[exp.Expr], Told]) -> Relation:
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        cte = None if node.db else scope.query(node.name.lower())
        return _renamed(cte or tables(f"{node.db}.{node.name}".lower().lstrip(".")), node)
    if isinstance(node, exp.Subquery):
        return _renamed(resolve(node.this, tables, scope), node)
    if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
        return _renamed(resolve(node.this.this, tables, scope), node)
    if isinstance(node, exp.Values):
        rows = [row.expressions for row in node.expressions]
        return _renamed(
            Relation({f"col{i}": together(*map(of, cells)) for i, cells in enumerate(zip(*rows, strict=True))}), node
        )
    # A function that makes rows (`range`, `unnest`, a table macro): of its arguments.
    made = together(*(of(part) for part in _arguments(node)))
    names = [column.name.lower() for column in (node.args.get("alias") or exp.TableAlias()).columns]
    return Relation(dict.fromkeys(names or [node.alias.lower() or "unnest", "unnest", "value"], made))


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Unnest):
        return list(node.expressions)
    return list(node.this.iter_expressions()) if isinstance(node.this, exp.Expr) else []


def _renamed(relation: Relation, node: exp.Expr) -> Relation:
    """A relation under the names that an alias gives its columns: `as t(a, b)`."""
    alias = node.args.get("alias")
    names = [column.name.lower() for column in alias.columns] if isinstance(alias, exp.TableAlias) else []
    if not names:
        return relation
    listed = [*names, *list(relation.columns)[len(names) :]]
    return replace(relation, columns=dict(zip(listed, relation.columns.values(), strict=True)))


def _groups(query: exp.Select, of: Callable[[exp.Expr], Told]) -> frozenset[Column]:
    """What rows are grouped by; of `group by all` the entries of the select list without an aggregate."""
    group = query.args.get("group")
    if not group:
        return frozenset()
    if group.args.get("all"):
        listed = [entry for entry in query.expressions if not entry.find(exp.AggFunc, exp.Window)]
    else:
        listed = list(group.expressions)
    found = [_aliased(entry, query) for entry in listed if not isinstance(entry, exp.Star)]
    return frozenset().union(*(of(entry).values for entry in found))


def _aliased(entry: exp.Expr, query: exp.Select) -> exp.Expr:
    """`group by 1` means the first entry of the list."""
    if isinstance(entry, exp.Literal) and not entry.is_string:
        entry = query.expressions[int(entry.name) - 1]
    return entry.this if isinstance(entry, exp.Alias) else entry


def _learn_aliases(query: exp.Select, scope: Scope, of: Callable[[exp.Expr], Told]) -> None:
    """`having` and `qualify` may name entries of the select list."""
    for entry in query.expressions:
        if isinstance(entry, exp.Alias) and entry.alias.lower() not in scope.aliases:
            scope.aliases[entry.alias.lower()] = of(entry.this)


def _entry(entry: exp.Expr, scope: Scope, of: Callable[[exp.Expr], Told]) -> dict[str, Told]:
    """The columns of one entry of the select list: one, or those of a star."""
    if isinstance(entry, exp.Columns) and isinstance(entry.this, exp.Star):
        entry = entry.this
    star = entry.this if isinstance(entry, exp.Column) and isinstance(entry.this, exp.Star) else entry
    if not isinstance(star, exp.Star):
        name = entry.alias_or_name.lower() or entry.sql("duckdb").lower()
        return {name: of(entry.this if isinstance(entry, exp.Alias) else entry)}
    source = entry.table.lower() if isinstance(entry, exp.Column) else ""
    if source and source not in scope.sources:
        raise LineageError(f"{source}.* names no source")
    sources = [scope.sources[source]] if source else list(scope.sources.values())
    found: dict[str, Told] = {}
    for relation in sources:
        found |= {name: column for name, column in relation.columns.items() if name not in found}
    left_out = {part.name.lower() for part in star.args.get("except_") or ()}
    replaced = {part.alias.lower(): of(part.this) for part in star.args.get("replace") or ()}
    return {name: replaced.get(name, column) for name, column in found.items() if name not in left_out}
