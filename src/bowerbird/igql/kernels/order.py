"""Best first, the same on every machine: by score, then by place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32
from bowerbird.core.kernels import fused, kernel

_DIGIT = 11
"""Bits of a key that one pass of the sort looks at; three passes make 32."""

_DIGITS, _PASSES = 2**_DIGIT, 3
_LAST = np.uint64(_DIGITS - 1)

_FIRST, _MANY = 64, 64
"""So few, of so many times as many rows, are found without a sort."""

_FEW = 4
"""Rows for each one that is kept, from which on the others are parted off before the sort."""


@fused
def _key(word: Any) -> Any:
    """Return a word for the bits of a score, smaller for a better one."""
    if word & 0x7FFFFFFF > 0x7F800000:
        word = np.uint32(0xFF800000)  # a missing score stands with the lowest
    if word == 0x80000000:
        word = np.uint32(0)  # minus zero is zero
    return word if word & 0x80000000 else word ^ np.uint32(0x7FFFFFFF)


@kernel
def _keys(bits: Any) -> Any:
    """Return a word for each score, smaller for a better one; and whether they stand so already."""
    keys = np.empty(len(bits), np.uint32)
    ready = True
    for i in range(len(bits)):
        keys[i] = _key(bits[i])
        ready = ready and (i == 0 or keys[i - 1] <= keys[i])
    return keys, ready


@kernel
def _words(keys: Any, keep: int) -> Any:
    """Return (key, position) as one word for the `keep` smallest keys and few others, in order."""
    shift, last = np.uint32(32 - _DIGIT), np.uint32(_DIGITS - 1)
    room = len(keys)
    if keep * _FEW < len(keys):
        counts = np.zeros(_DIGITS, np.int64)
        for i in range(len(keys)):
            counts[keys[i] >> shift] += 1
        last, room = np.uint32(0), counts[0]
        while room < keep:
            last += np.uint32(1)
            room += counts[last]
    words = np.empty(room + 1, np.uint64)
    n = np.uint64(0)
    for i in range(len(keys)):
        words[n] = (np.uint64(keys[i]) << np.uint64(32)) | np.uint64(i)
        n += np.uint64((keys[i] >> shift) <= last)
    return words[:n]


@kernel
def _first(scores: Any, keep: int) -> Any:
    """Do what `order` does for the first few of many: nearly all rows are only compared."""
    best, worth = np.zeros(keep, np.int64), np.empty(keep, np.float32)
    found, lowest = 0, np.float32(-np.inf)
    for i in range(len(scores)):
        score = scores[i] if scores[i] == scores[i] else np.float32(-np.inf)
        if found == keep and not score > lowest:
            continue
        at = min(found, keep - 1)
        while at > 0 and worth[at - 1] < score:
            best[at], worth[at] = best[at - 1], worth[at - 1]
            at -= 1
        best[at], worth[at] = i, score
        found = min(found + 1, keep)
        lowest = worth[found - 1]
    return best


@kernel
def order(scores: Any, keep: int) -> Any:
    """See `best_first`, which is for Python; this is for other kernels.

    A sort of 32-bit keys digit by digit from the last, each pass stable (LSD radix sort, Knuth
    1998, 5.2.5), so that equal scores keep their order.
    """
    if keep <= _FIRST and keep * _MANY < len(scores):
        return _first(scores, keep)
    keys, ready = _keys(scores.view(np.uint32))
    keep = min(keep, len(keys))
    if ready:
        return np.arange(keep)
    words = _words(keys, keep)
    other, starts = np.empty(len(words), np.uint64), np.zeros((_PASSES, _DIGITS), np.uint32)
    for i in range(len(words)):
        word = words[i] >> np.uint64(32)
        for p in range(_PASSES):
            starts[p, (word >> np.uint64(p * _DIGIT)) & _LAST] += np.uint32(1)
    for p in range(_PASSES):
        start, total = starts[p], np.uint32(0)
        for digit in range(_DIGITS):
            total, start[digit] = total + start[digit], total
        shift = np.uint64(32 + p * _DIGIT)
        for i in range(len(words)):
            digit = (words[i] >> shift) & _LAST
            other[np.uint64(start[digit])] = words[i]
            start[digit] += np.uint32(1)
        words, other = other, words
    best = np.empty(keep, np.int64)
    for i in range(keep):
        best[i] = words[i] & np.uint64(0xFFFFFFFF)
    return best


@kernel
def _counted(bits: Any) -> Any:
    """Return (key, position) of each score as one word, where each digit of each pass begins.

    And whether they stand in order already.
    """
    words, starts = np.empty(len(bits), np.uint64), np.zeros((_PASSES, _DIGITS), np.uint32)
    low, middle, high = starts[0], starts[1], starts[2]
    ready, before = True, np.uint32(0)
    for i in range(np.uint64(len(bits))):
        key = _key(bits[i])
        ready &= before <= key
        before = key
        words[i] = (np.uint64(key) << np.uint64(32)) | i
        low[key & np.uint32(_LAST)] += np.uint32(1)
        middle[(key >> np.uint32(_DIGIT)) & np.uint32(_LAST)] += np.uint32(1)
        high[key >> np.uint32(2 * _DIGIT)] += np.uint32(1)
    for p in range(_PASSES):
        total = np.uint32(0)
        for digit in range(_DIGITS):
            total, starts[p, digit] = total + starts[p, digit], total
    return words, starts, ready


@kernel
def fill_by_place(scores: Any, weight: float, offset: int, out: Any) -> None:
    """Write weight / (offset + place) of each of `scores` into `out` ([n]); the best has place 1.

    The order is that of `order`, and so is the sort; its last pass writes what is wanted, since
    where a word would go is its place.
    """
    words, starts, ready = _counted(scores.view(np.uint32))
    if ready:
        for i in range(len(out)):
            out[i] = weight / (offset + i + 1)
        return
    other = np.empty(len(words), np.uint64)
    for p in range(_PASSES - 1):
        start, shift = starts[p], np.uint64(32 + p * _DIGIT)
        for i in range(len(words)):
            digit = (words[i] >> shift) & _LAST
            other[np.uint64(start[digit])] = words[i]
            start[digit] += np.uint32(1)
        words, other = other, words
    start = starts[_PASSES - 1]
    for i in range(len(words)):
        digit = words[i] >> np.uint64(32 + (_PASSES - 1) * _DIGIT)
        out[words[i] & np.uint64(0xFFFFFFFF)] = weight / (offset + np.int64(start[digit]) + 1)
        start[digit] += np.uint32(1)


def best_first(scores: F32, keep: int | None = None) -> NDArray[np.int64]:
    """Return the positions of `scores` ([n]) from highest to lowest, equal ones in their order.

    A missing score (NaN) comes last, like minus infinity.

    Args:
        scores: [n].
        keep: how many positions to return, None for all.
    """
    words = np.ascontiguousarray(scores, np.float32)
    best: NDArray[np.int64] = order(words, len(words) if keep is None else keep)
    return best
