"""The people who look: how often, at what hours, with what temper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE
from bowerbird.simulate import names
from bowerbird.simulate.accounts import NEVER, Accounts
from bowerbird.simulate.draws import Rng, stream
from bowerbird.simulate.society import DAY, HOUR, Society

BUSIEST = 5.0
"""Sessions a day of the most active."""

NEVER_LIKE = 0.20
"""Share who never like, save or share anything."""

LIKE_ALL = 0.015
"""Share who like most of what they open."""

LATE = 0.10
"""Share who sign up mid-run."""


@dataclass(frozen=True, slots=True)
class People:
    """One line a person [P]; the first few score are early members with plain names.

    Attributes:
        name: P ids.
        account: [P] row of their own account, NONE for most.
        joined: [P] epoch ms of the sign-up.
        leaves: [P] epoch ms at which they ask to be forgotten, NEVER for nearly all.
        activity: [P] mean sessions a day.
        odd: [P] 0 or 1: whether their sessions start in odd hours, which keeps two of them apart.
        hours: [P, 12] weight of each two hours of the day.
        places: [P, 3] share of pages looked at in the feed, explore, and a channel of explore.
        forms: [P, 4] taste for photo, video, story, live, standard normal.
        generous: [P] logit added to liking; some like everything, some never do.
        talkative: [P] logit added to commenting.
        clicky: [P] logit added to clicking.
        conform: [P] weight of other people's likes, around 1.
        curious: [P] weight of what is new, around 1.
        patience: [P] logit added to turning to the next page.
    """

    name: tuple[str, ...]
    account: I32
    joined: I64
    leaves: I64
    activity: F32
    odd: I32
    hours: F32
    places: F32
    forms: F32
    generous: F32
    talkative: F32
    clicky: F32
    conform: F32
    curious: F32
    patience: F32


def draw_people(society: Society, accounts: Accounts, seed: int) -> People:
    """Return the people of the whole run, those yet to sign up included."""
    rng, count = stream(seed, "people"), society.people
    joined = _sign_ups(society, rng)
    account = np.full(count, NONE, np.int32)
    owned = np.flatnonzero(accounts.person != NONE)
    account[accounts.person[owned]] = owned
    leaves = np.full(count, NEVER)
    leavers = rng.integers(count // 2, count, max(1, count // 1_000))
    leaves[leavers] = society.ends - (rng.random(len(leavers)) * DAY).astype(np.int64) - 1
    return People(
        name=names.people(count),
        account=account,
        joined=joined,
        leaves=leaves,
        activity=_activity(society, rng),
        odd=rng.integers(0, 2, count).astype(np.int32),
        hours=_hours(count, rng),
        places=rng.dirichlet([4.5, 2.2, 2.3], count).astype(np.float32),
        forms=rng.standard_normal((count, 4), np.float32),
        generous=_generous(count, rng),
        talkative=_normal(count, 0.8, rng),
        clicky=_normal(count, 0.35, rng),
        conform=np.exp(_normal(count, 0.4, rng)),
        curious=np.exp(_normal(count, 0.5, rng)),
        patience=_normal(count, 0.5, rng),
    )


def _normal(count: int, spread: float, rng: Rng) -> F32:
    return np.float32(spread) * rng.standard_normal(count, np.float32)


def _generous(count: int, rng: Rng) -> F32:
    drawn, kind = _normal(count, 0.9, rng), rng.random(count)
    drawn[kind < NEVER_LIKE] -= 12
    drawn[kind > 1 - LIKE_ALL] += 4
    return drawn


def _sign_ups(society: Society, rng: Rng) -> I64:
    count = society.people
    late = max(1, int(count * LATE))
    before = society.starts - (rng.random(count - late) * 60 * DAY).astype(np.int64) - HOUR
    span = society.ends - society.starts - DAY // 2
    during = society.starts + (rng.random(late) * span).astype(np.int64)
    return np.sort(np.concatenate([before, during]).astype(np.int64))


def _activity(society: Society, rng: Rng) -> F32:
    raw = np.exp(1.1 * rng.standard_normal(society.people))
    early = min(len(names.FIRST), society.people // 2)
    raw[:early] = np.maximum(raw[:early], 1.5)  # those the docs name have something to show
    scaled = raw / raw.mean() * society.sessions
    activity: F32 = scaled.clip(0.02, BUSIEST).astype(np.float32)
    return activity


def _hours(count: int, rng: Rng) -> F32:
    middle = np.arange(12) * 2 + 1.0
    peaks = np.stack([rng.normal(20, 2.0, count), rng.normal(11, 3.5, count)], axis=1)
    apart = np.abs(middle[None, None] - peaks[..., None]) % 24
    apart = np.minimum(apart, 24 - apart)
    bumps = np.exp(-0.5 * (apart / 2.6) ** 2) * np.array([1.0, 0.6])[None, :, None]
    weights: F32 = (0.03 + bumps.sum(axis=1)).astype(np.float32)
    return weights
