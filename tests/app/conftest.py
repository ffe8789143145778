from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.society import copied


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained data folder of one's own."""
    return copied(tmp_path_factory)
