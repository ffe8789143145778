"""How each signal of the World is worked out, for all rows of an operator at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from msgspec import Struct

from bowerbird.core.candidates import Column, Mask, Rows
from bowerbird.core.facts import F64, NONE, UNKNOWN, Action
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Context
from bowerbird.world.probe import find_pairs, find_seen
from bowerbird.world.rules import AFFINITY_HALF_LIFE, POPULARITY, PRIOR, RECENT_HALF_LIFE, TREND
from bowerbird.world.tables import BLOCKED, KNOWN, REMOVED, VIOLATES, Accounts, Media, Tables, Users

_OUT = BLOCKED | REMOVED | VIOLATES

Lines = Media | Accounts | Users


class Asked(Struct):
    """One question of an operator; a Struct, for a page asks a dozen.

    Attributes:
        tables: the World.
        lines: the group of columns that `rows` number.
        size: how many lines are meant; rows from there on, and NONE, get what `gather` is told.
        rows: [n] int32.
        owned: whether the rows are accounts or people, so that each is its own.
        context: the request.
    """

    tables: Tables
    lines: Any
    size: int
    rows: Rows
    owned: bool
    context: Context

    @property
    def owners(self) -> Rows:
        """The account of each row [n], NONE where there is none."""
        if self.owned:
            return self.rows
        return gather(self.tables.media.account, self.rows, self.tables.sizes.media, NONE)

    @property
    def user(self) -> int:
        """The person, NONE where the World has no line for them."""
        return self.context.user if self.context.user < self.tables.sizes.users else NONE


Measure = Callable[[Asked], Column]


def gather(column: Column, rows: Rows, size: int, absent: float) -> Column:
    """Return `column[rows]`, `absent` for NONE and for rows from `size` on."""
    found = np.empty((len(rows), *column.shape[1:]), column.dtype)
    fill_cells(column, rows, size, absent, found)
    return found


@kernel
def fill_cells(column: Any, rows: Any, size: int, absent: float, found: Any) -> None:
    """Write what `gather` returns into `found`; a column in one dimension or in two."""
    for i in range(len(rows)):
        if 0 <= rows[i] < size:
            found[i] = column[rows[i]]
        else:
            found[i] = absent


def column(name: str, absent: float = 0) -> Measure:
    """Return the measure that reads one column."""
    return lambda asked: gather(getattr(asked.lines, name), asked.rows, asked.size, absent)


def total(action: int) -> Measure:
    """Return the measure that counts one action ever."""
    return lambda asked: gather(asked.lines.total[:, action], asked.rows, asked.size, 0)


def left(asked: Asked) -> F64:
    """Return what is left by now of recent counts as of their own times, [n]."""
    clock = gather(asked.lines.recent_ts, asked.rows, asked.size, 0)
    idle = np.maximum(asked.context.now - clock, 0)
    remains: F64 = np.exp2(-idle / RECENT_HALF_LIFE)
    return remains


def recent(action: int) -> Measure:
    """Return the measure that counts one action lately, decayed to now."""
    return lambda asked: (
        gather(asked.lines.recent[:, action], asked.rows, asked.size, 0) * left(asked)
    )


def weighted(counts: Column, weights: tuple[float, ...]) -> F64:
    """Return the weighted sum of counts [n, COUNTED]."""
    summed = np.zeros(len(counts))
    for action, weight in enumerate(weights):
        if weight:
            summed += weight * counts[:, action]
    return summed


def trend(asked: Asked) -> Column:
    """Return the weighted engagements of late, decayed to now."""
    return weighted(gather(asked.lines.recent, asked.rows, asked.size, 0), TREND) * left(asked)


def popularity(asked: Asked) -> Column:
    """Return weighted engagements over impressions ever, smoothed."""
    counts = gather(asked.lines.total, asked.rows, asked.size, 0)
    found: Column = weighted(counts, POPULARITY) / (counts[:, Action.IMPRESSION] + PRIOR)
    return found


def age(asked: Asked) -> Column:
    """Return how long ago it was posted, ms, never negative."""
    posted = gather(asked.lines.ts, asked.rows, asked.size, 0)
    found: Column = np.maximum(asked.context.now - posted, 0)
    return found


def duration(asked: Asked) -> Column:
    """Return how long it plays, ms, 0 where nobody said."""
    seconds = gather(asked.lines.duration_s, asked.rows, asked.size, np.nan)
    return np.nan_to_num(seconds.astype(np.float64) * 1000.0)


def media_type(asked: Asked) -> Column:
    """Return the code of the media type, UNKNOWN where nobody said."""
    return gather(asked.lines.media_type, asked.rows, asked.size, UNKNOWN)


def owner(asked: Asked) -> Column:
    """Return the account each row belongs to; an account belongs to itself."""
    return asked.owners


def flags(asked: Asked) -> Column:
    """Return the flags of each row, those of its owner added."""
    owners_flags = gather(asked.tables.accounts.flags, asked.owners, asked.tables.sizes.accounts, 0)
    of_row = gather(asked.lines.flags, asked.rows, asked.size, REMOVED)
    found: Column = np.bitwise_or(of_row, owners_flags & _OUT)
    return found


def removed(asked: Asked) -> Mask:
    """Return whether the row or its owner was removed, or is none the World knows."""
    found: Mask = np.not_equal(flags(asked) & REMOVED, 0)
    return found


def expired(asked: Asked) -> Mask:
    """Return whether its time is over."""
    expires = gather(asked.lines.expires, asked.rows, asked.size, 0)
    found: Mask = (expires != 0) & (expires <= asked.context.now)
    return found


def media_recommendable(asked: Asked) -> Mask:
    """Return whether a media may be shown: described, not expired, it and its owner not barred."""
    found: Mask = np.equal(flags(asked) & (_OUT | KNOWN), KNOWN) & ~expired(asked)
    return found


def account_recommendable(asked: Asked) -> Mask:
    """Return whether an account is not barred."""
    found: Mask = np.equal(flags(asked) & _OUT, 0)
    return found


def own(asked: Asked) -> Mask:
    """Return whether the row is of the person's own account."""
    if asked.user == NONE or asked.tables.users.account[asked.user] == NONE:
        return np.zeros(len(asked.rows), np.bool_)
    found: Mask = asked.owners == asked.tables.users.account[asked.user]
    return found


