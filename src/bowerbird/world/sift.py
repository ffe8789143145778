"""Several conditions on media in one pass: a media's line is fetched once, not once a signal.

Gives the same answers as asking `measures` one by one; `tests/world/test_sift.py` holds it to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bowerbird.core.candidates import Mask, Rows
from bowerbird.core.facts import I32, NONE
from bowerbird.core.kernels import fused, kernel
from bowerbird.core.prefetch import peek
from bowerbird.core.signals import Condition, Context
from bowerbird.world.probe import Whole, media_slot, pair_slot
from bowerbird.world.tables import BLOCKED, KNOWN, MUTES, REMOVED, VIOLATES, Tables

FLAGS = ("removed", "recommendable", "expired", "own", "seen", "muted")
"""The conditions that hold or not, in the order of `wanted`."""

FAR, NEAR = 24, 12
"""Rows ahead of which the line of a media, and that of its owner, are fetched."""

MARKS = 1_024
"""Marks of what the last pages showed, by the last digits of its row; a power of two."""

COMPARES = ("<", "<=", ">", ">=")

_OUT = BLOCKED | REMOVED | VIOLATES


@fused
def _below(score: float, compare: int, value: float) -> bool:
    if compare == 0:
        return score < value
    if compare == 1:
        return score <= value
    return score > value if compare == 2 else score >= value


@fused
def _in_set(arena: Any, at: Whole, capacity: Whole, media: Any) -> bool:
    """Return whether `media` is in the person's set."""
    if capacity > 0 and media >= 0:
        mask = capacity - 1
        slot = media_slot(media, mask)
        while arena[at + slot] != NONE:
            if arena[at + slot] == media:
                return True
            slot = (slot + 1) & mask
    return False


@fused
def _on_page(shown: Any, media: Any) -> bool:
    """Return whether `media` is on one of the last pages."""
    for i in range(len(shown)):  # padded: the first NONE is the end
        if shown[i] == NONE:
            return False
        if shown[i] == media:
            return True
    return False


@fused
def _mutes(keys: Any, muted: Any, key: Any, slot: Any) -> bool:
    """Return whether a pair is muted, looked for from `slot` on as in `probe.find_pair`."""
    mask = len(keys) - 1
    while keys[slot] != NONE:
        if keys[slot] == key:
            return bool(muted[slot] != 0)
        slot = (slot + 1) & mask
    return False


@fused
def _hides(topics: Any, row: Any, hidden: Any) -> bool:
    for k in range(topics.shape[1]):
        for i in range(len(hidden)):
            if topics[row, k] != NONE and topics[row, k] == hidden[i]:
                return True
    return False


@kernel
def _of_lines(
    rows: Any, lines: Any, sizes: Any, own_account: int, wanted: Any, scored: Any, left: Any
) -> int:
    """Write (position, owner) of the media whose lines pass to `left` [2, n]; return how many.

    No branch depends on what is read, so that the reads of many lines are under way at once.
    """
    account, flags, expires, owners_flags = lines
    media_size, account_size, now = sizes
    w_removed, w_good, w_over, w_own = wanted
    scores, names, compares, values = scored
    n, last = np.uint64(0), len(rows) - 1
    for i in range(len(rows)):
        far, near = np.int64(rows[min(i + FAR, last)]), np.int64(rows[min(i + NEAR, last)])
        if 0 <= far < media_size:
            peek(account, far, 64)
            if len(names) > 0:
                peek(scores, far, 4)
        if 0 <= near < media_size and 0 <= account[near] < account_size:
            peek(owners_flags, account[near], 1)
        row = np.int64(rows[i])
        inside = 0 <= row < media_size
        owner, flag, ends = np.int64(NONE), np.int64(REMOVED), np.int64(0)
        if inside:
            owner, flag, ends = np.int64(account[row]), np.int64(flags[row]), expires[row]
        if 0 <= owner < account_size:
            flag |= np.int64(owners_flags[owner]) & _OUT
        over = (ends != 0) & (ends <= now)
        gone = flag & REMOVED != 0
        good = ((flag & (_OUT | KNOWN)) == KNOWN) & (not over)
        own = (own_account != NONE) & (owner == own_account)
        passed = (w_removed < 0) | (gone == (w_removed == 1))
        passed &= (w_good < 0) | (good == (w_good == 1))
        passed &= (w_over < 0) | (over == (w_over == 1))
        passed &= (w_own < 0) | (own == (w_own == 1))
        for k in range(len(names)):
            score = 0.0
            if inside and names[k] >= 0:
                found = np.float64(scores[row, names[k]])
                score = 0.0 if np.isnan(found) else found
            passed &= _below(score, compares[k], values[k])
        left[0, n], left[1, n] = i, owner
        n += np.uint64(passed)
    return int(n)


