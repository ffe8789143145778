"""`rank`: what a model predicts of each row, and one value of it all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, SOURCE, Candidates, Kind
from bowerbird.core.candidates import Column as Values
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.evaluate import FEW, numbers
from bowerbird.igql.expression import Apply, Column, Expression, Literal
from bowerbird.igql.frame import VALUE, Frame
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

DEFAULT_VALUE = {
    "click": 0.1,
    "long_view": 0.2,
    "like": 1.0,
    "comment": 0.5,
    "save": 3.0,
    "share": 2.0,
    "follow": 2.0,
    "profile_visit": 0.2,
    "hide": -10.0,
}
"""Weights of the value where none is written, over the heads that the model has."""


READ: Mapping[str, Type] = {SOURCE: Type.NUMBER}
"""What a model is told of a row beside its number.

Where rows are few all of `Run.origin` is looked up with it: the page will ask for it, and to walk
back to where rows came from costs more than what is read there.
"""


@dataclass(frozen=True)
class Rank(Node):
    """The `keep` rows of highest value (all where None); heads and value become columns."""

    op: ClassVar[str] = "rank"

    input: Node
    ranking_model: str
    heads: tuple[str, ...]
    value: Expression
    keep: int | None


def default_value(heads: Iterable[str]) -> Expression:
    """Return the sum of `heads` by `DEFAULT_VALUE`; a plain sum where it knows none of them."""
    known = [head for head in heads if head in DEFAULT_VALUE]
    weighed = [(head, DEFAULT_VALUE[head]) for head in known] or [(head, 1.0) for head in heads]
    terms = [
        Apply("*", (Literal(weight, Type.NUMBER), Column(head, Type.NUMBER)), Type.NUMBER)
        for head, weight in weighed
    ]
    total: Expression = terms[0] if terms else Literal(0.0, Type.NUMBER)
    for term in terms[1:]:
        total = Apply("+", (total, term), Type.NUMBER)
    return total


def _rule(call: Call) -> Stream | None:
    model, keep = call.values["ranking_model"], call.values["keep"]
    heads = call.binder.catalog.models[model]
    if "value" in call.written:
        value = call.given("value", call.input, Type.NUMBER, model)
    else:
        value = default_value(heads)
    if value is None:
        return None
    node = Rank(call.input.node, model, heads, value, keep)
    rows = call.input.rows if keep is None else min(call.input.rows, keep)
    columns = dict.fromkeys((*heads, VALUE), Type.NUMBER)
    return call.input.then(node, rows=rows, columns=columns)


def run_rank(node: Rank, run: Run) -> Frame:
    """Return the rows by value, best first; equal ones stay in their order."""
    frame = run.frame(node.input)
    heads = _predict(node, frame, run)
    value = numbers(node.value, frame.set(heads), run).astype(np.float32)
    best = best_first(value)[: node.keep]
    own = {name: column[best] for name, column in heads.items()}
    return frame.take(best, {**own, VALUE: value[best], SCORE: value[best]})


def _predict(node: Rank, frame: Frame, run: Run) -> dict[str, Values]:
    """Return head -> [n] float32; zeros, and a warning, for what the signals do not give."""
    known = frame.columns({**run.origin, **READ} if len(frame) <= FEW else READ)
    rows = Candidates(frame.kind, frame.rows, {name: known[name] for name in READ})
    given = run.signals.predict(node.ranking_model, rows, run.context) if len(frame) else {}
    absent = [head for head in node.heads if head not in given]
    if absent and len(frame):
        run.warn(f"model `{node.ranking_model}` gives nothing for {', '.join(absent)}: taken as 0")
    zeros = np.zeros(len(frame), np.float32)
    return {head: np.asarray(given.get(head, zeros), np.float32) for head in node.heads}


RANK = Op(
    "rank",
    (Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (
        Arg("ranking_model", Shape.MODEL, "default"),
        Arg("value", Shape.EXPRESSION, None),
        Arg("keep", Shape.WHOLE, None, 1, 10_000),
    ),
    _rule,
    Rank,
    run_rank,
)
