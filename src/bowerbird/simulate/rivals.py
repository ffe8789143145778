"""Simple pages to compare with: each is one rule, and reads what the logging policy reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bowerbird.core.facts import I32, NONE
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.life import Life
from bowerbird.simulate.loop import Enter
from bowerbird.simulate.oracle import Oracle
from bowerbird.simulate.policy import RECENT, LoggingPolicy, Requests, Shelves, packed
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town

DEEP = 800
"""How far down its list a rule looks for what the person has not seen."""

EACH = 6
"""Newest media of each followed account that are looked at."""


class Popular:
    """What is liked most of late, by everyone, decayed with a half-life of a day."""

    def __init__(self, app: LoggingPolicy) -> None:
        self._app = app

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return the hottest unseen media."""
        hottest = np.argsort(-standing.heat[shelves.pool], kind="stable")[:DEEP]
        return _listed(self._app, shelves.pool[hottest], asked, standing)


class Fresh:
    """What was posted last, by anyone."""

    def __init__(self, app: LoggingPolicy) -> None:
        self._app = app

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return the newest unseen media."""
        return _listed(self._app, shelves.pool[::-1][:DEEP], asked, standing)


class Followed:
    """What the accounts that one follows posted last; the page is as short as that is."""

    def __init__(self, app: LoggingPolicy, town: Town) -> None:
        self._app, self._media = app, town.media

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return the newest unseen media of followed accounts."""
        accounts = standing.follows.accounts[asked.person]
        back = np.arange(1, EACH + 1)
        found = self._app.posted(accounts[:, :, None], back, shelves).reshape(len(accounts), -1)
        ts = np.where(found == NONE, 0, self._media.ts[found])
        order = np.argsort(-ts, axis=1, kind="stable")
        listed = np.take_along_axis(found, order, axis=1)
        recent = np.take_along_axis(ts, order, axis=1) > asked.ts[:, None] - RECENT
        return _fitting(self._app, np.where(recent, listed, NONE), asked, standing)


class Random:
    """What chance brings, out of what is recent."""

    def __init__(self, app: LoggingPolicy) -> None:
        self._app = app

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return media drawn evenly."""
        drawn = rng.integers(0, max(1, len(shelves.pool)), (len(asked.person), 60))
        pool = shelves.pool if len(shelves.pool) else np.full(1, NONE, np.int32)
        return _fitting(self._app, pool[drawn], asked, standing)


def _listed(app: LoggingPolicy, best: I32, asked: Requests, standing: Standing) -> I32:
    """Return for each request the first of `best` ([k]) that fit."""
    return _fitting(app, np.tile(best, (len(asked.person), 1)), asked, standing)


def _fitting(app: LoggingPolicy, listed: I32, asked: Requests, standing: Standing) -> I32:
    return packed(listed.astype(np.int32), app.fits(listed, asked, standing))


def _popular(town: Town, life: Life) -> Popular:
    return Popular(life.policy)


def _fresh(town: Town, life: Life) -> Fresh:
    return Fresh(life.policy)


def _followed(town: Town, life: Life) -> Followed:
    return Followed(life.policy, town)


def _random(town: Town, life: Life) -> Random:
    return Random(life.policy)


def _oracle(town: Town, life: Life) -> Oracle:
    return Oracle(town, life)


RIVALS: Mapping[str, Enter] = {
    "popularity": _popular,
    "fresh": _fresh,
    "following": _followed,
    "random": _random,
    "oracle": _oracle,
}
"""All of them, by name."""
