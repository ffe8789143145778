"""`sample`: a weighted draw without replacement that says how likely each row was."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import F32, F64, I64
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.expression import Expression
from bowerbird.igql.frame import INCLUSION, Frame
from bowerbird.igql.keep import Parts, keep, parts_of, passing
from bowerbird.igql.kernels.draw import least
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

SALT = 1
LIGHTEST = 1e-6
"""Weight of a row without a score, beside the best one's 1."""

MOST = float(np.finfo(np.float64).max)

FIRST, SPARE, MORE = 16, 4, 4
"""Rows asked for the best score; the part of `n` asked beyond it; how many times as many next."""


@dataclass(frozen=True)
class Sample(Node):
    """`n` rows, drawn by score to the power of 1 / temperature; at 0 the best `n`.

    Attributes:
        where: a condition that rows must meet to be drawn from; the draw asks it of those only
            that it comes to.
    """

    op: ClassVar[str] = "sample"

    input: Node
    n: int
    temperature: float
    where: Expression | None = None

    @cached_property
    def parts(self) -> Parts:
        """The parts of `where`."""
        return () if self.where is None else parts_of(self.where)


def _rule(call: Call) -> Stream:
    node = Sample(call.input.node, call.values["n"], call.values["temperature"])
    rows = min(call.input.rows, node.n)
    return call.input.then(node, rows=rows, columns={INCLUSION: Type.NUMBER})


def run_sample(node: Sample, run: Run) -> Frame:
    """Return the rows drawn, best first, with the chance each had of being among them.

    Sampling by the smallest E / w, E exponential, draws in proportion to w without replacement
    (Efraimidis and Spirakis 2006). With the (n + 1)-th smallest as threshold tau, a row is in with
    probability 1 - exp(-w tau) (priority sampling, Duffield, Lund and Thorup 2007).
    """
    frame, parts = run.frame(node.input), node.parts
    if run.analyse or node.temperature == 0 or len(frame) <= node.n:
        frame, parts = keep(parts, frame, run), ()
    if node.temperature > 0 and len(frame) > node.n:
        found = _drawn(node, parts, frame, run)
        if found is not None:
            kept, chance = found
            return frame.take(kept, {INCLUSION: chance})
        frame = keep(parts, frame, run)
    best = best_first(frame.score, node.n)
    return frame.take(best, {INCLUSION: np.ones(len(best), np.float32)})


def _drawn(node: Sample, parts: Parts, frame: Frame, run: Run) -> tuple[I64, F32] | None:
    """Return positions of the rows drawn, best first, and their chances; None for all that pass.

    What `parts` refuse is only looked for among the rows with the smallest keys: more of them,
    until enough have passed.
    """
    scores = frame.score
    weight = weights(scores, _top(parts, frame, scores, run), node.temperature)
    asked = node.n + 1 + (node.n // SPARE if parts else 0)
    while True:
        at, key = least(frame.rows, weight, run.context.seed, SALT, asked)
        left = passing(parts, frame.take(at), run) if parts else None
        at, key = (at, key) if left is None else (at[left], key[left])
        if len(at) > node.n:
            break
        if asked >= len(frame):
            return None
        asked *= MORE
    first = np.argpartition(key, node.n)
    kept = np.sort(at[first[: node.n]])
    kept = kept[best_first(scores[kept])]
    chance = -np.expm1(-weight[kept] * key[first[node.n]])
    return kept, chance.astype(np.float32)


def _passing(parts: Parts, frame: Frame, at: I64, run: Run) -> I64:
    """Return those of the positions `at` whose rows pass `parts`."""
    left = passing(parts, frame.take(at), run) if parts else None
    return at if left is None else at[left]


def _top(parts: Parts, frame: Frame, scores: F32, run: Run) -> float:
    """Return the best score of the rows that pass `parts`, 0 where none has one."""
    asked = FIRST if parts else 1
    while True:
        best = best_first(scores, asked)
        passed = scores[_passing(parts, frame, best, run)]
        if len(passed) or asked >= len(frame):
            return float(passed[0]) if len(passed) and not np.isnan(passed[0]) else 0.0
        asked *= MORE


def weights(scores: F32, top: float, temperature: float) -> F64:
    """Return the weight of each score ([n]): that of `top` is 1, none is under `LIGHTEST`."""
    if not (top > 0 and np.isfinite(top)):
        return np.ones(len(scores))
    if temperature == 1:
        return _shares(scores, top)
    found: F64 = np.maximum(_shares(scores, top, 0.0) ** (1 / temperature), LIGHTEST)
    return found


@kernel
def _shares(scores: Any, top: float, least: float = LIGHTEST) -> F64:
    """Return the share of each score in `top`; `least` where it is less, or missing."""
    shares = np.empty(len(scores))
    for i in range(len(scores)):
        share = np.float64(scores[i]) / top
        shares[i] = min(share, MOST) if share > least else least
    return shares


SAMPLE = Op(
    "sample",
    (Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (
        Arg("n", Shape.WHOLE, low=1, high=10_000, placed=True),
        Arg("temperature", Shape.NUMBER, 1.0, 0, 100),
    ),
    _rule,
    Sample,
    run_sample,
)
