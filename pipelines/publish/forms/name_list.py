"""Lists of children for those who work with them: rows of cases, cut for each county, in full and for meetings.

The rows of all counties are read and filled once a night; a copy masks by its columns, never by its writer (spec 6.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import polars as pl

from pipelines.publish.folder import MEETING
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.listing import Column, Figure, Listing, figure
from pipelines.publish.long_lists import LongLists, read_already
from pipelines.publish.masking import mask_name, mask_names, mask_number, mask_numbers
from schemas.ddl import quoted

Copy = Literal["full", "masked"]
COPIES: tuple[Copy, ...] = get_args(Copy)
COPY_WORDS: Mapping[Copy, str] = {"full": "", "masked": "（会议用）"}

NO_NUMBER = "（无有效号码）"
UNKNOWN = "（不详）"
YES = "是"

CONFIDENTIAL: Mapping[Copy, str] = {
    "full": "本表含未成年人个人信息，只供承办人员办理个案使用，不得复制、转发，用后收回。",
    "masked": "会议用表：姓名只显示第一个字，身份证号只显示后四位，出生日期只显示年份，不显示民族、残疾、监护人和电话；"
    "个别原因和安置方式以“其他”代替。会后收回。",
}

_PLACES = """
select unit_code, unit_level, unit_name, parent_code
from published.zeroing
where as_of = $as_of and "group" = 'all' and line = case when unit_level = 'school' then 'school' else 'household' end
"""


Binding = tuple[Figure | None, str]


@dataclass(frozen=True)
class NameList:
    """One sheet of a restricted workbook.

    `name`     what stands in the title after place and date; `sheet` its sheet.
    `columns`  of a copy; the first `kept` stand on every printed page.
    `rows`     of the whole province: `county` (null where nobody knows it), key and label columns; lists of one file
               may share them, and what `beside` names. `state` says which of them the list shows; without one all.
    `notes`    footnotes of a copy for a county; the rows of the county are given.
    """

    sheet: str
    name: str
    columns: Callable[[Copy], Sequence[Column]]
    rows: Callable[[ReportNight], pl.DataFrame]
    notes: Callable[[ReportNight, Scope, Copy, pl.DataFrame], Sequence[str]]
    state: str = ""
    kept: int = 2
    empty: str = "无"


@dataclass(frozen=True)
class NameFile:
    """A restricted workbook: `<file>.xlsx` and `<file>_会议用.xlsx`."""

    file: str
    lists: tuple[NameList, ...]

    def name(self, copy: Copy) -> str:
        """File name of a copy."""
        return f"{self.file}{MEETING if copy == 'masked' else ''}.xlsx"

    def filled(self, part: NameList, night: ReportNight) -> Filled:
        """All rows of a list with what it shows of them; lists of one file that share rows are filled at once."""
        by_state = night.keep(part.rows, lambda: self._filled(part, night))
        return by_state.get(part.state) or next(iter(by_state.values())).none()  # type: ignore[no-any-return]

    def listing(self, part: NameList, night: ReportNight, scope: Scope, county: str | None, copy: Copy) -> Listing:
        """A list for one county (None: of what no county is known for): its frame and its rows, without values."""
        rows = self.filled(part, night).of(county)
        return Listing(
            title=f"{scope.name}{night.day}{part.name}{COPY_WORDS[copy]}",
            measure="人",
            columns=night.keep(("columns", part, copy), lambda: tuple(part.columns(copy))),
            rows=rows,
            values=(),
            notes=(*part.notes(night, scope, copy, rows), CONFIDENTIAL[copy]),
            empty=part.empty,
        )

    def counties(self, night: ReportNight) -> set[str | None]:
        """Counties with a row in any list, None among them."""
        return {county for part in self.lists for county in self.filled(part, night).places}

    def _filled(self, asked: NameList, night: ReportNight) -> dict[str, Filled]:
        """Rows by state, in the order of counties, with what every list that shares them shows of them."""
        rows = asked.rows(night)
        if "state" not in rows.columns:
            rows = rows.with_columns(state=pl.lit("", pl.String))
        rows = rows.sort("state", "county", maintain_order=True)
        columns: dict[Binding, Column] = {}
        for part in self.lists:
            if part.rows is asked.rows:
                for copy in COPIES:
                    columns |= {binding(column): column for column in part.columns(copy)}
        cells: LongLists = night.keep(LongLists, lambda: LongLists(night.reader, night.as_of))
        raw = cells.fill(tuple(columns.values()), rows)
        shown = {binding: f"shown{order}" for order, binding in enumerate(columns)}
        twice = {read_already(one) for one, _ in columns if one} & set(rows.columns)
        whole = rows.drop(twice).hstack(raw.rename(dict(zip(raw.columns, shown.values(), strict=True))))
        by_state = whole.partition_by("state", as_dict=True, maintain_order=True)
        return {str(state): _cut(frame, shown) for (state,), frame in by_state.items()} or {"": _cut(whole, shown)}


@dataclass(frozen=True)
class Filled:
    """The rows of a list, of all counties: `frame` in the order of counties, `places` where those of each begin and how
    many they are, `shown` which of its columns holds what a column of the list shows, before it is put into words."""

    frame: pl.DataFrame
    places: Mapping[str | None, tuple[int, int]]
    shown: Mapping[Binding, str]

    def of(self, county: str | None) -> pl.DataFrame:
        """The rows of one county."""
        return self.frame.slice(*self.places.get(county, (0, 0)))

    def none(self) -> Filled:
        """The same list without rows."""
        return Filled(self.frame.clear(), {}, self.shown)

    def raw(self, frame: pl.DataFrame, column: Column) -> pl.Series:
        """What a column shows of rows of `frame`."""
        return frame[self.shown[binding(column)]]


def _cut(frame: pl.DataFrame, shown: Mapping[Binding, str]) -> Filled:
    counted = (
        frame.group_by("county", maintain_order=True).len().with_columns(first=pl.col("len").cum_sum() - pl.col("len"))
    )
    return Filled(frame, {county: (first, rows) for county, rows, first in counted.rows()}, shown)


def binding(column: Column) -> Binding:
    """What a column of a list shows, whatever the words: columns of several copies have it in common."""
    return column.figure, "" if column.figure else column.label or column.name


def places(night: ReportNight) -> pl.DataFrame:
    """Names of all units of the night, villages and schools too: unit_code, unit_level, unit_name, parent_code."""
    return night.keep("places", lambda: night.read(_PLACES))  # type: ignore[no-any-return]


def named(rows: pl.DataFrame, night: ReportNight, code: str, name: str) -> pl.DataFrame:
    """Rows with the name of the unit that the column `code` holds; the code where 区划 or 学校 do not know it."""
    names = places(night).select(pl.col("unit_code").alias(code), pl.col("unit_name").alias(name))
    return rows.join(names, on=code, how="left", maintain_order="left").with_columns(pl.coalesce(name, code))


def numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their number within the county (and state), in the order in which they stand."""
    within = ["county", *(("state",) if "state" in rows.columns else ())]
    return rows.with_columns(number=pl.int_range(1, pl.len() + 1).over(within))


