"""Examples: impressions with features as they stood before their request, and what followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bowerbird.core.candidates import Mask
from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import F32, F64, I16, I32, I64, U8, FactBatch
from bowerbird.features.compute import NAMES, SPARSE, hydrate
from bowerbird.features.recent import RECENT
from bowerbird.features.vectors import Vectors
from bowerbird.ranking.heads import DELAYS, HEADS
from bowerbird.ranking.impressions import Events, Served, gather, impressions_of
from bowerbird.ranking.outcomes import Outcomes, outcomes
from bowerbird.ranking.requests import Requests, group, sample
from bowerbird.ranking.slots import with_implied
from bowerbird.world.world import World

Read = Callable[[int], Iterator[FactBatch]]
"""Gives the journal's batches from an offset on; called twice."""


Visit = Callable[[int, int, int, int], None]
"""Is told who asks and when, at the World of that request, and which it is of how many."""


class OverlayLike(Protocol):
    """What stands beside the World and folds the same facts; the vectors may come from it."""

    def fold(self, batch: FactBatch) -> None: ...


@dataclass(frozen=True, slots=True)
class Examples:
    """Impressions [n], in the order of the offsets their features were worked out at.

    Attributes:
        features: [n, F] float32, the columns of `NAMES`.
        sparse: [n, S] int32, the columns of `SPARSE`.
        recent: [r, RECENT] int32, each request's person's last accounts, newest first.
        asked: [n] int32 line in `recent`; rows of one request share it.
        labels: [n, H] uint8, 0 or 1, the columns of `HEADS`.
        known: [n, H] uint8, 1 where the head's window was over when the journal ended; what is not
            known yet teaches nothing.
        ts: [n] int64, `now` of the request, epoch ms.
        user: [n] int32.
        media: [n] int32.
        position: [n] int16 slot from 0, or NONE.
        surface: [n] int16 row of the place in the app, or NONE.
        request: [n] int64 hash of the request id, 0 where there was none.
        offset: [n] int64: the features know every fact before it and none from it on.
        delays: [H, DELAYS] the delay curve, see `Outcomes`.
        explored: [n] bool, whether a page of ours drew the slot by chance.
    """

    features: F32
    sparse: I32
    recent: I32
    asked: I32
    labels: U8
    known: U8
    ts: I64
    user: I32
    media: I32
    position: I16
    surface: I16
    request: I64
    offset: I64
    delays: F64
    explored: Mask

    def __len__(self) -> int:
        return len(self.ts)


@dataclass(frozen=True, slots=True)
class Hydrated:
    """The features of requests, and which slots they drew, as in `Examples`."""

    dense: F32
    sparse: I32
    recent: I32
    explored: Mask


def build_examples(
    read: Read,
    world: World,
    overlay_fold: OverlayLike | None,
    vectors: Callable[[], Vectors],
    since_ts: int,
    max_rows: int = 1_000_000,
    progress: Callable[[float], None] | None = None,
    visit: Visit | None = None,
) -> Examples:
    """Return the impressions from `since_ts` (epoch ms) on as examples.

    Those that were told, and those that are implied by an act further down the same page. The
    journal is read twice: once for who saw what and did what, once folding up to each request to
    work out its features there.

    Args:
        read: of one journal; it must give the same facts both times.
        world: folded no further than the first request, usually empty; is folded on.
        overlay_fold: is handed every slice right after the World.
        vectors: those in force after the last fold.
        since_ts: earlier impressions are folded only; what `vectors` learned from must lie before.
        max_rows: beyond it whole requests are left out, by hash.
        progress: is told the share done, in [0, 1].
        visit: is called at each request, while World and Overlay stand where its page stood.

    Raises:
        TrainingError: the World or the vectors already know what was to come.
    """
    tell = progress or (lambda share: None)
    refuse_late_vectors(vectors(), since_ts)
    seen = gather(read(world.offset), since_ts)
    tell(0.1)
    events = with_implied(seen.events, seen.shown, since_ts)
    requests = group(events, impressions_of(events), seen.served, seen.shown)
    chosen = sample(requests, events, max_rows)
    standing = Standing(
        world, overlay_fold, vectors, visit or (lambda user, now, number, total: None)
    )
    features = features_at(chosen, events, read, standing, tell)
    followed = outcomes(events, requests, world.tables.media)
    tell(1.0)
    return _examples(events, requests, chosen, features, followed)


