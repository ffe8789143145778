"""What people care for, and how it drifts from day to day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I16, I64, NONE
from bowerbird.simulate.accounts import Accounts, popularity, relatives
from bowerbird.simulate.draws import Rng, choose, stream
from bowerbird.simulate.newborn import catches, known
from bowerbird.simulate.people import People
from bowerbird.simulate.society import MAIN
from bowerbird.simulate.topics import Topics

KEPT = 7
"""Interests a person has at most at a time."""

SPILL = 0.15
"""What a person cares for the other leaves of an interest's branch, as a share of it."""

STEP = 0.13
"""Spread of a day's random walk of the log of a strength."""

TURN = 0.05
"""Chance a day that a side interest gives way to a new one."""


@dataclass(frozen=True, slots=True)
class Interests:
    """The interests of one day.

    Attributes:
        topics: [P, KEPT] leaves.
        strength: [P, KEPT] in 0..1, 0 where a person has fewer.
        home: [P, KEPT] strength they return to.
    """

    topics: I16
    strength: F32
    home: F32

    def dense(self, tree: Topics) -> F32:
        """Return the interest of each person in each leaf ([P, T], 0..1)."""
        people = np.arange(len(self.topics))[:, None]
        branch = np.zeros((len(self.topics), int(tree.branch.max()) + 1), np.float32)
        np.maximum.at(branch, (people, tree.branch[self.topics]), self.strength)
        every = SPILL * branch[:, tree.branch]
        np.maximum.at(every, (people, self.topics), self.strength)
        return every

    def main(self) -> I16:
        """Return the `MAIN` strongest leaves of each person ([P, MAIN])."""
        order = np.argsort(-self.strength, axis=1, kind="stable")[:, :MAIN]
        return np.take_along_axis(self.topics, order, axis=1)


def draw_interests(
    people: People, accounts: Accounts, tree: Topics, arrives: I64, seed: int
) -> Interests:
    """Return everyone's interests on the first day, none in a leaf that is not there yet."""
    rng, count = stream(seed, "interests"), len(people.name)
    common = known(popularity(tree, seed), arrives, 0)
    first = choose(common, count, rng).astype(np.int16)
    posts = (people.account != NONE) & (rng.random(count) < 0.8)  # people post what they care for
    first = np.where(posts, accounts.topics[people.account, 0], first).astype(np.int16)
    columns = [first]
    for _ in range(KEPT - 1):
        anywhere = choose(common, count, rng)
        near = rng.random(count) < 0.3
        columns.append(np.where(near, relatives(first, tree, rng), anywhere).astype(np.int16))
    strength = rng.uniform(0.15, 0.55, (count, KEPT))
    strength[:, 0] = rng.uniform(0.85, 1.0, count)
    strength[:, 1] = rng.uniform(0.6, 0.95, count)
    strength[np.arange(KEPT)[None] >= rng.integers(3, KEPT + 1, count)[:, None]] = 0.0
    home = strength.astype(np.float32)
    topics = np.stack(columns, axis=1).astype(np.int16)
    early = choose(common, topics.size, rng).reshape(topics.shape)
    return Interests(np.where(arrives[topics] > 0, early, topics).astype(np.int16), home, home)


def drift(
    now: Interests, tree: Topics, common: F32, arrives: I64, midnight: int, seed: int, day: int
) -> Interests:
    """Return the interests of `day`, one day after `now`.

    Args:
        now: of the day before.
        tree: of topics.
        common: [T] fashion of the day, 0 for leaves that are not there yet.
        arrives: [T] epoch ms from which each leaf exists.
        midnight: epoch ms at which the day begins.
        seed: of the society.
        day: from 0.
    """
    rng = stream(seed, "drift", day)
    shape = now.strength.shape
    walk = np.exp(STEP * rng.standard_normal(shape, np.float32))
    strength = (now.strength**0.9 * now.home**0.1 * walk).clip(0, 1)
    turned = (rng.random(shape) < TURN) & (now.strength > 0)
    turned[:, :MAIN] &= rng.random((shape[0], MAIN)) < 0.15  # a main interest is seldom left
    topics = now.topics.copy()
    topics[turned] = _newcomers(now, turned, tree, common, rng)
    home = now.home.copy()
    for leaf, caught in catches(arrives, midnight, shape[0], rng):
        topics[caught, MAIN] = leaf
        home[caught, MAIN] = strength[caught, MAIN] = rng.uniform(0.5, 0.95, len(caught))
    return Interests(topics, strength.astype(np.float32), home)


def fashions(days: int, tree: Topics, seed: int) -> F32:
    """Return how much each leaf is in fashion on each day ([days, T], sums to 1 a day)."""
    rng = stream(seed, "fashions")
    common = popularity(tree, seed)
    peak = rng.uniform(-3, days + 3, len(tree))
    height = rng.exponential(0.8, len(tree))
    wave = np.exp(-0.5 * ((np.arange(days)[:, None] - peak) / 2.0) ** 2)
    shares = common * np.exp(height * wave)
    fashion: F32 = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return fashion


def _newcomers(
    now: Interests,
    turned: NDArray[np.bool_],
    tree: Topics,
    common: F32,
    rng: Rng,
) -> I16:
    who = np.nonzero(turned)[0]
    near = relatives(now.topics[who, 0], tree, rng)
    anywhere = choose(common, len(who), rng)
    near = np.where(common[near] > 0, near, anywhere)
    return np.where(rng.random(len(who)) < 0.4, near, anywhere).astype(np.int16)
