"""CSV and Parquet twins of public tables say what `report.duckdb` says; `datapackage.json` says what they are."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.publish.databases import DATA
from pipelines.publish.step import publish_night
from pipelines.publish.twins import APOSTROPHE, BOM, FORMULA, PACKAGE
from schemas.catalogue import CATALOGUE, tables_of
from schemas.table_schema import table_schema
from tests.pipelines.publish.test_databases import NIGHT, POLICY, told

pytestmark = pytest.mark.usefixtures("databases_only")

TABLES = [table.name for table in tables_of("published")]
NASTY = (
    *("=1+1", "-cmd|' /C calc'!A0", "+86", "@sum(a1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''", "'", "x=1", "−1"),
    *('a"b', "a,b", "a\nb", " =1", '"', ";", "云岭"),
)
DUCKDB_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DECIMAL(9,2)",
    "date": "DATE",
    "boolean": "BOOLEAN",
}
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published night whose units bear names that somebody made to harm a spreadsheet."""
    engine = told().engine
    for number, name in enumerate(NASTY):
        row = 'select rowid from published.zeroing order by unit_code, line, "group" limit 1 offset $number'
        engine.execute(
            f"update published.zeroing set unit_name = $name where rowid = ({row})", {"name": name, "number": number}
        )
    return publish_night(engine, tmp_path_factory.mktemp("home"), NIGHT, POLICY)


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((folder / DATA / PACKAGE).read_text(encoding="utf-8"))
    return made


