"""The world of one test: a landing folder and its warehouse."""

from pathlib import Path

import pytest

from tests.support.deliveries import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)
