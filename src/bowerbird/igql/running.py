"""One run of a plan: every node at most once, timed, with what was missing noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any, Protocol, cast

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bowerbird.core.candidates import Kind, Mask, Rows
from bowerbird.core.errors import ShapeError
from bowerbird.core.facts import F32, I32
from bowerbird.core.signals import Condition, Context, Histories, Links, Sifting, Signals, Type
from bowerbird.igql.expression import Expression
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.sieve import Place, place_of
from bowerbird.igql.plan import Node

NO_LINKS = Links(
    np.empty(0, np.int32), np.empty((0, 0), np.int32), np.empty(0, np.int32), np.empty((0, 0), "f4")
)

for _nothing in (NO_LINKS.index, NO_LINKS.rows, NO_LINKS.length, NO_LINKS.scores):
    _nothing.flags.writeable = False

NO_ROWS = np.empty(0, np.int32)

LinkArrays = tuple[I32, I32, I32, F32]
"""`Links` as kernels take them: index, rows, length, scores."""


class Runner(Protocol):
    """The kernel of a node."""

    def __call__(self, node: Any, run: Run) -> Frame: ...


class Step(Struct, frozen=True):
    """What one node did.

    Attributes:
        op: the node with its arguments.
        rows_in: rows it read from its inputs.
        rows_out: rows it gave.
        micros: time of its own, without its inputs.
        note: what was missing, or which branch was taken.
    """

    op: str
    rows_in: int
    rows_out: int
    micros: int
    note: str


ListArrays = tuple[I32, I32, I32]
"""`Links` without scores."""


def fixed(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only plain view, so that kernels meet one type of array, mapped or not."""
    if type(array) is np.ndarray and not array.flags.writeable:
        return array
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


def _link_arrays(links: Links) -> LinkArrays:
    return fixed(links.index), fixed(links.rows), fixed(links.length), fixed(links.scores)


def linked(parts: tuple[Links, ...]) -> tuple[LinkArrays, LinkArrays]:
    """Return at most two parts of a list of lists as kernels take them, empty for none."""
    first, second = (*parts, NO_LINKS, NO_LINKS)[:2]
    return _link_arrays(first), _link_arrays(second)


UNASKED = (NO_ROWS, (0, 0, 0, 0))
"""Stands for a whole column that nobody asked for yet."""

HURRY = 500
"""Rows that a step gives at most once the deadline has passed."""


