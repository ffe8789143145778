"""Everything that is posted in the run: its form, topics, quality, end and tag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I16, I32, I64, U8, MediaType
from bowerbird.simulate.accounts import NEVER, Accounts, relatives
from bowerbird.simulate.draws import Rng, choose, pick, stream
from bowerbird.simulate.society import DAY, HOUR, Society
from bowerbird.simulate.topics import Topics

STORY_LASTS = 24 * HOUR
POSTING = np.array([2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 9, 8, 7, 7, 8, 9, 11, 12, 12, 10, 7, 4.0])
"""How much is posted in each hour of the day (UTC)."""

SECONDS = np.array([0.0, 22.0, 9.0, 1_500.0])
"""Median length by form, in seconds; a photo has none."""

TELLTALE = 0.7
"""Share of spam and of violating media whose caption gives them away."""


@dataclass(frozen=True, slots=True)
class Media:
    """One line a media [M], by time of posting.

    Attributes:
        account: [M] row of the owner.
        ts: [M] epoch ms.
        form: [M] a `MediaType`.
        topics: [M, 2] leaves, the stronger first.
        weights: [M, 2] how much of it is about each, sums to 1.
        quality: [M] about standard normal, shared in part with its account.
        seconds: [M] length, NaN for a photo.
        expires: [M] epoch ms, 0 for never; only stories do, the replay of a live stays.
        gone: [M] epoch ms at which its owner deleted it, NEVER for nearly all.
        spam: [M]
        violates: [M] breaks the app's policy.
        tell: [M] its caption shows that it is spam or breaks the policy.
        tag: [M] leaf it declares, -1 for three in ten; one in twelve is wrong.
    """

    account: I32
    ts: I64
    form: U8
    topics: I16
    weights: F32
    quality: F32
    seconds: F32
    expires: I64
    gone: I64
    spam: NDArray[np.bool_]
    violates: NDArray[np.bool_]
    tell: NDArray[np.bool_]
    tag: I16

    def __len__(self) -> int:
        return len(self.account)


def media_id(row: int) -> str:
    """Return the id of the media at `row`."""
    return f"m{row:06d}"


def draw_media(
    society: Society, accounts: Accounts, tree: Topics, arrives: I64, seed: int
) -> Media:
    """Return `society.media` media, posted from `backlog` days before the first session on."""
    rng = stream(seed, "media")
    account, ts = _posts(society, accounts, rng)
    form = pick(accounts.forms[account], rng).astype(np.uint8)
    topics, weights = _subjects(account, accounts, tree, rng)
    if society.shuffled:
        dealt = rng.permutation(len(ts))
        topics, weights = topics[dealt], weights[dealt]
    topics, weights = _existing(topics, weights, account, accounts, arrives[topics] <= ts[:, None])
    quality = 0.6 * accounts.quality[account] + 0.8 * rng.standard_normal(len(ts))
    spam = accounts.spam[account]
    violates = accounts.breaks[account] & (rng.random(len(ts)) < 0.5)
    seconds = _lengths(form, rng)
    gone = np.full(len(ts), NEVER)
    deleted = rng.integers(0, len(ts), max(1, len(ts) // 2_000))
    gone[deleted] = ts[deleted] + (rng.exponential(DAY, len(deleted)) + HOUR).astype(np.int64)
    return Media(
        account=account,
        ts=ts,
        form=form,
        topics=topics,
        weights=weights,
        quality=(quality - 0.8 * spam).astype(np.float32),
        seconds=seconds,
        expires=np.where(form == MediaType.STORY, ts + STORY_LASTS, 0).astype(np.int64),
        gone=gone,
        spam=spam,
        violates=violates,
        tell=(spam | violates) & (rng.random(len(ts)) < TELLTALE),
        tag=_tags(topics[:, 0], tree, rng),
    )


def _posts(society: Society, accounts: Accounts, rng: Rng) -> tuple[I32, I64]:
    first = society.starts - society.backlog * DAY
    born, ends = np.maximum(accounts.born, first), np.minimum(accounts.dies, society.ends)
    lives = np.maximum(ends - born, 0)
    drawn = choose(accounts.rate * lives.astype(np.float64), society.media, rng)
    moment = born[drawn] + (rng.random(society.media) * lives[drawn]).astype(np.int64)
    hour = choose(POSTING, society.media, rng)
    at_hour = moment // DAY * DAY + hour * HOUR + moment % HOUR
    fits = (at_hour > born[drawn]) & (at_hour < ends[drawn])  # else it keeps its even moment
    ts = np.where(fits, at_hour, moment)
    order = np.argsort(ts, kind="stable")
    return drawn[order].astype(np.int32), ts[order].astype(np.int64)


def _subjects(account: I32, accounts: Accounts, tree: Topics, rng: Rng) -> tuple[I16, F32]:
    first = accounts.topics[account, pick(accounts.shares[account], rng)]
    other = accounts.topics[account, pick(accounts.shares[account], rng)]
    near = rng.random(len(account)) < 0.4
    other = np.where(near, relatives(first, tree, rng), other)
    weight = np.where(other == first, 1.0, rng.uniform(0.6, 0.95, len(account)))
    topics = np.stack([first, other], axis=1).astype(np.int16)
    weights = np.stack([weight, 1 - weight], axis=1).astype(np.float32)
    return topics, weights


def _existing(
    topics: I16, weights: F32, account: I32, accounts: Accounts, exists: NDArray[np.bool_]
) -> tuple[I16, F32]:
    """Return topics and weights with the account's main leaf for what does not exist yet."""
    topics = np.where(exists, topics, accounts.topics[account, :1])
    one = topics[:, 0] == topics[:, 1]
    return topics, np.where(one[:, None], np.array([1, 0], np.float32), weights)


def _lengths(form: U8, rng: Rng) -> F32:
    seconds = SECONDS[form] * np.exp(0.7 * rng.standard_normal(len(form)))
    return np.where(form == MediaType.PHOTO, np.nan, seconds.clip(2, 7_200)).astype(np.float32)


def _tags(main: I16, tree: Topics, rng: Rng) -> I16:
    wrong = rng.random(len(main)) < 1 / 12
    tag = np.where(wrong, rng.integers(0, len(tree), len(main)), main)
    return np.where(rng.random(len(main)) < 0.3, -1, tag).astype(np.int16)
