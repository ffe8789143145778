from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bowerbird.app.bowerbird import Bowerbird
from tests.service.running import running
from tests.service.society import copied


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory)


@pytest.fixture(scope="module")
def bb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bowerbird]:
    with Bowerbird(copied(tmp_path_factory)) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(bb: Bowerbird) -> Iterator[httpx.Client]:
    """One server a module; a test picks a person of its own."""
    with running(bb) as asking:
        yield asking
