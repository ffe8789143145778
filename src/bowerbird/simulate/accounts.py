"""The accounts that post: what about, how well, how often, and which of them are not honest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I16, I32, I64, NONE
from bowerbird.simulate import names
from bowerbird.simulate.draws import Rng, choose, stream
from bowerbird.simulate.newborn import timely
from bowerbird.simulate.society import DAY, Society
from bowerbird.simulate.topics import Topics

NEVER = np.iinfo(np.int64).max
"""A time that does not come."""

BORN_MID_RUN = 0.12
OLDEST = 180  # days before the first session
WITH_A_PERSON = 0.30
BANNED = 0.15  # of those that spam
CLOSED = 0.01  # of all; by whoever is behind them
FORMS = np.array([5.0, 3.6, 1.1, 0.3], np.float32)
"""Concentration of an account's mix of photo, video, story and live."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """One line an account [A], oldest first.

    Attributes:
        handle: A ids.
        person: [A] row of the person behind it, NONE for seven in ten.
        born: [A] epoch ms.
        dies: [A] epoch ms of its removal, NEVER for nearly all.
        topics: [A, 4] leaves, the main one first.
        shares: [A, 4] how much of its media each has, sums to 1.
        quality: [A] standard normal.
        rate: [A] posts a day, heavy-tailed; only ratios matter.
        forms: [A, 4] share of photo, video, story, live.
        spam: [A] posts bait and nothing else.
        breaks: [A] some of its media break the app's policy.
        tags: [A, 2] leaves it declares, -1 where it does not; one in twelve is wrong.
    """

    handle: tuple[str, ...]
    person: I32
    born: I64
    dies: I64
    topics: I16
    shares: F32
    quality: F32
    rate: F32
    forms: F32
    spam: NDArray[np.bool_]
    breaks: NDArray[np.bool_]
    tags: I16


def draw_accounts(society: Society, tree: Topics, arrives: I64, seed: int) -> Accounts:
    """Return the accounts of the whole run, those yet to be born included.

    `arrives` ([T] epoch ms) says from when on each leaf exists.
    """
    rng, count = stream(seed, "accounts"), society.accounts
    common = popularity(tree, seed)
    topics, shares = _subjects(count, tree, common, rng)
    born = _births(society, rng)
    topics[:, 0] = timely(topics[:, 0], born, arrives, common, rng)
    spam = rng.random(count) < society.spammers
    spam[_some(count, rng)] = True
    breaks = (rng.random(count) < society.breakers) & ~spam
    breaks[_some(count, rng)] = True
    breaks &= ~spam
    dies = np.full(count, NEVER)
    banned = rng.permutation(np.flatnonzero(spam))[: max(1, int(spam.sum() * BANNED))]
    closed = rng.permutation(np.flatnonzero(~spam))[: max(1, int(count * CLOSED))]
    doomed = np.concatenate([banned, closed])
    span = society.ends - np.maximum(born[doomed], society.starts)
    dies[doomed] = society.ends - (rng.random(len(doomed)) * 0.8 * span).astype(np.int64) - 1
    return Accounts(
        handle=names.handles(topics[:, 0], tuple(spam.tolist()), tree, rng),
        person=_people_behind(society, spam, rng),
        born=born,
        dies=dies,
        topics=topics,
        shares=shares,
        quality=rng.standard_normal(count, np.float32),
        rate=((rng.pareto(1.6, count) + 0.3) * np.where(spam, 4, 1)).clip(0, 25).astype(np.float32),
        forms=rng.dirichlet(FORMS, count).astype(np.float32),
        spam=spam,
        breaks=breaks,
        tags=_tags(topics, tree, rng),
    )


def popularity(tree: Topics, seed: int) -> F32:
    """Return how common each leaf is ([T], sums to 1): skewed, with a floor for the rarest."""
    rng = stream(seed, "popularity")
    common = rng.permutation(1.0 / (np.arange(len(tree)) + 6.0) ** 0.8)
    shares: F32 = (common / common.sum()).astype(np.float32)
    return shares


def relatives(leaf: I16, tree: Topics, rng: Rng) -> I16:
    """Return a leaf of the same branch for each of `leaf` ([n]), perhaps itself."""
    size = np.bincount(tree.branch)
    first = np.cumsum(size) - size
    branch = tree.branch[leaf]
    return (first[branch] + (rng.random(len(leaf)) * size[branch]).astype(np.int64)).astype(
        np.int16
    )


def _subjects(count: int, tree: Topics, common: F32, rng: Rng) -> tuple[I16, F32]:
    main = choose(common, count, rng).astype(np.int16)
    sides = [
        np.where(rng.random(count) < 0.5, relatives(main, tree, rng), choose(common, count, rng))
        for _ in range(3)
    ]
    alone = rng.uniform(0.55, 0.92, count)
    rest = rng.dirichlet([2.0, 0.8, 0.4], count) * (1 - alone)[:, None]
    topics = np.stack([main, *sides], axis=1).astype(np.int16)
    return topics, np.column_stack([alone, rest]).astype(np.float32)


def _births(society: Society, rng: Rng) -> I64:
    count = society.accounts
    late = max(society.days, int(count * BORN_MID_RUN))  # at least one a day
    before = society.starts - (rng.random(count - late) ** 1.5 * OLDEST * DAY).astype(np.int64)
    days = np.arange(late) % society.days
    during = society.starts + days * DAY + (rng.random(late) * DAY * 0.9).astype(np.int64)
    return np.sort(np.concatenate([before, during]).astype(np.int64))


def _people_behind(society: Society, spam: NDArray[np.bool_], rng: Rng) -> I32:
    person = np.full(society.accounts, NONE, np.int32)
    honest = rng.permutation(np.flatnonzero(~spam))
    count = min(int(society.accounts * WITH_A_PERSON), society.people, len(honest))
    person[honest[:count]] = rng.permutation(society.people)[:count]
    return person


def _some(count: int, rng: Rng) -> I32:
    """Return a few rows, so that a tiny society has one of each kind too."""
    return rng.integers(0, count, 2).astype(np.int32)


def _tags(topics: I16, tree: Topics, rng: Rng) -> I16:
    tags = topics[:, :2].copy()
    wrong = rng.random(tags.shape) < 1 / 12
    tags[wrong] = rng.integers(0, len(tree), int(wrong.sum()))
    tags[rng.random(len(tags)) < 0.40] = -1
    tags[rng.random(len(tags)) < 0.55, 1] = -1
    return tags