@dataclass(slots=True)
class Run:
    """What kernels see: the signals, the request, and the frames of their inputs.

    After the deadline no further branch is begun once one has rows, and every step hands on its
    first `HURRY` rows, so that what is left to do takes little. No condition is left out.

    Attributes:
        sources: labels; `source` columns hold positions in it.
        runners: type of node -> its kernel.
        deadline: on `clock`, None for none.
        clock: nanoseconds.
        origin: the columns of the result that say where its rows came from.
        steps: what ran, inputs first.
        ran: `id` of a node -> its position in `steps`.
        drops: position in `steps` -> conditions, in the order asked, with the rows each dropped.
        warnings: what was missing, each once.
        partial: whether the deadline cost any rows.
        analyse: whether every condition is asked by itself, so that `drops` has them all.
    """

    signals: Signals
    context: Context
    sources: tuple[str, ...]
    runners: Mapping[type[Node], Runner]
    deadline: int | None = None
    clock: Callable[[], int] = perf_counter_ns
    origin: Mapping[str, Type] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    ran: dict[int, int] = field(default_factory=dict)
    drops: dict[int, list[tuple[Expression, int]]] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    partial: bool = False
    analyse: bool = False
    _frames: dict[int, Frame] = field(default_factory=dict)
    _wholes: dict[tuple[Kind, str], tuple[NDArray[Any], Place] | None] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)
    _drops: list[tuple[Expression, int]] = field(default_factory=list)
    _inside: list[int] = field(default_factory=lambda: [0])

    def frame(self, node: Node) -> Frame:
        """Return the rows of `node`, from memory when it ran before."""
        known = self._frames.get(id(node))
        if known is not None:
            return known
        self._inside.append(0)
        (notes, self._notes), (drops, self._drops) = (self._notes, []), (self._drops, [])
        start = self.clock()
        frame = self._hurried(self.runners[type(node)](node, self))
        took = self.clock() - start
        own = took - self._inside.pop()
        self._inside[-1] += took
        rows_in = 0
        for input in node.inputs:
            read = self._frames.get(id(input))
            rows_in += len(read.rows) if read else 0
        if self._drops:
            self.drops[len(self.steps)] = self._drops
        self.ran[id(node)] = len(self.steps)
        self.steps.append(
            Step(node.written, rows_in, len(frame), own // 1000, "; ".join(self._notes))
        )
        self._notes, self._drops = notes, drops
        self._frames[id(node)] = frame
        return frame

    def branches(self, nodes: Sequence[Node]) -> list[Frame]:
        """Return the rows of every branch; after the deadline those of branches not begun are none.

        One branch is always run, or one after the other until one gives rows.
        """
        frames: list[Frame] = []
        for node in nodes:
            ready = any(len(frame) for frame in frames)
            if ready and id(node) not in self._frames and self.late():
                frames.append(Frame(frames[0].kind, NO_ROWS))
                self.partial = True
                self.note("out of time: a branch was not begun")
            else:
                frames.append(self.frame(node))
        return frames

    def late(self) -> bool:
        """Return whether the deadline has passed."""
        return self.deadline is not None and self.clock() > self.deadline

    def _hurried(self, frame: Frame) -> Frame:
        if self.deadline is None or len(frame) <= HURRY or not self.late():
            return frame
        self.partial = True
        self.note(f"out of time: the first {HURRY} of {len(frame):,} rows")
        return frame.take(np.arange(HURRY))

    def dropped(self, condition: Expression, rows: int) -> None:
        """Record how many rows `condition` refused in the running step."""
        self._drops.append((condition, rows))

    def note(self, text: str) -> None:
        """Say something about the running step in the trace."""
        self._notes.append(text)

    def warn(self, text: str) -> None:
        """Say that something is missing, in the trace and in the result."""
        self.note(text)
        self.warnings[text] = None

    def sifts(self, kind: Kind, condition: Condition) -> bool:
        """Return whether the signals can ask `condition` in one pass with others."""
        known: Callable[[Kind, Condition], bool] | None = getattr(self.signals, "sifts", None)
        return known is not None and known(kind, condition)

    def sift(self, kind: Kind, conditions: Sequence[Condition], rows: Rows) -> Mask:
        """Return which of `rows` ([n]) pass conditions that `sifts` said yes to."""
        return cast(Sifting, self.signals).sift(kind, conditions, rows, self.context)

    def place(self, kind: Kind, name: str) -> Place | None:
        """Return where kernels find a whole column of the World; None where there is none."""
        known = self._wholes.get((kind, name), UNASKED)
        if known is UNASKED:
            try:
                column = self.signals.array(kind, name)
            except KeyError:
                known = None
            else:
                place = place_of(column)
                known = (column, place) if place else None  # the column has to live as long
            self._wholes[kind, name] = known
        return known[1] if known else None

    def array(self, kind: Kind, name: str) -> NDArray[Any]:
        """Return a whole column of the World, read-only."""
        return fixed(self.signals.array(kind, name))

    def links(self, name: str) -> tuple[LinkArrays, LinkArrays]:
        """Return the two parts of a list of lists, empty where there is none.

        Raises:
            ShapeError: there are more than two parts.
        """
        parts = self.signals.links(name)
        if len(parts) > 2:
            raise ShapeError(f"links {name!r} come in {len(parts)} parts, expected at most two")
        if not parts:
            self.warn(f"nothing yet for `{name}`")
        return linked(parts)

    def lists(self, name: str) -> ListArrays:
        """Return a list of lists whose order is its only score, in one part.

        Raises:
            ShapeError: there are several parts.
        """
        parts = self.signals.links(name)
        if len(parts) > 1:
            raise ShapeError(f"links {name!r} come in {len(parts)} parts, expected one")
        if not parts:
            self.warn(f"nothing yet for `{name}`")
        index, rows, length, _ = _link_arrays(parts[0] if parts else NO_LINKS)
        return index, rows, length

    def histories(self) -> Histories:
        """Return the recent engagements of everybody."""
        return self.signals.histories()
