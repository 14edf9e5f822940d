"""The data dictionary, made from contracts and column lineage: `published.dictionary`, `docs/dictionary.md`, CSV twin.

`python -m schemas.dictionary [folder]` writes both files again (default `docs`).
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from schemas.catalogue import CATALOGUE, LAYERS, tables_of
from schemas.columns import COLUMNS
from schemas.definitions import DEFINITIONS
from schemas.lineage import in_short, made_from, origin_of
from schemas.polars_types import polars_schema
from schemas.shown import SHOWN, ObjectType, Shown
from schemas.tables import Table
from schemas.units import UNITS

HISTORY_WORDS = (
    "`history.duckdb` and `case_history.duckdb` have, beside the views and macros below, `run` and for each table of "
    "layer `history` three more: `…_span` as kept, `…_history` (`as_of`, `known_on` and the columns of the table) and "
    "`…_latest` (`as_of` and the columns). `dictionary.csv` and `published.dictionary` list them."
)

ENTRY = tuple(name for name in CATALOGUE["published.dictionary"].columns if name != "as_of")
MADE_FROM = "made_from"
"""In the CSV twin: the columns that a column is directly made from, `schema.table.column` joined by `;`."""

LAYER_LABEL = {
    "landing": "交付登记",
    "clean": "清洗后的交付数据",
    "core": "基础",
    "matching": "身份匹配",
    "status": "状态判定",
    "ledger": "台账",
    "indicators": "指标",
    "published": "公开表（report.duckdb）",
    "restricted": "受限表（cases.duckdb）",
    "quality": "质量表（cases.duckdb）",
    "history": "历史（history.duckdb）",
}


def entries(
    tables: Iterable[Table], file: str | None = None, object_type: ObjectType = "table"
) -> list[dict[str, object]]:
    """One entry per column of the tables, in contract order; names as in `published.dictionary` without `as_of`.

    `file` is the published file in which they stand, `object_type` what they are there.
    """
    return [
        {
            "table_name": table.full_name,
            "table_label": table.label,
            "position": position,
            "column_name": name,
            "label": table.label_of(name),
            "description": table.description_of(name),
            "type": table.type_of(name),
            "unit": COLUMNS[name].unit or None,
            "formula": COLUMNS[name].formula or None,
            "source": table.source_of(name) or None,
            "origin": origin_of(table.full_name, name) or None,
            "allowed_values": ";".join(table.values.get(name) or table.items.get(name) or ()) or None,
            "is_key": name in table.key,
            "file": file,
            "object_type": object_type,
        }
        for table in tables
        for position, name in enumerate(table.columns, start=1)
    ]


def dictionary_rows(as_of: date) -> pl.DataFrame:
    """Rows of `published.dictionary` for a business date: every column of what stands in the published files."""
    table = CATALOGUE["published.dictionary"]
    rows = [{"as_of": as_of, **entry} for entry in _shown()]
    return pl.DataFrame(rows, schema=polars_schema(table))


def _shown() -> list[dict[str, object]]:
    """Entries of everything in the published files."""
    return [entry for shown in SHOWN for entry in entries([shown.table], shown.file, shown.object_type)]


def dictionary_csv() -> str:
    """All tables of the catalogue and all that stands in the published files as CSV, a line a column; empty is null."""
    out = io.StringIO()
    writer = csv.DictWriter(out, (*ENTRY, MADE_FROM), lineterminator="\n")
    writer.writeheader()
    files = {shown.table.full_name: shown.file for shown in SHOWN}
    made = [entry for name, table in CATALOGUE.items() for entry in entries([table], files.get(name))]
    for entry in [*made, *(entry for entry in _shown() if entry["table_name"] not in CATALOGUE)]:
        origins = made_from(str(entry["table_name"]), str(entry["column_name"]))
        made_of = ";".join(".".join(origin) for origin in origins)
        writer.writerow({**entry, "is_key": "true" if entry["is_key"] else "false", MADE_FROM: made_of})
    return out.getvalue()


def dictionary_markdown() -> str:
    """All tables of the catalogue as Markdown: one section per layer, one table per table."""
    lines = [
        "# 数据字典 Data dictionary",
        "",
        "Made from the contracts by `python -m schemas.dictionary`; do not edit. `dictionary.csv` has the same rows.",
        "源头: headers that values come from, as the SQL says (`python -m pipelines.lineage`); of many the kinds.",
        "",
        f"Units 单位: {'; '.join(f'{unit} = {meaning}' for unit, meaning in UNITS.items())}.",
        "",
        "**Bold** columns are the key.",
    ]
    for layer in LAYERS:
        tables = tables_of(layer)
        if tables:
            lines += ["", f"## {LAYER_LABEL[layer]} `{layer}`"]
            for table in tables:
                lines += ["", *_section(table)]
    lines += ["", "## 视图与宏 Views and macros of the published files", "", HISTORY_WORDS]
    for shown in SHOWN:
        if shown.object_type != "table" and shown.table.layer != "history":
            lines += ["", *_section(shown.table, shown)]
    lines += ["", *_indicators()]
    return "\n".join(lines) + "\n"


def _indicators() -> list[str]:
    """Markdown of the definitions of indicators: one row per indicator and variant (`published.indicator`)."""
    lines = [
        "## 指标定义 `published.indicator`",
        "",
        "| indicator | variant | 名称 | 公式 | 分子 | 分母 | 口径 | 来源 | 发布表 | 起用 | 规范 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for d in DEFINITIONS:
        parts = (d.indicator, d.variant, d.title, d.formula, d.numerator, d.denominator, d.base, "、".join(d.sources))
        cells = (*parts, d.table, d.valid_from, d.spec)
        lines.append("| " + " | ".join(_escaped(cell) for cell in cells) + " |")
    return lines


def _section(table: Table, shown: Shown | None = None) -> list[str]:
    """Markdown of one table, or of a view or macro and its file."""
    name = f"{table.full_name}({shown.parameters})" if shown and shown.parameters else table.full_name
    lines = [
        f"### {table.label} `{name}`" + (f" ({shown.file})" if shown else ""),
        "",
        f"{table.description}. One row: {table.grain}. Specification {table.spec}. Audience: {table.audience}.",
        "",
        "| column | 中文名 | description | type | 单位 | formula, values | 来源 | 源头 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for entry in entries([table]):
        name = f"**{entry['column_name']}**" if entry["is_key"] else str(entry["column_name"])
        made = "; ".join(str(entry[part]) for part in ("formula", "allowed_values") if entry[part])
        words = (name, entry["label"], entry["description"], entry["type"], entry["unit"], made, entry["source"])
        cells = (*words, in_short(str(entry["origin"] or "")))
        lines.append("| " + " | ".join(_escaped(cell) for cell in cells) + " |")
    return lines


def _escaped(cell: object) -> str:
    """A cell of a Markdown table: bars would end it, angle brackets would vanish as tags."""
    return str(cell or "").replace("|", "\\|").replace("<", "\\<")


def write(folder: Path) -> None:
    """Write `dictionary.md` and `dictionary.csv` into the folder, replacing what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dictionary.md").write_text(dictionary_markdown(), encoding="utf-8", newline="\n")
    (folder / "dictionary.csv").write_text(dictionary_csv(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
