"""`data/` of a night: every public table as CSV and Parquet, for whoever has no database, and `datapackage.json`.

The Parquet files, in the order of the keys, are what `report.duckdb` was made from, and CSV is copied from them. A text
that a spreadsheet would take for a formula stands behind an apostrophe in CSV, and so does a text that begins with an
apostrophe: taking one away gives back every text as it was. Parquet holds every text as it is.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.publish.databases import DATA
from schemas.catalogue import tables_of
from schemas.columns import COLUMNS
from schemas.ddl import quoted, text_literal
from schemas.table_schema import table_schema

if TYPE_CHECKING:
    from pipelines.engine.protocol import Engine
    from schemas.tables import Table

PACKAGE = "datapackage.json"
BOM = "\ufeff"  # without it spreadsheets take Chinese for something else
APOSTROPHE = "'"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet see a formula, the full-width ones too."""

# One regular expression is planned in a third of the time that a list of characters takes.
_BEGINS = text_literal("^[" + "".join(f"\\x{{{ord(character):x}}}" for character in (*FORMULA, APOSTROPHE)) + "]")
META = ("name", "label", "description", "type", "unit", "formula", "source")
ESCAPES = {"prefix": APOSTROPHE, "before": [*FORMULA, APOSTROPHE]}
DIALECT = {
    "csvddfVersion": 1.2,
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "lineTerminator": "\n",
    "header": True,
}
DESCRIPTION = (
    "控辍保学公开数据：按填报单位汇总，不含儿童个人信息；村级、校级的小数单元格不显示并标记suppressed。空单元格为空值。"
    "CSV中以textEscape.before所列字符开头的文字前加一个单引号，去掉即为原文；Parquet为原文。 / "
    "Numbers by unit, no child in them; small cells of village and school rows are empty and marked suppressed. "
    "An empty cell is null. In CSV a text that begins with a character of textEscape.before stands behind one "
    "apostrophe: take it away to have the text. Parquet holds every text as it is."
)
LICENCE = {"name": "notspecified", "title": "由发布机关决定 / As the publishing authority decides"}


def write_twins(engine: Engine, folder: Path, as_of: dt.date) -> Path:
    """Complete the `data/` that `write_databases` began; the same night gives the same bytes."""
    data = folder / DATA
    data.chmod(0o755)
    tables = tables_of("published")
    engine.copy_out({data / f"{table.name}.csv": _cells(table, data) for table in tables})
    for table in tables:
        (data / f"{table.name}.meta.csv").write_text(meta_csv(table), encoding="utf-8", newline="")
    package = {**_package(as_of), "resources": [_resource(table, data) for table in tables]}
    written = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    (data / PACKAGE).write_text(written, encoding="utf-8", newline="")
    for path in data.iterdir():
        path.chmod(0o644)
    return data


def escaped(text: str) -> str:
    """A text as a CSV cell that no spreadsheet takes for a formula."""
    return f"{APOSTROPHE}{text}" if text.startswith((*FORMULA, APOSTROPHE)) else text


def meta_csv(table: Table) -> str:
    """The columns of a table, one a row: name, 中文, English, type, unit, formula, source."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(META)
    for name in table.columns:
        words = (table.label_of(name), table.description_of(name), table.type_of(name))
        row = (name, *words, COLUMNS[name].unit, COLUMNS[name].formula, table.source_of(name))
        writer.writerow(escaped(cell) for cell in row)
    return out.getvalue()


def _cells(table: Table, data: Path) -> str:
    first, *others = table.columns
    # The mark of the encoding is the beginning of the first heading: the engine has no option for it.
    cells = [f"{_cell(table, first)} as {quoted(BOM + first)}"]
    cells += [f"{_cell(table, name)} as {quoted(name)}" for name in others]
    return f"select {', '.join(cells)} from read_parquet({text_literal(str(data / f'{table.name}.parquet'))})"


def _cell(table: Table, name: str) -> str:
    column = quoted(name)
    if table.type_of(name) != "VARCHAR" or name in table.values or COLUMNS[name].pattern:
        return column  # a number, or a text of which the contract knows every letter
    return (
        f"case when regexp_matches({column}, {_BEGINS}) then {text_literal(APOSTROPHE)} || {column} else {column} end"
    )


def _package(as_of: dt.date) -> dict[str, object]:
    kinds = dict.fromkeys(kind for table in tables_of("published") for kind in table.sources)
    return {
        "profile": "tabular-data-package",
        "name": f"kongchuo-{as_of}",
        "title": f"控辍保学公开数据 {as_of}",
        "description": DESCRIPTION,
        "created": f"{as_of}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": [{"title": kind} for kind in kinds],
        "textEscape": ESCAPES,
    }


def _resource(table: Table, data: Path) -> dict[str, object]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.label,
        "description": f"{table.description}. One row: {table.grain}. Specification {table.spec}.",
        **_file(data / f"{table.name}.csv"),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": DIALECT,
        **({"sources": [{"title": kind} for kind in table.sources]} if table.sources else {}),
        "schema": table_schema(table),
        "twins": [_file(data / f"{table.name}.parquet"), _file(data / f"{table.name}.meta.csv")],
    }


def _file(path: Path) -> dict[str, object]:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"path": path.name, "bytes": path.stat().st_size, "hash": f"sha256:{digest}"}
