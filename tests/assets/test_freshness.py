"""How old is too old: from the policy file that the environment names, and never at the price of the page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets.definitions import build_defs
from assets.delivered import delivered, delivered_key
from assets.freshness import SHOWN, published_policy
from assets.layer import layer_asset
from assets.metadata import asset_key
from assets.publication import published
from schemas.sources import SOURCES


def spec(name: str) -> dg.AssetSpec:
    return next(spec for spec in delivered() if spec.key == delivered_key(name))


@pytest.fixture(autouse=True)
def no_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KONGCHUO_POLICY", raising=False)


def days(name: str) -> float | None:
    policy = spec(name).freshness_policy
    return policy.fail_window.to_timedelta() / timedelta(days=1) if policy else None


def test_every_kind_is_there_with_its_headers() -> None:
    specs = delivered()
    assert [spec.key for spec in specs] == [delivered_key(source.name) for source in SOURCES]
    registry = spec("registry")
    assert "户籍" in registry.description
    assert "公安" in registry.description
    columns = registry.metadata["dagster/column_schema"].columns
    assert [column.name for column in columns][:2] == [field.header for field in SOURCES[4].fields][:2]
    assert all(spec.owners and spec.group_name == "delivered" for spec in specs)


def test_a_kind_without_a_number_in_the_policy_never_grows_stale() -> None:
    assert (days("registry"), days("enrolment"), days("disability"), days("division")) == (100, 35, 200, None)


def test_the_policy_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[freshness]\n"户籍" = 7\n"劝返" = 14\n', encoding="utf-8")
    monkeypatch.setenv("KONGCHUO_POLICY", str(policy))
    assert (days("registry"), days("case_action"), days("enrolment")) == (7, 14, 35)


@pytest.mark.parametrize("text", ["[freshness", '[freshnes]\n"户籍" = 7', None])
def test_a_broken_policy_is_told_and_does_not_take_the_page_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    policy = tmp_path / "policy.toml"
    if text is not None:
        policy.write_text(text, encoding="utf-8")
    monkeypatch.setenv("KONGCHUO_POLICY", str(policy))
    assert days("registry") == 100
    assert str(policy) in spec("registry").metadata["policy"]
    assert str(policy) in caplog.text
    dg.Definitions.validate_loadable(build_defs())


def test_the_published_night_is_due_at_six() -> None:
    specs = {spec.key: spec for spec in layer_asset(published()).specs}
    assert specs[asset_key(SHOWN)].freshness_policy == published_policy()
    assert (published_policy().deadline_cron, published_policy().timezone) == ("0 6 * * *", "Asia/Shanghai")
    assert sum(spec.freshness_policy is not None for spec in specs.values()) == 1


def test_a_clean_table_depends_on_what_is_delivered() -> None:
    graph = build_defs().resolve_asset_graph()
    parents = graph.get(asset_key("clean.registry")).parent_keys
    assert parents == {asset_key("landing.deliveries"), delivered_key("registry")}
    assert graph.get(asset_key("landing.deliveries")).parent_keys == {delivered_key(s.name) for s in SOURCES}
    assert not graph.get(delivered_key("registry")).is_executable
