"""Conditions asked of rows: as many as can be in one pass over the rows that are left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bowerbird.core.candidates import Kind, Positions
from bowerbird.core.signals import Condition
from bowerbird.igql.evaluate import mask
from bowerbird.igql.expression import Expression, condition_of, conjuncts
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.sieve import (
    TRUTH,
    Passes,
    Place,
    Sieve,
    passes_of,
    sieve_of,
    sift,
)
from bowerbird.igql.running import Run


class Part(NamedTuple):
    """One part of a condition.

    Attributes:
        condition: the same as a condition on one signal, None where it is not that simple.
        passes: the values of that signal that pass.
    """

    expression: Expression
    condition: Condition | None
    passes: Passes


Parts = Sequence[Part]


def parts_of(condition: Expression) -> Parts:
    """Return the parts of `condition` that must all hold, in the order written."""
    found = []
    for part in conjuncts(condition):
        simple = condition_of(part)
        found.append(Part(part, simple, passes_of(simple) if simple else (0.0, 0.0)))
    return found


def keep(parts: Parts, frame: Frame, run: Run) -> Frame:
    """Return the rows that all `parts` hold for, reading later signals of fewer and fewer.

    Conditions on whole columns are asked in one loop, then those that the signals can ask in one
    pass, then the others one by one.
    """
    left = passing(parts, frame, run)
    return frame if left is None else frame.take(left)


def passing(parts: Parts, frame: Frame, run: Run) -> Positions | None:
    """Return the positions of the rows that `keep` would keep, None for all of them."""
    left: Positions | None = None
    for together in _rounds(parts, frame.kind, run):
        here = frame if left is None else frame.take(left)
        if not len(here):
            break
        passed = _passing(together, here, run)
        if len(together) == 1:
            run.dropped(together[0].expression, len(here) - len(passed))
        if len(passed) < len(here):
            left = passed if left is None else left[passed]
    return left


def whole(part: Part, kind: Kind, run: Run) -> Place | None:
    """Return the whole column that a sieve can ask `part` of, if there is one."""
    if part.condition is None:
        return None
    place = run.place(kind, part.condition.name)
    return place if place and (place[2] == TRUTH) == (not part.condition.compare) else None


def sieve_for(parts: Parts, kind: Kind, run: Run) -> Sieve:
    """Return those of `parts` that are on whole columns as one sieve."""
    places, passes = [], []
    for part in parts:
        place = whole(part, kind, run)
        if place:
            places.append(place)
            passes.append(part.passes)
    return sieve_of(places, passes)


def _rounds(parts: Parts, kind: Kind, run: Run) -> Iterator[Parts]:
    """Yield the parts that are asked together, in the order to be asked."""
    if run.analyse or len(parts) == 1:
        yield from ([part] for part in parts)
        return
    columns, known, others = [], [], []
    for part in parts:
        if whole(part, kind, run):
            columns.append(part)
        elif part.condition is not None and run.sifts(kind, part.condition):
            known.append(part)
        else:
            others.append(part)
    yield from (group for group in (columns, known) if group)
    yield from ([part] for part in others)


def _passing(parts: Parts, frame: Frame, run: Run) -> Positions:
    """Return the positions of the rows of `frame` that pass `parts`, which are asked together."""
    columns = whole(parts[0], frame.kind, run) is not None
    found = sift(frame.rows, sieve_for(parts, frame.kind, run)) if columns else None
    if found is not None:
        return found
    if not columns and len(parts) > 1:
        simple = [part.condition for part in parts if part.condition is not None]
        return np.flatnonzero(run.sift(frame.kind, simple, frame.rows))
    passes = np.ones(len(frame), np.bool_)
    for part in parts:
        passes &= mask(part.expression, frame, run)
    return np.flatnonzero(passes)
