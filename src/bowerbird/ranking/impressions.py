"""First pass over the journal: who saw what, what they did, and what our own pages logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import numpy as np

from bowerbird.core.candidates import Mask
from bowerbird.core.facts import F32, F64, I16, I32, I64, U8, Action, FactBatch, FactKind, Flag
from bowerbird.features.compute import NAMES, SPARSE


class Events(NamedTuple):
    """Events [n] of known people at known times, in journal order; columns as in `FactBatch`."""

    offset: I64
    ts: I64
    user: I32
    account: I32
    media: I32
    code: U8
    value: F32
    request: I64
    position: I16
    surface: I16

    def take(self, chosen: I64) -> Events:
        """Return the events at `chosen` ([k])."""
        return Events(*_each(self, chosen))


def _each(events: Events, chosen: I64) -> Iterator[Any]:
    return (column[chosen] for column in events)


@dataclass(frozen=True, slots=True)
class Served:
    """What one of our own pages says it read.

    Attributes:
        offset: the journal offset of the page.
        now: epoch ms.
        media: [k] int32 rows, top slot first.
        columns: the features that were logged, as columns of `NAMES`.
        values: [k, columns] float32, as the page's model read them.
        sparse_columns: the sparse ones, as columns of `SPARSE`.
        sparse_values: [k, sparse_columns] int32.
        explored: [k] bool, whether the slot was drawn by chance.
    """

    offset: int
    now: int
    media: I32
    columns: tuple[int, ...]
    values: F32
    sparse_columns: tuple[int, ...] = ()
    sparse_values: I32 = field(default_factory=lambda: np.empty((0, 0), np.int32))
    explored: Mask = field(default_factory=lambda: np.empty(0, np.bool_))


@dataclass(frozen=True, slots=True)
class Slate:
    """What a page exposed, whoever made it.

    Attributes:
        offset: of the first exposure fact of its request.
        ts: its time, epoch ms.
        surface: row of the place in the app, or NONE.
        media: [k] int32 rows, top slot first.
    """

    offset: int
    ts: int
    surface: int
    media: I32


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the first pass found.

    Attributes:
        events: impressions among them, of people who were not removed later.
        served: (user, hash of the request) -> the page.
        shown: (user, hash of the request) -> its first exposure, whoever made the page.
    """

    events: Events
    served: Mapping[tuple[int, int], Served]
    shown: Mapping[tuple[int, int], Slate]


class _Recipe(msgspec.Struct):
    offset: int
    now: int
    logged: dict[str, list[float]] = {}
    propensity: list[float] = []


class _Details(msgspec.Struct):
    recipe: _Recipe


_DETAILS = msgspec.json.Decoder(_Details)
_DTYPES = (np.int64, np.int64, *[np.int32] * 3, np.uint8, np.float32, np.int64, np.int16, np.int16)


@dataclass(slots=True)
class _Found:
    events: list[Events] = field(default_factory=list)
    served: dict[tuple[int, int], Served] = field(default_factory=dict)
    shown: dict[tuple[int, int], Slate] = field(default_factory=dict)
    removed: dict[int, int] = field(default_factory=dict)


def gather(batches: Iterable[FactBatch], since_ts: int) -> Seen:
    """Return what happened from `since_ts` (epoch ms) on; memory grows with those events."""
    found = _Found()
    for batch in batches:
        found.events.append(_events(batch, since_ts))
        for i in np.flatnonzero(batch.kind == FactKind.EXPOSURE):
            _note_page(found, batch, int(i))
        for i in np.flatnonzero((batch.kind == FactKind.REMOVAL) & (batch.user >= 0)):
            found.removed[int(batch.user[i])] = batch.start + int(i)
    nothing = [np.empty(0, dtype) for dtype in _DTYPES]
    columns = zip(nothing, *found.events, strict=True)
    events = Events(*(np.concatenate(parts) for parts in columns))
    return Seen(_without(events, found.removed), found.served, found.shown)


def _events(batch: FactBatch, since_ts: int) -> Events:
    timed = (batch.flags & Flag.TIME_KNOWN) != 0
    chosen = np.flatnonzero(
        (batch.kind == FactKind.EVENT) & timed & (batch.user >= 0) & (batch.ts >= since_ts)
    )
    return Events(
        batch.start + chosen,
        batch.ts[chosen],
        batch.user[chosen],
        batch.account[chosen],
        batch.media[chosen],
        batch.code[chosen],
        batch.value[chosen],
        batch.request[chosen],
        batch.position[chosen],
        batch.surface[chosen],
    )


def _note_page(found: _Found, batch: FactBatch, i: int) -> None:
    """Note the page an exposure tells of; one that carries no recipe of ours is not ours."""
    page = int(batch.user[i]), int(batch.request[i])
    media = batch.items[batch.items_at[i] : batch.items_at[i + 1]].copy()
    slate = Slate(batch.start + i, int(batch.ts[i]), int(batch.surface[i]), media)
    found.shown.setdefault(page, slate)
    try:
        recipe = _DETAILS.decode(batch.details_of(i)).recipe
    except msgspec.DecodeError:  # an imported exposure, or an attribute that has the same name
        return
    columns, values = _logged(recipe.logged, NAMES, len(media))
    sparse_columns, sparse_values = _logged(recipe.logged, SPARSE, len(media))
    found.served[page] = Served(
        min(recipe.offset, batch.start + i),
        recipe.now,
        media,
        columns,
        values.astype(np.float32),
        sparse_columns,
        sparse_values.astype(np.int32),
        _explored(recipe.propensity, len(media)),
    )


def _explored(propensity: list[float], k: int) -> Mask:
    """Return which of the `k` slots were drawn by chance; none where the chances are not told."""
    told = np.array(propensity if len(propensity) == k else np.ones(k))
    return np.asarray(told < 1.0)


def _logged(
    logged: Mapping[str, list[float]], names: tuple[str, ...], k: int
) -> tuple[tuple[int, ...], F64]:
    """Return which of the columns `names` were logged for `k` media, and their values."""
    found = {
        names.index(name): values
        for name, values in logged.items()
        if name in names and len(values) == k
    }
    return tuple(found), np.array(list(found.values()), np.float64).reshape(len(found), k).T


def _without(events: Events, removed: Mapping[int, int]) -> Events:
    """Return the events that no later removal of their person undid."""
    if not removed:
        return events
    until = np.full(max(int(events.user.max(initial=0)), *removed) + 1, -1, np.int64)
    until[list(removed)] = list(removed.values())
    return events.take(np.flatnonzero(events.offset > until[events.user]))


def impressions_of(events: Events) -> I64:
    """Return the positions in `events` of impressions of a media."""
    return np.flatnonzero((events.code == Action.IMPRESSION) & (events.media >= 0))