@kernel
def _not_seen(rows: Any, n: int, left: Any, wanted: int, seen: Any) -> int:
    """Keep, of the first `n` of `left`, the media that the person saw (1) or did not see (0)."""
    arena, at, capacity, shown = seen
    perhaps = np.zeros(MARKS, np.bool_)  # so that few are looked for among those that were shown
    for i in range(len(shown)):
        perhaps[shown[i] & (MARKS - 1)] = True
    kept = np.uint64(0)
    for i in range(n):
        media = np.int64(rows[left[0, i]])
        known = _in_set(arena, at, capacity, media)
        if perhaps[media & (MARKS - 1)]:
            known |= _on_page(shown, media)
        left[0, kept], left[1, kept] = left[0, i], left[1, i]
        kept += np.uint64(known == (wanted == 1))
    return int(kept)


@kernel
def _not_muted(
    rows: Any, n: int, left: Any, wanted: int, pairs: Any, user: int, hidden: Any, topics: Any
) -> int:
    """Keep, of the first `n` of `left`, the media that the person muted (1) or did not (0)."""
    keys, muted = pairs
    mask = len(keys) - 1
    slots, first = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):  # apart from the search, so that the reads of many pairs are under way
        key = (np.int64(user) << 32) | left[1, i]
        slots[i] = pair_slot(key, mask) if user >= 0 and left[1, i] >= 0 and mask >= 0 else NONE
        first[i] = keys[slots[i]] if slots[i] >= 0 else NONE
    kept = 0
    for i in range(n):
        quiet = False
        if first[i] != NONE:
            quiet = _mutes(keys, muted, (np.int64(user) << 32) | left[1, i], slots[i])
        row = np.int64(rows[left[0, i]])
        if len(hidden) > 0 and not quiet and 0 <= row < len(topics):
            quiet = _hides(topics, row, hidden)
        left[0, kept], left[1, kept] = left[0, i], left[1, i]
        kept += quiet == (wanted == 1)
    return int(kept)


NO_ROWS: I32 = np.empty(0, np.int32)


def sift(
    tables: Tables,
    tests: Sequence[Condition],
    scores: Sequence[int],
    rows: Rows,
    context: Context,
    person: Person | None = None,
) -> Mask:
    """Return which media pass all `tests`, [n].

    Args:
        tables: the World.
        tests: on names in `FLAGS`, and comparisons of integrity scores; a flag that is asked for
            in two senses is one that nothing passes.
        scores: column of the score for each test that compares, in their order; NONE where
            nobody ever gave one.
        rows: [n] int32 media; those the World does not know get the defaults.
        context: the request.
        person: what `person_of` returns, where that is known.
    """
    wanted = [-1] * len(FLAGS)
    for test in tests:
        if not test.compare:
            at = FLAGS.index(test.name)
            if wanted[at] == 1 - int(test.value):
                return np.zeros(len(rows), np.bool_)
            wanted[at] = int(test.value)
    compared = [test for test in tests if test.compare]
    values = np.array([test.value for test in compared], np.float64)
    compares = np.array([COMPARES.index(test.compare) for test in compared], np.int64)
    scored = (tables.media.scores, np.array(scores, np.int64), compares, values)
    media, sizes = tables.media, tables.sizes
    lines = (media.account, media.flags, media.expires, tables.accounts.flags)
    limits = (sizes.media, sizes.accounts, context.now)
    user, own, hidden, seen = person or person_of(tables, context)
    left = np.empty((2, len(rows) + 1), np.int64)
    n = _of_lines(rows, lines, limits, own, tuple(wanted[:4]), scored, left)
    if wanted[4] >= 0:
        n = _not_seen(rows, n, left, wanted[4], seen)
    if wanted[5] == 1 or (wanted[5] == 0 and _may_mute(tables, user, hidden)):
        pairs, topics = (tables.pairs.key, tables.pairs.muted), media.topics[: sizes.media]
        n = _not_muted(rows, n, left, wanted[5], pairs, user, hidden, topics)
    out = np.zeros(len(rows), np.bool_)
    out[left[0, :n]] = True
    return out


def _may_mute(tables: Tables, user: int, hidden: I32) -> bool:
    """Return whether the person ever muted anybody, or hides a topic: most never do."""
    return len(hidden) > 0 or (user != NONE and bool(tables.users.flags[user] & MUTES))


Seen = tuple[I32, int, int, I32]
"""All sets of what people saw, start and size of one person's, what their last pages showed."""


Person = tuple[int, int, I32, Seen]
"""Row, account, hidden topics of a person, and what they saw."""


def person_of(tables: Tables, context: Context) -> Person:
    """Return row, account, hidden topics of the person, and what they saw."""
    users, arena = tables.users, tables.arenas.seen
    user = context.user if context.user < tables.sizes.users else NONE
    if user == NONE:
        return NONE, NONE, NO_ROWS, (arena, 0, 0, NO_ROWS)
    hidden = users.hidden_topics[user]
    seen = (arena, int(users.seen_at[user]), int(users.seen_cap[user]), users.shown[user])
    return user, int(users.account[user]), hidden[hidden != NONE], seen
