"""Which facts training reads, and where vectors end and examples begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.candidates import Mask
from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import ENGAGEMENTS, FactBatch, FactKind, Flag
from bowerbird.journal.journal import Journal


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets into the journal.

    Attributes:
        stop: training reads the facts before it.
        cut: early vectors read the facts before it; examples come from those after it.
        cut_ts: epoch ms of the newest known time before `cut`.
    """

    stop: int
    cut: int
    cut_ts: int


def measure(journal: Journal, until: int | None, share: float) -> Span:
    """Return the span of the facts before `until` (epoch ms), cut at `share` of the engagements.

    Raises:
        TrainingError: there is not one engagement.
    """
    counts: list[int] = []
    starts: list[int] = []
    stop = 0
    for batch in journal.read():
        piece = _before(batch, until)
        starts.append(piece.start)
        counts.append(int(_engaged(piece).sum()))
        stop = piece.stop
        if len(piece) < len(batch):
            break
    total = np.cumsum(counts)
    if not sum(counts):
        raise TrainingError(
            f"none of {stop} facts is an engagement, expected likes, saves, views and such",
            "ingest events first: `bowerbird ingest FILE`, or try `bowerbird demo`",
        )
    wanted = max(1, round(share * int(total[-1])))
    at = int(np.searchsorted(total, wanted))
    cut = _place(journal, starts[at], stop, wanted - int(total[at]) + counts[at])
    return Span(stop=stop, cut=cut, cut_ts=_newest(journal, cut))


def _engaged(piece: FactBatch) -> Mask:
    mask: Mask = (piece.kind == FactKind.EVENT) & np.isin(piece.code, ENGAGEMENTS)
    return mask


def _place(journal: Journal, start: int, stop: int, wanted: int) -> int:
    """Return the offset right after the `wanted`th engagement from `start` on."""
    for batch in journal.read(start, stop):
        found = np.flatnonzero(_engaged(batch))
        if wanted <= len(found):
            return batch.start + int(found[wanted - 1]) + 1
        wanted -= len(found)
    return stop


def _newest(journal: Journal, stop: int) -> int:
    """Return the newest known time before offset `stop`, epoch ms."""
    newest = 0
    for batch in journal.read(0, stop):
        known = batch.ts[(batch.flags & Flag.TIME_KNOWN) != 0]
        newest = max(newest, int(known.max(initial=0)))
    return newest


def _before(batch: FactBatch, until: int | None) -> FactBatch:
    """Return the facts before the first one whose known time is at or after `until`."""
    if until is None:
        return batch
    late = (batch.ts >= until) & ((batch.flags & Flag.TIME_KNOWN) != 0)
    return batch.slice(0, int(late.argmax())) if late.any() else batch
