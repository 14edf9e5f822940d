"""Delivered files made to order, a landing folder of them and a warehouse in memory."""

import csv
import datetime as dt
import io
from pathlib import Path

import polars as pl

from pipelines.engine import DuckDBEngine
from pipelines.landing import IngestResult, ingest
from pipelines.settings import load_policy
from schemas.sources import BY_LABEL
from tests.support.numbers import number

DAY = "2025-09-10"
DIVISIONS = [
    ("990000", "示例省", ""),
    ("990100", "示例市", "990000"),
    ("990121", "云岭区", "990100"),
    ("990121001", "城关镇", "990121"),
    ("990121001001", "青山村", "990121001"),
    ("990122", "清河县", "990100"),
    ("990190", "市直", "990100"),
]
SCHOOLS = [
    ("2199000001", "中心小学", "990121001001", "小学"),
    ("3199000001", "初级中学", "990121001001", "初级中学"),
    ("2199000002", "清河小学", "990122000000", "小学"),
    ("3199000002", "市直一贯制学校", "990190", "九年一贯制学校"),
    ("3699000001", "职业学校", "990121", "中等职业学校"),
]

# One good row of every kind that the tests vary.
GOOD: dict[str, dict[str, str]] = {
    "区划": {"区划代码": "990121", "名称": "云岭区", "上级代码": "990100"},
    "学校": {"学校标识码": "2199000001", "学校名称": "中心小学", "区划代码": "990121001001", "办学类型": "小学"},
    "校历": {
        "区划代码": "990121", "学年": "2025-2026", "类型": "学期", "开始日期": "2025-09-01", "结束日期": "2026-01-20",
        "名称": "秋季学期",
    },
    "责任人": {"职务": "校长", "单位代码": "2199000001", "姓名": "王伟", "电话": "10000000001"},
    "户籍": {
        "身份证号": number(), "姓名": "王伟", "性别": "男", "民族": "汉族", "出生日期": "2015-03-01",
        "户籍区划": "990121001001", "户籍地址": "1组1号", "户号": "H1", "户籍状态": "正常",
    },
    "学籍": {
        "学籍号": "G" + number(), "身份证号": number(), "姓名": "王伟", "性别": "男", "出生日期": "2015-03-01",
        "学校标识码": "2199000001", "年级": "4", "学籍状态": "在读", "状态日期": "2022-09-01",
    },
    "学籍异动": {
        "学籍号": "G" + number(), "身份证号": number(), "姓名": "王伟", "学校标识码": "2199000001", "异动类型": "转出",
        "异动日期": "2025-09-01", "年级": "4",
    },
    "在校": {
        "学校标识码": "2199000001", "身份证号": number(), "姓名": "王伟", "年级": "4", "班级": "1",
        "点名日期": "2025-09-05", "是否在校": "是",
    },
    "日报": {"学校标识码": "2199000001", "日期": "2025-09-09", "应到人数": "30", "实到人数": "29", "缺课人数": "1"},
    "脱贫户": {
        "户编号": "P1", "身份证号": number(), "姓名": "王伟", "区划代码": "990121001001", "户类型": "脱贫户",
    },
    "救助": {"身份证号": number(), "姓名": "王伟", "区划代码": "990121001001", "救助类型": "孤儿"},
    "残疾人": {
        "残疾证号": number() + "11", "身份证号": "", "姓名": "王伟", "区划代码": "990121001001", "残疾类别": "视力",
        "残疾等级": "一级",
    },
    "资助": {
        "身份证号": number(), "姓名": "王伟", "学校标识码": "2199000001", "学期": "2025-2026-1",
        "资助项目": "营养改善计划", "金额": "500.00", "发放日期": "",
    },
    "匹配裁定": {"裁定编号": "C1", "甲": number(), "乙": number(serial=2), "裁定": "不同人", "裁定日期": "2025-09-01"},
    "学籍查询": {"身份证号": number(), "姓名": "王伟", "查询日期": "2025-09-01", "结果": "在读"},
    "部门名单": {"报送部门": "民政", "身份证号": number(), "姓名": "王伟", "区划代码": "990121001001", "状态": "辍学"},
    "教基统计": {"学年": "2025-2026", "学校标识码": "2199000001", "年级": "4", "在校生数": "30"},
}  # fmt: skip


def text(rows: list[dict[str, str]]) -> str:
    """Rows as CSV text, columns in the order of their first appearance."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def rows_of(kind: str, *changes: dict[str, str]) -> list[dict[str, str]]:
    """The good row of a kind once per change, with every `*` column there."""
    required = {field.header: "" for field in BY_LABEL[kind].fields if field.required}
    return [required | GOOD[kind] | change for change in changes or ({},)]


def people(kind: str, count: int, **same: str) -> list[dict[str, str]]:
    """Good rows of `count` different people."""
    changes = []
    for i in range(count):
        own = {"身份证号": number("20150301", i + 1), "姓名": f"王{chr(0x4E00 + i)}", "性别": "", "出生日期": ""}
        if "学籍号" in GOOD[kind]:
            own["学籍号"] = "G" + own["身份证号"]
        changes.append(own | same)
    return rows_of(kind, *changes)


class World:
    """A landing folder with its warehouse."""

    def __init__(self, root: Path) -> None:
        self.landing = root / "landing"
        self.engine = DuckDBEngine(":memory:")

    def deliver(
        self, kind: str, rows: list[dict[str, str]] | str, *, day: str = DAY, code: str = "990121", more: str = ""
    ) -> Path:
        """Write a file; returns its path."""
        return self.write(f"{kind}_{code}{more}.csv", rows if isinstance(rows, str) else text(rows), day=day)

    def write(self, name: str, content: str | bytes, *, day: str = DAY) -> Path:
        folder = self.landing / day
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def references(self, day: str = DAY) -> None:
        """The division tree and the schools."""
        self.deliver(
            "区划",
            [dict(zip(("区划代码", "名称", "上级代码"), row, strict=True)) for row in DIVISIONS],
            day=day,
            code="990000",
        )
        headers = ("学校标识码", "学校名称", "区划代码", "办学类型")
        self.deliver("学校", [dict(zip(headers, row, strict=True)) for row in SCHOOLS], day=day, code="990000")

    def ingest(self, as_of: str = "2025-12-31", **delivery: float) -> IngestResult:
        day = dt.date.fromisoformat(as_of)
        policy = load_policy(None, day)
        policy["delivery"] |= delivery
        return ingest(self.engine, self.landing, day, policy)

    def record(self, delivery: str | None = None) -> dict:
        """The newest record of a delivery, or of the only one that is no reference."""
        rows = self.deliveries()
        if delivery:
            return rows.filter(pl.col("delivery") == delivery).to_dicts()[-1]
        (row,) = rows.filter(~pl.col("kind").is_in(["区划", "学校"])).to_dicts()
        return row

    def deliveries(self) -> pl.DataFrame:
        return self.engine.read("select * from landing.deliveries order by delivered_on, file_name, version")

    def clean(self, name: str) -> list[dict]:
        return self.engine.read(f"select * from clean.{name} order by delivery_id, row_number").to_dicts()

    def rejected(self) -> list[tuple]:
        return self.engine.read("select row_number, reason from landing.rejected_rows order by all").rows()

    def read(self, kind: str, *changes: dict[str, str]) -> list[dict]:
        """The clean rows that a file of these rows gives, references delivered."""
        self.references()
        self.deliver(kind, rows_of(kind, *changes))
        self.ingest()
        return self.clean(BY_LABEL[kind].name)
