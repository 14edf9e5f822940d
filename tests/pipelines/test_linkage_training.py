"""The model learns from labelled pairs, the same twice, and the shipped one holds its bars on a small province."""

from __future__ import annotations

import pytest

from pipelines import linkage_training
from pipelines.errors import KongchuoError
from pipelines.linkage import MODEL, read_model
from pipelines.linkage_training import train
from tests.bench.matching import AS_OF, Clerk, measure, province
from tests.pipelines.models.support import Province


@pytest.mark.parametrize("strangers", [(300, 100), pytest.param((3_000, 1_000), marks=pytest.mark.full)])
def test_training_moves_the_weights_and_keeps_shares_whole(
    strangers: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkage_training, "_STRANGERS", strangers)
    world = province(Clerk(5, 4).made(6_000), 4)
    try:
        world.run(AS_OF, ("core", "matching"))
        shipped = read_model(MODEL)
        trained = train(world.engine, shipped)
        assert train(world.engine, shipped) == trained
    finally:
        world.close()
    assert trained.spoilt_pairs >= 50
    assert shipped == read_model(MODEL)
    assert trained.settings["comparisons"] != shipped["comparisons"]
    for comparison in trained.settings["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        # Of numbers the shares of strangers are set by hand, those of two valid numbers apart from the rest.
        keys = (
            ("m_probability",) if comparison["output_column_name"] == "number" else ("m_probability", "u_probability")
        )
        for key in keys:
            assert sum(level[key] for level in levels) == pytest.approx(1, abs=1e-3)
            assert all(level[key] > 0 for level in levels)


def test_too_few_pairs_teach_nothing() -> None:
    world = Province().run(AS_OF, ("core", "matching"))
    with pytest.raises(KongchuoError, match="are needed to learn from"):
        train(world.engine, read_model(MODEL))
    world.close()


def test_the_shipped_model_holds_its_bars_on_a_small_province() -> None:
    figures, world = measure(1, 10_000, 4)
    world.close()
    assert figures.unseen > 50
    assert figures.holds, figures
