"""Worlds in which a good result would be a false one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bowerbird.app.config import Config
from bowerbird.app.learning import catalogue, engagements, learn_one
from bowerbird.app.training import fold
from bowerbird.core.clock import ClockName
from bowerbird.core.facts import NONE
from bowerbird.ig2vec.same_topic import same_topic
from bowerbird.journal.ingest import ingest
from bowerbird.journal.journal import Journal
from bowerbird.simulate import Society, Truth, simulate
from bowerbird.world.world import World
from tests.simulate.conftest import VILLAGE


def neighbours_of(society: Society, folder: Path, seed: int) -> dict[str, Any]:
    """Return how often accounts near each other by what people did share their true topic."""
    simulate(society, folder, seed, lambda done, of: None)
    truth, world = Truth.load(folder), World()
    with Journal.open(folder / "data", clock=ClockName.JOURNAL) as journal:
        ingest(journal, folder / "facts", now=society.ends)
        fold(world, journal, journal.end)
        everything = engagements(journal, catalogue(world), 0, journal.end, Config())
        embedding = learn_one(everything, Config(), 0, lambda share: None)
        rows = truth.account_rows(list(journal.ids.accounts.since(0)))
    topic = np.where(rows == NONE, NONE, truth.account_topic[rows]).astype(np.int32)
    found: dict[str, Any] = same_topic(embedding, topic)["all"]
    return found


@pytest.mark.slow
def test_neighbours_share_a_topic_but_not_in_a_shuffled_society(tmp_path: Path) -> None:
    plain = neighbours_of(VILLAGE, tmp_path / "plain", 11)
    assert plain["share"] > 3 * plain["base"]
    village = replace(VILLAGE, shuffled=True)
    # One village has some 340 accounts: its share strays from the base by a fifth.
    found = [neighbours_of(village, tmp_path / f"{seed}", seed) for seed in range(11, 17)]
    share, base = (np.mean([one[name] for one in found]) for name in ("share", "base"))
    assert share == pytest.approx(base, rel=0.1)
