"""The core job, said once: what is read, by which numbers it is judged, and the four tables that come of it.

Every way reads 17 of the 18 kinds of the first night (all but 责任人), matches registry and enrolment by number,
student number and by name with birth date, sex and county, takes the newest roll of each school and the streaks of
unexcused absence, gives every child one status and counts four tables by county. Each is given what an honest user
would take: the files are known to be clean, headers and types are told, columns that the job does not need are not
read, and everything that the made province does not have is left out:

- one calendar for the whole province, one delivery of each kind, no night before (no memory, no ledger);
- a number is valid when the registry knows it or a formal student number repeats it: no check digits;
- every list but 学籍 names people by a number, and 核查 makes nobody a child; no look-alikes (tier 4);
- ends of approvals and suspensions stand as they are delivered: on the night no holiday lies behind them;
- every county delivered its 学籍: nobody is ``undetermined``; exemptions are not delivered.
"""

import argparse
import csv
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

NIGHT = date(2025, 9, 20)
YEAR_START = date(2025, 9, 1)
AGE_ON = date(2025, 8, 31)
SUMMER = date(2025, 6, 1)
SCHOOL_YEAR = "2025-2026"

# The policy (data/reference/policy.toml) as far as the job asks for it.
MAX_AGE, AGE_FROM, AGE_TO, AGE_CLOSE = 18, 6, 15, 16
PRIMARY_LAST, JUNIOR_LAST = 6, 9
ABSENCE_DAYS, ROLL_GRACE, TRANSFER_GRACE, ENTRY_GRACE, LOOKUP_VALID = 3, 30, 30, 30, 180
ANY_AGE = (0, 99)
PLACEMENTS = {
    "送教上门": ANY_AGE,
    "特殊教育学校": ANY_AGE,
    "随班就读": ANY_AGE,
    "专门学校": ANY_AGE,
    "职业学校": (14, 18),
    "补偿教育": (13, 16),
    "技能培训": (16, 18),
    "司法援助就业": (16, 18),
}
UNEXCUSED = ("旷课", "不明")
THREE_DISABILITIES = ("视力", "听力", "言语", "智力", "多重")
OUTFLOWS = ("休学", "辍学", "死亡", "转出", "出国")
INFLOWS = ("转入", "复学")

# Kind -> delivered header -> name in the job; a name says its type as well.
KINDS: dict[str, dict[str, str]] = {
    "区划": {"区划代码": "division", "名称": "division_name"},
    "学校": {"学校标识码": "school", "区划代码": "division"},
    "校历": {"学年": "school_year", "类型": "day_type", "开始日期": "start_on", "结束日期": "end_on"},
    "户籍": {
        "身份证号": "number",
        "姓名": "name",
        "性别": "sex",
        "出生日期": "birth_on",
        "户籍区划": "division",
        "户籍状态": "status",
        "状态日期": "status_on",
    },
    "学籍": {
        "学籍号": "student",
        "身份证号": "number",
        "姓名": "name",
        "性别": "sex",
        "出生日期": "birth_on",
        "学校标识码": "school",
        "年级": "grade",
        "学籍状态": "status",
        "状态日期": "status_on",
        "休学截止日期": "until_on",
        "残疾类型": "disability",
        "是否送教上门": "home",
    },
    "学籍异动": {
        "学籍号": "student",
        "学校标识码": "school",
        "异动类型": "change",
        "异动日期": "change_on",
        "年级": "grade",
    },
    "在校": {
        "学校标识码": "school",
        "学籍号": "student",
        "身份证号": "number",
        "年级": "grade",
        "点名日期": "roll_on",
        "是否在校": "present",
    },
    "缺课": {"学校标识码": "school", "学籍号": "student", "缺课日期": "absent_on", "缺课原因": "reason"},
    "日报": {"学校标识码": "school", "日期": "report_on"},
    "脱贫户": {"身份证号": "number", "出生日期": "birth_on", "区划代码": "division"},
    "救助": {"身份证号": "number", "出生日期": "birth_on", "区划代码": "division"},
    "残疾人": {"身份证号": "number", "出生日期": "birth_on", "区划代码": "division", "残疾类别": "disability"},
    "资助": {"学籍号": "student", "学期": "term"},
    "劝返": {
        "记录编号": "record",
        "身份证号": "number",
        "区划代码": "division",
        "行动类型": "action",
        "行动日期": "action_on",
        "结果": "result",
        "种类": "sort",
        "开始日期": "start_on",
        "截止日期": "end_on",
        "佐证编号": "evidence",
        "关联记录": "related",
    },
    "学籍查询": {"身份证号": "number", "查询日期": "lookup_on", "结果": "result", "省份": "province"},
    "部门名单": {"身份证号": "number", "出生日期": "birth_on", "区划代码": "division"},
    "教基统计": {"学年": "school_year", "学校标识码": "school", "年级": "grade", "在校生数": "stock"},
}
WHOLE_NUMBERS = ("grade", "stock")

# The four tables: columns in order, rows ordered by all but the counts.
TABLES: dict[str, tuple[str, ...]] = {
    "children": ("county", "status", "children"),
    "suspects": ("county", "category", "children", "poor"),
    "dropout": ("county", "stage", "numerator", "denominator"),
    "entry": ("county", "indicator", "numerator", "denominator"),
}
INDICATORS = (
    "primary_net_enrolment",
    "junior_gross_enrolment",
    "compulsory_enrolment",
    "three_disabilities_enrolment",
    "poor_enrolment",
    "aid_coverage",
)
LADDER_SCHOOLED = ("in_school", "suspected_absent", "enrolled_elsewhere", "placed", "graduated")
LADDER_NOT_COUNTED = ("deceased", "emigrated", "not_due")

Rows = Iterable[Sequence[object]]
Way = Callable[[Path, "Clock"], dict[str, Rows]]


def is_date(name: str) -> bool:
    """Whether the column ``name`` of the job is a date."""
    return name.endswith("_on")


def files(folder: Path, kind: str) -> list[str]:
    """The files of a kind in the folder of one delivery date."""
    return [str(path) for path in sorted(folder.glob(f"{kind}_*.csv"))]


class Clock:
    """The seconds of each part, one after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, part: str) -> None:
        """What ran since the lap before was ``part``."""
        now = time.perf_counter()
        self.seconds[part] = now - self._since
        self._since = now


def write(out: Path, tables: dict[str, Rows]) -> None:
    """Each table as ``<out>/<table>.csv``, its rows in order: the bytes of two ways can be held against each other."""
    out.mkdir(parents=True, exist_ok=True)
    for name, columns in TABLES.items():
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(
                sorted((list(row) for row in tables[name]), key=lambda row: [str(cell) for cell in row[:2]])
            )


def own_peak_mib() -> int:
    """The highest resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(way: Way, package: str, peak_mib: Callable[[], int] = own_peak_mib) -> None:
    """The command line of a way in ``package``: prints its version, seconds by part and peak memory as JSON."""
    parser = argparse.ArgumentParser(description=sys.modules[way.__module__].__doc__)
    parser.add_argument("--world", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    clock = Clock()
    write(arguments.out, way(arguments.world / "landing" / NIGHT.isoformat(), clock))
    clock.lap("write")
    sys.stdout.write(json.dumps({"version": version(package), "parts": clock.seconds, "peak_mib": peak_mib()}) + "\n")
