"""Sessions: which engagements of a person belong to one sentence."""

from __future__ import annotations

import numpy as np

from bowerbird.core.candidates import Mask
from bowerbird.core.facts import I64
from bowerbird.ig2vec.engagements import Engagements


def sessions(rows: Engagements, gap_ms: int) -> I64:
    """Return [n] int64, the session of each engagement, numbered by person and first engagement.

    Engagements with the same session id are one session, however long they pause. Without an id,
    a session ends at a pause over `gap_ms`. Those whose time nobody knows are one session a
    person, since their order is all there is.
    """
    fresh = np.zeros(len(rows), np.int64)
    named = rows.session != 0
    timed = ~named & rows.known
    untimed = ~named & ~rows.known
    fresh[timed] = _by_pause(rows, timed, gap_ms)
    fresh[untimed] = _by_key(rows.user[untimed].astype(np.int64), np.zeros(0, np.int64))
    fresh[named] = _by_key(rows.user[named].astype(np.int64), rows.session[named])
    kind = np.where(timed, 0, np.where(untimed, 1, 2))
    return _numbered(fresh * 3 + kind)


def whole_orders(rows: Engagements) -> I64:
    """Return [n] int64: each person's engagements as one session."""
    return _numbered(rows.user.astype(np.int64))


def _by_pause(rows: Engagements, chosen: Mask, gap_ms: int) -> I64:
    user, ts = rows.user[chosen], rows.ts[chosen]
    begins = np.ones(len(user), np.bool_)
    begins[1:] = (user[1:] != user[:-1]) | (ts[1:] - ts[:-1] > gap_ms)
    return np.cumsum(begins, dtype=np.int64)


def _by_key(user: I64, key: I64) -> I64:
    """Return a number for each distinct (user, key); for each user where there is no key."""
    columns = (user, key) if len(key) else (user,)
    order = np.lexsort(columns)
    begins = np.zeros(len(user), np.bool_)
    for column in columns:
        sorted_column = column[order]
        begins[1:] |= sorted_column[1:] != sorted_column[:-1]
    numbers = np.empty(len(user), np.int64)
    numbers[order] = np.cumsum(begins)
    return numbers


def _numbered(keys: I64) -> I64:
    """Return `keys` renumbered 0, 1, … in order of first appearance."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
