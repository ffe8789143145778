"""What moderators label, and what is taken down."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I32, I64, NONE, Action
from bowerbird.simulate.accounts import NEVER
from bowerbird.simulate.deeds import Deeds
from bowerbird.simulate.draws import Rng, stream
from bowerbird.simulate.society import DAY, HOUR
from bowerbird.simulate.town import Town

REVIEWED = 0.7
"""Share of reported media that somebody looks at."""

AUDITED = 0.025
"""Share of the day's posts that are looked at by chance."""

MISTAKEN = 0.03
"""Share of labels that are wrong."""

CHECKED = 0.3
"""Share of the spamming accounts that are found out, each beside two honest ones."""


class Labels(NamedTuple):
    """Labels [n]; each thing looked at has one for "spam" and one for "policy"."""

    ts: I64
    media: I32  # row, or NONE
    account: I32  # row, or NONE
    spam: NDArray[np.bool_]  # whether it is about spam, else about the policy
    violates: NDArray[np.bool_]


class Removals(NamedTuple):
    """Removals [n], by time; one of the rows is not NONE."""

    ts: I64
    person: I32
    account: I32
    media: I32
    reason: tuple[str, ...]


def review(town: Town, deeds: Deeds, day: int) -> Labels:
    """Return the labels given after `day`: of what was reported in `deeds`, and of an audit."""
    rng = stream(town.seed, "review", day)
    reported = np.unique(deeds.media[deeds.action == Action.REPORT])
    reported = reported[rng.random(len(reported)) < REVIEWED]
    midnight = town.society.starts + day * DAY
    first, last = np.searchsorted(town.media.ts, [midnight, midnight + DAY]).tolist()
    audited = np.arange(first, last)[rng.random(last - first) < AUDITED]
    media = np.union1d(reported, audited).astype(np.int32)
    ts = midnight + DAY + rng.integers(HOUR, 20 * HOUR, len(media))
    inside = ts < np.minimum(town.society.ends, town.accounts.dies[town.media.account[media]])
    media, ts = media[inside], ts[inside]
    nobody = np.full(len(media), NONE, np.int32)
    return _both(ts, media, nobody, town.media.spam[media], town.media.violates[media], rng)


def checks(town: Town) -> Labels:
    """Return the labels of accounts over the whole run."""
    rng, accounts, society = stream(town.seed, "checks"), town.accounts, town.society
    spam = rng.permutation(np.flatnonzero(accounts.spam))
    honest = rng.permutation(np.flatnonzero(~accounts.spam))
    found = max(1, int(len(spam) * CHECKED))
    account = np.concatenate([spam[:found], honest[: 2 * found]]).astype(np.int32)
    begins = np.maximum(accounts.born[account], society.starts)
    span = np.minimum(accounts.dies[account], society.ends) - begins
    ts = begins + (rng.random(len(account)) * span).astype(np.int64)
    nobody = np.full(len(account), NONE, np.int32)
    return _both(ts, nobody, account, accounts.spam[account], accounts.breaks[account], rng)


def removals(town: Town) -> Removals:
    """Return what is taken down before the end."""
    ends = town.society.ends
    leaving = np.flatnonzero(town.people.leaves < ends)
    banned = np.flatnonzero(town.accounts.dies < ends)
    deleted = np.flatnonzero((town.media.gone < ends) & (town.media.gone != NEVER))
    ts = np.concatenate(
        [town.people.leaves[leaving], town.accounts.dies[banned], town.media.gone[deleted]]
    )
    rows = np.full((3, len(ts)), NONE, np.int32)
    bounds = np.cumsum([len(leaving), len(banned), len(deleted)]).tolist()
    rows[0, : bounds[0]] = leaving
    rows[1, bounds[0] : bounds[1]] = banned
    rows[2, bounds[1] :] = deleted
    why = np.where(town.accounts.spam[banned], "spam", "closed").tolist()
    reasons = ["left"] * len(leaving) + why + ["deleted"] * len(deleted)
    order = np.argsort(ts, kind="stable")
    person, account, media = rows[:, order]
    return Removals(ts[order], person, account, media, tuple(reasons[at] for at in order.tolist()))


def _both(
    ts: I64,
    media: I32,
    account: I32,
    spam: NDArray[np.bool_],
    violates: NDArray[np.bool_],
    rng: Rng,
) -> Labels:
    about = np.repeat([True, False], len(ts))
    truth = np.concatenate([spam, violates])
    wrong = rng.random(len(truth)) < MISTAKEN
    twice = np.tile(np.arange(len(ts)), 2)
    return Labels(ts[twice], media[twice], account[twice], about, truth ^ wrong)
