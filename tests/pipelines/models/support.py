"""Given rows, expected rows: a tiny province in memory, clean rows by short dicts, the models of a night.

    province = Province()
    kid = person(1)
    province.add("registry", registry_row(kid))
    province.add("enrolment", enrolment_row(kid, grade=4), on="2025-09-05")
    province.run("2025-09-10")                                 # core, matching, status
    province.one("status.verdict", child_id=kid["citizen_number"])["status"]
    province.night("2025-09-10")                               # ledger too, committed: what the next night remembers

Rows are clean rows (as after landing). `add` puts rows into one accepted delivery per kind, code, date and name ending.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import polars as pl

from pipelines import ledger_store, linkage
from pipelines.engine import DuckDBEngine, discover
from pipelines.engine.models import Model
from pipelines.landing.frames import DELIVERIES, DELIVERY_COLUMNS, clean_columns, ensure_tables
from pipelines.policy_tables import load_policy_tables
from pipelines.settings import Policy, load_policy
from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql
from schemas.sources import SOURCES
from tests.support.numbers import number

Row = dict[str, object]
Day = str | dt.date

SOURCE = {source.name: source for source in SOURCES}
SECRET_PADS: dict[str, object] = {"inner_pad": b"i" * 64, "outer_pad": b"o" * 64}
FIRST = "2024-08-20"  # the references are delivered on this day
TONIGHT = ("core", "matching", "status")
LEDGER = (*TONIGHT, "ledger")
ALL = (*LEDGER, "indicators", "published", "restricted", "quality")

PROVINCE, PREFECTURE = "990000000000", "990100000000"
COUNTY, OTHER_COUNTY, CITY_UNIT = "990121000000", "990122000000", "990190000000"
TOWN, SECOND_TOWN, OTHER_TOWN = "990121001000", "990121002000", "990122001000"
VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE = "990121001001", "990121002001", "990122001001"
DIVISIONS = (
    (PROVINCE, "示例省", None, None),
    (PREFECTURE, "示例市", PROVINCE, None),
    (COUNTY, "云岭区", PREFECTURE, None),
    (TOWN, "城关镇", COUNTY, None),
    (VILLAGE, "青山村", TOWN, None),
    (SECOND_TOWN, "河口乡", COUNTY, None),
    (SECOND_VILLAGE, "河口村", SECOND_TOWN, None),
    (OTHER_COUNTY, "清河县", PREFECTURE, None),
    (OTHER_TOWN, "清河镇", OTHER_COUNTY, None),
    (OTHER_VILLAGE, "东岸村", OTHER_TOWN, None),
    (CITY_UNIT, "市直", PREFECTURE, "市直"),
)

PRIMARY, JUNIOR, SECOND_PRIMARY = "2199000001", "3199000001", "2199000011"
OTHER_PRIMARY, OTHER_JUNIOR = "2199000002", "3199000002"
NINE_YEAR, VOCATIONAL, SENIOR, SPECIAL = "2199000009", "3699000001", "3499000001", "5199000001"
UNKNOWN_SCHOOL = "2199009999"  # 学校 does not know it: its rows have no place
SCHOOLS = (
    (PRIMARY, "中心小学", VILLAGE, "小学"),
    (SECOND_PRIMARY, "河口小学", SECOND_VILLAGE, "小学"),
    (JUNIOR, "云岭中学", TOWN, "初级中学"),
    (SENIOR, "云岭一中", COUNTY, "完全中学"),
    (VOCATIONAL, "云岭职业学校", COUNTY, "中等职业学校"),
    (SPECIAL, "云岭特教学校", TOWN, "特殊教育学校"),
    (OTHER_PRIMARY, "清河小学", OTHER_TOWN, "小学"),
    (OTHER_JUNIOR, "清河中学", OTHER_TOWN, "初级中学"),
    (NINE_YEAR, "市直一贯制学校", CITY_UNIT, "九年一贯制学校"),
)

CALENDAR = (
    ("2024-2025", "学期", "2024-09-02", "2025-01-17", "秋季学期"),
    ("2024-2025", "学期", "2025-02-24", "2025-07-04", "春季学期"),
    ("2025-2026", "学期", "2025-09-01", "2026-01-23", "秋季学期"),
    ("2025-2026", "学期", "2026-03-02", "2026-07-10", "春季学期"),
    ("2025-2026", "放假", "2025-10-01", "2025-10-08", "国庆节、中秋节"),
    ("2025-2026", "调休上课", "2025-09-28", "2025-09-28", "国庆节调休"),
    ("2025-2026", "调休上课", "2025-10-11", "2025-10-11", "国庆节调休"),
    ("2025-2026", "放假", "2026-01-01", "2026-01-03", "元旦"),
    ("2025-2026", "调休上课", "2026-01-04", "2026-01-04", "元旦调休"),
)


def day(value: Day) -> dt.date:
    """A date from `YYYY-MM-DD`."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def before(value: Day, days: int) -> str:
    """The day so many days before (after, when negative)."""
    return (day(value) - dt.timedelta(days=days)).isoformat()


