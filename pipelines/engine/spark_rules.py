"""Where DuckDB and Spark mean something else by what sqlglot writes the same: one rule for each, for all models.

A rule takes one node of a query, typed by DuckDB's meaning, and returns what says the same in Spark.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp
from sqlglot.errors import UnsupportedError

Node = Any
"""A node of sqlglot's tree, whose methods depend on its class."""
Rule = Callable[[Node], Node]


def rewritten(tree: exp.Expr) -> exp.Expr:
    """A typed query of DuckDB's dialect as a query whose words mean the same in Spark; inner parts first."""
    for node in reversed(list(tree.walk(bfs=True))):
        rule = RULES.get(type(node))
        if rule is None:
            continue
        kind = node.type
        put = rule(node)
        if put is node:
            continue
        if node is tree:
            tree = put
        else:
            node.replace(put)
        put.type = kind
    return tree


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _is(node: exp.Expr, *kinds: exp.DType) -> bool:
    return bool(node.is_type(*kinds))


def _is_number(node: exp.Expr) -> bool:
    return _is(node, *exp.DataType.INTEGER_TYPES)


def _missing(node: exp.Expr) -> exp.Expr:
    return exp.Is(this=node.copy() if isinstance(node, exp.Column) else exp.paren(node.copy()), expression=exp.null())


def difference(node: Node) -> Node:
    """Days between two dates are a number, not an interval; days before a date may be counted by a long number."""
    left, right = node.this, node.expression
    if _is(left, exp.DType.DATE) and _is(right, exp.DType.DATE):
        return exp.cast(_call("DATEDIFF", left, right), "bigint")
    if _is(left, exp.DType.DATE) and _is_number(right):
        return _call("DATE_SUB", left, exp.cast(right, "int"))
    return node


def days_after(node: Node) -> Node:
    """Days after a date may be counted by a long number."""
    left, right = node.this, node.expression
    if _is(right, exp.DType.DATE):
        left, right = right, left
    if _is(left, exp.DType.DATE) and _is_number(right):
        return _call("DATE_ADD", left, exp.cast(right, "int"))
    return node


def division(node: Node) -> Node:
    """`/` is binary floating point whatever is divided, also of decimals; nothing where the divisor is 0."""
    divisor = exp.func("NULLIF", exp.cast(node.expression, "double"), exp.cast(exp.Literal.number(0), "double"))
    return exp.Div(this=exp.cast(node.this, "double"), expression=divisor, typed=False, safe=False)


def whole_division(node: Node) -> Node:
    """`//` by 0 is nothing, not an error."""
    divisor = node.expression
    if isinstance(divisor, exp.Literal):
        return node
    return exp.IntDiv(this=node.this, expression=exp.func("NULLIF", divisor, exp.Literal.number(0)))


def cast(node: Node) -> Node:
    """A cast to a whole number rounds half away from zero, it does not cut off."""
    if node.to.is_type(*exp.DataType.INTEGER_TYPES) and _is(node.this, exp.DType.DECIMAL, *exp.DataType.FLOAT_TYPES):
        node.this.replace(exp.func("ROUND", node.this.copy()))
    return node


def content(node: Node) -> Node:
    """What is hashed in DuckDB to be compared is compared as it is: Spark's hash passes over nulls."""
    fields = [exp.alias_(e.copy(), f"part_{place}") for place, e in enumerate(node.expressions, start=1)]
    return _call("STRUCT", *fields)


def keystrokes(node: Node) -> Node:
    """The distance of two texts where both are there (Spark has it from Splink's file, which ends at a null)."""
    missing = exp.or_(*(_missing(e) for e in node.expressions))
    return exp.Case(ifs=[exp.If(this=exp.Not(this=exp.paren(missing)), true=node.copy())])


NAMED: dict[str, Rule] = {"hash": content, "damerau_levenshtein": keystrokes}
"""Functions that sqlglot knows no more of than their name."""


def named(node: Node) -> Node:
    """A function by its name."""
    rule = NAMED.get(node.name.lower())
    return rule(node) if rule else node


