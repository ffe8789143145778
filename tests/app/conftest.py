from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bowerbird.app.bowerbird import Bowerbird
from tests.service.society import copied, trained


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained data folder of one's own."""
    return copied(tmp_path_factory)


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose Version knows nothing of the last two days; for reading only."""
    data = tmp_path_factory.mktemp("replayed") / "data"
    shutil.copytree(trained(tmp_path_factory), data)
    shutil.rmtree(data / "versions")
    with Bowerbird(data) as bb:
        bb.train(until=bb.world.newest - 2 * 86_400_000)
    return data
