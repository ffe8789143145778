"""What followed an impression: actions joined to it, undone ones taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bowerbird.core.facts import F32, F64, I8, I32, I64, NONE, U8, UNDOES, Action
from bowerbird.core.kernels import inner, kernel
from bowerbird.ranking.heads import ACTIONS, DAY_MS, DELAYS, HEADS, OF_ACCOUNT, WINDOWS
from bowerbird.ranking.impressions import Events
from bowerbird.ranking.requests import Requests
from bowerbird.world.events import is_long_view
from bowerbird.world.tables import Media

_HEAD = np.full(256, NONE, np.int8)
_UNDO = np.zeros(256, np.uint8)
for _column, _head in enumerate(HEADS):
    _HEAD[ACTIONS[_head]] = _column
for _undoing, _undone in UNDOES.items():
    _HEAD[_undoing], _UNDO[_undoing] = _HEAD[_undone], 1
_LONG_VIEW = HEADS.index("long_view")
_WINDOW = np.array([WINDOWS[head] for head in HEADS], np.int64)


class Shown(NamedTuple):
    """Impressions sorted by key, then time, then offset."""

    key: I64  # person and what an action is joined by
    ts: I64
    request: I64
    media: I32
    offset: I64  # of the request: actions before it are in its features
    row: I64  # line in the labels


class Acts(NamedTuple):
    """Actions in the same order."""

    key: I64
    ts: I64
    request: I64
    media: I32
    offset: I64
    head: I8
    undo: U8


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What followed each impression.

    Attributes:
        labels: [n, H] 0 or 1.
        known: [n, H] 1 where the head's window was over when the journal ended.
        delays: [H, DELAYS] share of the outcomes of a day that came within each of `DELAYS`, NaN
            for a head without any.
    """

    labels: U8
    known: U8
    delays: F64


def outcomes(events: Events, requests: Requests, media: Media) -> Outcomes:
    """Return which heads' actions followed each of `requests.rows`.

    An action belongs to the impression of its media under the same request id if there is one,
    else to the last one before it; follows and profile visits to an impression of the account, of
    that media where one is named. None belongs to an impression that is older than the head's
    window, names another request, or whose features already know of it.

    Args:
        events: everything people did.
        requests: all of them, those not trained on too: an action belongs to one impression only.
        media: as the World knows them, for their accounts and what a long view is.
    """
    labels = np.zeros((len(requests.rows), len(HEADS)), np.uint8)
    delays: list[tuple[I8, I64]] = []
    head = _HEAD[events.code]
    head[long_views(media, events.code, events.media, events.value)] = _LONG_VIEW
    account = np.where(events.account >= 0, events.account, owner_of(media, events.media))
    targets_account = np.isin(events.code, OF_ACCOUNT)
    for target, mine in ((events.media, ~targets_account), (account, targets_account)):
        acted = np.flatnonzero((head >= 0) & mine & (target >= 0))
        shown, acts = _shown(events, requests, target), _acts(events, acted, target, head)
        late = np.full(len(acts.key), NONE, np.int64)
        join(shown, acts, _WINDOW, labels, late)
        delays.append((acts.head[late >= 0], late[late >= 0]))
    newest = int(events.ts.max(initial=0))
    known = events.ts[requests.rows][:, None] + _WINDOW <= newest
    return Outcomes(labels, known.astype(np.uint8), _curve(delays))


def _curve(delays: list[tuple[I8, I64]]) -> F64:
    """Return the share of each head's outcomes [H, DELAYS] that came so soon."""
    head, late = (np.concatenate(parts) for parts in zip(*delays, strict=True))
    found = np.full((len(HEADS), len(DELAYS)), np.nan)
    for k in range(len(HEADS)):
        mine = late[head == k]
        if len(mine):
            found[k] = [(mine <= most).mean() for most in DELAYS.values()]
    return found


def owner_of(media: Media, rows: I32) -> I32:
    """Return the account of each media, NONE where either is not known."""
    known = (rows >= 0) & (rows < len(media.account))
    return np.where(known, media.account[np.where(known, rows, 0)], NONE).astype(np.int32)


def _keyed(user: I32, target: I32) -> I64:
    return (user.astype(np.int64) << 32) | target.astype(np.int64)


