"""Topics that are born mid-run: nobody posts about them or cares for them before their day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I16, I64
from bowerbird.simulate.draws import Rng, choose, stream
from bowerbird.simulate.society import DAY, Society
from bowerbird.simulate.topics import Topics

RUSH = 0.30
"""Share of the accounts born after a topic that are about it."""

CATCHING = 5
"""Days from its birth on that a topic wins people."""

CAUGHT = 0.05
"""Share of people who take it up on each of those days."""


def births(society: Society, tree: Topics, seed: int) -> I64:
    """Return [T] epoch ms from which each leaf exists, 0 for those that were always there.

    The `society.newborn` leaves come one after the other, each at a midnight inside the run.
    """
    arrives = np.zeros(len(tree), np.int64)
    count = society.newborn
    chosen = stream(seed, "newborn").permutation(len(tree))[:count]
    day = np.round(society.days * np.arange(1, count + 1) / (count + 2)).astype(np.int64)
    arrives[chosen] = society.starts + np.maximum(day, 1) * DAY
    return arrives


def known(common: F32, arrives: I64, now: int) -> F32:
    """Return `common` ([T]) without the leaves that are not there at `now` (epoch ms)."""
    return np.where(arrives <= now, common, 0).astype(np.float32)


def timely(main: I16, born: I64, arrives: I64, common: F32, rng: Rng) -> I16:
    """Return the main leaf of each account ([A]) so that none is older than its leaf.

    Of those born after a new leaf some take it up; of two new ones, the newer.
    """
    old = choose(known(common, arrives, 0), len(main), rng).astype(np.int16)
    leaf = np.where(arrives[main] > born, old, main)
    for new in np.argsort(arrives, kind="stable")[int((arrives == 0).sum()) :].tolist():
        rushes = (born >= arrives[new]) & (rng.random(len(main)) < RUSH)
        leaf = np.where(rushes, new, leaf)
    return leaf.astype(np.int16)


def catches(
    arrives: I64, midnight: int, people: int, rng: Rng
) -> list[tuple[int, NDArray[np.intp]]]:
    """Return who takes up which new leaf on the day that begins at `midnight` (epoch ms)."""
    age = (midnight - arrives) // DAY
    return [
        (int(leaf), np.flatnonzero(rng.random(people) < CAUGHT))
        for leaf in np.flatnonzero((arrives > 0) & (age >= 0) & (age < CATCHING))
    ]
