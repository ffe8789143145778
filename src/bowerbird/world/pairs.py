"""Person x account: an open-addressing table, at most three quarters full."""

from __future__ import annotations

from bowerbird.core.facts import COUNTED, I64, NONE
from bowerbird.core.kernels import fused, kernel
from bowerbird.world.ledger import PAIRS
from bowerbird.world.probe import Whole, pair_slot
from bowerbird.world.records import Lines

_MOST = 255  # of a uint8


@fused
def pairs_fit(pairs: Lines, ledger: I64) -> bool:
    """Return whether the table takes one more pair."""
    return bool(4 * (ledger[PAIRS] + 1) <= 3 * len(pairs.key))


@fused
def place(keys: I64, key: Whole) -> Whole:
    """Return the line of a key, or the empty one where it belongs."""
    mask = len(keys) - 1
    line = pair_slot(key, mask)
    while keys[line] != NONE and keys[line] != key:
        line = (line + 1) & mask
    return line


@fused
def meet(pairs: Lines, ledger: I64, user: Whole, account: Whole) -> Whole:
    """Return the line of a pair, made if need be; `pairs_fit` was asked before."""
    key = (user << 32) | account
    line = place(pairs.key, key)
    if pairs.key[line] == NONE:
        pairs.key[line] = key
        ledger[PAIRS] += 1
    return line


@fused
def count_pair(pairs: Lines, line: Whole, action: Whole) -> None:
    """Count one event of a pair."""
    if pairs.counts[line, action] < _MOST:
        pairs.counts[line, action] += 1


@kernel
def rehash(source: Lines, target: Lines) -> None:
    """Put every pair of a table into an empty larger one, in the order of its lines."""
    for line in range(len(source.key)):
        if source.key[line] != NONE:
            target[place(target.key, source.key[line])] = source[line]


@fused
def erase_pair(pairs: Lines, line: Whole) -> None:
    """Take a pair out, moving back those behind it that would be found no more."""
    mask = len(pairs.key) - 1
    gap, probe = line, (line + 1) & mask
    while pairs.key[probe] != NONE:
        home = pair_slot(pairs.key[probe], mask)
        if ((probe - home) & mask) >= ((probe - gap) & mask):
            pairs[gap] = pairs[probe]
            gap = probe
        probe = (probe + 1) & mask
    pairs.key[gap] = NONE
    pairs.affinity[gap] = 0
    pairs.second[gap] = 0
    pairs.muted[gap] = 0
    for action in range(COUNTED):
        pairs.counts[gap, action] = 0