def seen(asked: Asked) -> Mask:
    """Return whether the person saw a media, or had it on one of the last pages."""
    if asked.user == NONE:
        return np.zeros(len(asked.rows), np.bool_)
    users, person = asked.tables.users, asked.user
    at, capacity = int(users.seen_at[person]), int(users.seen_cap[person])
    shown = users.shown[person]
    return find_seen(asked.tables.arenas.seen, at, capacity, shown, asked.rows)


def of_pairs(asked: Asked, values: Column) -> Column:
    """Return `values` of the pair of the person and each owner, 0 where they never met."""
    lines = find_pairs(asked.tables.pairs.key, asked.user, asked.owners)
    found: Column = np.where(lines == NONE, values.dtype.type(0), values[lines])
    return found


def affinity(asked: Asked) -> Column:
    """Return the person's affinity to each owner, decayed to now."""
    pairs = asked.tables.pairs
    since = 1000 * of_pairs(asked, pairs.second).astype(np.int64)
    idle = np.maximum(asked.context.now - since, 0)
    found: Column = of_pairs(asked, pairs.affinity) * np.exp2(-idle / AFFINITY_HALF_LIFE)
    return found


def muted(asked: Asked) -> Mask:
    """Return whether the person muted the owner, or hides one of the row's topics."""
    found: Mask = of_pairs(asked, asked.tables.pairs.muted) != 0
    if asked.user == NONE:
        return found
    hidden = asked.tables.users.hidden_topics[asked.user]
    if (hidden == NONE).all():
        return found
    topics = gather(asked.lines.topics, asked.rows, asked.size, NONE)
    for topic in hidden[hidden != NONE]:
        found |= (topics == topic).any(axis=1)
    return found


def score(name: int) -> Measure:
    """Return the measure that reads an integrity score, 0 where none was given."""

    def read(asked: Asked) -> Column:
        if not 0 <= name < asked.tables.sizes.names:
            return np.zeros(len(asked.rows), np.float32)
        scores = gather(asked.lines.scores[:, name], asked.rows, asked.size, np.nan)
        return np.nan_to_num(scores)

    return read
