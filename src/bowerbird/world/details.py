"""The JSON of media and accounts, in one arena; every byte no longer pointed at is zero."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import I32, I64, U8
from bowerbird.core.kernels import kernel
from bowerbird.world.ledger import (
    AMOUNT,
    DETAILS_DEAD,
    DETAILS_USED,
    NEED_COMPACT,
    NEED_DETAILS,
    NEED_NOTHING,
)
from bowerbird.world.probe import Whole
from bowerbird.world.tables import Accounts, Media

WASTE = 1 << 20
"""Dead bytes that are left alone, however few live ones there are."""


@kernel
def details_need(details: U8, ledger: I64, length: Whole) -> Whole:
    """Return what must happen before `length` bytes are stored, as the ledger names it."""
    used, dead = ledger[DETAILS_USED], ledger[DETAILS_DEAD]
    if length > 0 and dead > WASTE and 2 * dead > used:
        return NEED_COMPACT
    if used + length > len(details):
        ledger[AMOUNT] = used + length
        return NEED_DETAILS
    return NEED_NOTHING


@kernel
def erase_details(details: U8, ledger: I64, at: I64, length: I32, row: Whole) -> None:
    """Forget the JSON of a row."""
    details[at[row] : at[row] + length[row]] = 0
    ledger[DETAILS_DEAD] += length[row]
    length[row] = 0


@kernel
def store_details(details: U8, ledger: I64, at: I64, length: I32, row: Whole, source: U8) -> None:
    """Keep `source` as the JSON of a row, in the place of the old one where it fits there."""
    size, fits = len(source), len(source) <= length[row]
    erase_details(details, ledger, at, length, row)
    if fits:
        ledger[DETAILS_DEAD] -= size
    else:
        at[row] = ledger[DETAILS_USED]
        ledger[DETAILS_USED] += size
    details[at[row] : at[row] + size] = source
    length[row] = size


@kernel
def compact_details(
    details: U8, ledger: I64, media: Media, accounts: Accounts, media_rows: Whole, rows: Whole
) -> U8:
    """Return an arena as long as `details` of the live bytes only, moving every row to it."""
    packed = np.zeros_like(details)
    used = 0
    for row in range(media_rows):
        at, length = media.details_at[row], media.details_len[row]
        packed[used : used + length] = details[at : at + length]
        media.details_at[row] = used
        used += length
    for row in range(rows):
        at, length = accounts.details_at[row], accounts.details_len[row]
        packed[used : used + length] = details[at : at + length]
        accounts.details_at[row] = used
        used += length
    ledger[DETAILS_USED] = used
    ledger[DETAILS_DEAD] = 0
    return packed
