"""The same deliveries in the files that agencies really send: the night comes out the same (spec 2.3)."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.night import run_night
from tests.support.workbooks import xls, xlsx

pytestmark = pytest.mark.usefixtures("databases_only")

NIGHT = dt.date(2025, 8, 25)
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
Rows = list[list[str]]
TABLES = {
    "report.duckdb": ("published.zeroing", "published.dropout_rate", "published.retention", "published.enrolment_rate"),
    "cases.duckdb": ("restricted.children", "restricted.cases", "restricted.events"),
}


def text(rows: Rows, separator: str, line_end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=line_end).writerows(rows)
    return out.getvalue()


def gb18030(rows: Rows) -> bytes:
    return text(rows, "\t", "\r\n").encode("gb18030")


def utf_16_packed(rows: Rows) -> bytes:
    return gzip.compress(codecs.BOM_UTF16_LE + text(rows, ";").encode("utf-16-le"), mtime=0)


def zipped_with_titles(rows: Rows) -> bytes:
    """A sheet that was saved as text: title, reporting unit, total, signatures."""
    sheet = [["示例省统计表"], ["填报单位：示例县", "", "2025年8月25日"], *rows]
    sheet += [["合计", str(len(rows) - 1)], ["填表人：王老师", "审核人：李主任"]]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../导出.csv", text(sheet, ",").encode("utf-8-sig"))
    return out.getvalue()


def workbook(rows: Rows) -> bytes:
    """A hidden sheet with notes, a title over the table, the header last but two columns swapped, a footer."""
    swapped = [[*row[-2:], *row[:-2]] for row in rows]
    table = [["示例省情况表"], *swapped, [], ["注：本表数据截至报送日"]]
    return xlsx([["填表说明"]], table, hidden=[0], merges=[])


def old_workbook(rows: Rows) -> bytes:
    """Dates as serial numbers of 1904, codes as numbers."""
    day_zero = dt.date(1904, 1, 1)

    def cell(value: str) -> str | int:
        if len(value) == 10 and value[4] == value[7] == "-":
            return (dt.date.fromisoformat(value) - day_zero).days
        return int(value) if value.isdigit() and not value.startswith("0") and len(value) < 13 else value

    return xls([rows[0], *([cell(value) for value in row] for row in rows[1:])], epoch_1904=True)


UGLY: tuple[tuple[str, Callable[[Rows], bytes]], ...] = (
    ("txt", gb18030),
    ("csv.gz", utf_16_packed),
    ("csv.zip", zipped_with_titles),
    ("xlsx", workbook),
    ("xls", old_workbook),
)


@pytest.fixture(scope="module")
def ugly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's first deliveries, each kind and county in another form."""
    landing = tmp_path_factory.mktemp("ugly")
    folder = landing / NIGHT.isoformat()
    folder.mkdir()
    for i, path in enumerate(sorted((SAMPLE / "landing" / NIGHT.isoformat()).glob("*.csv"))):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.reader(handle))
        extension, write = UGLY[i % len(UGLY)]
        path = folder / f"{path.stem}.{extension}"
        path.write_bytes(write(rows))
    return landing


def night_of(landing: Path, home: Path) -> dict[str, list[tuple[object, ...]]]:
    run_night(NIGHT, landing, home, SAMPLE / "policy.toml", b"a-secret")
    found = {}
    for file, tables in TABLES.items():
        with duckdb.connect(str(home / "published" / NIGHT.isoformat() / file), read_only=True) as database:
            for table in tables:
                # Which file and row an event or a status rests on is what differs.
                cited = table in ("restricted.events", "restricted.children")
                rest = "exclude (evidence_delivery, evidence_row)" if cited else ""
                found[table] = database.execute(f"select * {rest} from {table} order by all").fetchall()
            if file == "cases.duckdb":
                sums = "sum(accepted), sum(rejected), sum(repeats), bool_and(state = 'accepted'), count(*)"
                found["sums"] = database.execute(f"select {sums} from quality.deliveries").fetchall()
    return found


def test_ugly_files_make_the_same_night(ugly: Path, tmp_path: Path) -> None:
    plain = night_of(SAMPLE / "landing", tmp_path / "plain")
    found = night_of(ugly, tmp_path / "ugly")
    assert {table: len(rows) for table, rows in found.items()} == {table: len(rows) for table, rows in plain.items()}
    assert found == plain
    assert plain["sums"][0][3]
    assert len(plain["restricted.children"]) > 5000
