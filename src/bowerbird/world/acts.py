"""What one action of a person changes."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I32, I64, MediaType
from bowerbird.core.kernels import fused
from bowerbird.world.catalogue import touch_media
from bowerbird.world.counters import count, warm
from bowerbird.world.history import next_entry
from bowerbird.world.pairs import count_pair, meet
from bowerbird.world.probe import Whole
from bowerbird.world.records import Lines
from bowerbird.world.rules import AFFINITY, TREND

TYPES = len(MediaType)


@fused
def move_to_front(accounts: Lines, account: Whole, user: Whole) -> None:
    """Make a person the newest engager of an account; the oldest leaves when there are too many."""
    length, width = accounts.engagers_len[account], accounts.engagers.shape[1]
    place = min(length, width - 1)
    for i in range(length):
        if accounts.engagers[account, i] == user:
            place = i
            break
    if place == length:
        accounts.engagers_len[account] += 1
    for i in range(place, 0, -1):
        accounts.engagers[account, i] = accounts.engagers[account, i - 1]
    accounts.engagers[account, 0] = user


@fused
def remember(
    users: Lines,
    history: Lines,
    ledger: I64,
    user: Whole,
    media: Whole,
    account: Whole,
    action: Whole,
    form: Whole,
    ts: Whole,
    known: Whole,
) -> None:
    """Append an engagement to a person's history."""
    entry = next_entry(users, history, ledger, user)
    history.media[entry] = media
    history.account[entry] = account
    history.action[entry] = action
    history.media_type[entry] = form
    history.ts[entry] = ts
    history.known[entry] = known
    if form < TYPES:
        users.by_type[user, form] += np.float32(1)


@fused
def count_everywhere(
    media: Lines,
    accounts: Lines,
    users: Lines,
    m: Whole,
    a: Whole,
    u: Whole,
    action: Whole,
    ts: Whole,
    known: Whole,
) -> None:
    """Count an event on its media, account and person, those of them that are named."""
    if m >= 0:
        count(media.total, media.recent, media.recent_ts, m, action, ts, known)
    if a >= 0:
        count(accounts.total, accounts.recent, accounts.recent_ts, a, action, ts, known)
    if u >= 0:
        count(users.total, users.recent, users.recent_ts, u, action, ts, known)


@fused
def act(
    media: Lines,
    accounts: Lines,
    users: Lines,
    pairs: Lines,
    touched: I32,
    ledger: I64,
    m: Whole,
    a: Whole,
    u: Whole,
    action: Whole,
    ts: Whole,
    known: Whole,
) -> None:
    """Count an action, warm or cool the pair, and let the media trend."""
    count_everywhere(media, accounts, users, m, a, u, action, ts, known)
    if m >= 0 and TREND[action] > 0:
        touch_media(media, touched, ledger, m)
    if u >= 0 and a >= 0:
        line = meet(pairs, ledger, u, a)
        count_pair(pairs, line, action)
        if AFFINITY[action] != 0:
            warm(pairs.affinity, pairs.second, line, AFFINITY[action], ts)
