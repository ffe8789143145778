"""Consecutive batches as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bowerbird.core.facts import I64, ROW_COLUMNS, FactBatch


def concat(batches: Sequence[FactBatch]) -> FactBatch:
    """Return the facts of `batches`, which are consecutive and at least one, as one batch."""
    if len(batches) == 1:
        return batches[0]
    columns = {name: np.concatenate([getattr(b, name) for b in batches]) for name in ROW_COLUMNS}
    return FactBatch(
        start=batches[0].start,
        **columns,
        items_at=_joined([b.items_at for b in batches]),
        items=np.concatenate([b.items for b in batches]),
        details_at=_joined([b.details_at for b in batches]),
        details=np.concatenate([b.details for b in batches]),
    )


def _joined(bounds: Sequence[I64]) -> I64:
    lengths = np.concatenate([np.diff(each) for each in bounds])
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
