"""Make only what does not stand from the night before (`pipelines.standing`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.engine import discover
from pipelines.engine.models import Model
from pipelines.engine.protocol import BESIDE
from pipelines.errors import KongchuoError, ModelError
from pipelines.standing import (
    CHILD,
    DELIVERY,
    DIVISION,
    FACTS,
    IDENTITY,
    IN_FORCE,
    MEMORY,
    MEMORY_HISTORY,
    NIGHT,
    PERSON,
    PERSON_OF_ROW,
    REKEY,
    REMEMBERED,
    ROOT,
    TOLD,
    Left,
    Standing,
    Touched,
    columns_read,
    compared,
    content_of,
    dated_rows,
    day_of,
    named_columns,
    needed_rows,
    patched,
    patched_by,
    patched_for,
    place_of,
    placing,
    says_the_date,
    together,
)
from schemas.catalogue import CATALOGUE

if TYPE_CHECKING:
    from pipelines.engine.protocol import Maker

_KEYS = f"{BESIDE}.touched_keys"
_KEYED = f"{BESIDE}.keyed"
"""Children who were touched, with their keys and persons."""
_FORMER = f"{BESIDE}.former_divisions"
_MOST_TOUCHED = 0.4
"""Share of all children, or of a table's rows, up to which those of children touched are made anew alone."""
_MOST_REPLACED = 0.5
"""Share of a table's rows that may have been patched since it was made as a whole: holes are read too."""


def sparing(makers: Sequence[Maker], standing: Standing) -> list[Maker]:
    """The makers, each of which makes only what does not stand."""
    read = frozenset(name for model in discover().values() for name in model.depends)
    return [_Sparing(maker, standing, read) for maker in makers]