def person(serial: int, birth: Day = "2015-03-01", sex: str = "男", **changes: object) -> Row:
    """Who somebody is: a valid fictional number, a name of the serial's own, birth date and sex."""
    born = day(birth)
    block, place = divmod(serial, 499)
    own = number(born.strftime("%Y%m%d"), 2 * place + (1 if sex == "男" else 2), f"99{block:04}")
    who: Row = {"citizen_number": own, "name": "王" + chr(0x4E00 + serial), "sex": sex, "birth_date": born}
    return who | changes


def unnumbered(who: Mapping[str, object]) -> Row:
    """The same person on a row without a citizen number."""
    return {**who, "citizen_number": None}


def _row(kind: str, *parts: Mapping[str, object]) -> Row:
    """A clean row: the parts in order, text dates as dates. Of the first part only what the kind has a column for."""
    known = clean_columns(SOURCE[kind])
    who, *own = parts
    row: Row = {name: value for name, value in who.items() if name in known}
    for part in own:
        unknown = set(part) - set(known)
        assert not unknown, f"{kind} has no column {unknown}"
        row |= part
    for name, value in row.items():
        if known[name] == pl.Date() and isinstance(value, str):
            row[name] = day(value)
    if "embedded_number" in known and "embedded_number" not in row:
        student_number = str(row.get("student_number") or "")
        row["embedded_number"] = student_number[1:] if student_number[:1] == "G" and len(student_number) == 19 else None
    if "id_invalid" in known:
        row = {"id_invalid": False, "id_mismatch": False} | row
    return row


def _student_number(who: Mapping[str, object]) -> str | None:
    return f"G{who['citizen_number']}" if who.get("citizen_number") else None


def registry_row(who: Mapping[str, object], **changes: object) -> Row:
    """户籍: active in the first village."""
    default = {
        "household_division": VILLAGE,
        "registry_status": "正常",
        "household_number": f"H{who['name']}",
        "ethnicity": "汉族",
    }
    return _row("registry", who, default, changes)


def enrolment_row(who: Mapping[str, object], **changes: object) -> Row:
    """学籍: 在读 in grade 4 of the first primary school since 2022; the student number is G and the citizen number."""
    default = {
        "student_number": _student_number(who),
        "school_code": PRIMARY,
        "grade": 4,
        "class_name": "1",
        "enrolment_status": "在读",
        "status_date": "2022-09-01",
    }
    return _row("enrolment", who, default, changes)


def change_row(who: Mapping[str, object], **changes: object) -> Row:
    """学籍异动: a transfer out of the first primary school."""
    default = {
        "student_number": _student_number(who),
        "school_code": PRIMARY,
        "change_type": "转出",
        "change_date": "2025-09-01",
        "grade": 4,
    }
    return _row("enrolment_change", who, default, changes)


def roll_row(who: Mapping[str, object], **changes: object) -> Row:
    """在校: present in the first primary school on 3 September 2025."""
    default = {
        "student_number": _student_number(who),
        "school_code": PRIMARY,
        "grade": 4,
        "class_name": "1",
        "roll_date": "2025-09-03",
        "present": True,
    }
    return _row("in_school", who, default, changes)


