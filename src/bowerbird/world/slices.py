"""Slices of a shared arena: a person's history or seen set, always a power of two long.

A slice outgrown is kept in a list of its length, joined with the free slice beside it to one twice
as long as often as that goes, and handed out again, whole or in halves: a buddy allocator (Knuth,
The Art of Computer Programming 1, 2.5). So a slice lies at a multiple of its length.

The first cells of a free slice say so: the next in its list, the one before, and its length. A cell
in use is never below NONE, so none can be taken for the last of these. Everything is a multiple of
`SMALLEST`, so that an int32 can name any place.
"""

from __future__ import annotations

from bowerbird.core.facts import I32, I64, NONE
from bowerbird.core.kernels import fused
from bowerbird.world.probe import Whole

SMALLEST = 8
LARGEST = 15
"""log2 of the longest slice that is joined or halved; longer ones are multiples of it."""

_BEFORE, _MARK = 1, 2  # cells of a free slice; the next one is in its first
_FREE = NONE - 1  # less log2 of the length


@fused
def size_class(length: Whole) -> Whole:
    """Return log2 of a power of two."""
    exponent = 0
    while (1 << exponent) < length:
        exponent += 1
    return exponent


@fused
def slice_end(used: Whole, length: Whole) -> Whole:
    """Return where a slice ends that is put behind all that is `used`."""
    step = min(length, 1 << LARGEST)
    return (used + step - 1) // step * step + length


@fused
def has_room(chain: I32, ledger: I64, used: Whole, free: Whole, length: Whole) -> bool:
    """Return whether `take_slice` would find a slice without the arena growing."""
    if _enough(ledger, free, size_class(length)) != NONE:
        return True
    return bool(slice_end(ledger[used], length) <= len(chain))


@fused
def take_slice(chain: I32, ledger: I64, used: Whole, free: Whole, length: Whole) -> Whole:
    """Return the start of a slice, a freed one first; `used`, `free` are ledger positions."""
    wanted = size_class(length)
    exponent = _enough(ledger, free, wanted)
    if exponent == NONE:
        return _behind_all(chain, ledger, used, free, length)
    at = int(ledger[free + exponent])
    _unlink(chain, ledger, free + exponent, at)
    while exponent > wanted:
        exponent -= 1
        _link(chain, ledger, free, at + (1 << exponent), exponent)
    return at


@fused
def free_slice(chain: I32, ledger: I64, used: Whole, free: Whole, at: Whole, length: Whole) -> None:
    """Keep a slice, wiped by the caller, for whoever asks for one."""
    exponent = size_class(length)
    while exponent < LARGEST:
        beside = at ^ (1 << exponent)
        if beside + (1 << exponent) > ledger[used] or chain[beside + _MARK] != _FREE - exponent:
            break
        _unlink(chain, ledger, free + exponent, beside)
        at = min(at, beside)
        exponent += 1
    _link(chain, ledger, free, at, exponent)


@fused
def _enough(ledger: I64, free: Whole, wanted: Whole) -> Whole:
    """Return log2 of the shortest free slice of at least 2^wanted, NONE where there is none."""
    for exponent in range(wanted, max(wanted, LARGEST) + 1):
        if ledger[free + exponent] != NONE:
            return exponent
    return NONE


@fused
def _behind_all(chain: I32, ledger: I64, used: Whole, free: Whole, length: Whole) -> Whole:
    """Take a slice from what was never used; what is left out before it is free."""
    end = slice_end(ledger[used], length)
    while ledger[used] < end - length:
        at = int(ledger[used])
        piece = at & -at  # as long as one may be that begins there
        ledger[used] += piece
        free_slice(chain, ledger, used, free, at, piece)
    ledger[used] = end
    return end - length


@fused
def _link(chain: I32, ledger: I64, free: Whole, at: Whole, exponent: Whole) -> None:
    following = ledger[free + exponent]
    chain[at] = NONE if following == NONE else following // SMALLEST
    chain[at + _BEFORE] = NONE
    chain[at + _MARK] = _FREE - exponent
    if following != NONE:
        chain[following + _BEFORE] = at // SMALLEST
    ledger[free + exponent] = at


@fused
def _unlink(chain: I32, ledger: I64, head: Whole, at: Whole) -> None:
    following, before = int(chain[at]), int(chain[at + _BEFORE])
    if before == NONE:
        ledger[head] = NONE if following == NONE else following * SMALLEST
    else:
        chain[before * SMALLEST] = following
    if following != NONE:
        chain[following * SMALLEST + _BEFORE] = before
    for cell in range(at, at + _MARK + 1):
        chain[cell] = NONE
