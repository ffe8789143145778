"""What each step of a page let through and what it dropped, row by row, with the reason.

A trace keeps counts only; this is worked out when somebody asks, by running the page's program
again on the World that the page read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from msgspec import Struct

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import F32
from bowerbird.core.ids import IdTable
from bowerbird.core.signals import Context
from bowerbird.igql.evaluate import mask
from bowerbird.igql.expression import Expression, conjuncts, text_of
from bowerbird.igql.frame import Frame
from bowerbird.igql.ops.diversify_by import DiversifyBy
from bowerbird.igql.ops.filter import Filter
from bowerbird.igql.ops.rank import Rank
from bowerbird.igql.ops.sample import Sample
from bowerbird.igql.plan import Node
from bowerbird.igql.program import Program
from bowerbird.igql.run import RUNNERS
from bowerbird.igql.running import Run
from bowerbird.page.reading import Reading


class Kept(Struct, frozen=True):
    """A row that a step handed on, best first; `signals` are what its model predicts."""

    media_id: str
    score: float
    signals: Mapping[str, float] = {}


class Dropped(Struct, frozen=True):
    """A row that a step did not hand on."""

    media_id: str
    score: float
    reason: str


class Stage(Struct, frozen=True):
    """One step over media.

    Attributes:
        step: the operator with its arguments.
        micros: its own, in this run.
        kept: what it handed on, in that order.
        dropped: what it did not, best first.
    """

    step: str
    micros: int
    kept: tuple[Kept, ...]
    dropped: tuple[Dropped, ...]


def stages_of(
    program: Program, params: Mapping[str, Any], reading: Reading, context: Context
) -> list[Stage]:
    """Run `program` and return its steps from where its sources come together, first to last."""
    ready = program.ready(params)
    running = Run(reading, context, ready.bound.sources, RUNNERS)
    running.frame(ready.plan)
    return [_stage(node, running, reading) for node in reversed(list(_trunk(ready.plan)))]


def _trunk(plan: Node) -> Iterator[Node]:
    """Yield the steps behind the last one that puts several sources together, last first."""
    node = plan
    while len(node.inputs) == 1:
        yield node
        node = node.inputs[0]


def _stage(node: Node, run: Run, reading: Reading) -> Stage:
    before, after = run.frame(node.inputs[0]), run.frame(node)
    step = run.steps[run.ran[id(node)]]
    if isinstance(node, Rank):  # what did not go on has a value, too
        before = run.frame(replace(node, keep=None))
    ids = reading.ids.media if before.kind is Kind.MEDIA else reading.ids.accounts
    scores, out = before.score, np.flatnonzero(~np.isin(before.rows, after.rows))
    out = out[np.argsort(-np.nan_to_num(scores[out], nan=-np.inf), kind="stable")]
    reason = _reasons(node, before, run)
    dropped = (
        Dropped(ids.id(int(before.rows[at])), _cell(scores[at]), reason(at)) for at in out.tolist()
    )
    return Stage(step.op, step.micros, _kept(node, after, ids), tuple(dropped))


def _kept(node: Node, after: Frame, ids: IdTable) -> tuple[Kept, ...]:
    heads: dict[str, F32] = {}
    if isinstance(node, Rank):
        heads = {head: after.own[head] for head in node.heads}
    scores = after.score.tolist()
    return tuple(
        Kept(ids.id(row), _cell(scores[at]), {h: _cell(column[at]) for h, column in heads.items()})
        for at, row in enumerate(after.rows.tolist())
    )


def _reasons(node: Node, before: Frame, run: Run) -> Callable[[int], str]:
    """Return what says, of a position in `before`, why the row there was dropped."""
    if isinstance(node, Filter):
        return _refused(node.where, before, run)
    if isinstance(node, Rank):
        return lambda at: f"place {at + 1} of {len(before)} by value, {node.keep} go on"
    if isinstance(node, Sample):
        return _not_drawn(node, before, run)
    if isinstance(node, DiversifyBy):
        return lambda at: f"the {node.keep} chosen are worth more once repeats are taken off"
    return lambda at: "no room was left"


def _refused(where: Expression, before: Frame, run: Run) -> Callable[[int], str]:
    """Return what names the first condition that a row does not meet, "" where it meets all."""
    parts = list(conjuncts(where))
    passed = np.stack([*(mask(part, before, run) for part in parts), np.zeros(len(before), bool)])
    first = np.argmin(passed, axis=0)
    told = [*(f"not {text_of(part)}" for part in parts), ""]
    return lambda at: told[first[at]]


def _not_drawn(node: Sample, before: Frame, run: Run) -> Callable[[int], str]:
    """Return what names the condition that a row does not meet, or says that chance was against it.

    A page asks the conditions of the rows it came to; here all are asked.
    """
    missed = f"not drawn: {node.n} were, by score"
    if node.where is None:
        return lambda at: missed
    refused = _refused(node.where, before, run)
    return lambda at: refused(at) or missed


def _cell(value: Any) -> float:
    """Return a number as JSON can have it."""
    found = float(value)
    return round(found, 6) if np.isfinite(found) else 0.0
