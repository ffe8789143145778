"""Rows between two steps: row numbers, what the step set, and where each row came from.

Columns are not copied from step to step. A frame knows, for each of its rows, the row of an
earlier frame that it continues; a column is looked up along that way when somebody reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bowerbird.core import candidates
from bowerbird.core.candidates import Column, Kind, Mask, Positions, Rows
from bowerbird.core.facts import F32, NONE, UNKNOWN
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Type

SEED_TYPE = "seed_media_type"  # uint8 MediaType of the media engaged with, UNKNOWN for none
SEED_ID = "seed_id"
VALUE = "value"  # float32, what the value model says
PENALTY = "penalty"  # float32, what diversity took off
INCLUSION = "inclusion"  # float32, chance that sampling kept the row
PROPENSITY = "propensity"  # float32, chance that the row stood where it was drawn

TYPED: Mapping[str, Type] = {
    candidates.SEED: Type.ACCOUNT,
    candidates.SEED_MEDIA: Type.MEDIA,
    candidates.SEED_ACTION: Type.ACTION,
    SEED_TYPE: Type.MEDIA_TYPE,
    candidates.VIA: Type.ACCOUNT,
    candidates.SIMILARITY: Type.NUMBER,
    candidates.SOURCE: Type.NUMBER,
    candidates.SCORE: Type.NUMBER,
}
"""The columns that every stream has, with their types in the language."""

ABSENT: Mapping[Type, tuple[Any, Any]] = {
    Type.BOOL: (np.bool_, False),
    Type.NUMBER: (np.float32, np.nan),
    Type.DURATION: (np.float64, np.nan),
    Type.TIME: (np.float64, np.nan),
    Type.ACCOUNT: (np.int32, NONE),
    Type.MEDIA: (np.int32, NONE),
    Type.USER: (np.int32, NONE),
    Type.ACTION: (np.uint8, UNKNOWN),
    Type.MEDIA_TYPE: (np.uint8, UNKNOWN),
}
"""Type -> dtype of a stored column, and what a row without it holds."""

SPECIAL: Mapping[str, tuple[Any, Any]] = {
    candidates.SOURCE: (np.int16, NONE),
    candidates.SCORE: (np.float32, 1.0),
    PENALTY: (np.float32, 0.0),
    INCLUSION: (np.float32, 1.0),
    PROPENSITY: (np.float32, 1.0),
}


ORIGIN = frozenset((*TYPED, SEED_TYPE, SEED_ID))
"""The columns that say where a row came from."""


def absent(name: str, type: Type) -> tuple[Any, Any]:
    """Return the dtype of column `name` and what a row without it holds."""
    return SPECIAL.get(name) or ABSENT[type]


class Part(Struct, frozen=True, eq=False):
    """Consecutive rows of a frame that continue rows of an earlier one.

    Attributes:
        frame: the earlier one.
        at: [k] position in it of each row, or None where they are its rows, in its order.
    """

    frame: Frame
    at: NDArray[Any] | None

    def __len__(self) -> int:
        return len(self.frame) if self.at is None else len(self.at)


class Frame(Struct, frozen=True, eq=False):
    """n rows of one kind; a Struct, for a page makes some fifty, each a quarter as dear so.

    Attributes:
        rows: [n] int32.
        own: columns [n] that this step set.
        parts: what the rows continue, in order; none for rows that start here.
        read: columns [n] that somebody read here; a later frame looks no further back for them.
    """

    kind: Kind
    rows: Rows
    own: Mapping[str, Column] = {}
    parts: tuple[Part, ...] = ()
    read: dict[tuple[str, Type], Column] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, at: Positions | Mask, own: Mapping[str, Column] | None = None) -> Frame:
        """Return the rows at `at` ([k] positions, or an [n] mask), with columns `own` set."""
        if at.dtype == np.bool_:
            at = np.flatnonzero(at)
        return Frame(self.kind, self.rows[at], own or {}, (Part(self, at),))

    def set(self, own: Mapping[str, Column]) -> Frame:
        """Return the same rows with columns `own` set."""
        return Frame(self.kind, self.rows, own, (Part(self, None),))

    def hop(self, kind: Kind, rows: Rows, at: NDArray[Any], own: Mapping[str, Column]) -> Frame:
        """Return new rows, each reached from the row of this frame at position `at`."""
        return Frame(kind, rows, own, (Part(self, at),))

    def column(self, name: str, type: Type) -> Column:
        """Return one column [n]; what a row does not have is as `absent` says."""
        known = self.own.get(name)
        if known is None:
            known = self.read.get((name, type))
        return self.columns({name: type})[name] if known is None else known

    def sets(self, name: str) -> bool:
        """Return whether a step on the way of the rows has set column `name`."""
        frame = self
        while name not in frame.own:
            if len(frame.parts) != 1:
                return any(part.frame.sets(name) for part in frame.parts)
            frame = frame.parts[0].frame
        return True

    @property
    def score(self) -> F32:
        """The score of each row, [n]."""
        known = self.own.get(candidates.SCORE)
        return self.column(candidates.SCORE, Type.NUMBER) if known is None else known

    def columns(self, wanted: Mapping[str, Type]) -> dict[str, Column]:
        """Return several columns [n] in one walk back along the way of the rows."""
        found = _gather(self, wanted, None)
        for name, column in found.items():
            self.read[name, wanted[name]] = column
        return found


def stack(kind: Kind, frames: Sequence[Frame]) -> Frame:
    """Return the rows of all `frames`, one after the other."""
    return stacked(frames, np.concatenate([frame.score for frame in frames]), kind)


def stacked(frames: Sequence[Frame], score: F32, kind: Kind | None = None) -> Frame:
    """Return the same with the scores given, [n] of all rows."""
    rows = np.concatenate([frame.rows for frame in frames])
    parts = tuple(Part(frame, None) for frame in frames)
    return Frame(kind or frames[0].kind, rows, {candidates.SCORE: score}, parts)


def _gather(frame: Frame, wanted: Mapping[str, Type], at: NDArray[Any] | None) -> dict[str, Column]:
    found: dict[str, Column] = {}
    missing = dict(wanted)
    while True:
        if not frame.own.keys().isdisjoint(missing):
            for name in [name for name in missing if name in frame.own]:
                found[name] = _at(frame.own[name], at)
                del missing[name]
        if not frame.read.keys().isdisjoint(missing.items()):
            for name in [name for name in missing if (name, missing[name]) in frame.read]:
                found[name] = _at(frame.read[name, missing[name]], at)
                del missing[name]
        if SEED_ID in missing and _stands_in(missing[SEED_ID], frame):
            found[SEED_ID] = _at(frame.own[candidates.SEED], at)
            del missing[SEED_ID]
        if not missing:
            return found
        if len(frame.parts) != 1:
            break
        part = frame.parts[0]
        frame, at = part.frame, _compose(part.at, at)
    if not frame.parts:
        n = len(frame) if at is None else len(at)
        return found | {name: _filled(name, type, n) for name, type in missing.items()}
    return found | _gather_parts(frame, missing, at)


def _at(column: Column, at: NDArray[Any] | None) -> Column:
    return column if at is None else column[at]


def _stands_in(type: Type, frame: Frame) -> bool:
    """Return whether the seed of `frame` answers for its `seed_id`, which no step has set."""
    return type is Type.ACCOUNT and candidates.SEED in frame.own and not frame.sets(SEED_ID)


FILLED = 1_024
_FILLED: dict[tuple[Any, Any], Column] = {}
"""Long columns of one value, read-only: most parts of a page lack most columns."""


def _filled(name: str, type: Type, n: int) -> Column:
    dtype, value = key = absent(name, type)
    known = _FILLED.get(key)
    if known is None or len(known) < n:
        known = _FILLED[key] = np.full(max(n, FILLED), value, dtype)
        known.flags.writeable = False
    return known[:n]


def _compose(first: NDArray[Any] | None, then: NDArray[Any] | None) -> NDArray[Any] | None:
    if first is None:
        return then
    return first if then is None else first[then]


def _gather_parts(
    frame: Frame, wanted: Mapping[str, Type], at: NDArray[Any] | None
) -> dict[str, Column]:
    """Gather from frames stacked on each other: each part answers for the rows that are its."""
    bounds = np.array([0, *accumulate(map(len, frame.parts))])
    back, inside = None, None
    if at is not None:
        inside, back, bounds = _apart(at, bounds)
    answers = []
    for part, start, stop in zip(frame.parts, bounds.tolist(), bounds[1:].tolist(), strict=False):
        if start < stop:
            own = None if inside is None else inside[start:stop]
            answers.append(_gather(part.frame, wanted, _compose(part.at, own)))
    if not answers:
        return {name: _filled(name, type, 0) for name, type in wanted.items()}
    if len(answers) == 1:  # in their order
        return answers[0]
    return {
        name: _at(
            np.concatenate([answer[name] for answer in answers], dtype=absent(name, type)[0]), back
        )
        for name, type in wanted.items()
    }


@kernel
def _apart(at: Any, bounds: Any) -> Any:
    """Part positions `at` ([n]) by which part of a stack they are in, each in their order.

    Args:
        at: [n].
        bounds: [p + 1] position at which each part begins, and the end.

    Returns:
        [n] position inside its part, part by part; [n] where in that each of `at` is; and [p + 1]
        where in it each part begins.
    """
    parts = len(bounds) - 1
    whose, begins = np.empty(len(at), np.int64), np.zeros(parts + 1, np.int64)
    for i in range(len(at)):
        part = 0
        while at[i] >= bounds[part + 1]:
            part += 1
        whose[i] = part
        begins[part + 1] += 1
    for part in range(parts):
        begins[part + 1] += begins[part]
    following = begins.copy()
    inside, back = np.empty(len(at), np.int64), np.empty(len(at), np.int64)
    for i in range(len(at)):
        part = whose[i]
        inside[following[part]], back[i] = at[i] - bounds[part], following[part]
        following[part] += 1
    return inside, back, begins
