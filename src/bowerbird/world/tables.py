"""The columns of the World, as named tuples that numba kernels take whole.

Arrays have capacity beyond what is filled: only the first lines, as many as `Sizes` says,
are meant, the rest is unspecified. Only the fold writes to them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I32, I64, U8

U32 = NDArray[np.uint32]

TOPICS = 4
"""Topics kept per media and account; further ones stay in the journal only."""

POSTED = 64
"""Recent media kept per account."""

ENGAGERS = 32
"""Recent people kept per account."""

HISTORY = 200
"""Recent engagements kept per person."""

SHOWN = 96
"""Recently exposed media kept per person, over at most the last `PAGES` pages."""

PAGES = 3

HIDDEN = 8
"""Topics a person can ask not to see; asking for one more forgets the oldest."""

POOL = 4096
"""Media that `trending` is chosen from, those touched since the last choice apart."""

FRESH = 4096
"""Newest media facts kept for `fresh`."""

KNOWN = 1  # bits of the flag columns: a fact described it, not only named it
BLOCKED = 2  # its owner or an importer said it is not recommendable
REMOVED = 4
VIOLATES = 8  # a label said so
MUTES = 16  # of a person: muted somebody at some time, so that it is worth a look
LISTED = 128  # a media in `Lists.pool` or `Lists.touched`: the fold's own, not for readers


class Sizes(NamedTuple):
    """How many rows are meant."""

    users: int
    accounts: int
    media: int
    names: int  # columns of `scores`


class Media(NamedTuple):
    """One line a media."""

    account: I32  # [M] owner, NONE until known
    ts: I64  # [M] when posted, epoch ms, 0 until known
    media_type: U8  # [M] MediaType or UNKNOWN
    duration_s: F32  # [M] NaN where unknown
    flags: U8  # [M]
    policies: I64  # [M] bit of each policy it violates, by row of the table of names, 63 at most
    expires: I64  # [M] epoch ms, 0 never
    topics: I32  # [M, TOPICS] rows, NONE-padded
    total: F32  # [M, COUNTED] events so far, an undone one taken off
    recent: F32  # [M, COUNTED] the same, decayed with a half-life of a day, as of recent_ts
    recent_ts: I64  # [M] epoch ms of the last count (events whose time is known)
    scores: F32  # [M, names] integrity scores by row of the table of names, NaN where none
    details_at: I64  # [M] start of its JSON in `details`
    details_len: I32  # [M]


class Accounts(NamedTuple):
    """One line an account."""

    user: I32  # [A] the person behind it, NONE where nobody said
    ts: I64  # [A] when first described or named
    flags: U8  # [A]
    policies: I64  # [A]
    topics: I32  # [A, TOPICS]
    posts: I32  # [A] media ever posted
    posted: I32  # [A, POSTED] its media, newest post first
    posted_len: I32  # [A]
    engagers: I32  # [A, ENGAGERS] distinct people who engaged, newest first
    engagers_len: I32  # [A]
    total: F32  # [A, COUNTED]
    recent: F32  # [A, COUNTED]
    recent_ts: I64  # [A]
    scores: F32  # [A, names]
    details_at: I64  # [A]
    details_len: I32  # [A]


class Users(NamedTuple):
    """One line a person."""

    account: I32  # [U] the account of this person, NONE where there is none
    total: F32  # [U, COUNTED]
    recent: F32  # [U, COUNTED] half-life of a day
    recent_ts: I64  # [U]
    by_type: F32  # [U, 4] engagements by media type
    session_ts: I64  # [U] start of the running session (30-minute gap), 0 for none
    session_events: I32  # [U] events in it
    last_ts: I64  # [U] newest event whose time is known, 0 for none
    history_at: I64  # [U] start in the history columns
    history_len: I32  # [U] filled, at most HISTORY
    history_base: I64  # [U] start of the slice the person owns, NONE for none; <= history_at
    history_cap: I32  # [U] length of that slice
    seen_at: I64  # [U] start of the person's hash set in `seen`, NONE for none
    seen_cap: I32  # [U] power of two, 0 for none
    seen_len: I32  # [U]
    shown: I32  # [U, SHOWN] exposed media, newest page first, NONE-padded
    shown_page: I32  # [U, SHOWN] number of the page each belongs to
    pages: I32  # [U] pages exposed so far
    request: I64  # [U] hash of the request of the newest page, 0 where absent
    flags: U8  # [U]
    hidden_topics: I32  # [U, HIDDEN] topic rows the person asked not to see, NONE-padded


class Arenas(NamedTuple):
    """What hangs off people and pairs, contiguous per owner."""

    history_media: I32
    history_account: I32
    history_action: U8
    history_type: U8
    history_ts: I64
    history_known: U8
    seen: I32  # open-addressing sets of media rows, NONE where empty
    details: U8  # JSON of media and accounts


class Pairs(NamedTuple):
    """Person x account, an open-addressing table.

    Also holds mutes, so that one probe answers all that binds a person to an account. Read through
    `bowerbird.world.probe`.
    """

    key: I64  # [P] user << 32 | account, NONE where empty
    affinity: F32  # [P] decayed weight of engagements, half-life of 30 days, as of second
    second: U32  # [P] epoch seconds, 0 before any engagement
    counts: U8  # [P, COUNTED] stops at 255
    muted: U8  # [P] 1 while muted


class Lists(NamedTuple):
    """What lists of media are made from; `ledger` says how much of each is filled."""

    pool: I32  # [POOL] the media that trend most, when last chosen, by row
    touched: I32  # [POOL] media acted on since, not in the pool
    fresh: I32  # [FRESH] a ring of new media, in the order they were folded


class Tables(NamedTuple):
    """All of it."""

    sizes: Sizes
    media: Media
    accounts: Accounts
    users: Users
    arenas: Arenas
    pairs: Pairs
    lists: Lists
    ledger: I64  # scalars of the fold, see `bowerbird.world.ledger`
