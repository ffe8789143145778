"""Which segments and which runs of hashes are worth merging."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from bowerbird.journal.manifest import RunEntry, SegmentEntry
from bowerbird.journal.segments import MOST_FACTS

MOST_IN_RUN = 1 << 23
"""Hashes in one run; merging them takes about 64 bytes each of memory."""

AT_ONCE = 4
"""Segments or runs that are merged in the background, at least; fewer are not worth the writing."""

Entry = TypeVar("Entry", SegmentEntry, RunEntry)


def segments_to_merge(
    segments: Sequence[SegmentEntry], at_least: int = AT_ONCE
) -> Sequence[SegmentEntry]:
    """Return consecutive segments to make one of, the oldest such; none where all is well.

    Together they hold at most `MOST_FACTS`, so each fact is merged at most a few times.
    """
    for first in range(len(segments)):
        last, total = first, 0
        while last < len(segments) and total + _size(segments[last]) <= MOST_FACTS:
            total += _size(segments[last])
            last += 1
        if last - first >= at_least:
            return segments[first:last]
    return ()


def runs_to_merge(runs: Sequence[RunEntry], at_least: int = AT_ONCE) -> Sequence[RunEntry]:
    """Return the newest runs that are of about one size, to make one of; so there are few of them.

    n facts leave at most about `AT_ONCE` runs for each doubling of their size and one for each
    `MOST_IN_RUN` facts.
    """
    last = len(runs)
    first, total = last, 0
    while first > 0:
        size = _size(runs[first - 1])
        if total + size > MOST_IN_RUN or (total and size > 2 * total):
            break
        total += size
        first -= 1
    return runs[first:last] if last - first >= at_least else ()


def _size(entry: Entry) -> int:
    return entry.stop - entry.first
