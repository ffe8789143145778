"""`accounts` and `media`: everything there is, the newest or the best by a number first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, Column, Kind
from bowerbird.core.facts import F32
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.evaluate import numbers
from bowerbird.igql.expression import Apply, Expression, Signal
from bowerbird.igql.frame import Frame
from bowerbird.igql.keep import keep, parts_of
from bowerbird.igql.op import Arg, Call, Op, Rule, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

DAY = 86_400_000


@dataclass(frozen=True)
class Accounts(Node):
    """The `k` accounts with the most of `by`, the newest where None.

    Attributes:
        within: milliseconds back from now, None for all.
        where: what a row has to be, None where the signals know of nothing removed.
    """

    op: ClassVar[str] = "accounts"

    by: Expression | None
    within: float | None
    where: Expression | None
    k: int


def rule(kind: Kind, node: type[Accounts]) -> Rule:
    """Return the type rule of the source of everything of a kind."""

    def bind(call: Call) -> Stream | None:
        stream = Stream(call.input.node, kind, rows=call.values["k"])
        by = call.given("by", stream, Type.NUMBER)
        if by is None and "by" in call.written:
            return None
        known = call.binder.catalog.signals.get(kind, {})
        here: Expression | None = None
        if known.get("removed") is Type.BOOL:
            here = Apply("not", (Signal(kind, "removed", Type.BOOL),), Type.BOOL)
        made = node(by, call.values["within"], here, call.values["k"])
        return Stream(made, kind, rows=made.k)

    return bind


def run_accounts(node: Accounts, run: Run) -> Frame:
    """Return accounts, best first."""
    return whole(node, Kind.ACCOUNTS, run)


def whole(node: Accounts, kind: Kind, run: Run) -> Frame:
    """Return the best of all rows of a kind; looks at every one, once."""
    age = run.context.now - run.array(kind, "ts").astype(np.float64)
    rows = np.arange(len(age), dtype=np.int32)
    if node.within is not None:
        rows = rows[age <= node.within]
    frame = Frame(kind, rows)
    if node.where is not None:
        frame = keep(parts_of(node.where), frame, run)
    score: F32 = (1 / (1 + np.maximum(age[frame.rows], 0) / DAY)).astype(np.float32)
    order = -age[frame.rows]
    if node.by is not None:
        order = numbers(node.by, frame, run)
        score = order.astype(np.float32)
    best = _best(order, node.k)
    own: dict[str, Column] = {SCORE: score[best]}
    return frame.take(best, own)


def _best(order: Column, k: int) -> Column:
    """Return positions of the `k` largest of `order` ([n] float64), equal ones in their order."""
    order = np.nan_to_num(order, nan=-np.inf)
    if len(order) > k:
        least = np.partition(order, len(order) - k)[len(order) - k]
        above = np.flatnonzero(order > least)
        kept = np.concatenate([above, np.flatnonzero(order == least)[: k - len(above)]])
    else:
        kept = np.arange(len(order))
    return kept[np.lexsort((kept, -order[kept]))]


ARGS = (
    Arg("by", Shape.EXPRESSION, None),
    Arg("within", Shape.DURATION, None),
    Arg("k", Shape.WHOLE, 1000, 1, 10_000),
)

ACCOUNTS = Op(
    "accounts",
    (),
    Kind.ACCOUNTS,
    ARGS,
    rule(Kind.ACCOUNTS, Accounts),
    Accounts,
    run_accounts,
)