def absence_row(who: Mapping[str, object], **changes: object) -> Row:
    """缺课: 旷课 in the first primary school."""
    default = {
        "student_number": _student_number(who),
        "school_code": PRIMARY,
        "absence_date": "2025-09-08",
        "absence_reason": "旷课",
    }
    return _row("absence", who, default, changes)


def report_row(**changes: object) -> Row:
    """日报: a zero report of the first primary school."""
    default = {
        "school_code": PRIMARY,
        "report_date": "2025-09-08",
        "expected_pupils": 100,
        "present_pupils": 100,
        "absent_pupils": 0,
    }
    return _row("daily_report", {}, default, changes)


def poverty_row(who: Mapping[str, object], **changes: object) -> Row:
    """脱贫户 in the first village."""
    default = {"household_id": f"P{who['name']}", "division_code": VILLAGE, "household_type": "脱贫户"}
    return _row("poverty", who, default, changes)


def assistance_row(who: Mapping[str, object], **changes: object) -> Row:
    """救助: 农村低保 in the first village."""
    return _row("assistance", who, {"division_code": VILLAGE, "assistance_type": "农村低保"}, changes)


def disability_row(who: Mapping[str, object], **changes: object) -> Row:
    """残疾人: 听力, 二级 in the first village."""
    default = {
        "disability_card": f"{who.get('citizen_number') or who['name']}22",
        "division_code": VILLAGE,
        "disability_type": "听力",
        "disability_grade": "二级",
    }
    return _row("disability", who, default, changes)


def listed_row(who: Mapping[str, object], **changes: object) -> Row:
    """部门名单: the education department lists the child as 辍学."""
    return _row(
        "department_list", who, {"department": "教育", "division_code": VILLAGE, "list_status": "辍学"}, changes
    )


def action_row(who: Mapping[str, object], record: str, **changes: object) -> Row:
    """劝返: a visit (劝返, 未成功) in the first township on 10 September 2025."""
    default = {
        "record_number": record,
        "division_code": TOWN,
        "action_type": "劝返",
        "action_date": "2025-09-10",
        "result": "未成功",
    }
    return _row("case_action", who, default, changes)


def verification_row(who: Mapping[str, object], record: str, **changes: object) -> Row:
    """劝返: 核查 属实 with evidence."""
    default = {"action_type": "核查", "result": "属实", "evidence_number": f"证{record}"}
    return action_row(who, record, **(default | changes))


def request_rows(
    who: Mapping[str, object],
    record: str,
    action_type: str,
    kind: str | None,
    *,
    approval: Mapping[str, object] | None = None,
    **changes: object,
) -> list[Row]:
    """劝返: a request (安置, 延缓入学, 免除) of 5 September 2025 and its approval by the county of the day after."""
    request = {
        "action_type": action_type,
        "action_kind": kind,
        "action_date": "2025-09-05",
        "result": None,
        "evidence_number": f"证{record}",
    }
    decision: Row = {
        "action_type": "审核",
        "action_kind": kind,
        "action_date": "2025-09-06",
        "result": "通过",
        "division_code": COUNTY,
        "related_record": record,
    }
    return [
        action_row(who, record, **(request | changes)),
        action_row(who, f"{record}审", **(decision | dict(approval or {}))),
    ]


def lookup_row(who: Mapping[str, object], **changes: object) -> Row:
    """学籍查询: 在读 in another province on 8 September 2025."""
    return _row(
        "lookup", who, {"lookup_date": "2025-09-08", "lookup_result": "在读", "province": "邻省", "grade": 4}, changes
    )


def decision_row(record: str, first: object, second: object, decision: str = "同一人", **changes: object) -> Row:
    """匹配裁定 of 1 September 2025."""
    default = {
        "decision_number": record,
        "first_party": str(first),
        "second_party": str(second),
        "decision": decision,
        "decided_on": "2025-09-01",
    }
    return _row("match_decision", {}, default, changes)


def aid_row(who: Mapping[str, object], **changes: object) -> Row:
    """资助: free textbooks of the autumn term 2025."""
    default = {
        "student_number": _student_number(who),
        "school_code": PRIMARY,
        "term": "2025-2026-1",
        "aid_item": "免费教科书",
    }
    return _row("aid", who, default, changes)