@dataclass
class _Sparing:
    """A maker that makes only what does not stand."""

    maker: Maker
    standing: Standing
    read: frozenset[str]

    def run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
        """See `Maker.run_model`."""
        try:
            rows = self._run_model(model, parameters)
            if model.name == CHILD:
                known = f"select child_id, child_key, person from {CHILD} limit 0"
                self.fetch(f"create or replace table {_KEYED} as {known}")
            return rows
        except KongchuoError:
            raise
        except Exception as error:
            # What the engine says of values may quote a child's data: the class of the fault must do.
            raise ModelError(f"Model {model.name} failed with {type(error).__name__}.") from None

    def _run_model(self, model: Model, parameters: Mapping[str, object]) -> int:
        standing, before = self.standing, self.standing.left.get(model.name)
        if model.name == NIGHT:
            rows = self.maker.run_model(model, parameters)
            day = day_of(self.maker)
            standing.day_moved = frozenset(name for name, said in day.items() if said != standing.of_before.get(name))
            return rows
        if model.is_view:
            return self._make_view(model, parameters)
        if before is not None and before.there:
            if standing.stands(model) or self._nothing_falls_due(model) or self._nobody_asks(model, before):
                return standing.keep(model.name, before, same=True)
            dated = says_the_date(model)
            if dated and standing.stands(model, but=NIGHT):
                self._date(model, parameters)
                return standing.keep(model.name, before, same=False)
            moved = standing.moved_inputs(model, but=NIGHT if dated else "")
            if patched_for(model, moved) and self._knows(model, moved):
                if place := place_of(model):
                    made = self._patch_places(model, parameters, place, moved, before)
                elif by := patched_by(model):
                    made = self._patch_together(model, parameters, by, moved, before)
                elif any(self._are_too_many(standing.touched[name], before.rows) for name in moved):
                    made = None
                else:
                    # The children of tonight are not there yet when memory is asked, and the persons must stand for it.
                    who = IDENTITY if model.name in (TOLD, REKEY) else CHILD
                    touched = [standing.touched[name].children(name, model, who) for name in sorted(moved)]
                    if model.name == CHILD and PERSON in moved:
                        # A child that nothing names stands on whether a person has its number, who is somebody else's.
                        persons = f"select person from {standing.touched[PERSON].table}"
                        touched.append(f"select child_id from {TOLD} where number in ({persons})")
                    made = self._patch(model, parameters, touched, before)
                if made is not None:
                    return made
        return self._remake(model, parameters, before)

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """See `Maker.fetch`."""
        return self.maker.fetch(sql, parameters)

    def _knows(self, model: Model, moved: Iterable[str]) -> bool:
        return all(self.standing.knows(name, model) for name in moved)

    def _nothing_falls_due(self, model: Model) -> bool:
        """Whether a model would come out the same because no row is dated after the night before and up to tonight."""
        standing, rows = self.standing, dated_rows(model)
        if rows is None or not standing.stands(model, but=NIGHT):
            return False
        table, column = rows
        due = f"{column} > cast($before as date) and {column} <= (select as_of from {NIGHT})"
        before = {"before": standing.of_before["as_of"]}
        return not self.fetch(f"select count(*) from {table} where {due}", before)[0][0]

    def _nobody_asks(self, model: Model, before: Left) -> bool:
        """Whether a model has no row as it had none, because a table without whose rows it has none is empty."""
        return not before.rows and any(not self._count(name) for name in needed_rows(model))

    def _make_view(self, model: Model, parameters: Mapping[str, object]) -> int:
        """A view is always made; whether it keeps its contract is asked of those rows that are not what they were."""
        standing, name, of_whom, by = self.standing, model.name, _touched(model.name), patched_by(model)
        stands = standing.stands(model)
        if stands:
            standing.same.add(name)
        elif (moved := standing.moved_inputs(model)) and patched_for(model, moved) and self._knows(model, moved):
            found = (
                self._groups(model, by, moved)
                if by
                else " union ".join(standing.touched[one].children(one, model) for one in sorted(moved))
            )
            self.fetch(f"create or replace table {of_whom} as {found}")
            standing.touched[name] = Touched(of_whom, by or "child_id", rows=of_whom if by else "")
        elif name == MEMORY and standing.left and standing.stands(model, but=MEMORY_HISTORY):
            standing.touched[name] = Touched(REMEMBERED, "child_id")
        made = self.maker.run_model(model, parameters)
        standing.tonight[name] = Left(0, there=False)
        if name in standing.left and stands:
            standing.kept.add(name)
        elif name in standing.left and patched(model) and self._are_few_of(name):
            instead, query = restricted_to(model, standing.touched[name].table, by or "child_id")
            for table, rows_of in {**instead, _beside("fresh", name): query}.items():
                self.fetch(f"create or replace table {table} as {rows_of}")
            self._drop(*instead)
            standing.patched[name] = _beside("fresh", name)
        return made

    def _date(self, model: Model, parameters: Mapping[str, object]) -> None:
        self.fetch(f"update {model.name} set as_of = $as_of", {"as_of": parameters["as_of"]})

    def _patch_places(
        self, model: Model, parameters: Mapping[str, object], place: str, moved: Iterable[str], before: Left
    ) -> int | None:
        """Make the rows of the places touched anew, all of them; None where these are too many."""
        name, places = model.name, _beside("places", model.name)
        if place == DIVISION:
            found = self._divisions(model, moved)
        else:
            found = " union ".join(f"select {place} from {self.standing.touched[one].table}" for one in sorted(moved))
        self.fetch(f"create or replace table {places} as {found}")
        if self._count(f"{places} where {place} is null"):
            return None
        whose = f"{place} in (select {place} from {places})"
        gone = self._count(f"{name} where {whose}")
        if gone > before.rows * _MOST_TOUCHED or before.replaced + gone > before.rows * _MOST_REPLACED:
            return None
        instead, query = restricted_to(model, places, place)
        for table, rows_of in instead.items():
            self.fetch(f"create or replace table {table} as {rows_of}")
        fresh, stood = _beside("fresh", name), f"select * from {name} where {whose}"
        self.fetch(f"create or replace table {fresh} as select * from {name} limit 0")
        bound = {name: parameters[name] for name in model.parameters}
        self.fetch(f"insert into {fresh} {query}", bound or None)
        # Of a place that delivered nobody needs to ask; of a division nearly everything comes out the same.
        if place == DIVISION and not self._count(
            f"((from {fresh} except all {stood}) union all ({stood} except all from {fresh}))"
        ):
            return self.standing.keep(name, before, same=True)
        if name in PERSON_OF_ROW:
            touched, columns = _touched(name), ", ".join(dict.fromkeys(["row_id", *named_columns(name)]))
            rows_of_both = f"select {columns} from {name} where {whose} union select {columns} from {fresh}"
            self.fetch(f"create or replace table {touched} as {rows_of_both}")
            self.standing.touched[name] = Touched(touched, "row_id", rows=touched)
        self.fetch(f"delete from {name} where {whose}")
        self.fetch(f"insert into {name} from {fresh}")
        rows = self._count(name)
        self._drop(fresh, *instead)
        self.standing.tonight[name] = Left(rows, replaced=before.replaced + gone)
        self.standing.patched[name] = f"(select * from {name} where {whose})"
        return rows

    def _groups(self, model: Model, by: str, moved: Iterable[str]) -> str:
        """The query of the nodes (persons, rows, student numbers) of which moved inputs say something else."""
        asked = [self.standing.asked(name, model) for name in sorted(moved)]
        found = " union ".join(f"({query})" for query in asked if query)
        if by == "node":
            # Nodes that reviewers joined are one person's.
            root = f"select root from {ROOT} where node in (select node from found)"
            found = f"with found as ({found}) from found union select node from {ROOT} where root in ({root})"
        return f"select {by} from ({found}) where {by} is not null"

    def _patch_together(
        self, model: Model, parameters: Mapping[str, object], by: str, moved: Iterable[str], before: Left
    ) -> int | None:
        """Make the rows of the nodes (persons, rows, student numbers) touched anew, with those that hang together with
        them; None where these are too many for it to be less."""
        standing, name, groups = self.standing, model.name, _beside("groups", model.name)
        found = self._groups(model, by, moved)
        self.fetch(f"create or replace table {groups} as {found}")
        fresh, stood, theirs = _beside("fresh", name), _beside("stood", name), f"select {by} from {groups}"
        bound = {parameter: parameters[parameter] for parameter in model.parameters}
        count = -1
        while count != (count := self._count(groups)):
            if not self._are_few(groups, before.rows):
                return None
            instead, query = restricted_to(model, groups, by)
            for table, rows_of in {**instead, stood: f"select * from {rows_with(name, by, theirs)}"}.items():
                self.fetch(f"create or replace table {table} as {rows_of}")
            self.fetch(f"create or replace table {fresh} as select * from {name} limit 0")
            self.fetch(f"insert into {fresh} {query}", bound or None)
            for table, column in together(model):
                shared = f"select {column} from {fresh} union all select {column} from {stood}"
                others = f"select distinct {by} from {table} where {column} in ({shared}) and {by} not in ({theirs})"
                self.fetch(f"insert into {groups} {others}")
        differing, key = _beside("differing", name), CATALOGUE[name].key
        alone = key == (by,)
        # No row stands twice: each of these tables has a key of one column, which its contract keeps.
        columns = ", ".join(dict.fromkeys([key[0], by, _whose(name) or by, *named_columns(name)]))
        found = _differing(fresh, stood, columns, key[0], alone=alone and columns == by)
        self.fetch(f"create or replace table {differing} as {found}")
        if not self._count(differing):
            self._drop(fresh, stood, *instead)
            return standing.keep(name, before, same=True)
        whose = f"{by} in (select {by} from {differing})"
        gone = self._count(f"{stood} where {whose}")
        if before.replaced + gone > before.rows * _MOST_REPLACED:
            return None
        self.fetch(f"delete from {name} where {whose}")
        self.fetch(f"insert into {name} select * from {fresh} where {whose}")
        self._note_differing(name, differing)
        rows = self._count(name)
        standing.tonight[name] = Left(rows, replaced=before.replaced + gone)
        standing.patched[name] = f"(select * from {name} where {whose})"
        if alone and columns == by:
            self._columns_moved(name, fresh, stood)
        self._drop(fresh, stood, *instead)
        return rows

    def _note_differing(self, name: str, differing: str) -> None:
        """Note of whom a table says something else: the rows in which two makings of it differ name them."""
        key, touched = _whose(name), _touched(name)
        if key:
            self.fetch(f"create or replace table {touched} as select distinct {key} from {differing}")
            self.standing.touched[name] = Touched(touched, key, rows=differing)
        elif columns := named_columns(name):
            self.standing.touched[name] = Touched(differing, columns[0], rows=differing)

    def _patch(
        self, model: Model, parameters: Mapping[str, object], touched: Sequence[str], before: Left
    ) -> int | None:
        """Make the rows of the children touched anew; None where they are too many for it to be less."""
        children = _touched(model.name)
        found = " union ".join(touched)
        if model.name == TOLD:
            # A child may be remembered under another key than tonight's: both are touched.
            found = (
                f"with found as ({found}) select child_id from found union select child_id from {REKEY} "
                f"where old_child_id in (select child_id from found) union select old_child_id from {REKEY} "
                "where child_id in (select child_id from found)"
            )
        elif model.name not in (CHILD, REKEY):
            if CHILD not in self.standing.same and CHILD not in self.standing.touched:
                return None  # nobody knows who is gone: it was not left, its contract was broken
            found = self._keyed(model, found)
        self.fetch(f"create or replace table {children} as {found}")
        if not self._are_few(children, before.rows):
            return None
        key = _key(model.name)
        by = key if key in ("child_key", "person") else "child_id"
        if key == "person" and CHILD in self.standing.touched:
            return None  # whose rows those of a child were who is gone is not known
        alone = CATALOGUE[model.name].key in ((key,), ("as_of", key))
        if key == "child_key" and not alone and self._count(f"{children} where child_key is null"):
            return None  # nor whose they are who are no children of the universe
        whose = f"{key} in (select {by} from {children})"
        instead, query = restricted_to(model, children)
        for table, rows_of in instead.items():
            self.fetch(f"create or replace table {table} as {rows_of}")
        if says_the_date(model):
            self._date(model, parameters)
        fresh, stood = _beside("fresh", model.name), _beside("stood", model.name)
        self.fetch(f"create or replace table {fresh} as select * from {model.name} limit 0")
        bound = {name: parameters[name] for name in model.parameters}
        self.fetch(f"insert into {fresh} {query}", bound or None)
        # Most of whom an input says something else come out the same.
        columns = f"{key}, child_id" if model.name == TOLD else key
        theirs = rows_with(model.name, key, f"select {by} from {children}")
        self.fetch(f"create or replace table {stood} as select * from {theirs}")
        differing = _differing(fresh, stood, columns, key, alone=alone and columns == key)
        ids = " union ".join(f"select {column} from differing" for column in columns.split(", "))
        self.fetch(f"delete from {children} where {by} is null or {by} not in (with differing as ({differing}) {ids})")
        rows = self._replace(model, fresh, children, whose, before)
        if rows is not None and model.name in self.standing.touched and alone and key == "child_id":
            self._columns_moved(model.name, fresh, stood)
        self._drop(fresh, stood, *instead)
        return rows

    def _keyed(self, model: Model, found: str) -> str:
        """The children that a query finds, with their keys and persons: once looked up, other models know them too."""
        named = _beside("named", model.name)
        self.fetch(f"create or replace table {named} as {found}")
        known = f"select child_id from {_KEYED}"
        unknown = f"select child_id from {named} where child_id is not null and child_id not in ({known})"
        if self._count(f"({unknown})"):
            keys = f"select child_id, child_key, person from {rows_with(CHILD, 'child_id', unknown)}"
            gone = f" union all select * from {_KEYS}" if CHILD in self.standing.touched else ""
            self.fetch(
                f"insert into {_KEYED} select u.child_id, c.child_key, c.person "
                f"from ({unknown}) as u left join ({keys}{gone}) as c on u.child_id = c.child_id"
            )
        # Two makers may have looked up the same child.
        return (
            "select n.child_id, min(k.child_key) as child_key, min(k.person) as person "
            f"from {named} as n inner join {_KEYED} as k on n.child_id = k.child_id group by n.child_id"
        )

    def _columns_moved(self, name: str, fresh: str, stood: str) -> None:
        """Note of the children touched in which columns their row says something else."""
        touched, table = self.standing.touched[name], _beside("moved", name)
        key, flags = touched.key, [f"moved_{column}" for column in CATALOGUE[name].columns]
        differ = ", ".join(
            f"n.{key} is null or o.{key} is null or n.{column} is distinct from o.{column} as moved_{column}"
            for column in CATALOGUE[name].columns
        )
        self.fetch(
            f"create or replace table {table} as select coalesce(n.{key}, o.{key}) as {key}, {differ} "
            f"from {fresh} as n full join {stood} as o on n.{key} = o.{key} "
            f"where coalesce(n.{key}, o.{key}) in (select {key} from {touched.table})"
        )
        ever = self.fetch(f"select {', '.join(f'bool_or({flag})' for flag in flags)} from {table}")[0]
        moved = frozenset(column for column, any_one in zip(CATALOGUE[name].columns, ever, strict=True) if any_one)
        self.standing.touched[name] = replace(touched, columns=table, moved=moved)
        if name == FACTS:
            elsewhere = f"select child_id from {table} where moved_{DIVISION} or moved_r_status"
            self._divisions_of(f"{stood} where child_id in ({elsewhere})")

    def _replace(self, model: Model, fresh: str, children: str, whose: str, before: Left) -> int | None:
        """Put the rows of `fresh` in the place of those that stand; None where the table would have too many holes."""
        standing, name = self.standing, model.name
        replaced = before.replaced + (count := self._count(children))
        if not count:
            return standing.keep(name, before, same=not says_the_date(model))
        if replaced > before.rows * _MOST_REPLACED or name == REKEY:
            return None  # a child that has got another key changes what is asked of both
        if name == CHILD:
            self._keys_gone(f"{CHILD} where {whose}")
        self.fetch(f"delete from {name} where {whose}")
        self.fetch(f"insert into {name} select * from {fresh} where {whose}")
        rows = self._count(name)
        standing.touched[name] = Touched(children, "child_id")
        standing.tonight[name] = Left(rows, replaced=replaced)
        standing.patched[name] = f"(select * from {name} where {whose})"
        return rows

    def _remake(self, model: Model, parameters: Mapping[str, object], before: Left | None) -> int:
        """Make a table, and see whether it is what it was, or of whom it says something else."""
        standing = self.standing
        if before is None or model.name not in self.read or says_the_date(model):
            rows = self.maker.run_model(model, parameters)
            standing.tonight[model.name] = Left(rows)
            return rows
        if before.there and model.name in compared() and (_whose(model.name) or named_columns(model.name)):
            self.fetch(f"alter table {model.name} rename to before_{model.table}")
            rows = self.maker.run_model(model, parameters)
            aside = f"{model.layer}.before_{model.table}"
            self._compare(model.name, aside)
            self.fetch(f"drop table {aside}")
            standing.tonight[model.name] = Left(rows)
            return rows
        former = before.content or (content_of(self.maker, model.name) if before.there else None)
        rows = self.maker.run_model(model, parameters)
        content = content_of(self.maker, model.name) if former else None
        if content is not None and content == former:
            standing.same.add(model.name)
        standing.tonight[model.name] = Left(rows, content)
        return rows

    def _compare(self, name: str, aside: str) -> None:
        """Note whether two makings of a table are the same, or of whom they say something else."""
        standing, differing, key = self.standing, _beside("differing", name), CATALOGUE[name].key
        columns = list(dict.fromkeys(one for one in (_whose(name), *named_columns(name)) if one))
        # No row stands twice: each of these tables has a key, which its contract keeps.
        by = columns[0] if key == (columns[0],) else key[0]
        of_both = ", ".join(dict.fromkeys([by, *columns]))
        found = _differing(name, aside, of_both, by, alone=key == (by,) == (of_both,))
        self.fetch(f"create or replace table {differing} as select distinct {', '.join(columns)} from ({found})")
        if not self._count(differing):
            standing.same.add(name)
        elif name == DELIVERY:
            if not self._count(f"(select * from {aside} except select * from {name})"):
                standing.grown.add(name)
                self._note_kinds(name, aside)
        else:
            self._note_differing(name, differing)
            touched = standing.touched[name].table
            if name == IN_FORCE:
                self._note_kinds(name, aside)
            if name == CHILD:
                self._keys_gone(f"{aside} where child_id not in (select child_id from {name})")
            if name == FACTS:
                self._divisions_of(f"{aside} where child_id in (select child_id from {touched})")

    def _note_kinds(self, name: str, aside: str) -> None:
        """Note of which kinds of delivery a table says something else."""
        either = f"(from {name} except from {aside}) union all (from {aside} except from {name})"
        kinds = self.fetch(f"select distinct kind from ({either})")
        self.standing.kinds[name] = frozenset(str(kind) for (kind,) in kinds)

    def _keys_gone(self, rows: str) -> None:
        """Keep the keys of children who may be gone: by these their rows are found elsewhere."""
        self.fetch(f"create or replace table {_KEYS} as select child_id, child_key, null as person from {rows}")

    def _divisions(self, model: Model, moved: Iterable[str]) -> str:
        """The query of the divisions in which the children touched are registered, or were on the night before."""
        children = " union ".join(self.standing.touched[name].children(name, model) for name in sorted(moved))
        now = f"select {DIVISION} from {rows_with(FACTS, 'child_id', children)} where r_status is not null"
        former = f" union select {DIVISION} from {_FORMER}" if FACTS in self.standing.touched else ""
        return now + former

    def _divisions_of(self, rows: str) -> None:
        """Keep where children were registered whose facts are about to be replaced."""
        found = f"select distinct {DIVISION} from {rows} and r_status is not null"
        self.fetch(f"create or replace table {_FORMER} as {found}")

    def _are_few_of(self, name: str) -> bool:
        """Whether it is known of whom a table says something else, and these are few."""
        touched = self.standing.touched.get(name)
        return touched is not None and self._are_few(touched.table)

    def _are_few(self, children: str, rows: int = 0) -> bool:
        """Whether children are few enough to be made anew alone: of tonight's or, until these are made, last night's.

        What it costs to make a table as a whole is what it reads: also a table of few `rows` reads of every child.
        """
        known = self.standing.tonight.get(CHILD) or self.standing.left.get(CHILD)
        return self._count(children) <= max(rows, known.rows if known else 0) * _MOST_TOUCHED

    def _are_too_many(self, touched: Touched, rows: int) -> bool:
        """Whether those of whom a table says something else are too many, before anybody asks who they are."""
        return touched.key == "child_id" and touched.moved is None and not self._are_few(touched.table, rows)

    def _drop(self, *tables: str) -> None:
        """Take tables away whose room others have use for."""
        for table in tables:
            self.fetch(f"drop table {table}")

    def _count(self, table: str) -> int:
        return int(self.fetch(f"select count(*) from {table}")[0][0])


