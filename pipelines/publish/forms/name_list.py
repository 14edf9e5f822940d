"""Lists of children for those who work with them: rows of cases, cut for each county, in full and for meetings.

The rows of all counties are read and filled once a night; a copy masks by its columns, never by its writer (spec 6.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import polars as pl

from pipelines.publish.folder import MEETING
from pipelines.publish.forms.night import ReportNight, Scope
from pipelines.publish.listing import Column, Figure, Listing, Value, figure, fill
from pipelines.publish.masking import mask_name, mask_number

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
               may share them. `state` says which of them the list shows; without one all.
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

    def listing(self, part: NameList, night: ReportNight, scope: Scope, county: str | None, copy: Copy) -> Listing:
        """A list for one county (None: of what no county is known for)."""
        by_place, values = night.keep(part.rows, lambda: self._filled(part, night))
        rows = by_place.get((county, part.state))
        if rows is None:
            rows = next(iter(by_place.values())).clear() if by_place else part.rows(night).with_row_index("row")
        columns = tuple(part.columns(copy))
        places = rows["row"].to_list()
        filled = [_said(column, [values[_binding(column)][place] for place in places]) for column in columns]
        return Listing(
            title=f"{scope.name}{night.day}{part.name}{COPY_WORDS[copy]}",
            measure="人",
            columns=columns,
            rows=rows,
            values=tuple(zip(*filled, strict=True)),
            notes=(*part.notes(night, scope, copy, rows), CONFIDENTIAL[copy]),
            empty=part.empty,
        )

    def counties(self, night: ReportNight) -> set[str | None]:
        """Counties with a row in any list, None among them."""
        return {
            county
            for part in self.lists
            for county, _ in night.keep(part.rows, lambda part=part: self._filled(part, night))[0]
        }

    def _filled(
        self, asked: NameList, night: ReportNight
    ) -> tuple[dict[tuple[Any, ...], pl.DataFrame], dict[Binding, tuple[Value, ...]]]:
        """Rows by county and state, and what every list that shares them shows of them, before it is put into words."""
        rows = asked.rows(night)
        if "state" not in rows.columns:
            rows = rows.with_columns(state=pl.lit(""))
        columns: dict[Binding, Column] = {}
        for part in self.lists:
            if part.rows is asked.rows:
                for copy in COPIES:
                    columns |= {_binding(column): replace(column, says=None) for column in part.columns(copy)}
        filled = fill(night.reader, night.as_of, tuple(columns.values()), rows)
        by_column = zip(*filled, strict=True) if filled else iter([()] * len(columns))
        values = dict(zip(columns, by_column, strict=True))
        return rows.with_row_index("row").partition_by("county", "state", as_dict=True), values


def _said(column: Column, values: list[Value]) -> list[Value]:
    """The values of a column as it writes them; each is put into words once, for most stand in many rows."""
    if column.says is None:
        return values
    words: dict[Value, Value] = {}
    for value in values:
        if value not in words:
            words[value] = column.said(value)
    return [words[value] for value in values]


def _binding(column: Column) -> Binding:
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


def labelled(labels: Mapping[str, str]) -> Callable[[Any], str]:
    """A code as its label; what is not known is shown as it is, what is not there is blank."""
    return lambda raw: "" if raw is None else labels.get(raw, str(raw))


def marked(raw: Any) -> str:
    """是, or nothing: a mark must be seen, and its absence is no news."""
    return YES if raw else ""


def name_column(copy: Copy) -> Column:
    """姓名."""
    return Column("姓名", "text", 12, of("identities", "name"), says=lambda raw: person(copy, raw) or UNKNOWN)


def number_column(copy: Copy) -> Column:
    """身份证号, as text."""
    return Column("身份证号", "text", 21, of("identities", "child_id"), says=lambda raw: citizen_number(copy, raw))


def person(copy: Copy, name: str | None) -> str:
    """The name of anybody, officials too."""
    return ((name if copy == "full" else mask_name(name)) or "").strip()


def citizen_number(copy: Copy, child_id: str | None) -> str:
    """A citizen number; a child_id that was made in its place says nothing to anybody (spec 3.2)."""
    if child_id is None or child_id.startswith("X"):
        return NO_NUMBER
    return child_id if copy == "full" else str(mask_number(child_id))
