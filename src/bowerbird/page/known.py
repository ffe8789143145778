"""Rows that were met before: in an earlier pass of this page, or on an earlier page."""

from __future__ import annotations

import numpy as np

from bowerbird.core.candidates import Mask, Rows
from bowerbird.core.facts import I64, NONE
from bowerbird.core.kernels import kernel


def places(known: Rows, rows: Rows) -> I64 | None:
    """Return the position in `known` ([m], distinct) of each of `rows` ([n]); None if one is not.

    Example:
        >>> places(np.array([7, 3, 9], np.int32), np.array([9, 7], np.int32)).tolist()
        [2, 0]
    """
    at = whereabouts(known, rows)
    return None if (at == NONE).any() else at


def whereabouts(known: Rows, rows: Rows) -> I64:
    """Return the position in `known` ([m], distinct) of each of `rows` ([n]), NONE for those not.

    Example:
        >>> whereabouts(np.array([7, 3, 9], np.int32), np.array([9, 4], np.int32)).tolist()
        [2, -1]
    """
    at = np.empty(len(rows), np.int64)
    find_places(np.ascontiguousarray(known), np.ascontiguousarray(rows), at)
    return at


def among(known: Rows, rows: Rows) -> Mask:
    """Return whether each of `rows` ([n]) is one of `known` ([m], ascending).

    Example:
        >>> among(np.array([3, 7], np.int32), np.array([7, 4, 3], np.int32)).tolist()
        [True, False, True]
    """
    if not len(known):
        return np.zeros(len(rows), np.bool_)
    at = np.minimum(np.searchsorted(known, rows), len(known) - 1)
    found: Mask = known[at] == rows
    return found


@kernel
def last_times(shown: Rows) -> I64:
    """Return where the distinct of `shown` ([n], newest first) stand first, by row, NONE left out.

    Example:
        >>> last_times(np.array([7, 3, 7, -1], np.int32)).tolist()
        [1, 0]
    """
    order, kept, n = np.argsort(shown, kind="mergesort"), np.empty(len(shown), np.int64), 0
    for i in range(len(order)):
        row = shown[order[i]]
        if row != NONE and (i == 0 or row != shown[order[i - 1]]):
            kept[n] = order[i]
            n += 1
    return kept[:n]


@kernel
def find_places(known: Rows, rows: Rows, at: I64) -> None:
    """Write the positions into `at` ([n]): the first one of a row that `known` has twice."""
    size = 16
    while size < 2 * len(known):
        size *= 2
    slots = np.full(size, NONE, np.int32)
    for i in range(len(known)):
        slot = known[i] * 40503 & (size - 1)
        while slots[slot] != NONE:
            slot = (slot + 1) & (size - 1)
        slots[slot] = i
    for i in range(len(rows)):
        slot = rows[i] * 40503 & (size - 1)
        while slots[slot] != NONE and known[slots[slot]] != rows[i]:
            slot = (slot + 1) & (size - 1)
        at[i] = slots[slot]
