"""A batch of facts as the kernels take it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bowerbird.core.facts import DTYPES, F32, I32, I64, NONE, U8, FactBatch, FactKind


class Facts(NamedTuple):
    """The columns of a `FactBatch` that the fold reads."""

    kind: U8
    ts: I64
    user: I32
    account: I32
    media: I32
    code: U8
    value: F32
    name: I32
    flags: U8
    request: I64
    expires: I64
    items_at: I64
    items: I32
    details_at: I64
    details: U8


def incoming(batch: FactBatch) -> Facts:
    """Return the columns of `batch`, copied only where a kernel would be compiled anew for them."""
    return Facts(
        *(np.require(getattr(batch, name), DTYPES[name], ("C", "A", "W")) for name in Facts._fields)
    )


def most_rows(facts: Facts) -> tuple[int, int, int, int]:
    """Return how many users, accounts, media and score columns the facts need."""
    media = _needed(facts.media)
    for fact in np.flatnonzero(facts.kind == FactKind.EXPOSURE):
        media = max(media, _needed(facts.items[facts.items_at[fact] : facts.items_at[fact + 1]]))
    names = _needed(facts.name[facts.kind == FactKind.SCORE])
    return _needed(facts.user), _needed(facts.account), media, names


def _needed(rows: I32) -> int:
    return int(rows.max(initial=NONE)) + 1
