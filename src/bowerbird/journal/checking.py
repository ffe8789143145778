"""A chunk of a file, checked: plain events by column, everything else row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import FactKind
from bowerbird.journal.chunks import Chunk, Columns
from bowerbird.journal.draft import Draft, concat_drafts
from bowerbird.journal.plain import NAMES, EventRow, columns_of, plain_events
from bowerbird.journal.validate import Checked, check

Positions = NDArray[np.intp]


def check_chunk(chunk: Chunk, *, now: int, untimed: int, kind: FactKind | None) -> Checked:
    """Return what `check` returns of the chunk's rows, sooner where they are plain events."""
    columns, positions = _events(chunk.rows, kind)
    if not len(positions):
        return check(list(chunk.rows), now=now, untimed=untimed, kind=kind)
    draft, plain = plain_events(columns, len(positions), now, named=kind is FactKind.EVENT)
    if plain.all() and len(positions) == len(chunk.rows):
        return Checked(draft, {})
    taken = positions[plain]
    others = np.setdiff1d(np.arange(len(chunk.rows)), taken)
    rows = [_row(chunk.rows[position]) for position in others.tolist()]
    checked = check(rows, now=now, untimed=untimed, kind=kind)
    faults = {int(others[at]): reason for at, reason in checked.faults.items()}
    return Checked(_interleaved(draft.take(plain), taken, checked, others), faults)


def _events(
    rows: Sequence[object], kind: FactKind | None
) -> tuple[Mapping[str, list[Any]], Positions]:
    """Return the columns of the rows that may be plain events, and where those rows are."""
    if isinstance(rows, Columns):
        may = (kind is FactKind.EVENT or "kind" in rows.columns) and rows.columns.keys() <= NAMES
        return rows.columns, np.arange(len(rows) if may else 0)
    events = [type(row) is EventRow for row in rows]
    if events and all(events):
        return columns_of(rows), np.arange(len(rows))  # type: ignore[arg-type]  # all of them are
    positions = np.flatnonzero(events)
    if not len(positions):
        return {}, positions
    found = [row for row in rows if type(row) is EventRow]
    return columns_of(found), positions


def _row(row: object) -> object:
    return msgspec.structs.asdict(row) if isinstance(row, EventRow) else row


def _interleaved(draft: Draft, at: Positions, checked: Checked, others: Positions) -> Draft:
    """Return the facts of both in the order of their rows, derived ones behind their own."""
    if not len(checked.draft):
        return draft
    kept = np.delete(others, list(checked.faults))
    slow = kept[np.cumsum(~checked.draft.derived) - 1]
    order = np.argsort(np.concatenate([at, slow]), kind="stable")
    return concat_drafts([draft, checked.draft]).take(order)
