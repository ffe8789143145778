"""What every person engaged with, in order: the columns that corpora are cut from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.core.candidates import Mask, Positions
from bowerbird.core.facts import (
    ENGAGEMENTS,
    F32,
    I32,
    I64,
    NONE,
    U8,
    UNDOES,
    UNKNOWN,
    Action,
    FactBatch,
    FactKind,
    Flag,
    MediaType,
)
from bowerbird.ig2vec.aside import ROWS, Column
from bowerbird.ig2vec.lookup import look_up
from bowerbird.world.rules import LONG_VIEW_MS, LONG_VIEW_SHARE, LONG_VIEW_UNKNOWN_MS


@dataclass(frozen=True, slots=True)
class Engagements:
    """Engagements [n] of all people, by person, then time, then journal order.

    Attributes:
        user: [n] int32, ascending.
        account: [n] int32, never NONE.
        media: [n] int32, NONE where the account itself was the target.
        action: [n] uint8.
        media_type: [n] uint8, UNKNOWN where nobody said.
        ts: [n] int64 epoch ms, ascending within a person; only an order where `known` is unset.
        known: [n] bool, whether `ts` is a real time.
        session: [n] int64 hash of the session id, 0 where none was given.
        aside: the folder whose disk the columns lie on, and what is made of them; None for memory.
    """

    user: I32
    account: I32
    media: I32
    action: U8
    media_type: U8
    ts: I64
    known: Mask
    session: I64
    aside: Path | None = None

    def __len__(self) -> int:
        return len(self.user)

    def take(self, chosen: Mask | Positions | slice) -> Engagements:
        """Return the engagements at `chosen`, positions [k] or a mask [n], in that order."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in COLUMNS})

    def by_person(self, rows: int = ROWS) -> Iterator[Engagements]:
        """Yield them in pieces of about `rows`, each with all that its people did."""
        first = 0
        while first < len(self):
            last = self.user[min(first + rows, len(self)) - 1]
            end = int(np.searchsorted(self.user, last, "right"))
            yield self.take(slice(first, end))
            first = end


COLUMNS = tuple(column.name for column in fields(Engagements) if column.name != "aside")

NOTHING = Engagements(
    user=np.zeros(0, np.int32),
    account=np.zeros(0, np.int32),
    media=np.zeros(0, np.int32),
    action=np.zeros(0, np.uint8),
    media_type=np.zeros(0, np.uint8),
    ts=np.zeros(0, np.int64),
    known=np.zeros(0, np.bool_),
    session=np.zeros(0, np.int64),
)
"""No engagement at all."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of each media by row; rows beyond an array have nothing there.

    Attributes:
        account: [M] int32 owner, NONE where unknown.
        media_type: [M] uint8, UNKNOWN where unknown.
        duration_s: [M] float32, NaN where unknown.
    """

    account: I32
    media_type: U8
    duration_s: F32


def gather(
    batches: Iterable[FactBatch],
    account_of: I32,
    media_type_of: U8 | None = None,
    duration_of: F32 | None = None,
    actions: Sequence[Action] = ENGAGEMENTS,
    aside: Path | None = None,
    rows: int = ROWS,
) -> Engagements:
    """Collect the engagements in `batches`; those undone later in them are left out.

    An engagement with a media counts for the account that owns it; one whose account nobody knows
    is left out. A view that is long enough (`world.rules`) becomes a `LONG_VIEW`. `batches` may be
    a stream: what is collected lies `aside`, and memory grows with people, not with facts. The
    result is the same to the bit, whatever `aside` and `rows`.

    Args:
        batches: facts, in journal order.
        account_of: [M] int32 owner of each media, NONE where unknown; media beyond have none.
        media_type_of: [M] uint8; without it every media type is UNKNOWN.
        duration_of: [M] float32 seconds; a video shorter than the threshold needs less.
        actions: what to collect. With `Action.IMPRESSION` among them, what was only shown too.
        aside: a folder on whose disk the columns are to lie; in memory when None.
        rows: worked on at a time.
    """
    catalogue = Catalogue(
        account_of,
        np.zeros(0, np.uint8) if media_type_of is None else media_type_of,
        np.zeros(0, np.float32) if duration_of is None else duration_of,
    )
    wanted = np.zeros(256, np.bool_)
    wanted[list(actions)] = True
    wanted[[undo for undo, undone in UNDOES.items() if undone in actions]] = True
    found = _Shelf(aside)
    runs = list(_runs((_read(batch, catalogue, wanted) for batch in batches), aside, rows))
    for whole in _merged(runs, rows):
        stands = whole.take(~_undone(whole))
        found.add(stands.take(np.lexsort((stands.ts, stands.user))))
    return found.engagements()