def restricted_to(model: Model, children: str, key: str = "child_id") -> tuple[dict[str, str], str]:
    """The model's query for the children (or places) that a table names by `key`, and the tables that it reads instead,
    with their queries.

    They are tables of their own so that the few rows are known to be few: what is joined to them is then only searched.
    Raises ModelError where an import CTE has another shape.
    """
    sql, instead = model.sql, {}
    for name, column in patched(model).items():
        if "." in name:
            some = f"{children}_{model.table}_{name.replace('.', '_')}"
            rows = rows_with(name, column, f"select {key} from {children}")
            instead[some] = f"select {', '.join(columns_read(model, name))} from {rows}"
            sql = re.sub(rf"\b{name}\b", some, sql)
            continue
        found = re.findall(rf"\b{name} as \(\s*select [^()]+ from ([\w.]+)(?: where [^()]+)?\s*\)", sql)
        if len(found) != 1:
            raise ModelError(f"Model {model.name}: the import CTE {name} cannot be restricted to some children.")
        some = f"{children}_{model.table}_{name}"
        column = key if key == DIVISION else column
        named = "person" if column == "person" else key
        read = discover().get(found[0])
        if read is not None and read.is_view and patched(read):
            others, instead[some] = restricted_to(read, children, key)
            instead = others | instead
        else:
            rows = rows_with(found[0], column, f"select {named} from {children}")
            instead[some] = f"select {', '.join(columns_read(model, found[0]))} from {rows}"
        sql = re.sub(rf"(\b{name} as \(\s*select [^()]+ from )[\w.]+((?: where [^()]+)?\s*\))", rf"\1{some}\2", sql)
    return instead, sql


