"""What a county is asked to correct: what stands tonight, by file code and by place, and nothing that was replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date

import duckdb
import polars as pl
import pytest

from pipelines.errors import KongchuoError
from pipelines.publish.returned import Place, Returned, find_place, returned
from schemas.catalogue import CATALOGUE
from schemas.ddl import create_table_sql, quoted

AS_OF = date(2025, 11, 10)
COUNTY, OTHER = "990121000000", "990122000000"
HERE = Place("990121", "云岭区", ("990100", "990000"), {})


class Night:
    """The tables of a published night, to be filled by hand."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        for table in ("published.zeroing", "quality.deliveries", "quality.rejected_rows", "restricted.id_faults"):
            self.connection.execute(f"create schema if not exists {table.split('.')[0]}")
            self.connection.execute(create_table_sql(CATALOGUE[table]).replace(" not null", ""))

    def put(self, table: str, **row: object) -> None:
        names = ", ".join(quoted(name) for name in row)
        marks = ", ".join("?" for _ in row)
        self.connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))

    def file(
        self, name: str, on: str = "2025-11-01", *, reason: str | None = None, used: bool = True, version: int = 1
    ) -> str:
        """A delivery, accepted without a reason; its name."""
        kind, code = name.split(".")[0].split("_")[:2]
        self.put(
            "quality.deliveries",
            as_of=AS_OF, delivery=f"{on}/{name}", version=version, kind=kind, code=code, delivered_on=on,
            state="refused" if reason else "accepted", reason=reason, in_use=used and not reason, rows=3, rejected=1,
        )  # fmt: skip
        return f"{on}/{name}"

    def row(self, delivery: str, number: int = 2, version: int = 1, reason: str = "missing:姓名", **cells: str) -> None:
        """A rejected row."""
        kind = delivery.split("/")[1].split("_")[0]
        self.put(
            "quality.rejected_rows",
            as_of=AS_OF, delivery=delivery, version=version, row_number=number, kind=kind, reason=reason,
            row=json.dumps(cells, ensure_ascii=False),
        )  # fmt: skip

    def fault(self, delivery: str, county: str = COUNTY, agency: str = "公安") -> None:
        kind = delivery.split("/")[1].split("_")[0]
        self.put(
            "restricted.id_faults",
            as_of=AS_OF, delivery=delivery, row_number=9, kind=kind, fault="id_invalid", agency=agency, county=county,
        )  # fmt: skip

    def unit(self, code: str, level: str, parent: str | None) -> None:
        self.put(
            "published.zeroing",
            as_of=AS_OF, unit_code=code, unit_level=level, unit_name=f"名{code}", parent_code=parent, line="school",
            group="all",
        )  # fmt: skip

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        return self.connection.sql(sql, params=dict(parameters or {})).pl()


@pytest.fixture
def night() -> Iterator[Night]:
    made = Night()
    yield made
    made.connection.close()


def place(night: Night) -> Place:
    """The county, with a township, a school in it, another county and its school."""
    night.unit("990000000000", "province", None)
    night.unit("990100000000", "prefecture", "990000000000")
    night.unit(COUNTY, "county", "990100000000")
    night.unit(OTHER, "county", "990100000000")
    night.unit("990121001000", "township", COUNTY)
    night.unit("2199000001", "school", "990121001000")
    night.unit("2199000002", "school", OTHER)
    return find_place(night, AS_OF, "990121")


def files(found: list[Returned]) -> list[str]:
    return [file.delivery for back in found for file in back.files]


def rows(found: list[Returned]) -> list[tuple[str, int]]:
    return [(row.delivery, row.row_number) for back in found for kind in back.rows.values() for row in kind]


class TestPlaces:
    def test_six_and_twelve_digits_are_one_place_with_those_above(self, night: Night) -> None:
        assert place(night) == find_place(night, AS_OF, COUNTY)
        found = find_place(night, AS_OF, COUNTY)
        assert (found.code, found.name, found.wide) == ("990121", f"名{COUNTY}", ("990100", "990000"))

    @pytest.mark.parametrize("code", ["990199", "99012", "990121001000", "2199000001", "9901 1", ""])
    def test_what_is_no_county_is_refused_in_one_sentence(self, night: Night, code: str) -> None:
        place(night)
        with pytest.raises(KongchuoError, match="990121, 990122"):
            find_place(night, AS_OF, code)


