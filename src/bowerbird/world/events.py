"""The fold of events: what people did."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import (
    COUNTED,
    I32,
    I64,
    UNDOES,
    UNKNOWN,
    Action,
    FactKind,
    Flag,
    MediaType,
)
from bowerbird.core.kernels import fused
from bowerbird.world.acts import TYPES, act, move_to_front, remember
from bowerbird.world.catalogue import name_account
from bowerbird.world.history import history_fits
from bowerbird.world.incoming import Facts
from bowerbird.world.ledger import NEED, NEED_HISTORY, NEED_NOTHING, NEED_PAIRS, NEED_SEEN, step
from bowerbird.world.pairs import pairs_fit
from bowerbird.world.prefetch import FAR, NEAR, fetch_far, fetch_near
from bowerbird.world.probe import Whole
from bowerbird.world.records import Lines
from bowerbird.world.rules import (
    ENGAGED,
    LONG_VIEW_MS,
    LONG_VIEW_SHARE,
    LONG_VIEW_UNKNOWN_MS,
    SESSION_GAP,
)
from bowerbird.world.seen import add_seen, seen_fits
from bowerbird.world.tables import REMOVED
from bowerbird.world.undo import undo

_EVENT = int(FactKind.EVENT)
_TIME_KNOWN = int(Flag.TIME_KNOWN)
_VIEW = int(Action.VIEW)
_LONG_VIEW = int(Action.LONG_VIEW)
_VIDEO = int(MediaType.VIDEO)
_UNDOES = tuple(int(UNDOES[Action(code)]) for code in range(COUNTED, COUNTED + len(UNDOES)))
_CODES = COUNTED + len(UNDOES)
_NOT_REMOVED = np.uint8(0xFF ^ REMOVED)


@fused
def event_needs(
    users: Lines, history: Lines, pairs: Lines, seen: I32, ledger: I64, user: Whole, media: Whole
) -> Whole:
    """Return what must grow before an event is folded, as the ledger names it."""
    if not pairs_fit(pairs, ledger):
        return NEED_PAIRS
    if user < 0:
        return NEED_NOTHING
    if not history_fits(users, history, ledger, user):
        return NEED_HISTORY
    if media >= 0 and not seen_fits(users, seen, ledger, user):
        return NEED_SEEN
    return NEED_NOTHING


@fused
def is_long_view(media: Lines, row: Whole, dwell: float) -> bool:
    """Return whether a view of `dwell` ms (NaN: not told) of a media row or NONE is a long one."""
    if row < 0 or media.media_type[row] >= TYPES:
        return dwell >= LONG_VIEW_UNKNOWN_MS
    kind = media.media_type[row]
    threshold = LONG_VIEW_MS[kind]
    if kind == _VIDEO and media.duration_s[row] > 0:
        threshold = min(threshold, LONG_VIEW_SHARE * 1000.0 * media.duration_s[row])
    return dwell >= threshold


@fused
def touch_session(users: Lines, user: Whole, ts: Whole) -> None:
    """Count an event in the running session, or start one after a gap.

    A late event belongs to the running session or to one that is over; it never moves the clock.
    """
    fresh = users.session_events[user] == 0
    if fresh or ts - users.last_ts[user] > SESSION_GAP:
        users.session_ts[user] = ts
        users.session_events[user] = 1
    elif ts >= users.session_ts[user]:
        users.session_events[user] += 1
    users.last_ts[user] = ts if fresh else max(users.last_ts[user], ts)


@fused
def done(
    media: Lines,
    accounts: Lines,
    users: Lines,
    history: Lines,
    pairs: Lines,
    touched: I32,
    ledger: I64,
    m: Whole,
    a: Whole,
    u: Whole,
    code: Whole,
    dwell: float,
    ts: Whole,
    known: Whole,
) -> None:
    """Fold one counted action; a long enough view is one of each, and enters history as long."""
    last = _LONG_VIEW if code == _VIEW and is_long_view(media, m, dwell) else code
    action = code
    while True:
        act(media, accounts, users, pairs, touched, ledger, m, a, u, action, ts, known)
        if action == last:
            break
        action = last
    if u >= 0 and ENGAGED[last]:
        form = media.media_type[m] if m >= 0 else UNKNOWN
        remember(users, history, ledger, u, m, a, last, form, ts, known)
        if a >= 0:
            move_to_front(accounts, a, u)


@fused
def fold_event(
    facts: Facts,
    i: Whole,
    media: Lines,
    accounts: Lines,
    users: Lines,
    history: Lines,
    pairs: Lines,
    seen: I32,
    touched: I32,
    ledger: I64,
) -> None:
    """Fold the event at position `i`, room for it being made; a code not known does nothing."""
    code, u, m, a = facts.code[i], facts.user[i], facts.media[i], facts.account[i]
    ts, known = facts.ts[i], (facts.flags[i] & _TIME_KNOWN) != 0
    if code >= _CODES:
        return
    if a < 0 and m >= 0:
        a = media.account[m]
    name_account(accounts, a, ts, known)
    if u >= 0:
        users.bits[u] &= _NOT_REMOVED
        if known:
            touch_session(users, u, ts)
        if m >= 0:
            add_seen(users, seen, ledger, u, m)
    if code < COUNTED:
        dwell = facts.value[i]
        done(
            media, accounts, users, history, pairs, touched, ledger, m, a, u, code, dwell, ts, known
        )
    else:
        action = _UNDOES[code - COUNTED]
        undo(media, accounts, users, history, pairs, m, a, u, action, ts, known)


@fused
def fold_events(
    facts: Facts,
    first: Whole,
    media: Lines,
    accounts: Lines,
    users: Lines,
    history: Lines,
    pairs: Lines,
    seen: I32,
    touched: I32,
    ledger: I64,
) -> Whole:
    """Fold the events from `first` on, up to another kind or a need; return where it stopped."""
    i = first
    while i < len(facts.kind) and facts.kind[i] == _EVENT:
        need = event_needs(users, history, pairs, seen, ledger, facts.user[i], facts.media[i])
        if need != NEED_NOTHING:
            ledger[NEED] = need
            return i
        fetch_far(facts, i + FAR, media, users)
        fetch_near(facts, i + NEAR, media, accounts, users, history, pairs, seen)
        fold_event(facts, i, media, accounts, users, history, pairs, seen, touched, ledger)
        i += 1
        if step(ledger, facts.ts[i - 1], facts.flags[i - 1]):
            return i
    return i
