"""Taking an action back."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import NONE, Action
from bowerbird.core.kernels import fused
from bowerbird.world.acts import TYPES
from bowerbird.world.counters import advance, uncount, warm
from bowerbird.world.history import find_entry, remove_entry
from bowerbird.world.probe import Whole, find_pair
from bowerbird.world.records import Lines
from bowerbird.world.rules import AFFINITY

_FOLLOW = int(Action.FOLLOW)


@fused
def advance_everywhere(
    media: Lines, accounts: Lines, users: Lines, m: Whole, a: Whole, u: Whole, ts: Whole
) -> None:
    """Let the recent counts of an event's media, account and person fade up to `ts`."""
    if m >= 0:
        advance(media.recent, media.recent_ts, m, ts)
    if a >= 0:
        advance(accounts.recent, accounts.recent_ts, a, ts)
    if u >= 0:
        advance(users.recent, users.recent_ts, u, ts)


@fused
def uncount_everywhere(
    media: Lines,
    accounts: Lines,
    users: Lines,
    m: Whole,
    a: Whole,
    u: Whole,
    action: Whole,
    done: Whole,
    known: Whole,
) -> None:
    """Take an event of time `done` back from its media, account and person."""
    if m >= 0:
        uncount(media.total, media.recent, media.recent_ts, m, action, done, known)
    if a >= 0:
        uncount(accounts.total, accounts.recent, accounts.recent_ts, a, action, done, known)
    if u >= 0:
        uncount(users.total, users.recent, users.recent_ts, u, action, done, known)


@fused
def forget_entry(users: Lines, history: Lines, u: Whole, entry: Whole) -> None:
    """Take an engagement out of a person's history and of their counts by media type."""
    form = history.media_type[entry]
    if form < TYPES:
        users.by_type[u, form] -= np.float32(1)
    remove_entry(users, history, u, entry)


@fused
def undo(
    media: Lines,
    accounts: Lines,
    users: Lines,
    history: Lines,
    pairs: Lines,
    m: Whole,
    a: Whole,
    u: Whole,
    action: Whole,
    ts: Whole,
    known: Whole,
) -> None:
    """Take back the newest `action` on a media, or on an account for a follow.

    It is taken from where it was counted. One that left the history is taken off the totals
    only; one never done changes nothing.
    """
    target = NONE if action == _FOLLOW else m
    if u < 0 or (target < 0 and a < 0):
        return
    entry = find_entry(users, history, u, target, a, action)
    done, dated = ts, False
    if entry != NONE:
        m, a = history.media[entry], history.account[entry]
        done, dated = history.ts[entry], history.known[entry] != 0
        forget_entry(users, history, u, entry)
    line = find_pair(pairs.key, u, a)
    if entry == NONE and (line == NONE or pairs.counts[line, action] == 0):
        return
    if known:
        advance_everywhere(media, accounts, users, m, a, u, ts)
    uncount_everywhere(media, accounts, users, m, a, u, action, done, dated)
    if line != NONE:
        pairs.counts[line, action] -= min(pairs.counts[line, action], 1)
        if entry != NONE:
            warm(pairs.affinity, pairs.second, line, -AFFINITY[action], done)
