"""A tiny society in a data folder, made once for all tests of the two outermost rooms."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.config import NAME
from bowerbird.core.clock import ClockName
from bowerbird.simulate import Society, simulate

SOCIETY = Society("tests", people=150, accounts=120, media=1_500, days=5, branches=4, sessions=1.2)

_made: dict[str, Path] = {}


def facts(factory: pytest.TempPathFactory) -> Path:
    """The files of facts."""
    if "facts" not in _made:
        folder = factory.mktemp("society")
        simulate(SOCIETY, folder, 5, lambda day, days: None)
        _made["facts"] = folder / "facts"
    return _made["facts"]


def trained(factory: pytest.TempPathFactory) -> Path:
    """A data folder with the facts and a Version; copy it before writing to it."""
    if "trained" not in _made:
        folder = factory.mktemp("trained")
        Bowerbird.init(folder, clock=ClockName.JOURNAL)
        with (folder / NAME).open("a") as file:
            file.write("\n[training]\nlog_requests = 60\n")  # a third of the time of 300
        with Bowerbird(folder) as bb:
            bb.ingest(facts(factory))
            bb.train()
        _made["trained"] = folder
    return _made["trained"]


def copied(factory: pytest.TempPathFactory) -> Path:
    """A data folder of one's own."""
    folder = factory.mktemp("copy") / "data"
    shutil.copytree(trained(factory), folder)
    return folder
