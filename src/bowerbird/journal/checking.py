"""A block of a file, checked: plain events in one loop over cells, everything else row by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import FactKind
from bowerbird.journal.chunks import Block, Chunk
from bowerbird.journal.draft import Draft, concat_drafts
from bowerbird.journal.plain import plain_events
from bowerbird.journal.receipt import Reject
from bowerbird.journal.validate import Checked, check

Lines = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """What a block held.

    Attributes:
        draft: its good rows, in order.
        rejects: the others, by line.
        rows: how many there were.
        columns: the names that the cells of what the rejects say go by, where it is CSV.
    """

    draft: Draft
    rejects: list[Reject]
    rows: int
    columns: tuple[str, ...] = ()


def check_block(block: Block, *, now: int, untimed: int, kind: FactKind | None) -> Found:
    """Return what `check` finds in the rows of a block, sooner where they are plain events."""
    if block.cells is None:
        return _checked(block.decode(np.arange(block.size)), now, untimed, kind)
    draft, plain = plain_events(block.cells(), now, named=kind is FactKind.EVENT)
    if plain.all():
        return Found(draft, [], block.size)
    chunk = block.decode(np.flatnonzero(~plain))
    checked = check(list(chunk.rows), now=now, untimed=untimed, kind=kind)
    lines = block.first + np.flatnonzero(plain)
    whole = _interleaved(draft.take(plain), lines, checked, np.array(chunk.lines, np.int64))
    rows = len(lines) + len(chunk.rows) + len(chunk.rejects)
    return Found(whole, _rejects(chunk, checked), rows, chunk.columns)


def _checked(chunk: Chunk, now: int, untimed: int, kind: FactKind | None) -> Found:
    checked = check(list(chunk.rows), now=now, untimed=untimed, kind=kind)
    rows = len(chunk.rows) + len(chunk.rejects)
    return Found(checked.draft, _rejects(chunk, checked), rows, chunk.columns)


def _rejects(chunk: Chunk, checked: Checked) -> list[Reject]:
    found = [Reject(chunk.lines[p], why, chunk.raw_of(p)) for p, why in checked.faults.items()]
    return sorted([*chunk.rejects, *found], key=lambda reject: reject.line)


def _interleaved(draft: Draft, lines: Lines, checked: Checked, others: Lines) -> Draft:
    """Return the facts of both in the order of their lines, derived ones behind their own."""
    if not len(checked.draft):
        return draft
    kept = np.delete(others, list(checked.faults))
    slow = kept[np.cumsum(~checked.draft.derived) - 1]
    order = np.argsort(np.concatenate([lines, slow]), kind="stable")
    return concat_drafts([draft, checked.draft]).take(order)