def rows_with(table: str, column: str, values: str) -> str:
    """The rows of a table that have one of the values of a query in a column, as a relation.

    Of a wide table the column alone is read to find them, and then these rows alone: where they are few this takes a
    fifth of the time.
    """
    found = f"{column} in ({values})"
    made = discover().get(table)
    if made is not None and made.is_view:
        return f"(select * from {table} where {found})"
    return f"(select * from {table} where rowid in (select rowid from {table} where {found}))"


def _differing(now: str, then: str, columns: str, key: str, *, alone: bool = False) -> str:
    """The query of some columns of the rows that one of two tables has and the other has not.

    `alone`: no two rows have one key, which is the only column asked for.
    """
    new, old = (f"(select {columns}, hash(t) as content from {table} as t)" for table in (now, then))
    if alone:
        return (
            f"select coalesce(n.{key}, o.{key}) as {key} from {new} as n full join {old} as o on n.{key} = o.{key} "
            "where n.content is distinct from o.content"
        )
    both = f"n.{key} is not distinct from o.{key} and n.content = o.content"
    return (
        f"select n.* from {new} as n anti join {old} as o on {both} "
        f"union all select o.* from {old} as o anti join {new} as n on {both}"
    )


def _key(name: str) -> str:
    """The column by which a patched table names a child."""
    if name in (TOLD, REKEY):
        return CATALOGUE[name].key[0]
    return next(column for column in ("child_id", "child_key", "person") if column in CATALOGUE[name].columns)


def _whose(name: str) -> str | None:
    """The column by which the rows of a table are told to be of somebody, or of a place."""
    if name == DELIVERY:
        return "delivery_id"
    if name in PERSON_OF_ROW:
        return "row_id"
    if name in placing():
        return placing()[name]
    columns = CATALOGUE[name].columns if name in CATALOGUE else ()
    return next((column for column in ("child_id", "person") if column in columns), None)


def _touched(table: str) -> str:
    return _beside("touched", table)


def _beside(what: str, table: str) -> str:
    """A table of this night alone that tells something of another one."""
    return f"{BESIDE}.{what}_{table.replace('.', '_')}"
