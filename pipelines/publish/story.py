"""The story of one child: what each office says, why the child counts as out of school, what was done, what is due.

Read from a published night alone (`cases.duckdb`; names of units from `report.duckdb`). Names, numbers and telephones
come from `restricted.identities` and the holders of `restricted.cases`, masked unless they are asked for in full.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from pipelines.errors import KongchuoError
from pipelines.publish import story_words as words
from pipelines.publish.masking import mask_name, mask_number
from pipelines.publish.wording import DEADLINE_WORDS, SOURCE_ORDER, chinese_date
from quality.reader import query
from schemas import values
from schemas.catalogue import CATALOGUE
from schemas.ddl import quoted

Row = Mapping[str, Any]

_KEY = re.compile(r"([0-9a-f]{16})(-[1-9][0-9]*)?")
_SCHOOL = re.compile(r"学校(\d{10})")
_TO_DO = ("no_registry", "register_to_move", "moved_away", "disabled_out", "long_leave")
_UNITS = "select distinct unit_code, unit_name, parent_code from published.zeroing where as_of = $as_of"
_HAS_EVIDENCE = """
select table_name from information_schema.tables where table_schema = 'restricted' and table_name = 'evidence'
"""


class TableReader(Protocol):
    """Whatever can answer a query over the tables of a published night."""

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query with named parameters (`$name`)."""
        ...


@dataclass(frozen=True)
class Section:
    """A part of the story: its heading and its lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """What is told of one child, ready to be printed."""

    title: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The whole as plain text."""
        parts = [self.title, *self.notes]
        for section in self.sections:
            parts += ["", section.title, *section.lines]
        return "\n".join(parts) + "\n"