class TestFiles:
    def test_a_refused_file_waits_until_another_is_accepted(self, night: Night) -> None:
        night.file("户籍_990121.csv", "2025-10-01")
        refused = night.file("户籍_990121.csv", reason="shrink")
        assert files(returned(night, AS_OF, HERE)) == [refused]
        night.file("户籍_990121_二.csv", "2025-11-02")
        assert files(returned(night, AS_OF, HERE)) == []

    def test_of_a_file_delivered_again_the_last_version_speaks(self, night: Night) -> None:
        delivery = night.file("缺课_990121.csv", reason="empty")
        night.row(delivery)
        night.file("缺课_990121.csv", version=2)
        assert returned(night, AS_OF, HERE) == []

    def test_an_event_file_is_not_replaced_by_another(self, night: Night) -> None:
        refused = night.file("缺课_990121.csv", reason="empty")
        night.file("缺课_990121.csv", "2025-11-02")
        assert files(returned(night, AS_OF, HERE)) == [refused]

    def test_a_roll_of_one_school_waits_for_a_file_of_its_own_name(self, night: Night) -> None:
        refused = night.file("在校_990121_甲校.csv", reason="empty")
        night.file("在校_990121_乙校.csv", "2025-11-02")
        assert files(returned(night, AS_OF, HERE)) == [refused]
        night.file("在校_990121_甲校.csv", "2025-11-03")
        assert files(returned(night, AS_OF, HERE)) == []

    def test_files_of_others_are_theirs(self, night: Night) -> None:
        for code in ("990122", "990100", "990000"):
            night.file(f"户籍_{code}.csv", reason="empty")
        assert returned(night, AS_OF, HERE) == []
        wide = Place("990100", "示例市", ("990000",), {})
        assert files(returned(night, AS_OF, wide)) == ["2025-11-01/户籍_990100.csv"]


class TestRows:
    def test_rows_of_files_in_use_and_of_refused_ones(self, night: Night) -> None:
        for name, used, reason in (("户籍_990121.csv", True, None), ("救助_990121.csv", False, "rejected_share")):
            night.row(night.file(name, used=used, reason=reason), 7, 姓名="甲")
        night.row(night.file("残疾人_990121.csv", used=False), 8)
        found = returned(night, AS_OF, HERE)
        assert rows(found) == [("2025-11-01/户籍_990121.csv", 7), ("2025-11-01/救助_990121.csv", 7)]
        assert [back.agency for back in found] == ["民政", "公安"] or [back.agency for back in found] == [
            "公安",
            "民政",
        ]
        assert found[0].rows[next(iter(found[0].rows))][0].cells == {"姓名": "甲"}

    def test_of_wider_files_the_rows_that_are_known_to_lie_here(self, night: Night) -> None:
        here = place(night)
        registry, absence = night.file("户籍_990100.csv"), night.file("缺课_990000.csv")
        for number, division in enumerate(
            ("990121001001", "９９０１２１", "990122001001", "990199001001", "九", ""), 1
        ):
            night.row(registry, number, 户籍区划=division)
        for number, school in enumerate(("2199000001", "2199000002", "2199009999"), 1):
            night.row(absence, number, 学校标识码=school)
        found = returned(night, AS_OF, here)
        assert rows(found) == [(registry, 1), (registry, 2), (absence, 1)]
        assert {delivery for back in found for delivery in back.wider} == {registry, absence}
        assert files(found) == []

    def test_a_wider_file_that_the_county_has_replaced_asks_it_for_nothing(self, night: Night) -> None:
        here = place(night)
        wide = night.file("户籍_990100.csv", "2025-10-01")
        night.row(wide, 1, 户籍区划="990121001001")
        assert rows(returned(night, AS_OF, here)) == [(wide, 1)]
        night.file("户籍_990121.csv")
        assert returned(night, AS_OF, here) == []


def test_faults_of_own_files_and_of_wider_ones_here(night: Night) -> None:
    own, wide, other = (night.file(f"户籍_{code}.csv") for code in ("990121", "990100", "990122"))
    night.fault(own)
    night.fault(own, OTHER)
    night.fault(wide)
    night.fault(wide, OTHER)
    night.fault(other)
    (back,) = returned(night, AS_OF, HERE)
    assert [fault.delivery for fault in back.faults] == [wide, own, own]
    assert (back.agency, back.row_count, back.wider) == ("公安", 0, {wide})


def test_another_night_is_not_shown(night: Night) -> None:
    night.fault(night.file("户籍_990121.csv"))
    night.row(night.file("救助_990121.csv"))
    assert returned(night, date(2025, 11, 9), HERE) == []
