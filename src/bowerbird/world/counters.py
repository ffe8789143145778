"""Counters: how often ever, and how often lately."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import COUNTED, F32, I64
from bowerbird.core.kernels import fused
from bowerbird.world.probe import Whole
from bowerbird.world.rules import AFFINITY_FLOOR, AFFINITY_HALF_LIFE, RECENT_HALF_LIFE
from bowerbird.world.tables import U32


@fused
def remains(age: float, half_life: float) -> float:
    """Return what is left of 1 after `age` ms, bit for bit the same wherever it is asked."""
    if age == 0:  # as nearly always, and what exp2 says too
        return 1.0
    return float(np.exp2(-age / half_life))


@fused
def advance(recent: F32, clock: I64, row: Whole, ts: Whole) -> None:
    """Let the recent counts of a row ([n, COUNTED]) fade up to `ts`; time never runs back."""
    if ts <= clock[row]:
        return
    left = np.float32(remains(ts - clock[row], RECENT_HALF_LIFE))
    for action in range(COUNTED):
        recent[row, action] *= left
    clock[row] = ts


@fused
def count(
    total: F32, recent: F32, clock: I64, row: Whole, action: Whole, ts: Whole, known: Whole
) -> None:
    """Count one event; one that comes late counts for what would be left of it by now."""
    total[row, action] += np.float32(1)
    if known:
        advance(recent, clock, row, ts)
        recent[row, action] += np.float32(remains(clock[row] - ts, RECENT_HALF_LIFE))


@fused
def uncount(
    total: F32, recent: F32, clock: I64, row: Whole, action: Whole, done: Whole, known: Whole
) -> None:
    """Take back an event of time `done`: one of the total, and what is left of it lately."""
    total[row, action] = max(total[row, action] - np.float32(1), np.float32(0))
    if known:
        left = np.float32(remains(clock[row] - done, RECENT_HALF_LIFE))
        recent[row, action] = max(recent[row, action] - left, np.float32(0))


@fused
def warm(affinity: F32, clock: U32, line: Whole, weight: float, ts: Whole) -> None:
    """Add `weight` as of `ts` to a pair's affinity, under the same rule for late events.

    The clock of a pair ([n], epoch s) knows no parts of a second: nothing is lost of 30 days.
    """
    second = ts // 1000
    if second > clock[line]:
        left = remains(float(1000 * (second - np.int64(clock[line]))), AFFINITY_HALF_LIFE)
        affinity[line] *= np.float32(left)
        clock[line] = second
    late = float(1000 * (np.int64(clock[line]) - second))
    added = np.float32(weight * remains(late, AFFINITY_HALF_LIFE))
    affinity[line] = max(affinity[line] + added, np.float32(AFFINITY_FLOOR))
