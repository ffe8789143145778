"""Impressions to requests, and for each the journal offset its features are worked out at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bowerbird.core.facts import I32, I64
from bowerbird.core.kernels import kernel
from bowerbird.ranking.impressions import Events, Served, Slate

GAP_MS = 30 * 60_000
"""Impressions of one request id further apart than this are of two requests."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests [r], by offset; each owns a stretch of impressions.

    Attributes:
        rows: [n] int64 positions of the impressions in the events, request by request.
        first: [r + 1] int64; request q owns `rows[first[q] : first[q + 1]]`.
        offset: [r] int64: every fact before it is in the features, none from it on.
        now: [r] int64 epoch ms.
        served: request -> what the page logged, for pages of our own.
    """

    rows: I64
    first: I64
    offset: I64
    now: I64
    served: Mapping[int, Served]

    def __len__(self) -> int:
        return len(self.offset)

    def per_row(self, values: I64) -> I64:
        """Return [n] of a request's value ([r]) for each of its impressions."""
        return np.repeat(values, np.diff(self.first))

    def take(self, chosen: I64) -> Requests:
        """Return the requests at `chosen` ([k]), in that order."""
        sizes = np.diff(self.first)[chosen]
        first = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        within = np.arange(first[-1]) - np.repeat(first[:-1], sizes)
        rows = self.rows[np.repeat(self.first[chosen], sizes) + within]
        place = {int(old): new for new, old in enumerate(chosen) if int(old) in self.served}
        served = {new: self.served[old] for old, new in place.items()}
        return Requests(rows, first, self.offset[chosen], self.now[chosen], served)


def group(
    events: Events,
    shown: I64,
    served: Mapping[tuple[int, int], Served],
    exposed: Mapping[tuple[int, int], Slate] | None = None,
) -> Requests:
    """Return the requests that the impressions at `shown` ([n] positions in `events`) belong to.

    One of our own pages has the offset and time of its recipe. Any other request is as old as its
    earliest impression, and stands before that impression and before everything the person did at
    or after that time, in case the app sent it first; and before its exposure (`exposed`), or its
    own media would be among those of the person's last pages.
    """
    user, request = events.user[shown], events.request[shown]
    order = np.lexsort((events.offset[shown], request, user))
    user, request, ts = user[order], request[order], events.ts[shown][order]
    starts = np.ones(len(order), np.bool_)
    starts[1:] = (user[1:] != user[:-1]) | (request[1:] != request[:-1]) | (request[1:] == 0)
    starts[1:] |= np.abs(np.diff(ts)) > GAP_MS
    first = np.append(np.flatnonzero(starts), len(order))
    rows = shown[order]
    now = np.minimum.reduceat(ts, first[:-1]) if len(order) else ts
    offset = np.minimum(events.offset[rows[first[:-1]]], first_since(events, user[first[:-1]], now))
    pages = {}
    for q in np.flatnonzero(request[first[:-1]] != 0) if served or exposed else ():
        asked = int(user[first[q]]), int(request[first[q]])
        if exposed and asked in exposed:
            offset[q] = min(exposed[asked].offset, int(offset[q]))
        page = served.get(asked)
        if page is not None:
            pages[int(q)] = page
            offset[q] = min(page.offset, int(events.offset[rows[first[q]]]))
            now[q] = page.now
    found = Requests(rows, first, offset, now, pages)
    return found.take(np.argsort(offset, kind="stable"))


def first_since(events: Events, user: I32, now: I64) -> I64:
    """Return [r]: the offset of the person's first event in the journal at or after `now`."""
    order = np.argsort(events.user, kind="stable")
    return _first_since(
        events.user[order],
        events.ts[order],
        events.offset[order],
        user,
        now,
    )


@kernel
def _first_since(people: I32, ts: I64, offsets: I64, user: I32, now: I64) -> I64:
    newest = np.empty(len(ts), np.int64)
    for i in range(len(ts)):
        late = i > 0 and people[i - 1] == people[i]
        newest[i] = max(newest[i - 1], ts[i]) if late else ts[i]
    found = np.empty(len(user), np.int64)
    for q in range(len(user)):
        low = np.searchsorted(people, user[q], side="left")
        high = np.searchsorted(people, user[q], side="right")
        found[q] = offsets[low + np.searchsorted(newest[low:high], now[q])]
    return found


def sample(requests: Requests, events: Events, most: int) -> Requests:
    """Return whole requests of at most `most` impressions, the same ones whenever they are there.

    Requests are kept in the order of a hash of their id, or of their first impression's offset.
    """
    if len(requests.rows) <= most:
        return requests
    ahead = requests.rows[requests.first[:-1]]
    key = np.where(events.request[ahead] != 0, events.request[ahead], events.offset[ahead])
    order = np.argsort(mixed(key), kind="stable")
    kept = np.cumsum(np.diff(requests.first)[order]) <= most
    return requests.take(np.sort(order[kept]))


def mixed(key: I64) -> I64:
    """Return [n] well-mixed bits of each key (splitmix64; Steele, Lea and Flood, 2014)."""
    x = key.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x ^ (x >> np.uint64(31))).view(np.int64)
