"""The files of a folder as one stream in order of time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bowerbird.core.errors import InputError
from bowerbird.core.facts import FactKind
from bowerbird.journal.chunks import Reader
from bowerbird.journal.draft import Draft, concat_drafts
from bowerbird.journal.files import reader_of
from bowerbird.journal.schema import PLURALS

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


def in_order(drafts: Iterable[Draft], untimed: int, size: int) -> Iterator[Draft]:
    """Yield all facts by time, about `size` at once; what came with a fact stays right behind it.

    Args:
        drafts: those whose time is 0 have none; they count as being there from the first moment.
        untimed: the time to give those when no fact has one.
        size: of a draft; a little more where facts belong together.
    """
    whole = concat_drafts(list(drafts))
    timed = whole.ts[whole.ts > 0]
    first = int(timed.min()) if len(timed) else untimed
    whole = replace(whole, ts=np.where(whole.ts > 0, whole.ts, first))
    rank = np.zeros(len(FactKind), np.uint8)
    rank[list(ORDER)] = np.arange(len(ORDER))
    leader = np.maximum.accumulate(np.where(whole.derived, 0, np.arange(len(whole))))
    order = np.lexsort((rank[whole.kind[leader]], whole.ts))
    joints = np.append(np.flatnonzero(~whole.derived[order]), len(whole))
    at = 0
    while at < len(whole):
        last = int(joints[min(int(np.searchsorted(joints, at + size)), len(joints) - 1)])
        yield whole.take(order[at:last])
        at = last
