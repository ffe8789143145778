"""The files of a folder as one stream in order of time."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import InputError
from bowerbird.core.facts import FactKind
from bowerbird.journal.chunks import Reader
from bowerbird.journal.draft import Draft, concat_drafts
from bowerbird.journal.files import reader_of
from bowerbird.journal.schema import PLURALS
from bowerbird.journal.spill import read_run, write_run

ORDER = (
    FactKind.ACCOUNT,
    FactKind.MEDIA,
    FactKind.EXPOSURE,  # before the events that follow from it
    FactKind.EVENT,
    FactKind.CONTROL,
    FactKind.LABEL,
    FactKind.SCORE,
    FactKind.REMOVAL,
)
"""Which goes first among facts of the same time."""


RUN = 1 << 19
"""Facts that are sorted in memory at a time."""

PIECE = 1 << 14
"""Facts of a run that are in memory while runs are merged."""

Key = NDArray[np.int64]
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, and the kind its name tells."""

    path: Path
    read: Reader
    kind: FactKind | None


def kind_in_name(path: Path) -> FactKind | None:
    """Return the kind a file is called by.

    Example:
        >>> kind_in_name(Path("events-2024.jsonl.gz"))
        <FactKind.EVENT: 2>
    """
    found = re.match(r"[a-z]+", path.name.lower())
    return PLURALS.get(found[0]) if found else None


def sources_in(folder: Path) -> tuple[list[Source], tuple[str, ...]]:
    """Return the files of a folder that are called by a kind, and the names of the others.

    Raises:
        InputError: there is none.
    """
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    known = {path: (reader_of(path), kind_in_name(path)) for path in paths}
    sources = [
        Source(p, read, kind) for p, (read, kind) in known.items() if read and kind is not None
    ]
    if not sources:
        raise InputError(
            f"{folder} has no file called by a kind of fact",
            f"name them {', '.join(PLURALS)}, with .jsonl, .csv or .parquet; "
            "one whose rows have a `kind` can be ingested by itself",
        )
    taken = {source.path for source in sources}
    return sources, tuple(path.name for path in paths if path not in taken)


def in_order(
    drafts: Iterable[Draft],
    untimed: int,
    size: int,
    folder: Path,
    run: int = RUN,
) -> Iterator[Draft]:
    """Yield all facts by time, about `size` at once; what came with a fact stays right behind it.

    Facts of one time go by kind, those of one kind as they came. Up to `run` facts are sorted in
    memory; more of them become sorted runs in `folder`, which are merged.

    Args:
        drafts: those whose time is 0 have none; they count as being there from the first moment.
        untimed: the time to give those when no fact has one.
        size: of a draft; a little more where facts belong together.
        folder: for what does not fit; removed in the end.
        run: facts sorted at a time.

    Raises:
        JournalError: the disk did not take a run.
    """
    runs: list[Path] = []
    waiting: list[Draft] = []
    first, came = 0, 0
    try:
        for draft in drafts:
            first = _earliest(first, draft)
            waiting.append(draft)
            if sum(map(len, waiting)) >= run:
                runs.append(folder / f"{len(runs)}.run")
                write_run(runs[-1], *_sorted(waiting, came), PIECE)
                came += sum(map(len, waiting))
                waiting = []
        last = _pieces(*_sorted(waiting, came))
        merged = merge_runs([*(read_run(path) for path in runs), last]) if runs else last
        for whole, _ in merged:
            timed = replace(whole, ts=np.where(whole.ts > 0, whole.ts, first or untimed))
            yield from _cut(timed, size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _earliest(first: int, draft: Draft) -> int:
    timed = draft.ts[draft.ts > 0]
    return min(first or int(timed[0]), int(timed.min())) if len(timed) else first


def _sorted(drafts: Sequence[Draft], came: int) -> tuple[Draft, Key]:
    """Return the facts of `drafts` in order, and what they are ordered by ([n, 3]).

    That is time and kind of the fact that each came with, and when it came itself, from `came` on.
    """
    whole = concat_drafts(drafts)
    rank = np.zeros(len(FactKind), np.int64)
    rank[list(ORDER)] = np.arange(len(ORDER))
    leader = np.maximum.accumulate(np.where(whole.derived, 0, np.arange(len(whole))))
    kinds = rank[whole.kind[leader]]
    key = np.stack([whole.ts[leader], kinds, came + np.arange(len(whole))], axis=1)
    order = np.lexsort(key.T[::-1])
    return whole.take(order), key[order]


def _pieces(whole: Draft, key: Key) -> Iterator[tuple[Draft, Key]]:
    if len(whole):
        yield whole, key


def _cut(whole: Draft, size: int) -> Iterator[Draft]:
    """Yield pieces of about `size`, none of which starts with a fact that came with another."""
    joints = np.append(np.flatnonzero(~whole.derived), len(whole))
    at = 0
    while at < len(whole):
        last = int(joints[min(int(np.searchsorted(joints, at + size)), len(joints) - 1)])
        yield whole.take(slice(at, last))
        at = last


def merge_runs(runs: Sequence[Iterator[tuple[Draft, Key]]]) -> Iterator[tuple[Draft, Key]]:
    """Yield the facts of sorted runs in order, as many at a time as all of the runs allow for.

    A piece of each run is in memory at once.
    """
    heads = [head for run in runs if (head := _Head.of(run))]
    while heads:
        bound = min(tuple(head.key[-1].tolist()) for head in heads)
        parts = [head.until(bound) for head in heads]
        key = np.concatenate([part for _, part in parts])
        order = np.lexsort(key.T[::-1])
        yield concat_drafts([draft for draft, _ in parts]).take(order), key[order]
        heads = [head for head in heads if len(head.key) or head.more()]


@dataclass(slots=True)
class _Head:
    """What is read of a run and not yet merged; never empty between rounds."""

    run: Iterator[tuple[Draft, Key]]
    draft: Draft
    key: Key

    @staticmethod
    def of(run: Iterator[tuple[Draft, Key]]) -> _Head | None:
        first = next(run, None)
        return None if first is None else _Head(run, *first)

    def until(self, bound: tuple[int, ...]) -> tuple[Draft, Key]:
        """Take the facts up to `bound` ([3]) out, and return them."""
        low, high = 0, len(self.key)
        for column, value in enumerate(bound):
            within = self.key[low:high, column]
            low, high = (low + int(np.searchsorted(within, value, side)) for side in SIDES)
        taken = self.draft.take(slice(0, high)), self.key[:high]
        self.draft, self.key = self.draft.take(slice(high, None)), self.key[high:]
        return taken

    def more(self) -> bool:
        following = next(self.run, None)
        if following is not None:
            self.draft, self.key = following
        return following is not None
