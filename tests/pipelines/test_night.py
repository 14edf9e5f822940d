"""The night as plain calls (house rule 5): its keys, its steps, and a night that is stopped."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines import ledger_store
from pipelines.errors import KongchuoError, NightBlocked, SettingsError
from pipelines.night import STEPS, Night, open_night, run_night
from quality import invariants
from schemas.catalogue import CATALOGUE
from tests.support.deliveries import World, people

pytestmark = pytest.mark.usefixtures("databases_only")

SECRET = b"a-secret"
NIGHTS = (dt.date(2025, 9, 10), dt.date(2025, 9, 17))


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pupils, one of whom drops out, delivered as files."""
    world = World(tmp_path_factory.mktemp("world"))
    world.references("2025-08-25")
    world.deliver("户籍", people("户籍", 2), day="2025-08-25")
    pupils = people("学籍", 2)
    world.deliver("学籍", pupils, day="2025-08-25")
    pupils[0] |= {"学籍状态": "辍学", "状态日期": "2025-09-12"}
    world.deliver("学籍", pupils, day="2025-09-15")
    world.engine.close()
    return world.landing


@pytest.fixture(scope="module")
def home(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("home")
    for night in NIGHTS:
        run_night(night, landing, made, None, SECRET)
    return made


@pytest.fixture
def later(landing: Path, home: Path) -> Iterator[Night]:
    with open_night(dt.date(2025, 9, 24), landing, home, None, SECRET) as night:
        yield night


def test_steps_make_every_table_of_the_catalogue_once() -> None:
    made = [name for step in STEPS for name in step.tables()]
    assert len(made) == len(set(made))
    assert set(made) == set(CATALOGUE)


@pytest.mark.parametrize("secret", [SECRET, b"x" * 64, b"x" * 65, b""], ids=["short", "block", "long", "empty"])
def test_child_keys_are_hmac_of_the_child_id(landing: Path, tmp_path: Path, secret: bytes) -> None:
    with open_night(NIGHTS[0], landing, tmp_path, None, secret) as night:
        given = night.parameters()
        sql = "select left(sha256($outer_pad || unhex(sha256($inner_pad || encode('X甲')))), 16)"
        pads = {name: given[name] for name in ("outer_pad", "inner_pad")}
        assert night.engine.scalar(sql, pads) == hmac.new(secret, "X甲".encode(), hashlib.sha256).hexdigest()[:16]


def test_a_night_with_another_secret_than_the_nights_before_does_not_begin(landing: Path, home: Path) -> None:
    with pytest.raises(SettingsError, match="KONGCHUO_SECRET to the former one"):
        open_night(dt.date(2025, 9, 24), landing, home, None, b"another-secret")
    with open_night(dt.date(2025, 9, 24), landing, home, None, SECRET) as night:  # the home was let go
        keys = night.engine.fetch("select child_id, child_key from ledger.memory_history")
    assert len(keys) >= 2
    for child_id, child_key in keys:
        assert child_key == hmac.new(SECRET, child_id.encode(), hashlib.sha256).hexdigest()[:16]


def test_a_night_goes_on_from_the_one_before(later: Night) -> None:
    assert later.parameters()["previous"] == NIGHTS[1]
    (case,) = later.engine.read("select * from ledger.case_history where to_night is null").to_dicts()
    assert (case["state"], case["category"], case["opened_on"]) == ("verified", "dropped_out", NIGHTS[1])


def test_a_blocked_night_leaves_ledger_and_current_as_they_were(
    landing: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(invariants.INVARIANTS[-1], offenders="select 'some-unit' as key")
    monkeypatch.setattr(invariants, "INVARIANTS", (*invariants.INVARIANTS[:-1], broken))
    with pytest.raises(NightBlocked, match=broken.name) as caught:
        run_night(dt.date(2025, 9, 24), landing, home, None, SECRET)
    assert [o.sample for o in caught.value.outcomes if o.blocks] == [("some-unit",)]
    assert (home / "published" / "current").readlink().name == NIGHTS[1].isoformat()
    with open_night(NIGHTS[1], landing, home, None, SECRET) as night:
        assert ledger_store.later_nights(night.engine, NIGHTS[1]) == []
        assert night.engine.scalar("select count(*) from ledger.run where stands and published") == len(NIGHTS)


def test_a_waived_check_stops_nothing_and_everyone_can_see_who_answers_for_it(
    landing: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy, symlinks=True)
    broken = replace(invariants.INVARIANTS[-1], offenders="select 'some-unit' as key")
    monkeypatch.setattr(invariants, "INVARIANTS", (*invariants.INVARIANTS[:-1], broken))
    (copy / "waivers.toml").write_text(
        f'''[[waiver]]
check = "invariant_{broken.name}"
table = "{broken.table}"
reason = "已知差异，区划调整期间"
owner = "省教育厅数据处"
expires = 2025-09-24
''',
        encoding="utf-8",
    )
    result = run_night(dt.date(2025, 9, 24), landing, copy, None, SECRET)
    (found,) = [o for o in result.outcomes if o.check == f"invariant_{broken.name}"]
    assert (found.verdict, found.count, found.blocks, found.open) == ("fail", 1, False, False)
    with duckdb.connect(str(copy / "published" / "current" / "cases.duckdb"), read_only=True) as cases:
        waived = cases.execute(
            'select "check", verdict, severity, waived_reason, waived_by, waived_until '
            "from quality.checks where waived_by is not null"
        ).fetchall()
    assert waived == [
        (f"invariant_{broken.name}", "fail", "stop", "已知差异，区划调整期间", "省教育厅数据处", dt.date(2025, 9, 24))
    ]
    # The night after, nobody answers for it any more.
    with pytest.raises(NightBlocked, match="豁免已于 2025-09-24 到期"):
        run_night(dt.date(2025, 9, 25), landing, copy, None, SECRET)
    assert (copy / "published" / "current").readlink().name == "2025-09-24"


def test_a_broken_file_of_waivers_is_seen_before_anything_is_touched(landing: Path, tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text("[[waiver]]\ncheck = 'contract'\n", encoding="utf-8")
    with pytest.raises(KongchuoError, match=r"waiver 1: table, reason, owner, expires is missing"):
        run_night(NIGHTS[0], landing, tmp_path / "home", None, SECRET, waivers=tmp_path / "waivers.toml")
    assert not (tmp_path / "home").exists()


def test_the_first_night_needs_a_delivery(landing: Path, tmp_path: Path) -> None:
    with pytest.raises(KongchuoError, match="2025-08-24"):
        open_night(dt.date(2025, 8, 24), landing, tmp_path, None, SECRET)
    assert not (tmp_path / "warehouse.duckdb").exists()


def test_a_broken_policy_is_seen_before_anything_is_touched(landing: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[absense]\ndays = 1", encoding="utf-8")
    with pytest.raises(KongchuoError, match="absense"):
        run_night(NIGHTS[0], landing, tmp_path / "home", tmp_path / "policy.toml", SECRET)
    assert not (tmp_path / "home").exists()


def test_a_warehouse_of_another_version_is_named_and_left_alone(landing: Path, home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy, symlinks=True)
    with duckdb.connect(str(copy / "warehouse.duckdb")) as database:
        database.execute("alter table ledger.case_history drop column to_run")
    with pytest.raises(KongchuoError, match=r"another version of the program \(ledger.case_history"):
        run_night(NIGHTS[1], landing, copy, None, SECRET)
    assert (copy / "published" / "current").readlink().name == NIGHTS[1].isoformat()


def test_the_warehouse_is_for_its_owner_alone(home: Path) -> None:
    assert (home / "warehouse.duckdb").stat().st_mode & 0o077 == 0
