"""Which facts training reads, and where vectors end and examples begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import ENGAGEMENTS, FactBatch, FactKind, Flag
from bowerbird.journal.journal import Journal

PIECE = 8_192
"""Facts a piece; the cut falls between two."""


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
    stops, engaged, newest = [0], [0], [0]
    for batch in journal.read(size=PIECE):
        piece = _before(batch, until)
        known = piece.ts[(piece.flags & Flag.TIME_KNOWN) != 0]
        is_engagement = (piece.kind == FactKind.EVENT) & np.isin(piece.code, ENGAGEMENTS)
        stops.append(piece.stop)
        engaged.append(engaged[-1] + int(is_engagement.sum()))
        newest.append(max(newest[-1], int(known.max(initial=0))))
        if len(piece) < len(batch):
            break
    if not engaged[-1]:
        raise TrainingError(
            f"none of {stops[-1]} facts is an engagement, expected likes, saves, views and such",
            "ingest events first: `bowerbird ingest FILE`, or try `bowerbird demo`",
        )
    at = int(np.searchsorted(engaged, share * engaged[-1]))
    return Span(stop=stops[-1], cut=stops[at], cut_ts=newest[at])


def _before(batch: FactBatch, until: int | None) -> FactBatch:
    """Return the facts before the first one whose known time is at or after `until`."""
    if until is None:
        return batch
    late = (batch.ts >= until) & ((batch.flags & Flag.TIME_KNOWN) != 0)
    return batch.slice(0, int(late.argmax())) if late.any() else batch