def tell(cases: TableReader, report: TableReader, as_of: dt.date, key: str, *, full: bool = False) -> Story:
    """The story of the child that `key` (child_key or case_id) means.

    Raises KongchuoError where the night knows no such child or case.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise KongchuoError(
            # What was given may be a name: it is not repeated.
            "The key given is neither a child_key (16 hexadecimal digits) nor a case_id (child_key-episode); "
            "take one from restricted.children or restricted.cases."
        )
    if cases.read(_HAS_EVIDENCE).is_empty():
        raise KongchuoError(f"The night {as_of} was published without restricted.evidence; run it again to explain it.")
    child_key = found[1]
    teller = _Teller(_Facts(cases, as_of, child_key), _units(report, as_of), as_of, full=full)
    if not teller.knows(key if found[2] else None):
        raise KongchuoError(
            f"The night {as_of} knows no {'case' if found[2] else 'child'} {key}; "
            "take the key from restricted.children or restricted.cases, or give another night with --as-of."
        )
    return teller.story(key if found[2] else None)


def _units(report: TableReader, as_of: dt.date) -> dict[str, Row]:
    return {row["unit_code"]: row for row in report.read(_UNITS, {"as_of": as_of}).iter_rows(named=True)}


class _Facts:
    """Rows of one child, by table of the schema `restricted`."""

    def __init__(self, cases: TableReader, as_of: dt.date, child_key: str) -> None:
        self._cases, self._given = cases, {"as_of": as_of, "child_key": child_key}
        self.child_key = child_key

    def rows(self, name: str) -> list[Row]:
        """All rows of the child in a table, in the order of its key."""
        table = CATALOGUE[f"restricted.{name}"]
        order = ", ".join(quoted(column) for column in table.key)
        sql = query("*", table, f"where as_of = $as_of and child_key = $child_key order by {order}")
        return list(self._cases.read(sql, self._given).iter_rows(named=True))

    def one(self, name: str) -> Row | None:
        """The row of the child in a table that has at most one."""
        return next(iter(self.rows(name)), None)


class _Teller:
    """Puts the facts of a child into sentences."""

    def __init__(self, facts: _Facts, units: Mapping[str, Row], as_of: dt.date, *, full: bool) -> None:
        self.facts, self.units, self.as_of, self.full = facts, units, as_of, full
        self.child = facts.one("children")
        self.cases = sorted(facts.rows("cases"), key=lambda case: case["episode"])
        self.evidence = facts.rows("evidence")

    def knows(self, case_id: str | None) -> bool:
        """Whether the night has this child, or this case."""
        if case_id is not None:
            return any(case["case_id"] == case_id for case in self.cases)
        return self.child is not None or bool(self.cases)

    def story(self, case_id: str | None) -> Story:
        """All sections."""
        parts = {
            "short": self._short(),
            "who": self._who(),
            "offices": self._offices(),
            "status": self._status(),
            "cases": self._histories(case_id),
            "due": self._due(),
        }
        return Story(
            f"{words.TITLE}（{chinese_date(self.as_of)}）",
            (words.PRIVACY,) if self.full else (words.PRIVACY, words.MASKED),
            tuple(Section(words.SECTIONS[name], tuple(lines)) for name, lines in parts.items()),
        )

    # 摘要
    def _short(self) -> list[str]:
        said = [self._counted(self.child["status"]) if self.child else words.NO_CHILD.rstrip("。")]
        case = next((case for case in reversed(self.cases) if case["state"] != "closed"), None)
        if case is None:
            closed = self.cases[-1] if self.cases else None
            said.append(
                words.LAST_CLOSED.format(closed["closed_on"], values.CLOSE_REASON[closed["close_reason"]])
                if closed
                else words.NO_CASE.rstrip("。")
            )
        else:
            said.append(words.OPEN_CASE.format(values.CASE_STATE[case["state"]], case["opened_on"], case["visits"]))
            late = [DEADLINE_WORDS[name] for name in DEADLINE_WORDS if name in _overdue(case)]
            said.append(words.LATE.format("、".join(late)) if late else words.NOT_LATE)
        return ["；".join(said) + "。"]

    def _counted(self, status: str) -> str:
        counted = {"out_of_school": words.COUNTED, "suspected_absent": words.SUSPECTED}.get(status, words.NOT_COUNTED)
        return f"{values.STATUS[status]}，{counted}"

    # 一、基本情况
    def _who(self) -> list[str]:
        child, lines = self.child, [f"儿童标识：{self.facts.child_key}"]
        if child is None:
            return [*lines, words.NO_CHILD]
        identity = self.facts.one("identities") or {}
        number = str(identity.get("child_id") or "X")
        lines += [
            f"姓名：{self._name(identity.get('name'))}    性别：{child['sex'] or words.UNKNOWN}"
            f"    民族：{child['ethnicity'] or words.UNKNOWN}",
            f"出生日期：{self._birth(identity.get('birth_date'))}",
            f"身份证号：{self._number(number)}",
            f"监护人：{self._name(identity.get('guardian'))}    电话：{self._phone(identity.get('phone'))}",
            f"户籍地：{self._place(child['household_division'])}",
            f"学校：{self._school(child['school_code'])}"
            + (f"，{child['grade']}年级" if child["grade"] is not None else ""),
        ]
        groups = [
            values.GROUP[name] for name in ("poor", "assisted", "disabled", "left_behind", "migrant") if child[name]
        ]
        return [*lines, f"所属人群：{'、'.join(groups) or '无'}"]

    # 二、各部门怎么说
    def _offices(self) -> list[str]:
        if not self.evidence:
            return [words.NO_EVIDENCE] if not self.cases else [f"{words.NO_ROW}。"]
        lines = []
        for kind in SOURCE_ORDER:
            rows = [row for row in self.evidence if row["kind"] == kind]
            if kind not in words.SAYS or (not rows and kind not in words.ALWAYS):
                continue
            if not rows:
                lines.append(f"{words.SAYS[kind]}：{words.NO_ROW}")
            lines += [f"{words.SAYS[kind]}：{self._said(row)}" for row in _by_date(rows)]
        return lines

    # 三、现在的状态和依据
    def _status(self) -> list[str]:
        child = self.child
        if child is None:
            return [words.NO_CHILD]
        status, category = child["status"], child["category"]
        number, why = words.LINES[status]
        if status == "in_school" and "no_enrolment" in (child["flags"] or ""):
            why = words.BY_ROLL
        lines = [f"状态：{self._counted(status)}。", f"适用规则：状态判定第{number}条。{why}"]
        if category:
            lines.append(f"类别：{values.CATEGORY[category]}。{words.WHY[category]}")
        grounds = [row for row in self.evidence if row["used_for"] == "status"]
        lines += [f"依据：{row['kind']}：{self._said(row)}" for row in _by_date(grounds)]
        if not grounds and "evidence_delivery" in child:
            lines.append(f"依据：{_ground(child)}")
        if child["flags"]:
            flags = "、".join(values.FLAG[flag] for flag in child["flags"].split(";"))
            lines.append(f"需要更正的问题：{flags}")
        return lines

    # 四、案件经过
    def _histories(self, asked: str | None) -> list[str]:
        if not self.cases:
            return [words.NO_CASE]
        events = self.facts.rows("events")
        lines: list[str] = []
        told: set[int] = set()
        for case in self.cases:
            mark = words.ASKED if case["case_id"] == asked else ""
            lines += ["", f"第{case['episode']}次立案，案号{case['case_id']}{mark}：{self._state(case)}"]
            if case["relapse"]:
                lines.append(f"  {words.RELAPSED}")
            entries = [
                (event["on_date"], _place_in_day(event), self._event(event))
                for event in events
                if event["case_id"] == case["case_id"]
            ]
            for place, row in enumerate(self.evidence):
                within = row["on_date"] and case["opened_on"] <= row["on_date"] <= (case["closed_on"] or self.as_of)
                if row["kind"] == "劝返" and within and place not in told:
                    told.add(place)
                    entries.append((row["on_date"], _ACTION, f"{row['said']}{_where(row)}"))
            lines += [f"  {day}  {text}" for day, _, text in sorted(entries, key=lambda entry: entry[:2])]
        earlier = [row for place, row in enumerate(self.evidence) if row["kind"] == "劝返" and place not in told]
        if earlier:
            lines += ["", f"{words.BESIDE}："]
            lines += [f"  {row['on_date']}  {row['said']}{_where(row)}" for row in _by_date(earlier)]
        return lines[1:] if lines[0] == "" else lines

    def _state(self, case: Row) -> str:
        state = f"{values.CASE_STATE[case['state']]}，类别{values.CATEGORY[case['category']]}"
        if case["state"] == "closed":
            return f"{state}，{case['closed_on']}以“{values.CLOSE_REASON[case['close_reason']]}”销号"
        if case["sub_state"]:
            state += f"；{values.SUB_STATE[case['sub_state']]}：{words.SUB_STATE[case['sub_state']]}"
        return f"{state}；已劝返{case['visits']}次，法律程序：{values.LEGAL_STEP[case['legal_step']]}"

    def _event(self, event: Row) -> str:
        reason = event["reason"]
        said = {
            "open": lambda: words.OPENED.format(values.CATEGORY[reason]),
            "verify": lambda: words.VERIFIED[reason],
            "close": lambda: words.CLOSED.format(values.CLOSE_REASON[reason]),
            "rekey": lambda: words.REKEYED,
        }[event["event"]]()
        where = {"delivery": event["evidence_delivery"], "row_number": event["evidence_row"]}
        return f"{said}{_where(where)}"

    # 五、下一步和责任人
    def _due(self) -> list[str]:
        lines: list[str] = []
        for case in self.cases:
            if case["state"] != "closed":
                lines += self._case_due(case)
        if not lines:
            lines.append(words.NO_OPEN_CASE)
        for row in self.facts.rows("paper_returns"):
            lines.append(f"疑点：{words.PAPER_RETURN[row['reason']]}。")
        if (request := self.facts.one("lookup_requests")) is not None:
            last = f"，上次查询{request['last_lookup_on']}" if request["last_lookup_on"] else ""
            lines.append(f"{words.ROUTE[request['route']]}{last}。")
        for row in self.facts.rows("three_way_children"):
            lines.append(f"{words.REGION.format(values.REGION[row['region']])}（{self._place(row['county'])}）。")
        for name in _TO_DO:
            for row in self.facts.rows(name):
                since = f"（{row['since']}起）" if row["since"] else ""
                lines.append(f"{CATALOGUE[f'restricted.{name}'].label}{since}：{row['action']}")
        return lines

    def _case_due(self, case: Row) -> list[str]:
        entries = []
        for name, label in DEADLINE_WORDS.items():
            due = case[name]
            if due is None or _met(case, name, self.as_of):
                continue
            left = (due - self.as_of).days
            when = f"已逾期{-left}天" if name in _overdue(case) else f"还有{left}天" if left else "今天到期"
            owed = "、".join(self._holder(case, role) for role in words.OWED[name])
            entries.append((due, f"{label}：{due}到期，{when}；责任人：{owed}"))
        lines = [text for _, text in sorted(entries, key=lambda entry: entry[0])]
        for chain, roles in words.CHAINS.items():
            lines.append(f"{chain}：{' → '.join(self._holder(case, role) for role in roles)}")
        return lines

    def _holder(self, case: Row, role: str) -> str:
        name = case[role]
        return f"{words.ROLES[role]}{self._name(name) if name else words.NO_HOLDER}"

    # words for single values
    def _said(self, row: Row) -> str:
        day = f"，{row['on_date']}" if row["on_date"] else ""
        return f"{self._named(row['said'])}{day}{_where(row)}"

    def _named(self, said: str) -> str:
        """Codes of schools with their names."""
        return _SCHOOL.sub(lambda found: self._school(found[1]), said)

    def _school(self, code: str | None) -> str:
        if code is None:
            return "无"
        unit = self.units.get(code)
        return f"{unit['unit_name']}（{code}）" if unit else f"学校{code}"

    def _place(self, code: str | None) -> str:
        """Names from the county down; the code alone where 区划 does not know it."""
        if code is None:
            return words.UNKNOWN
        text, at = "", code
        while at in self.units and not at.endswith("00000000"):
            name = self.units[at]["unit_name"]
            at = self.units[at]["parent_code"] or ""
            text = _joined(name, text)
        return f"{text}（{code}）"

    def _name(self, name: str | None) -> str:
        return (name if self.full else mask_name(name)) or words.UNKNOWN

    def _phone(self, phone: str | None) -> str:
        if not phone:
            return words.NOTHING
        return phone if self.full else words.HIDDEN

    def _number(self, number: str) -> str:
        if number.startswith("X"):
            return words.NO_NUMBER
        return number if self.full else mask_number(number) or words.UNKNOWN

    def _birth(self, day: dt.date | None) -> str:
        if day is None:
            return words.UNKNOWN
        age = self.as_of.year - day.year - ((self.as_of.month, self.as_of.day) < (day.month, day.day))
        return f"{chinese_date(day) if self.full else f'{day.year}年'}（{age}周岁）"


# Of one day: the opening, what the school itself says, what people did, then what followed from it.
_ACTION = 2


def _place_in_day(event: Row) -> int:
    if event["event"] == "verify":
        return 1 if event["reason"] == "dropped_out" else 3
    return {"open": 0, "rekey": 4, "close": 5}[event["event"]]


def _by_date(rows: list[Row]) -> list[Row]:
    """Dated rows by date, undated ones last."""
    return sorted(rows, key=lambda row: (row["on_date"] is None, row["on_date"] or dt.date.min))


def _where(row: Row) -> str:
    """The delivery and row that say so."""
    if not row["delivery"]:
        return ""
    line = f"，第{row['row_number']}行" if row["row_number"] is not None else ""
    return f"［{row['delivery']}{line}］"


def _ground(child: Row) -> str:
    """The delivered row that gave a child its status, where nothing more is kept of it (6.1, children)."""
    if not child.get("evidence_delivery"):
        return words.BY_AGE
    kind = str(child["evidence_delivery"]).rsplit("/", 1)[-1].split("_", 1)[0]
    row = {"delivery": child["evidence_delivery"], "row_number": child["evidence_row"]}
    return f"{kind}的报送{_where(row)}"


def _joined(above: str, name: str) -> str:
    """Two names of places in one, what both say said once: 清河县城关镇 and 城关镇东岸村."""
    shared = next((n for n in range(min(len(above), len(name)), 1, -1) if above.endswith(name[:n])), 0)
    return above + name[shared:]


def _overdue(case: Row) -> list[str]:
    return case["overdue"] or []


def _met(case: Row, deadline: str, as_of: dt.date) -> bool:
    """Whether what meets a deadline of an open case is dated by the night (4.4); each step makes the next one due."""
    if deadline in _overdue(case):
        return False
    met: dict[str, bool] = {
        "verify_due": case["state"] == "verified",
        "first_visit_due": case["visits"] > 0,
        "notice_due": case["penalty_due"] is not None,
        "penalty_due": case["lawsuit_due"] is not None,
        "lawsuit_due": case["legal_step"] == "lawsuit",
        "month_report_due": case["last_action_on"] is not None and case["last_action_on"] >= as_of.replace(day=1),
    }
    return met[deadline]
