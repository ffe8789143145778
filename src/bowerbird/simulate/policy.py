"""The logging policy: what the app shows, a mix of followed, popular and random.

It reads what any app knows (who follows whom, what is liked of late, declared tags) and nothing of
anyone's interests. Popularity is its own: heat, recounted every hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F64, I8, I16, I32, I64, NONE
from bowerbird.simulate.accounts import Accounts
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.media import Media
from bowerbird.simulate.people import People
from bowerbird.simulate.society import DAY
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.topics import Topics

FEED, EXPLORE, CHANNEL = 0, 1, 2
"""Places a page is asked from; a channel is the part of explore that shows one declared tag."""

FOLLOWED = np.array([0.58, 0.0, 0.0])
POPULAR = np.array([0.24, 0.60, 0.55])
"""Share of the slots of each place; what is left is random."""

DRAWN = 24
"""Slots drawn for a page; what is seen, muted, gone or twice on it is dropped from them."""

SHOWN = 14
"""Slots of a page at most."""

RECENT = 5 * DAY
"""Older media are not shown."""

TOP = 400
"""How far down the popular list the policy draws from."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Pages asked for [S].

    Attributes:
        person: [S] row.
        ts: [S] epoch ms.
        place: [S] FEED, EXPLORE or CHANNEL.
        topic: [S] leaf of the channel.
        number: [S] of the page, counted through the run from 1.
    """

    person: I32
    ts: I64
    place: I8
    topic: I16
    number: I64

    def take(self, which: NDArray[np.bool_]) -> Requests:
        """Return those of the mask `which` ([S])."""
        return Requests(
            *(getattr(self, name)[which] for name in ("person", "ts", "place", "topic", "number"))
        )


@dataclass(frozen=True, slots=True)
class Shelves:
    """What the app could show in one hour.

    Attributes:
        now: epoch ms at which it was counted.
        pool: [r] recent media, oldest first.
        popular: [k] the hottest of them, best first.
        by_tag: [q] those with a tag, by tag, hottest first.
        tag_at: [T + 1] bounds into `by_tag`.
        posted: [A] how many media of each account there are by now.
    """

    now: int
    pool: I32
    popular: I32
    by_tag: I32
    tag_at: I64
    posted: I64


class PagePolicy(Protocol):
    """Chooses what pages show: [S, SHOWN] media rows, NONE after the last slot."""

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32: ...


class LoggingPolicy:
    """Draws pages; holds nothing that changes."""

    def __init__(self, accounts: Accounts, media: Media, people: People, tree: Topics) -> None:
        self._accounts, self._media, self._people, self._tree = accounts, media, people, tree
        self._by_account: I64 = np.argsort(media.account, kind="stable")
        count = np.bincount(media.account, minlength=len(accounts.handle))
        self._account_at: I64 = np.cumsum(count) - count

    def stock(self, now: int, standing: Standing) -> Shelves:
        """Return what there is at `now`."""
        media = self._media
        low, high = np.searchsorted(media.ts, [now - RECENT, now]).tolist()
        pool = np.arange(low, high, dtype=np.int32)
        there = (media.expires[pool] == 0) | (media.expires[pool] > now)
        pool = pool[there & (self._accounts.dies[media.account[pool]] > now)]
        heat = standing.heat[pool]
        top = min(TOP, max(1, len(pool) // 8))
        popular = pool[np.argsort(-heat, kind="stable")[:top]]
        tag = media.tag[pool]
        order = np.lexsort((-heat, tag))[int((tag < 0).sum()) :]
        return Shelves(
            now=now,
            pool=pool,
            popular=popular,
            by_tag=pool[order],
            tag_at=np.searchsorted(tag[order], np.arange(len(self._tree) + 1)),
            posted=np.bincount(media.account[:high], minlength=len(self._account_at)),
        )

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return a page for each request ([S, SHOWN] media rows, NONE after the last slot)."""
        shape = (len(asked.person), DRAWN)
        source, place = rng.random(shape), rng.random(shape)
        popular = source < POPULAR[asked.place][:, None]
        followed = source > 1 - FOLLOWED[asked.place][:, None]
        depth = np.where(popular, place**2, place)  # towards the top, where there is one
        drawn = _at(shelves.pool, 0, len(shelves.pool), place)
        drawn = np.where(popular, _at(shelves.popular, 0, len(shelves.popular), depth), drawn)
        channel = (asked.place == CHANNEL)[:, None]
        first, last = shelves.tag_at[asked.topic], shelves.tag_at[asked.topic + 1]
        tagged = _at(shelves.by_tag, first[:, None], last[:, None], depth)
        drawn = np.where(channel, tagged, drawn)
        drawn = np.where(followed, self._posted(asked, shelves, standing, rng), drawn)
        return packed(drawn, self.fits(drawn, asked, standing))

    def posted(self, account: I32, back: I64, shelves: Shelves) -> I32:
        """Return the media that each account ([...]) posted `back`th last (from 1), or NONE."""
        there = (account != NONE) & (back <= shelves.posted[account])
        position = self._account_at[account] + shelves.posted[account] - back
        return np.where(there, self._by_account[np.where(there, position, 0)], NONE)

    def _posted(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return recent media of followed accounts ([S, DRAWN]), NONE where there is none."""
        shape = (len(asked.person), DRAWN)
        length = standing.follows.length[asked.person][:, None]
        which = (rng.random(shape) * length).astype(np.int64)
        account = standing.follows.accounts[asked.person[:, None], which]
        found = self.posted(account, rng.geometric(0.3, shape), shelves)
        recent = self._media.ts[found] > asked.ts[:, None] - RECENT
        return np.where(recent, found, NONE).astype(np.int32)

    def fits(self, drawn: I32, asked: Requests, standing: Standing) -> NDArray[np.bool_]:
        """Return which of `drawn` ([S, k] media, NONE for none) may be on the page, each once."""
        media, flat, width = self._media, drawn.ravel(), drawn.shape[1]
        person = np.repeat(asked.person, width)
        ts = np.repeat(asked.ts, width)
        account = media.account[flat]
        lasts = (media.expires[flat] == 0) | (media.expires[flat] > ts + DAY // 48)
        fits = (flat != NONE) & (media.ts[flat] < ts) & lasts & (media.gone[flat] > ts + DAY // 24)
        fits &= self._accounts.dies[account] > ts + DAY // 24
        fits &= self._people.account[person] != account
        fits &= ~standing.mutes.holds(person, account) & ~standing.seen(person, flat)
        once: NDArray[np.bool_] = fits.reshape(drawn.shape) & _first_of_row(drawn)
        return once


def _at(rows: I32, first: I64 | int, last: I64 | int, depth: F64) -> I32:
    """Return the rows at share `depth` of the way from `first` to `last`, NONE where empty."""
    if not len(rows):
        return np.full(depth.shape, NONE, np.int32)
    position = (first + depth * (last - first)).astype(np.int64)
    return np.where(np.asarray(last) > first, rows[np.minimum(position, len(rows) - 1)], NONE)


def _first_of_row(drawn: I32) -> NDArray[np.bool_]:
    order = np.argsort(drawn, axis=1, kind="stable")
    lines = np.take_along_axis(drawn, order, axis=1)
    first = np.ones(drawn.shape, bool)
    first[:, 1:] = lines[:, 1:] != lines[:, :-1]
    unsorted = np.empty(drawn.shape, bool)
    np.put_along_axis(unsorted, order, first, axis=1)
    return unsorted


def packed(drawn: I32, fits: NDArray[np.bool_]) -> I32:
    """Return the fitting slots of each row moved to its front, in order: [S, SHOWN]."""
    order = np.argsort(~fits, axis=1, kind="stable")
    page = np.where(fits, drawn, NONE)
    return np.take_along_axis(page, order, axis=1)[:, :SHOWN]
