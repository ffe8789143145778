"""Slices of a shared arena: a person's history or seen set, always a power of two long.

A slice outgrown is kept in a list of its length and handed out again. Everything is a multiple of
`SMALLEST`, so that an int32 cell of the free slice itself can name the next one.
"""

from __future__ import annotations

from bowerbird.core.facts import I32, I64, NONE
from bowerbird.core.kernels import fused
from bowerbird.world.probe import Whole

SMALLEST = 8


@fused
def size_class(length: Whole) -> Whole:
    """Return log2 of a power of two."""
    exponent = 0
    while (1 << exponent) < length:
        exponent += 1
    return exponent


@fused
def has_room(chain: I32, ledger: I64, used: Whole, free: Whole, length: Whole) -> bool:
    """Return whether `take_slice` would find a slice without the arena growing."""
    if ledger[free + size_class(length)] != NONE:
        return True
    return bool(ledger[used] + length <= len(chain))


@fused
def take_slice(chain: I32, ledger: I64, used: Whole, free: Whole, length: Whole) -> Whole:
    """Return the start of a slice, a freed one first; `used`, `free` are ledger positions."""
    head = free + size_class(length)
    at = int(ledger[head])
    if at == NONE:
        at = int(ledger[used])
        ledger[used] += length
        return at
    following = chain[at]
    ledger[head] = NONE if following == NONE else following * SMALLEST
    chain[at] = NONE
    return at


@fused
def free_slice(chain: I32, ledger: I64, free: Whole, at: Whole, length: Whole) -> None:
    """Keep a slice, wiped by the caller, for the next to ask for one of its length."""
    head = free + size_class(length)
    following = ledger[head]
    chain[at] = NONE if following == NONE else following // SMALLEST
    ledger[head] = at