def of(table: str, column: str) -> Figure:
    """A cell of a restricted table by the keys of the row."""
    return figure(table, column, schema="restricted")


def beside(table: str, alias: str, columns: Iterable[Column]) -> str:
    """What lists show of a table that the query of their rows reads anyway, for its `select`: it is not read twice."""
    shown = dict.fromkeys(one.column for column in columns if (one := column.figure) and one.table == table)
    return "".join(f", {alias}.{quoted(name)} as {quoted(read_already(of(table, name)))}" for name in shown)


def labelled(labels: Mapping[str, str]) -> Callable[[Any], str]:
    """A code as its label; what is not known is shown as it is, what is not there is blank."""
    return lambda raw: "" if raw is None else labels.get(raw, str(raw))


def marked(raw: Any) -> str:
    """是, or nothing: a mark must be seen, and its absence is no news."""
    return YES if raw else ""


def name_column(copy: Copy) -> Column:
    """姓名."""
    return Column(
        "姓名", "text", 12, of("identities", "name"),
        says=lambda raw: person(copy, raw) or UNKNOWN, all_say=lambda raw: persons(copy, raw, UNKNOWN),
    )  # fmt: skip


def number_column(copy: Copy) -> Column:
    """身份证号, as text."""
    return Column(
        "身份证号", "text", 21, of("identities", "child_id"),
        says=lambda raw: citizen_number(copy, raw), all_say=lambda raw: citizen_numbers(copy, raw),
    )  # fmt: skip


def person(copy: Copy, name: str | None) -> str:
    """The name of anybody, officials too."""
    return ((name if copy == "full" else mask_name(name)) or "").strip()


def persons(copy: Copy, names: pl.Expr, unknown: str = "") -> pl.Expr:
    """`person` of a whole column; who is not named is `unknown`."""
    shown = names if copy == "full" else mask_names(names)
    shown = shown.fill_null("").str.strip_chars()
    return pl.when(shown == "").then(pl.lit(unknown)).otherwise(shown)


def citizen_number(copy: Copy, child_id: str | None) -> str:
    """A citizen number; a child_id that was made in its place says nothing to anybody (spec 3.2)."""
    if child_id is None or child_id.startswith("X"):
        return NO_NUMBER
    return child_id if copy == "full" else str(mask_number(child_id))


def citizen_numbers(copy: Copy, child_ids: pl.Expr) -> pl.Expr:
    """`citizen_number` of a whole column."""
    none = child_ids.is_null() | child_ids.str.starts_with("X")
    return pl.when(none).then(pl.lit(NO_NUMBER)).otherwise(child_ids if copy == "full" else mask_numbers(child_ids))
