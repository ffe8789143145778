"""The JSON of media and accounts, in one arena; every byte no longer pointed at is zero."""

from __future__ import annotations

from bowerbird.core.facts import I32, I64, U8
from bowerbird.core.kernels import fused, kernel
from bowerbird.world.incoming import Facts
from bowerbird.world.ledger import (
    ACCOUNTS,
    AMOUNT,
    DETAILS_DEAD,
    DETAILS_USED,
    MEDIA,
    NEED_COMPACT,
    NEED_DETAILS,
    NEED_NOTHING,
)
from bowerbird.world.probe import Whole
from bowerbird.world.records import Lines

WASTE = 1 << 20
"""Dead bytes that are left alone, however few live ones there are."""


@fused
def details_need(details: U8, ledger: I64, length: Whole) -> Whole:
    """Return what must happen before `length` bytes are stored, as the ledger names it."""
    used, dead = ledger[DETAILS_USED], ledger[DETAILS_DEAD]
    if length > 0 and dead > WASTE and 2 * dead > used:
        return NEED_COMPACT
    if used + length > len(details):
        ledger[AMOUNT] = used + length
        return NEED_DETAILS
    return NEED_NOTHING


@fused
def erase_details(details: U8, ledger: I64, at: I64, length: I32, row: Whole) -> None:
    """Forget the JSON of a row."""
    for i in range(at[row], at[row] + length[row]):
        details[i] = 0
    ledger[DETAILS_DEAD] += length[row]
    length[row] = 0


@fused
def store_details(
    details: U8, ledger: I64, at: I64, length: I32, row: Whole, facts: Facts, fact: Whole
) -> None:
    """Keep the JSON of a fact as that of a row, in the place of the old one where it fits there."""
    first = facts.details_at[fact]
    size = facts.details_at[fact + 1] - first
    if size == 0:
        return
    fits = size <= length[row]
    erase_details(details, ledger, at, length, row)
    if fits:
        ledger[DETAILS_DEAD] -= size
    else:
        at[row] = ledger[DETAILS_USED]
        ledger[DETAILS_USED] += size
    for i in range(size):
        details[at[row] + i] = facts.details[first + i]
    length[row] = size


@fused
def pack(source: U8, target: U8, used: Whole, at: I64, length: I32, row: Whole) -> Whole:
    """Copy the JSON of a row to `target[used:]`, and return where the next one goes."""
    for i in range(length[row]):
        target[used + i] = source[at[row] + i]
    at[row] = used
    return int(used + length[row])


@kernel
def compact_details(details: U8, packed: U8, ledger: I64, media: Lines, accounts: Lines) -> None:
    """Copy the live bytes to the empty arena `packed`, media first, moving every row to it."""
    used: Whole = 0
    for row in range(ledger[MEDIA]):
        used = pack(details, packed, used, media.details_at, media.details_len, row)
    for row in range(ledger[ACCOUNTS]):
        used = pack(details, packed, used, accounts.details_at, accounts.details_len, row)
    ledger[DETAILS_USED] = used
    ledger[DETAILS_DEAD] = 0
