"""`sample`: a weighted draw without replacement that says how likely each row was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import F32, F64
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import INCLUSION, Frame
from bowerbird.igql.kernels.draw import exponentials
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

SALT = 1
LIGHTEST = 1e-6
"""Weight of a row without a score, beside the best one's 1."""


@dataclass(frozen=True)
class Sample(Node):
    """`n` rows, drawn by score to the power of 1 / temperature; at 0 the best `n`."""

    op: ClassVar[str] = "sample"

    input: Node
    n: int
    temperature: float


def _rule(call: Call) -> Stream:
    node = Sample(call.input.node, call.values["n"], call.values["temperature"])
    rows = min(call.input.rows, node.n)
    return call.input.then(node, rows=rows, columns={INCLUSION: Type.NUMBER})


def weights(scores: F32, temperature: float) -> F64:
    """Return the weight of each score ([n]): the best one's is 1, none is under `LIGHTEST`."""
    top = float(np.nanmax(scores)) if not np.isnan(scores).all() else 0.0
    if not (top > 0 and np.isfinite(top)):
        return np.ones(len(scores))
    share = np.nan_to_num(scores.astype(np.float64) / top, nan=0.0)
    found: F64 = np.maximum(np.maximum(share, 0.0) ** (1 / temperature), LIGHTEST)
    return found


def run_sample(node: Sample, run: Run) -> Frame:
    """Return the rows drawn, best first, with the chance each had of being among them.

    Sampling by the smallest E / w, E exponential, draws in proportion to w without replacement
    (Efraimidis and Spirakis 2006). With the (n + 1)-th smallest as threshold tau, a row is in with
    probability 1 - exp(-w tau) (priority sampling, Duffield, Lund and Thorup 2007).
    """
    frame = run.frame(node.input)
    scores = frame.score
    if len(frame) <= node.n or node.temperature == 0:
        best = best_first(scores)[: node.n]
        return frame.take(best, {INCLUSION: np.ones(len(best), np.float32)})
    weight = weights(scores, node.temperature)
    key = exponentials(frame.rows, run.context.seed, SALT) / weight
    smallest = np.argpartition(key, node.n)
    kept = np.sort(smallest[: node.n])
    kept = kept[best_first(scores[kept])]
    chance = -np.expm1(-weight[kept] * key[smallest[node.n]])
    return frame.take(kept, {INCLUSION: chance.astype(np.float32)})


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
