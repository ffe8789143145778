"""The fold of what is said about media and accounts."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I32, I64, NONE, U8, UNKNOWN, Flag
from bowerbird.core.kernels import fused
from bowerbird.world.details import store_details
from bowerbird.world.incoming import Facts
from bowerbird.world.ledger import FRESH_COUNT, TOUCHED_LEN
from bowerbird.world.probe import Whole
from bowerbird.world.records import Lines
from bowerbird.world.tables import BLOCKED, FRESH, KNOWN, LISTED, POSTED, REMOVED, TOPICS

_TIME_KNOWN = int(Flag.TIME_KNOWN)
_GIVEN = int(Flag.RECOMMENDABLE_GIVEN)
_RECOMMENDABLE = int(Flag.RECOMMENDABLE)
_KNOWN = np.uint8(KNOWN)
_BLOCKED = np.uint8(BLOCKED)
_NOT_BLOCKED = np.uint8(0xFF ^ BLOCKED)
_REMOVED = np.uint8(REMOVED)
_LISTED = np.uint8(LISTED)


@fused
def touch_media(media: Lines, touched: I32, ledger: I64, row: Whole) -> None:
    """Note a media that may trend more than before, for the next choice of the pool."""
    if media.bits[row] & _LISTED:
        return
    media.bits[row] |= _LISTED
    touched[ledger[TOUCHED_LEN]] = row
    ledger[TOUCHED_LEN] += 1


@fused
def name_account(accounts: Lines, row: Whole, ts: Whole, known: Whole) -> None:
    """Date an account by the first fact that names it."""
    if row >= 0 and known and accounts.ts[row] == 0:
        accounts.ts[row] = ts


@fused
def set_blocked(flags: U8, row: Whole, said: Whole) -> None:
    """Block or unblock a row, where the fact says either."""
    if said & _GIVEN:
        if said & _RECOMMENDABLE:
            flags[row] &= _NOT_BLOCKED
        else:
            flags[row] |= _BLOCKED


@fused
def set_topics(topics: I32, row: Whole, facts: Facts, fact: Whole) -> None:
    """Replace the topics of a row by those of a fact, where it gives any."""
    first, last = facts.items_at[fact], facts.items_at[fact + 1]
    if first == last:
        return
    for i in range(TOPICS):
        topics[row, i] = facts.items[first + i] if first + i < last else NONE


@fused
def withdraw(accounts: Lines, account: Whole, media: Whole) -> None:
    """Take a media out of its owner's recent ones, if it is among them."""
    length, kept = accounts.posted_len[account], 0
    for i in range(length):
        posted = accounts.posted[account, i]
        if posted != media:
            accounts.posted[account, kept] = posted
            kept += 1
    for i in range(kept, length):
        accounts.posted[account, i] = NONE
    accounts.posted_len[account] = kept


@fused
def post(accounts: Lines, account: Whole, media: Whole, times: I64) -> None:
    """Put a media among its owner's recent ones, newest first, a tie going to the later fact."""
    length = accounts.posted_len[account]
    place, after = 0, length
    while place < after:
        middle = (place + after) // 2
        if times[accounts.posted[account, middle]] > times[media]:
            place = middle + 1
        else:
            after = middle
    if place == POSTED:
        return
    last = min(length, POSTED - 1)
    for i in range(last, place, -1):
        accounts.posted[account, i] = accounts.posted[account, i - 1]
    accounts.posted[account, place] = media
    accounts.posted_len[account] = last + 1


@fused
def own(media: Lines, accounts: Lines, row: Whole, owner: Whole, ts: Whole) -> None:
    """Say who posted a media and when, and keep the lists of both owners right."""
    former, same_time = media.account[row], media.ts[row] == ts
    media.ts[row] = ts
    if owner < 0 or (former == owner and same_time):
        return
    if former >= 0:
        withdraw(accounts, former, row)
        accounts.posts[former] -= 1
    media.account[row] = owner
    accounts.posts[owner] += 1
    post(accounts, owner, row, media.ts)


@fused
def fold_media(
    facts: Facts,
    i: Whole,
    media: Lines,
    accounts: Lines,
    details: U8,
    touched: I32,
    fresh: I32,
    ledger: I64,
) -> None:
    """Fold a description of a media: what it gives replaces, what it leaves out stays."""
    row, owner, ts, said = facts.media[i], facts.account[i], facts.ts[i], facts.flags[i]
    if row < 0 or media.bits[row] & _REMOVED:
        return
    if owner < 0:
        owner = media.account[row]
    name_account(accounts, owner, ts, said & _TIME_KNOWN)
    if owner >= 0 and accounts.bits[owner] & _REMOVED:
        media.account[row] = owner
        media.bits[row] |= _KNOWN | _REMOVED
        return
    own(media, accounts, row, owner, ts)
    touch_media(media, touched, ledger, row)
    set_blocked(media.bits, row, said)
    set_topics(media.topics, row, facts, i)
    if facts.code[i] != UNKNOWN:
        media.media_type[row] = facts.code[i]
    if not np.isnan(facts.value[i]):
        media.duration_s[row] = facts.value[i]
    if facts.expires[i] != 0:
        media.expires[row] = facts.expires[i]
    store_details(details, ledger, media.details_at, media.details_len, row, facts, i)
    if not media.bits[row] & _KNOWN:
        media.bits[row] |= _KNOWN
        fresh[ledger[FRESH_COUNT] % FRESH] = row
        ledger[FRESH_COUNT] += 1


@fused
def unlink(accounts: Lines, users: Lines, account: Whole, user: Whole) -> None:
    """Forget who is behind an account, and which account is a person's."""
    if account >= 0 and accounts.user[account] >= 0:
        users.account[accounts.user[account]] = NONE
        accounts.user[account] = NONE
    if user >= 0 and users.account[user] >= 0:
        accounts.user[users.account[user]] = NONE
        users.account[user] = NONE


@fused
def fold_account(
    facts: Facts, i: Whole, accounts: Lines, users: Lines, details: U8, ledger: I64
) -> None:
    """Fold a description of an account, under the same rules; its own time is its date."""
    row, user, said = facts.account[i], facts.user[i], facts.flags[i]
    if row < 0 or accounts.bits[row] & _REMOVED:
        return
    if said & _TIME_KNOWN and not accounts.bits[row] & _KNOWN:
        accounts.ts[row] = facts.ts[i]
    accounts.bits[row] |= _KNOWN
    set_blocked(accounts.bits, row, said)
    set_topics(accounts.topics, row, facts, i)
    if user >= 0 and accounts.user[row] != user:
        unlink(accounts, users, row, user)
        accounts.user[row] = user
        users.account[user] = row
    store_details(details, ledger, accounts.details_at, accounts.details_len, row, facts, i)