def length(node: Node) -> Node:
    """`len` of a list counts its elements."""
    if isinstance(node.this, exp.ArrayFilter) or _is(node.this, exp.DType.ARRAY, exp.DType.LIST):
        return _call("SIZE", node.this)
    return node


def _struct(key: exp.Expr) -> exp.Expr:
    """A key of several columns in the order of DuckDB, in which a null comes after every value."""
    if not isinstance(key, exp.Tuple):
        return key
    fields: list[exp.Expr] = []
    for place, part in enumerate(key.expressions, start=1):
        fields.append(exp.alias_(_missing(part), f"missing_{place}"))
        fields.append(exp.alias_(part.copy(), f"part_{place}"))
    return _call("STRUCT", *fields)


def at_extreme(node: Node) -> Node:
    """arg_max and arg_min pass over rows without a value as over rows without a key."""
    value, key = node.this, node.expression
    there = exp.Not(this=_missing(value))
    return type(node)(this=value, expression=exp.Case(ifs=[exp.If(this=there, true=_struct(key))]))


def element(node: Node) -> Node:
    """An element that is not there is null; a part of a smallest or largest tuple is a field of a struct."""
    (index,) = node.expressions
    within = node.this
    if isinstance(index, exp.Slice):
        if index.expression is not None or index.args.get("step") is not None:
            raise UnsupportedError("A slice with an end is not written for Spark.")
        return _call("SLICE", within, index.this, exp.func("ARRAY_SIZE", within.copy()))
    if isinstance(within, (exp.Min, exp.Max)) and isinstance(within.this, exp.Tuple):
        if not isinstance(index, exp.Literal):
            raise UnsupportedError("Only a part known by its number is written for Spark.")
        within = type(within)(this=_struct(within.this))
        return exp.Dot(this=within, expression=exp.to_identifier(f"part_{int(index.this) + 1}"))
    return _call("GET", within, index)


def window(node: Node) -> Node:
    """A window has no filter: what is filtered out is null to it, and nothing is counted of it."""
    if not isinstance(node.this, exp.Filter):
        return node
    counted, condition = node.this.this, node.this.expression.this
    what = exp.Literal.number(1) if isinstance(counted.this, exp.Star) else counted.this
    if isinstance(what, exp.Distinct):
        raise UnsupportedError("A filtered count of distinct values over a window is not written for Spark.")
    counted.set("this", exp.Case(ifs=[exp.If(this=condition, true=what.copy())]))
    node.set("this", counted)
    return node


def days_between(node: Node) -> Node:
    """A series that would end before it begins is empty, not an error."""
    start, end = node.args["start"], node.args["end"]
    if node.args.get("is_end_exclusive"):
        end = exp.Sub(this=exp.paren(end), expression=exp.Literal.number(1))
    series = _call("SEQUENCE", start, end, *([node.args["step"]] if node.args.get("step") else []))
    return exp.Case(ifs=[exp.If(this=exp.LTE(this=start.copy(), expression=end.copy()), true=series)])


def weekday(node: Node) -> Node:
    """Monday is 1."""
    return exp.paren(exp.Add(this=_call("WEEKDAY", node.this), expression=exp.Literal.number(1)))


def written_time(node: Node) -> Node:
    """Spark writes no week of the year in a format."""
    how = node.args["format"].name
    if how != "%G-W%V":
        return node
    week = exp.Extract(this=exp.var("WEEK"), expression=node.this.copy())
    padded = exp.func("LPAD", exp.cast(week, "text"), exp.Literal.number(2), exp.Literal.string("0"))
    year = exp.cast(exp.Extract(this=exp.var("YEAROFWEEK"), expression=node.this), "text")
    return _call("CONCAT", year, exp.Literal.string("-W"), padded)


def percentile(node: Node) -> Node:
    """The exact percentile between two values."""
    return _call("PERCENTILE", node.this, node.expression)