@cache
def policy_of(as_of: dt.date) -> Policy:
    policy = load_policy(None, as_of)
    policy["matching"]["probabilistic"] = False  # the stories are of tiers 1-3 unless they say otherwise
    return policy


class Province:
    """A warehouse in memory with the references of a tiny province; see the module's example."""

    def __init__(self, *, references: bool = True) -> None:
        self._engine = self._open()
        ensure_tables(self._engine)
        ledger_store.prepare(self._engine)
        self._empty_states()
        self._deliveries: dict[tuple[str, str, str, str], int] = {}
        self._next_row: dict[int, int] = {}
        self._recorded: list[Row] = []
        self._waiting: dict[str, list[Row]] = {}
        self._to_run: dict[str, Model] = {}  # models of the last run that nobody has asked for yet
        self._left_out: set[str] = set()  # models of an earlier run that nobody asked for in time
        self._given: dict[str, object] = {}
        self._policy: Policy | None = None
        self.changes: dict[str, dict[str, object]] = {}  # policy section → changed numbers
        if references:
            division = ("division_code", "division_name", "parent_code", "unit_type")
            school = ("school_code", "school_name", "division_code", "school_type")
            self.add("division", *(dict(zip(division, r, strict=True)) for r in DIVISIONS), on=FIRST, code="990000")
            self.add("school", *(dict(zip(school, r, strict=True)) for r in SCHOOLS), on=FIRST, code="990000")
            self.add("calendar", *(calendar_row(*r) for r in CALENDAR), on=FIRST, code="990000")

    def _open(self) -> DuckDBEngine:
        return DuckDBEngine(":memory:", threads=1)

    def _empty_states(self) -> None:
        """A night that leaves the indicators out has no zero spells and rates to keep."""
        for working in ledger_store.HISTORIES.values():
            self._engine.execute(create_table_sql(CATALOGUE[working], target=f"work.{working}", if_not_exists=True))

    def add(
        self, kind: str, *rows: Mapping[str, object], on: Day = "2025-08-25", code: str = "990121", more: str = ""
    ) -> list[str]:
        """Put clean rows into the delivery of that kind, code, day and name ending; returns each row's `delivery#row`.

        Without rows the delivery is there, and empty of what the models read.
        """
        source = SOURCE[kind]
        key = (source.label, code, str(on), more)
        name = f"{on}/{source.label}_{code}{more}.csv"
        if key not in self._deliveries:
            self._deliveries[key] = len(self._deliveries) + 1
            self._record(self._deliveries[key], key)
        delivery = self._deliveries[key]
        named = []
        for row in rows:
            self._next_row[delivery] = self._next_row.get(delivery, 1) + 1
            clean = _row(kind, row, {"delivery_id": delivery, "row_number": self._next_row[delivery]})
            self._waiting.setdefault(kind, []).append(clean)
            named.append(f"{name}#{self._next_row[delivery]}")
        return named

    def _record(self, delivery_id: int, key: tuple[str, str, str, str]) -> None:
        kind, code, on, more = key
        file_name = f"{kind}_{code}{more}.csv"
        row = {
            "delivery_id": delivery_id,
            "delivery": f"{on}/{file_name}",
            "kind": kind,
            "code": code,
            "delivered_on": day(on),
            "file_name": file_name,
            "sha256": str(delivery_id),
            "version": 1,
            "state": "accepted",
            "superseded": False,
        }
        self._recorded.append(row)

    def _flush(self) -> None:
        if self._recorded:
            self._engine.load(DELIVERIES, pl.DataFrame(self._recorded, schema=DELIVERY_COLUMNS), append=True)
        for kind, rows in self._waiting.items():
            self._engine.load(f"clean.{kind}", pl.DataFrame(rows, schema=clean_columns(SOURCE[kind])), append=True)
        self._recorded, self._waiting = [], {}

    @property
    def engine(self) -> DuckDBEngine:
        """The warehouse, with all that was added and every model of the last run."""
        self._make(list(self._to_run))
        self._flush()
        return self._engine

    def run(self, as_of: Day, layers: Sequence[str] = TONIGHT) -> Province:
        """Run the models of these layers for a business date; nothing is committed.

        Each model waits until its table is asked for, by `read` and what stands on it or, all of them, by `engine`.
        """
        self._left_out |= set(self._to_run)
        self._to_run = {}
        self._flush()
        night = day(as_of)
        policy = policy_of(night)
        if self.changes:
            policy = Policy(copy.deepcopy(dict(policy)))
            policy.local = {}
            for section, values in self.changes.items():
                policy[section] = values if isinstance(values, list) else policy[section] | values
        load_policy_tables(self._engine, policy)
        self._policy = policy
        self._given = {"as_of": night, "previous": ledger_store.previous_night(self._engine, night), **SECRET_PADS}
        self._to_run = {name: model for name, model in discover().items() if model.layer in layers}
        self._left_out -= set(self._to_run)
        return self

    def _make(self, tables: Iterable[str]) -> None:
        """Run what waits of the models of these tables and of all that they read."""
        wanted, unseen = set(), set(tables)
        while unseen:
            name = unseen.pop()
            # Its pairs are scored after the model has run.
            name = linkage.RESIDUAL if name == linkage.PAIRS else name
            assert name not in self._left_out, f"{name} was of an earlier run: ask before the next one"
            if name in self._to_run and name not in wanted:
                wanted.add(name)
                unseen |= self._to_run[name].depends
        for name in [name for name in self._to_run if name in wanted]:
            self._engine.run_model(self._to_run.pop(name), self._given)
            if name == linkage.RESIDUAL:
                assert self._policy is not None
                linkage.score_residual(self._engine, self._policy)

    def model(self, name: str) -> Province:
        """Run one model more for the date of the last run, on what it reads."""
        model = discover()[name]
        self._make(model.depends)
        self._engine.run_model(model, self._given)
        return self

    def night(self, as_of: Day, layers: Sequence[str] = LEDGER) -> Province:
        """Run and commit a night: what the next one remembers."""
        self.run(as_of, layers)
        ledger_store.commit(self.engine, day(as_of))
        return self

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The rows of a query, once the models of the tables that it names have run."""
        tables = re.findall(r"\b(?:from|join)\s+(\w+\.\w+)", sql)
        assert tables, "a query names its tables as schema.table"
        if any(table.split(".")[0] in ("landing", "clean") for table in tables):
            return self.engine.read(sql, parameters)
        self._make(tables)
        return self._engine.read(sql, parameters)

    def rows(self, table: str, **where: object) -> list[dict]:
        """Rows of a table with these values, in the order of all their columns."""
        condition = " and ".join(f'"{column}" is not distinct from ${column}' for column in where) or "true"
        return self.read(f"select * from {table} where {condition} order by all", where).to_dicts()

    def one(self, table: str, **where: object) -> dict:
        """The only such row."""
        (row,) = self.rows(table, **where)
        return row

    def by(self, table: str, key: str) -> dict[object, dict]:
        """Rows of a table by a key column."""
        return {row[key]: row for row in self.read(f"select * from {table}").to_dicts()}

    def verdict(self, who: Mapping[str, object] | str) -> dict:
        """Tonight's verdict on a child, by its citizen number or child_id."""
        return self.one("status.verdict", child_id=who if isinstance(who, str) else who["citizen_number"])

    def close(self) -> None:
        self._engine.close()


def calendar_row(school_year: str, day_type: str, start: Day, end: Day, name: str, division: str = PROVINCE) -> Row:
    """校历 of the province."""
    return {
        "division_code": division,
        "school_year": school_year,
        "day_type": day_type,
        "start_date": day(start),
        "end_date": day(end),
        "calendar_name": name,
    }


def school_days(first: Day, last: Day, *, without: Iterable[Day] = ()) -> list[str]:
    """Mondays to Fridays from first to last, both in, less some days (no holidays are known here)."""
    left_out = {day(d) for d in without}
    days = [day(first) + dt.timedelta(days=i) for i in range((day(last) - day(first)).days + 1)]
    return [d.isoformat() for d in days if d.isoweekday() <= 5 and d not in left_out]