class _Shelf:
    """Engagements that are put aside part by part."""

    def __init__(self, aside: Path | None) -> None:
        self._aside = aside
        self._columns = {name: Column(getattr(NOTHING, name).dtype, aside) for name in COLUMNS}

    def add(self, part: Engagements) -> None:
        for name, column in self._columns.items():
            column.add(getattr(part, name))

    def engagements(self) -> Engagements:
        arrays: dict[str, Any] = {name: column.array() for name, column in self._columns.items()}
        return Engagements(**arrays, aside=self._aside)


def _runs(parts: Iterable[Engagements], aside: Path | None, rows: int) -> list[Engagements]:
    """Return the parts as runs of `rows` or more, each by person, then in journal order."""
    shelf, ends = _Shelf(aside), [0]
    for run in _joined(parts, rows):
        shelf.add(run.take(np.argsort(run.user, kind="stable")))
        ends.append(ends[-1] + len(run))
    whole = shelf.engagements()
    return [whole.take(slice(first, last)) for first, last in pairwise(ends)]


def _joined(parts: Iterable[Engagements], rows: int) -> Iterator[Engagements]:
    waiting, size = [NOTHING], 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= rows:
            yield _join(waiting)
            waiting, size = [NOTHING], 0
    yield _join(waiting)


def _merged(runs: Sequence[Engagements], rows: int) -> Iterator[Engagements]:
    """Yield the runs as one, about `rows` at a time: all of some people, each in journal order."""
    people = max(int(run.user[-1]) + 1 if len(run) else 0 for run in runs)
    counts = sum(np.bincount(run.user, minlength=people) for run in runs)
    before = np.cumsum(counts) - counts
    cuts = np.flatnonzero(np.diff(before // rows, prepend=-1))
    for bounds in pairwise([*cuts.tolist(), people]):
        spans = [np.searchsorted(run.user, np.array(bounds, np.int32)) for run in runs]
        yield _join([run.take(slice(*span)) for run, span in zip(runs, spans, strict=True)])


def _read(batch: FactBatch, catalogue: Catalogue, wanted: Mask) -> Engagements:
    """Return what `batch` says of wanted actions, in journal order, undoing ones among them."""
    is_wanted = (batch.kind == FactKind.EVENT) & wanted[batch.code] & (batch.user != NONE)
    at = np.flatnonzero(is_wanted)
    media, action = batch.media[at], batch.code[at]
    media_type = look_up(catalogue.media_type, media, UNKNOWN)
    duration_s = look_up(catalogue.duration_s, media, np.nan)
    is_long = (action == Action.VIEW) & _is_long(batch.value[at], media_type, duration_s)
    owner = look_up(catalogue.account, media, NONE)
    account = np.where(batch.account[at] != NONE, batch.account[at], owner)
    everything = Engagements(
        user=batch.user[at],
        account=account,
        media=media,
        action=np.where(is_long, np.uint8(Action.LONG_VIEW), action),
        media_type=media_type,
        ts=batch.ts[at],
        known=(batch.flags[at] & Flag.TIME_KNOWN) != 0,
        session=batch.session[at],
    )
    return everything.take(account != NONE)


def _is_long(dwell_ms: F32, media_type: U8, duration_s: F32) -> Mask:
    """Return [n] whether a view lasted long enough, by the rules of the World."""
    by_type = np.full(256, LONG_VIEW_UNKNOWN_MS)
    by_type[: len(LONG_VIEW_MS)] = LONG_VIEW_MS
    whole = np.where((media_type == MediaType.VIDEO) & (duration_s > 0), duration_s, np.inf)
    return np.asarray(dwell_ms >= np.minimum(by_type[media_type], LONG_VIEW_SHARE * 1000.0 * whole))


def _join(parts: Sequence[Engagements]) -> Engagements:
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS
    }
    return Engagements(**joined)


def _undone(rows: Engagements) -> Mask:
    """Mark undoing actions, and engagements that the same person undid later. Journal order."""
    base = np.arange(256, dtype=np.uint8)
    base[list(UNDOES)] = list(UNDOES.values())
    undoing = base[rows.action] != rows.action
    gone: Mask = undoing.copy()
    for undone in set(UNDOES.values()):
        of_action = np.flatnonzero(base[rows.action] == undone)
        if not undoing[of_action].any():
            continue
        of_media = (rows.media != NONE) & (undone != Action.FOLLOW)
        target = np.where(of_media, rows.media, -2 - rows.account)[of_action]
        pair = rows.user[of_action].astype(np.int64) << 32 | (target.astype(np.int64) & 0xFFFFFFFF)
        _, group = np.unique(pair, return_inverse=True)
        newest_undo = np.full(group.max() + 1, -1)
        undo = undoing[of_action]
        newest_undo[group[undo]] = np.flatnonzero(undo)  # assigned in order: the last one stays
        gone[of_action] |= np.arange(len(of_action)) < newest_undo[group]
    return gone