def _shown(events: Events, requests: Requests, target: I32) -> Shown:
    rows = requests.rows
    known = np.flatnonzero(target[rows] >= 0)
    at = rows[known]
    key = _keyed(events.user[at], target[at])
    order = np.lexsort((events.offset[at], events.ts[at], key))
    at, known = at[order], known[order]
    offset = requests.per_row(requests.offset)[known]
    return Shown(key[order], events.ts[at], events.request[at], events.media[at], offset, known)


def _acts(events: Events, acted: I64, target: I32, head: I8) -> Acts:
    key = _keyed(events.user[acted], target[acted])
    order = np.lexsort((events.offset[acted], events.ts[acted], key))
    at = acted[order]
    return Acts(
        key[order],
        events.ts[at],
        events.request[at],
        events.media[at],
        events.offset[at],
        head[at],
        _UNDO[events.code[at]],
    )


@kernel
def long_views(media: Media, code: U8, rows: I32, dwell: F32) -> I64:
    """Return the positions of the views that were long enough."""
    found = np.empty(len(code), np.int64)
    n = 0
    for i in range(len(code)):
        known = rows[i] if rows[i] < len(media.account) else NONE
        if code[i] == _VIEW and is_long_view(media, known, dwell[i]):
            found[n] = i
            n += 1
    return found[:n]


_VIEW = int(Action.VIEW)


@kernel
def join(shown: Shown, acts: Acts, windows: I64, labels: U8, late: I64) -> None:
    """Set in `labels` ([n, H]) what each act did, in order of time, and unset what it undid.

    Write into `late` ([acts]) how long after its impression each came, if within a day; only what
    came within the head's window is a label.
    """
    low = high = 0
    for i in range(len(acts.key)):
        while low < len(shown.key) and shown.key[low] < acts.key[i]:
            low += 1
        high = max(high, low)
        while high < len(shown.key) and shown.key[high] == acts.key[i]:
            high += 1
        head = acts.head[i]
        if acts.undo[i]:
            at = last_done(shown, acts, i, low, high, windows[head], labels)
        else:
            at = last_named(shown, acts, i, low, high, DAY_MS)
            if at == NONE:
                at = last_before(shown, acts, i, low, high, DAY_MS)
            if at != NONE:
                late[i] = max(0, acts.ts[i] - shown.ts[at])
                if abs(acts.ts[i] - shown.ts[at]) > windows[head]:
                    at = NONE
        if at != NONE:
            labels[shown.row[at], head] = 0 if acts.undo[i] else 1


@inner
def fits(shown: Shown, j: int, acts: Acts, i: int) -> bool:
    """Return whether an action may belong to an impression, time apart."""
    same = acts.media[i] < 0 or acts.media[i] == shown.media[j]
    return bool(same and acts.offset[i] >= shown.offset[j])


@inner
def last_named(shown: Shown, acts: Acts, i: int, low: int, high: int, window: int) -> int:
    """Return the last impression under the action's own request id, or NONE.

    It may be told a little later than the action: both are of one page.
    """
    if acts.request[i] == 0:
        return NONE
    for j in range(high - 1, low - 1, -1):
        near = abs(acts.ts[i] - shown.ts[j]) <= window
        if near and shown.request[j] == acts.request[i] and fits(shown, j, acts, i):
            return j
    return NONE


@inner
def last_before(shown: Shown, acts: Acts, i: int, low: int, high: int, window: int) -> int:
    """Return the last impression at or before the action that names no other request, or NONE."""
    for j in range(high - 1, low - 1, -1):
        if shown.ts[j] < acts.ts[i] - window:
            return NONE
        free = acts.request[i] == 0 or shown.request[j] == 0
        if free and shown.ts[j] <= acts.ts[i] and fits(shown, j, acts, i):
            return j
    return NONE


@inner
def last_done(
    shown: Shown, acts: Acts, i: int, low: int, high: int, window: int, labels: U8
) -> int:
    """Return the last impression that the undone action was joined to, within its window."""
    for j in range(high - 1, low - 1, -1):
        near = 0 <= acts.ts[i] - shown.ts[j] <= window
        same = acts.media[i] < 0 or acts.media[i] == shown.media[j]
        if near and same and labels[shown.row[j], acts.head[i]]:
            return j
    return NONE
