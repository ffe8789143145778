"""`blend`: several sources on one scale, weighted, evidence added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.facts import F32
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.frame import Frame, stacked
from bowerbird.igql.kernels.order import fill_by_place
from bowerbird.igql.op import Arg, Call, Op, Rest, Shape
from bowerbird.igql.ops.dedupe import merge_rows
from bowerbird.igql.ops.union import together
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

OFFSET = 60
"""Of the reciprocal rank (Cormack, Clarke and Buettcher 2009)."""

SCALES = ("rank", "max", "raw")


@dataclass(frozen=True)
class Blend(Node):
    """Branches with a weight each.

    Attributes:
        scale: `rank`: 1 / (60 + place in the branch, from 1); `max`: score over the branch's
            best; `raw`: the score.
    """

    op: ClassVar[str] = "blend"

    branches: tuple[Node, ...]
    weights: tuple[float, ...]
    scale: str


def _rule(call: Call) -> Stream | None:
    weights = tuple(branch.weight for branch in call.branches)
    if abs(sum(weights) - 1) > 1e-6:
        message = f"the weights of `blend` sum to {sum(weights):g}, not to 1"
        help = "only their ratios matter; shares of 1 are easier to read and to tune"
        call.binder.report.warning(Code.WEIGHTS, message, call.span, help)
    stream = together(call)
    if stream is None:
        return None
    branches = tuple(branch.stream.node for branch in call.branches)
    return stream.then(Blend(branches, weights, call.values["scale"]), unique=True)


def scaled(frame: Frame, weight: float, scale: str, out: F32) -> None:
    """Write weight x score on the common scale into `out` ([n])."""
    if scale == "rank":
        fill_by_place(np.ascontiguousarray(frame.score), weight, OFFSET, out)
        return
    score = frame.score.astype(np.float64)
    top = float(np.fmax.reduce(score, initial=0.0)) if scale == "max" else 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        # beside an infinite score an infinite one is missing
        out[:] = weight * score / (top or 1.0)


def weighed(frames: Sequence[Frame], weights: Sequence[float], scale: str) -> Frame:
    """Return the rows of all branches, one after the other, scores on one scale and weighted."""
    score, start = np.empty(sum(map(len, frames)), np.float32), 0
    for frame, weight in zip(frames, weights, strict=True):
        scaled(frame, float(weight), scale, score[start : start + len(frame)])
        start += len(frame)
    return stacked(frames, score)


def run_blend(node: Blend, run: Run) -> Frame:
    """Return distinct rows of all branches, best first."""
    return merge_rows(weighed(run.branches(node.branches), node.weights, node.scale), "sum")


BLEND = Op(
    "blend",
    (),
    None,
    (Arg("scale", Shape.OPTION, "rank", options=SCALES),),
    _rule,
    Blend,
    run_blend,
    rest=Rest.WEIGHTED,
)