def listed(node: Node) -> Node:
    """A list of no rows is null. Spark collects in no order: only a list that is sorted afterwards has one."""
    if isinstance(node.this, (exp.Order, exp.Distinct)):
        raise UnsupportedError("A list in an order of its own is not written for Spark: sort it afterwards.")
    outer = node.parent if isinstance(node.parent, exp.Filter) else node
    if outer.meta.get("listed"):
        return node
    counted: exp.Expr = exp.Count(this=node.this.copy())
    if outer is not node:
        counted = exp.Filter(this=counted, expression=outer.expression.copy())
    outer.meta["listed"] = True
    some = exp.GT(this=counted, expression=exp.Literal.number(0))
    put = exp.Case(ifs=[exp.If(this=some, true=outer.copy())])
    if outer is node:
        return put
    outer.replace(put)
    return node


def select(node: Node) -> Node:
    """`unnest` beside `unnest` walks both lists together; what filters windows is a query around the query."""
    return _qualified(_unnested(node))


def _unnested(node: Node) -> Node:
    found = [e for projection in node.expressions for e in projection.find_all(exp.Explode)]
    found = [e for e in found if e.find_ancestor(exp.Select) is node]
    if not found or (len(found) == 1 and found[0].parent is not None and _stands_alone(found[0], node)):
        return node
    names = [f"_u{place}" for place in range(len(found))]
    zipped = _call("INLINE", _call("ARRAYS_ZIP", *(e.this.copy() for e in found)))
    for explode, name in zip(found, names, strict=True):
        explode.replace(exp.column(name, table="_unnested"))
    alias = exp.TableAlias(this=exp.to_identifier("_unnested"), columns=[exp.to_identifier(n) for n in names])
    if node.args.get("from_") is None:
        node.from_(exp.select(exp.alias_(exp.Literal.number(1), "one")).subquery("_one"), copy=False)
    node.append("laterals", exp.Lateral(this=zipped, view=True, alias=alias))
    return node


def _stands_alone(explode: exp.Expr, select_: exp.Expr) -> bool:
    at = explode.parent if isinstance(explode.parent, exp.Alias) else explode
    return at.parent is select_


def _qualified(node: Node) -> Node:
    if node.args.get("qualify") is None:
        return node
    condition = node.args["qualify"].pop().this
    inner = node.copy()
    inner.set("distinct", None)
    named = inner.args["with_"].pop() if inner.args.get("with_") is not None else None
    outer = exp.select(*(exp.column(e.alias_or_name, table="_q") for e in node.expressions))
    outer.set("distinct", node.args.get("distinct"))
    holder = exp.Where(this=condition)
    kept: dict[str, str] = {}

    def put(part: exp.Expr) -> exp.Expr:
        text = part.sql()
        if text not in kept:
            kept[text] = f"_w{len(kept)}"
            inner.select(exp.alias_(part.copy(), kept[text]), copy=False)
        return exp.column(kept[text], table="_q")

    for window_ in list(holder.find_all(exp.Window)):
        if window_.find_ancestor(exp.Window) is None:
            window_.replace(put(window_))
    for column in list(holder.find_all(exp.Column)):
        if column.table != "_q":
            column.replace(put(column))
    outer = outer.from_(inner.subquery("_q", copy=False), copy=False)
    outer.set("where", holder)
    outer.set("with_", named)
    return outer


RULES: dict[type[exp.Expr], Rule] = {
    exp.Sub: difference,
    exp.Add: days_after,
    exp.Div: division,
    exp.IntDiv: whole_division,
    exp.Cast: cast,
    exp.TryCast: cast,
    exp.Anonymous: named,
    exp.Length: length,
    exp.ArgMax: at_extreme,
    exp.ArgMin: at_extreme,
    exp.Bracket: element,
    exp.Window: window,
    exp.GenerateSeries: days_between,
    exp.DayOfWeekIso: weekday,
    exp.TimeToStr: written_time,
    exp.PercentileCont: percentile,
    exp.ArrayAgg: listed,
    exp.Select: select,
}