def refuse_late_vectors(vectors: Vectors, since_ts: int) -> None:
    """Refuse vectors that have seen the labels of the examples.

    Raises:
        TrainingError: they were learned from facts later than `since_ts`.
    """
    if vectors.learned_until > since_ts:
        raise TrainingError(
            f"the vectors were learned from facts up to {vectors.learned_until}, the examples "
            f"begin at {since_ts}: they would be trained on vectors that know their outcomes",
            "learn the vectors from the facts before, or begin the examples later",
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is folded from request to request, and who looks on."""

    world: World
    overlay: OverlayLike | None
    vectors: Callable[[], Vectors]
    visit: Visit


def features_at(
    requests: Requests,
    events: Events,
    read: Read,
    standing: Standing,
    tell: Callable[[float], None],
) -> Hydrated:
    """Return the features of each of `requests.rows` at the offset of its request."""
    n, world = len(requests.rows), standing.world
    found = Hydrated(
        np.empty((n, len(NAMES)), np.float32),
        np.empty((n, len(SPARSE)), np.int32),
        np.empty((len(requests), RECENT), np.int32),
        np.zeros(n, np.bool_),
    )
    offset = requests.offset.tolist()
    q = 0
    for batch in read(world.offset) if offset else ():
        while q < len(offset) and offset[q] < batch.stop:
            fold_to(batch, offset[q], world, standing.overlay)
            hydrate_request(q, requests, events, standing, found)
            q += 1
        if q == len(offset):
            break
        fold_to(batch, batch.stop, world, standing.overlay)
        tell(0.1 + 0.85 * q / len(offset))
    return found


def hydrate_request(
    q: int, requests: Requests, events: Events, standing: Standing, found: Hydrated
) -> None:
    """Write the features of request `q`, where the World now stands, into `found`."""
    rows = slice(int(requests.first[q]), int(requests.first[q + 1]))
    at = requests.rows[rows]
    user, media, now = int(events.user[at[0]]), events.media[at], int(requests.now[q])
    standing.visit(user, now, q, len(requests))
    inputs = hydrate(standing.world.held, standing.vectors(), user, media, now)
    found.dense[rows], found.sparse[rows], found.recent[q] = (
        inputs.dense,
        inputs.sparse,
        inputs.recent,
    )
    if q in requests.served:
        page = requests.served[q]
        put_logged(found.dense[rows], found.sparse[rows], media, page)
        found.explored[rows] = np.isin(media, page.media[page.explored])


def fold_to(batch: FactBatch, offset: int, world: World, overlay: OverlayLike | None) -> None:
    """Fold what of `batch` lies between the World's offset and `offset`.

    Raises:
        TrainingError: the World is past it already.
    """
    if world.offset > offset:
        raise TrainingError(
            f"the World is at offset {world.offset}, past the request at {offset}: its features "
            "would know what followed",
            "begin with an empty World, or with one frozen before the first request",
        )
    if world.offset < offset:
        piece = batch.slice(world.offset - batch.start, offset - batch.start)
        world.fold(piece)
        if overlay is not None:
            overlay.fold(piece)


def put_logged(dense: F32, sparse: I32, media: I32, page: Served) -> None:
    """Put what the page logged into `dense` ([k, F]) and `sparse` ([k, S]) of its `media` ([k]).

    What depends on a Version was logged because the Version of that day is not the one in training.
    """
    match = media[:, None] == page.media[None, :]
    found = np.flatnonzero(match.any(axis=1))
    slots = match[found].argmax(axis=1)
    for columns, values, into in (
        (page.columns, page.values, dense),
        (page.sparse_columns, page.sparse_values, sparse),
    ):
        if columns:
            into[np.ix_(found, np.array(columns))] = values[slots]


def _examples(
    events: Events, requests: Requests, chosen: Requests, found: Hydrated, followed: Outcomes
) -> Examples:
    line = np.empty(len(events.ts), np.int64)
    line[requests.rows] = np.arange(len(requests.rows))
    rows = chosen.rows
    return Examples(
        features=found.dense,
        sparse=found.sparse,
        recent=found.recent,
        asked=chosen.per_row(np.arange(len(chosen))).astype(np.int32),
        labels=followed.labels[line[rows]],
        known=followed.known[line[rows]],
        ts=chosen.per_row(chosen.now),
        user=events.user[rows],
        media=events.media[rows],
        position=events.position[rows],
        surface=events.surface[rows],
        request=events.request[rows],
        offset=chosen.per_row(chosen.offset),
        delays=followed.delays,
        explored=found.explored,
    )


def delay_curve(examples: Examples) -> dict[str, dict[str, float]]:
    """Return head -> how long after -> share of the outcomes of a day that had come by then."""
    return {
        head: dict(zip(DELAYS, np.round(line, 4).tolist(), strict=True))
        for head, line in zip(HEADS, examples.delays, strict=True)
        if not np.isnan(line).any()
    }
