"""The fold of labels, scores, controls and removals: what may be shown, and to whom."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE, U8, Control, Flag
from bowerbird.core.kernels import fused
from bowerbird.world.catalogue import touch_media, unlink, withdraw
from bowerbird.world.details import erase_details
from bowerbird.world.incoming import Facts
from bowerbird.world.ledger import MEDIA, NEED_FORGET, NEED_NOTHING
from bowerbird.world.pairs import meet
from bowerbird.world.probe import Whole, find_pair
from bowerbird.world.records import Lines
from bowerbird.world.tables import HIDDEN, MUTES, REMOVED, TOPICS, VIOLATES

_SAID_VIOLATES = int(Flag.VIOLATES)
_MUTE = int(Control.MUTE)
_UNMUTE = int(Control.UNMUTE)
_HIDE_TOPIC = int(Control.HIDE_TOPIC)
_SHOW_TOPIC = int(Control.SHOW_TOPIC)
_LAST_POLICY = 63
_VIOLATES = np.uint8(VIOLATES)
_NOT_VIOLATES = np.uint8(0xFF ^ VIOLATES)
_REMOVED = np.uint8(REMOVED)
_MUTES = np.uint8(MUTES)
_NOT_REMOVED = np.uint8(0xFF ^ REMOVED)


@fused
def set_policy(flags: U8, policies: I64, row: Whole, name: Whole, violates: Whole) -> None:
    """Note what a label says of one policy; a row violates while it does so by any of them."""
    bit = np.int64(1) << (name if 0 <= name < _LAST_POLICY else _LAST_POLICY)
    if violates:
        policies[row] |= bit
    else:
        policies[row] &= ~bit
    if policies[row] != 0:
        flags[row] |= _VIOLATES
    else:
        flags[row] &= _NOT_VIOLATES


@fused
def fold_label(
    facts: Facts, i: Whole, media: Lines, accounts: Lines, touched: I32, ledger: I64
) -> None:
    """Fold a label of a media, or else of an account."""
    m, a, violates = facts.media[i], facts.account[i], facts.flags[i] & _SAID_VIOLATES
    if m >= 0:
        set_policy(media.bits, media.policies, m, facts.name[i], violates)
        touch_media(media, touched, ledger, m)
    elif a >= 0:
        set_policy(accounts.bits, accounts.policies, a, facts.name[i], violates)


@fused
def fold_score(facts: Facts, i: Whole, media_scores: F32, account_scores: F32) -> None:
    """Fold a score of a media, or else of an account."""
    m, a, name = facts.media[i], facts.account[i], facts.name[i]
    if name >= 0 and m >= 0:
        media_scores[m, name] = facts.value[i]
    elif name >= 0 and a >= 0:
        account_scores[a, name] = facts.value[i]


@fused
def set_hidden(hidden: I32, user: Whole, topic: Whole, hide: bool) -> None:
    """Hide a topic from a person, or show it again; the newest is the first."""
    kept = 0
    for i in range(HIDDEN):
        if hidden[user, i] != NONE and hidden[user, i] != topic:
            hidden[user, kept] = hidden[user, i]
            kept += 1
    for i in range(kept, HIDDEN):
        hidden[user, i] = NONE
    if hide:
        for i in range(min(kept, HIDDEN - 1), 0, -1):
            hidden[user, i] = hidden[user, i - 1]
        hidden[user, 0] = topic


@fused
def fold_control(
    facts: Facts, i: Whole, media: Lines, users: Lines, pairs: Lines, ledger: I64
) -> None:
    """Fold what a person asked for; `pairs_fit` was asked before."""
    u, a, m, code = facts.user[i], facts.account[i], facts.media[i], facts.code[i]
    if u < 0:
        return
    users.bits[u] &= _NOT_REMOVED
    if a < 0 and m >= 0:
        a = media.account[m]
    if code == _MUTE and a >= 0:
        pairs.muted[meet(pairs, ledger, u, a)] = 1
        users.bits[u] |= _MUTES
    elif code == _UNMUTE:
        line = find_pair(pairs.key, u, a)
        if line != NONE:
            pairs.muted[line] = 0
    elif code in (_HIDE_TOPIC, _SHOW_TOPIC):
        for j in range(facts.items_at[i], facts.items_at[i + 1]):
            set_hidden(users.hidden_topics, u, facts.items[j], code == _HIDE_TOPIC)


@fused
def remove_media(media: Lines, details: U8, ledger: I64, row: Whole) -> None:
    """Mark a media as gone, and forget what was said about it."""
    media.bits[row] |= _REMOVED
    for i in range(TOPICS):
        media.topics[row, i] = NONE
    erase_details(details, ledger, media.details_at, media.details_len, row)


@fused
def remove_account(
    media: Lines, accounts: Lines, users: Lines, details: U8, ledger: I64, row: Whole
) -> None:
    """Mark an account and all its media as gone; passes once over the media."""
    accounts.bits[row] |= _REMOVED
    for m in range(ledger[MEDIA]):
        if media.account[m] == row:
            remove_media(media, details, ledger, m)
    for i in range(accounts.posted_len[row]):
        accounts.posted[row, i] = NONE
    accounts.posted_len[row] = 0
    for i in range(accounts.engagers_len[row]):
        accounts.engagers[row, i] = NONE
    accounts.engagers_len[row] = 0
    for i in range(TOPICS):
        accounts.topics[row, i] = NONE
    unlink(accounts, users, row, NONE)
    erase_details(details, ledger, accounts.details_at, accounts.details_len, row)


@fused
def fold_removal(
    facts: Facts,
    i: Whole,
    media: Lines,
    accounts: Lines,
    users: Lines,
    details: U8,
    ledger: I64,
) -> Whole:
    """Remove a media, or else an account; return the need to forget where it is a person."""
    m, a = facts.media[i], facts.account[i]
    if m >= 0:
        remove_media(media, details, ledger, m)
        if media.account[m] >= 0:
            withdraw(accounts, media.account[m], m)
    elif a >= 0:
        remove_account(media, accounts, users, details, ledger, a)
    elif facts.user[i] >= 0:
        return NEED_FORGET
    return NEED_NOTHING