@pytest.fixture(scope="module")
def resources(package: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {resource["name"]: resource for resource in package["resources"]}


def published(folder: Path, table: str) -> Rows:
    with duckdb.connect(str(folder / "report.duckdb"), read_only=True) as report:
        return report.execute(f'select * from published."{table}"').fetchall()


def unescaped(value: Any, escape: dict[str, Any]) -> Any:
    prefix = escape["prefix"]
    return value.removeprefix(prefix) if isinstance(value, str) and value[:1] == prefix else value


@pytest.mark.parametrize("table", TABLES)
def test_the_twins_say_what_the_database_says(
    folder: Path, package: dict[str, Any], resources: dict[str, dict[str, Any]], table: str
) -> None:
    expected = published(folder, table)
    fields = resources[table]["schema"]["fields"]
    columns = ", ".join(f"'{field['name']}': '{DUCKDB_TYPES[field['type']]}'" for field in fields)
    path = folder / DATA / resources[table]["path"]
    with duckdb.connect() as connection:
        how = f"header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}}"
        read = connection.execute(f"select * from read_csv('{path}', {how})").fetchall()
        parquet = f"read_parquet('{path.with_suffix('.parquet')}')"
        assert connection.execute(f"select * from {parquet}").fetchall() == expected
        types = [(name, kind) for name, kind, *_ in connection.execute(f"describe select * from {parquet}").fetchall()]
    contract = CATALOGUE[f"published.{table}"]
    assert types == [(name, contract.type_of(name)) for name in contract.columns]
    assert [tuple(unescaped(value, package["textEscape"]) for value in row) for row in read] == expected


def test_no_text_begins_like_a_formula(folder: Path, resources: dict[str, dict[str, Any]]) -> None:
    texts = set()
    for resource in resources.values():
        content = (folder / DATA / resource["path"]).read_text(encoding="utf-8-sig")
        names = [field["name"] for field in resource["schema"]["fields"] if field["type"] == "string"]
        texts |= {row[name] for row in csv.DictReader(content.splitlines(keepends=True)) for name in names}
    assert not [text for text in texts if text.startswith(FORMULA)]
    assert {f"{APOSTROPHE}=1+1", f"{APOSTROPHE}{APOSTROPHE}=1", "x=1", " =1"} <= texts


@pytest.mark.parametrize("table", TABLES)
def test_files_begin_with_the_mark_of_their_encoding_and_a_heading(
    folder: Path, resources: dict[str, dict[str, Any]], table: str
) -> None:
    contract = CATALOGUE[f"published.{table}"]
    content = (folder / DATA / f"{table}.csv").read_bytes().decode("utf-8")
    assert content.split("\n")[0] == BOM + ",".join(contract.columns)
    assert "\r\n" not in content.replace("\r=1", "")
    meta = (folder / DATA / f"{table}.meta.csv").read_text(encoding="utf-8")
    assert meta.startswith(BOM)
    rows = list(csv.DictReader(meta.removeprefix(BOM).splitlines()))
    assert [*rows[0]] == ["name", "label", "description", "type", "unit", "formula", "source"]
    assert [row["name"] for row in rows] == [*contract.columns]
    assert [row["label"] for row in rows] == [contract.label_of(name) for name in contract.columns]


def test_the_package_keeps_the_specification_of_data_packages(folder: Path, package: dict[str, Any]) -> None:
    """https://specs.frictionlessdata.io/tabular-data-package/, version 1: what is required, by hand."""
    assert package["profile"] == "tabular-data-package"
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    assert package["created"] == f"{NIGHT}T00:00:00Z"
    assert all("name" in licence or "path" in licence for licence in package["licenses"])
    assert all(source["title"] for source in package["sources"])
    names = [resource["name"] for resource in package["resources"]]
    assert names == TABLES
    files = {PACKAGE}
    for resource in package["resources"]:
        assert resource["profile"] == "tabular-data-resource"
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert (resource["format"], resource["mediatype"], resource["encoding"]) == ("csv", "text/csv", "utf-8")
        for file in (resource, *resource["twins"]):
            assert Path(file["path"]).name == file["path"]
            content = (folder / DATA / file["path"]).read_bytes()
            assert (file["bytes"], file["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
            files.add(file["path"])
    assert {path.name for path in (folder / DATA).iterdir()} == files


@pytest.mark.parametrize("table", TABLES)
def test_every_row_keeps_the_schema(folder: Path, resources: dict[str, dict[str, Any]], table: str) -> None:
    schema = resources[table]["schema"]
    fields, rows = schema["fields"], published(folder, table)
    assert schema["missingValues"] == [""]
    names = [field["name"] for field in fields]
    for place, field in enumerate(fields):
        assert field["title"]
        assert field["description"]
        values = [row[place] for row in rows]
        filled = [value for value in values if value is not None]
        rules = field.get("constraints", {})
        assert set(rules) <= {"required", "enum", "pattern", "minimum", "maximum"}
        assert not rules.get("required") or len(filled) == len(values)
        assert "" not in filled  # it would read as null
        assert "enum" not in rules or set(filled) <= set(rules["enum"])
        assert "pattern" not in rules or all(re.fullmatch(rules["pattern"], value) for value in filled)
        assert all(rules.get("minimum", value) <= value <= rules.get("maximum", value) for value in filled)
    key = schema.get("primaryKey") or schema["uniqueKeys"][0]
    keys = [tuple(row[names.index(name)] for name in key) for row in rows]
    assert len(keys) == len(set(keys))
    assert "uniqueKeys" in schema or not any(None in one for one in keys)


def test_a_schema_by_hand() -> None:
    schema: Any = table_schema(CATALOGUE["published.ranking"])
    fields = {field["name"]: field for field in schema["fields"]}
    assert schema["primaryKey"] == ["as_of", "unit_code", "indicator"]
    assert fields["as_of"]["type"] == "date"
    assert (fields["value"]["type"], fields["of"]["type"]) == ("number", "integer")
    assert (fields["of"]["title"], fields["of"]["unit"]) == ("参评单位数", "个")
    assert fields["unit_level"]["constraints"] == {"required": True, "enum": ["county"]}
    nullable: Any = table_schema(CATALOGUE["published.bridge"])
    assert nullable["uniqueKeys"] == [["as_of", "unit_code", "side", "step", "reason"]]
    assert "primaryKey" not in nullable


def test_the_same_night_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    both = [publish_night(told().engine, tmp_path / name, NIGHT, POLICY) / DATA for name in ("one", "two")]
    one, two = ({path.name: path.read_bytes() for path in data.iterdir()} for data in both)
    assert one == two
    assert {path.stat().st_mode & 0o777 for path in both[0].iterdir()} == {0o644}
