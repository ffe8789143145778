"""Whom people follow when they sign up: accounts of the topics they name."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, F64, I32, Action
from bowerbird.simulate.deeds import Deeds, follows
from bowerbird.simulate.draws import Rng, pick, stream
from bowerbird.simulate.sessions import leaning
from bowerbird.simulate.town import Town

FEWEST = 4
MOST = 40
BLOCK = 1 << 16


def sign_ups(town: Town, cares: F32) -> Deeds:
    """Return everyone's first follows, by time; `cares` ([P, T]) are the interests at the start.

    The sign-up shows a directory by topic. People open topics in proportion to their interests
    (one in seven by chance) and follow the busier and better accounts there more often.
    """
    rng = stream(town.seed, "sign-ups")
    people, accounts = town.people, town.accounts
    count = (FEWEST + np.exp(rng.normal(1.9, 0.8, len(people.name)))).astype(int).clip(FEWEST, MOST)
    person = np.repeat(np.arange(len(people.name), dtype=np.int32), count)
    chance = rng.random(len(person)) < 1 / 7
    by_chance = rng.integers(0, len(town.tree), len(person))
    leaf = np.where(chance, by_chance, _opened(cares, person, rng))
    if town.society.shuffled:
        leaf = rng.permutation(leaf)
    account = _in_directory(town, leaf.astype(np.int32), rng.random(len(person)))
    first = np.cumsum(count) - count
    nth = np.arange(len(person)) - np.repeat(first, count)
    ts = people.joined[person] + (nth + 1) * 6_000 + rng.integers(0, 4_000, len(person))
    pair = person.astype(np.int64) * len(accounts.handle) + account
    new = np.zeros(len(pair), bool)
    new[np.unique(pair, return_index=True)[1]] = True
    new &= (accounts.born[account] < ts) & (accounts.dies[account] > ts)
    new &= people.account[person] != account
    chosen = np.flatnonzero(new)[np.argsort(ts[new], kind="stable")]
    return follows(person[chosen], account[chosen], ts[chosen], Action.FOLLOW)


def _opened(cares: F32, person: I32, rng: Rng) -> I32:
    """Return a leaf that each ([n]) opens, by interest, block by block: [n, T] is large."""
    blocks = range(0, len(person), BLOCK)
    return np.concatenate([pick(leaning(cares[person[at : at + BLOCK]]), rng) for at in blocks])


def _in_directory(town: Town, leaf: I32, quantile: F64) -> I32:
    """Return an account whose main topic is `leaf` for each ([n]); any one where there is none."""
    accounts = town.accounts
    order = np.argsort(accounts.topics[:, 0], kind="stable")
    weight = (accounts.rate * np.exp(0.7 * accounts.quality) * ~accounts.spam + 1e-6)[order]
    total = np.concatenate([[0.0], np.cumsum(weight, dtype=np.float64)])
    bounds = np.searchsorted(accounts.topics[order, 0], np.arange(len(town.tree) + 1))
    low, high = total[bounds[leaf]], total[bounds[leaf + 1]]
    wanted = low + quantile * (high - low)
    position = np.searchsorted(total, wanted, side="right") - 1
    account: I32 = order[np.minimum(position, len(order) - 1)].astype(np.int32)
    return account
