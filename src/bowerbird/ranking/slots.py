"""Slots that were seen though nobody said so: down to the deepest one a person acted on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from bowerbird.core.facts import I32, I64, NONE, Action
from bowerbird.ranking.impressions import Events, Slate
from bowerbird.ranking.requests import mixed

Pages = Mapping[tuple[int, int], Slate]
"""(user, hash of the request) -> what was exposed."""


class _Slots(NamedTuple):
    """Every slot of every page [s], page by page."""

    page: I64
    slot: I64
    media: I32


def with_implied(events: Events, pages: Pages, since_ts: int) -> Events:
    """Return `events` with the impressions that are implied, in the order of the journal.

    Who acted on slot 7 of a page has seen slots 0 to 7. Such an impression has the time and
    offset of the exposure. Slots below the deepest act are not known to have been seen.

    Args:
        events: of known times.
        pages: the slates of the same people.
        since_ts: pages exposed before it (epoch ms) imply nothing.
    """
    pages = {key: slate for key, slate in pages.items() if slate.ts >= since_ts}
    if not pages:
        return events
    slates = list(pages.values())
    sizes = np.array([len(slate.media) for slate in slates])
    slots = _Slots(
        np.repeat(np.arange(len(slates)), sizes),
        np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes),
        np.concatenate([slate.media for slate in slates]),
    )
    at, found = _located(events, np.array(list(pages), np.int64), slots)
    told = np.zeros(len(slots.page), np.bool_)
    shown = events.code[at] == Action.IMPRESSION
    told[found[shown]] = True
    deepest = np.full(len(slates), NONE)
    np.maximum.at(deepest, slots.page[found[~shown]], slots.slot[found[~shown]])
    missing = np.flatnonzero(~told & (slots.slot <= deepest[slots.page]))
    return _merged(events, _impressions(missing, slots, slates, list(pages)))


def _located(events: Events, keys: I64, slots: _Slots) -> tuple[I64, I64]:
    """Return the positions in `events` of those on a slot of their page, and which slot it is."""
    named = np.flatnonzero((events.request != 0) & (events.media >= 0))
    page = _found(
        mixed(keys[:, 0]) ^ keys[:, 1],
        mixed(events.user[named].astype(np.int64)) ^ events.request[named],
    )
    named, page = named[page >= 0], page[page >= 0]
    slot = _found(
        (slots.page << 32) | slots.media.astype(np.int64),
        (page << 32) | events.media[named].astype(np.int64),
    )
    return named[slot >= 0], slot[slot >= 0]


def _found(among: I64, wanted: I64) -> I64:
    """Return the position in `among` of each of `wanted`, NONE for none; of equals the first."""
    order = np.argsort(among, kind="stable")
    at = np.minimum(np.searchsorted(among, wanted, sorter=order), max(len(among) - 1, 0))
    found = order[at] if len(among) else np.zeros(len(wanted), np.int64)
    same = among[found] == wanted if len(among) else np.zeros(len(wanted), np.bool_)
    return np.where(same, found, NONE)


def _impressions(
    missing: I64, slots: _Slots, slates: list[Slate], keys: list[tuple[int, int]]
) -> Events:
    page = slots.page[missing].tolist()
    n = len(missing)
    return Events(
        np.array([slates[p].offset for p in page], np.int64),
        np.array([slates[p].ts for p in page], np.int64),
        np.array([keys[p][0] for p in page], np.int32),
        np.full(n, NONE, np.int32),
        slots.media[missing],
        np.full(n, Action.IMPRESSION, np.uint8),
        np.full(n, np.nan, np.float32),
        np.array([keys[p][1] for p in page], np.int64),
        slots.slot[missing].astype(np.int16),
        np.array([slates[p].surface for p in page], np.int16),
    )


def _merged(events: Events, more: Events) -> Events:
    pairs: Iterator[tuple[Any, Any]] = zip(events, more, strict=True)
    both = Events(*(np.concatenate(pair) for pair in pairs))
    return both.take(np.argsort(both.offset, kind="stable"))
