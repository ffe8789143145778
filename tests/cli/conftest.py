from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bowerbird.cli.main import main
from tests.service.society import copied, trained


@dataclass(frozen=True)
class Ran:
    """What a run of the command line left."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("BOWERBIRD_DATA", raising=False)

    def ran(*arguments: object) -> Ran:
        status = main([str(argument) for argument in arguments])
        caught = capsys.readouterr()
        return Ran(status, caught.out, caught.err)

    return ran


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained data folder; for reading only."""
    return trained(tmp_path_factory)


@pytest.fixture
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory)
