"""Steps that nobody writes: what the optimiser takes operators apart into.

`dedupe`, `blend` and `score` put the best first. Apart from that, the sort can come later, when
fewer rows are left; come with a cap, so that most rows are never sorted; or not come at all, when
the next step sorts anyway. `near_media` is the other
way round, several steps in one, in a file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE
from bowerbird.igql.evaluate import numbers
from bowerbird.igql.expression import Expression
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.merge import merge
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.near_media import NearMedia, run_near_media
from bowerbird.igql.ops.blend import weighed
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run, Runner


@dataclass(frozen=True)
class Best(Node):
    """Rows by score, best first, equal ones in their order; the first `keep`, all where None."""

    op: ClassVar[str] = "best"

    input: Node
    keep: int | None = None


@dataclass(frozen=True)
class Merge(Node):
    """`dedupe` without the sort: distinct rows, in the order in which they first appear."""

    op: ClassVar[str] = "merge"

    input: Node
    combine: str


@dataclass(frozen=True)
class Weigh(Node):
    """`blend` without the sort: distinct rows, in the order in which they first appear."""

    op: ClassVar[str] = "weigh"

    branches: tuple[Node, ...]
    weights: tuple[float, ...]
    scale: str


@dataclass(frozen=True)
class Rescore(Node):
    """`score` without the sort: the rows in their order, each with its new score."""

    op: ClassVar[str] = "rescore"

    input: Node
    by: Expression


def run_best(node: Best, run: Run) -> Frame:
    """Return the best rows, in order."""
    frame = run.frame(node.input)
    return frame.take(best_first(frame.score, node.keep))


def run_merge(node: Merge, run: Run) -> Frame:
    """Return distinct rows with their scores combined."""
    frame = run.frame(node.input)
    strongest, score = merge(frame.rows, frame.score, node.combine)
    return frame.take(strongest, {SCORE: score})


def run_weigh(node: Weigh, run: Run) -> Frame:
    """Return distinct rows of all branches with their weighed scores added up."""
    together = weighed(run.branches(node.branches), node.weights, node.scale)
    strongest, score = merge(together.rows, together.score, "sum")
    return together.take(strongest, {SCORE: score})


def run_rescore(node: Rescore, run: Run) -> Frame:
    """Return the same rows with their new scores."""
    frame = run.frame(node.input)
    return frame.set({SCORE: numbers(node.by, frame, run).astype(np.float32)})


STAGES: Mapping[type[Node], Runner] = {
    Best: run_best,
    Merge: run_merge,
    Weigh: run_weigh,
    Rescore: run_rescore,
    NearMedia: run_near_media,
}
"""Type of plan node -> its kernel."""
