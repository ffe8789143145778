"""`score`: give rows a score of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, Kind
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.evaluate import numbers
from bowerbird.igql.expression import Expression
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Score(Node):
    """The score of each row is now `by`."""

    op: ClassVar[str] = "score"

    input: Node
    by: Expression


def _rule(call: Call) -> Stream | None:
    by = call.given("by", call.input, Type.NUMBER)
    return None if by is None else call.input.then(Score(call.input.node, by))


def run_score(node: Score, run: Run) -> Frame:
    """Return the rows best first; a missing score is last."""
    frame = run.frame(node.input)
    score = numbers(node.by, frame, run).astype(np.float32)
    best = best_first(score)
    return frame.take(best, {SCORE: score[best]})


SCORE_OP = Op(
    "score",
    (Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (Arg("by", Shape.EXPRESSION, placed=True),),
    _rule,
    Score,
    run_score,
)
