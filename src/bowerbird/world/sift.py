"""Several conditions on media in one pass: a media's line is fetched once, not once a signal.

Gives the same answers as asking `measures` one by one; `tests/world/test_sift.py` holds it to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Mask, Rows
from bowerbird.core.facts import I32, NONE
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Condition, Context
from bowerbird.world.probe import Whole, find_pair, in_set
from bowerbird.world.tables import BLOCKED, KNOWN, REMOVED, VIOLATES, Tables

FLAGS = ("removed", "recommendable", "expired", "own", "seen", "muted")
"""The conditions that hold or not, in the order of `wanted`."""

COMPARES = ("<", "<=", ">", ">=")

_REMOVED, _RECOMMENDABLE, _EXPIRED, _OWN, _SEEN, _MUTED = range(len(FLAGS))
_OUT = BLOCKED | REMOVED | VIOLATES


@kernel
def _below(score: float, compare: int, value: float) -> bool:
    if compare == 0:
        return score < value
    if compare == 1:
        return score <= value
    return score > value if compare == 2 else score >= value


@kernel
def _shown(shown: Any, media: int) -> bool:
    for i in range(len(shown)):
        if shown[i] == NONE:
            break
        if shown[i] == media:
            return True
    return False


@kernel
def _hides(topics: Any, hidden: Any) -> bool:
    for topic in topics:
        for unwanted in hidden:
            if topic != NONE and topic == unwanted:
                return True
    return False


@kernel  # one media is asked everything while its line is at hand; that is what it is for
def _sift(  # noqa: C901, PLR0912
    rows: Rows,
    lines: Any,
    sizes: Any,
    person: Any,
    seen: Any,
    pairs: Any,
    wanted: Any,
    scored: Any,
    out: NDArray[np.bool_],
) -> None:
    account, flags, expires, topics, scores, owners_flags = lines
    media_size, account_size, now = sizes
    user, own_account, hidden = person
    arena, at, capacity, shown = seen
    keys, muted = pairs
    names, compares, values = scored
    met, line = np.int32(NONE), np.int64(NONE)  # the media of one account tend to stand together
    for i in range(len(rows)):
        out[i] = False
        row = rows[i]
        inside = 0 <= row < media_size
        owner = account[row] if inside else np.int32(NONE)
        flag, ends = np.int64(REMOVED), np.int64(0)
        if inside:
            flag, ends = np.int64(flags[row]), expires[row]
        if 0 <= owner < account_size:
            flag |= np.int64(owners_flags[owner]) & _OUT
        over = ends != 0 and ends <= now
        if wanted[_REMOVED] >= 0 and (flag & REMOVED != 0) != (wanted[_REMOVED] == 1):
            continue
        if wanted[_RECOMMENDABLE] >= 0:
            good = (flag & (_OUT | KNOWN)) == KNOWN and not over
            if good != (wanted[_RECOMMENDABLE] == 1):
                continue
        if wanted[_EXPIRED] >= 0 and over != (wanted[_EXPIRED] == 1):
            continue
        if wanted[_OWN] >= 0:
            mine = own_account != NONE and owner == own_account
            if mine != (wanted[_OWN] == 1):
                continue
        passed = True
        for k in range(len(names)):
            score = 0.0
            if inside and names[k] >= 0:
                found = np.float64(scores[row, names[k]])
                score = 0.0 if np.isnan(found) else found
            passed = passed and _below(score, compares[k], values[k])
        if not passed:
            continue
        if wanted[_SEEN] >= 0:
            known = user != NONE and (in_set(arena, at, capacity, row) or _shown(shown, row))
            if known != (wanted[_SEEN] == 1):
                continue
        if wanted[_MUTED] >= 0:
            if owner != met:
                met, line = owner, np.int64(find_pair(keys, user, np.int64(owner)))
            quiet = line != NONE and muted[line] != 0
            if not quiet and inside and len(hidden) > 0:
                quiet = _hides(topics[row], hidden)
            if quiet != (wanted[_MUTED] == 1):
                continue
        out[i] = True


NO_ROWS: I32 = np.empty(0, np.int32)


def sift(
    tables: Tables,
    tests: Sequence[Condition],
    scores: Sequence[int],
    rows: Rows,
    context: Context,
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
    """
    wanted = np.full(len(FLAGS), -1, np.int64)
    for test in tests:
        if not test.compare:
            at = FLAGS.index(test.name)
            if wanted[at] == 1 - int(test.value):
                return np.zeros(len(rows), np.bool_)
            wanted[at] = int(test.value)
    compared = [test for test in tests if test.compare]
    values = np.array([test.value for test in compared], np.float64)
    compares = np.array([COMPARES.index(test.compare) for test in compared], np.int64)
    media, sizes = tables.media, tables.sizes
    columns = (
        media.account,
        media.flags,
        media.expires,
        media.topics,
        media.scores,
        tables.accounts.flags,
    )
    out = np.empty(len(rows), np.bool_)
    person, seen = _person(tables, context)
    pairs = (tables.pairs.key, tables.pairs.muted)
    scored = (np.array(scores, np.int64), compares, values)
    limits = (sizes.media, sizes.accounts, context.now)
    _sift(rows, columns, limits, person, seen, pairs, wanted, scored, out)
    return out


def _person(
    tables: Tables, context: Context
) -> tuple[tuple[int, int, I32], tuple[I32, Whole, Whole, I32]]:
    """Return (row, account, hidden topics) of the person, and (sets, start, size, shown)."""
    users, arena = tables.users, tables.arenas.seen
    user = context.user if context.user < tables.sizes.users else NONE
    if user == NONE:
        return (NONE, NONE, NO_ROWS), (arena, 0, 0, NO_ROWS)
    hidden = users.hidden_topics[user]
    seen = (arena, int(users.seen_at[user]), int(users.seen_cap[user]), users.shown[user])
    return (user, int(users.account[user]), hidden[hidden != NONE]), seen
