"""`explore`: the last slots of a page for media that hardly anyone has seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, SOURCE, Column, Kind, Rows
from bowerbird.core.facts import I64
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.expression import Apply, Expression, Literal, Signal, all_of
from bowerbird.igql.frame import PROPENSITY, Frame, stack
from bowerbird.igql.keep import Parts, keep, parts_of
from bowerbird.igql.kernels.draw import least
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

SALT = 2
POOL = 2_000
"""Media of `fresh` that are looked at."""

ELIGIBLE = ("recommendable", "not seen", "not muted", "not own", "not expired")
"""What a newcomer has to be where no `where` is given, as far as the signals know it."""

NEWCOMERS = "newcomers"


@dataclass(frozen=True)
class Explore(Node):
    """The last `slots` of `size` rows (as many as came in where None) drawn from newcomers.

    Attributes:
        where: what a newcomer has to be.
    """

    op: ClassVar[str] = "explore"

    input: Node
    slots: int
    size: int | None
    where: Expression

    @cached_property
    def parts(self) -> Parts:
        """The parts of `where`."""
        return parts_of(self.where)

    @property
    def labels(self) -> tuple[str, ...]:
        """The source of the rows it draws."""
        return (NEWCOMERS,)


def _rule(call: Call) -> Stream | None:
    media = Stream(call.input.node, Kind.MEDIA, rows=POOL)
    if "where" in call.written:
        where = call.given("where", media, Type.BOOL)
    else:
        where = _eligible(call, media)
    if where is None:
        return None
    few = _few(call, call.values["max_impressions"])
    where = where if few is None else all_of(few, where)
    slots, size = call.values["slots"], call.values["size"]
    node = Explore(call.input.node, slots, size, where)
    rows = call.input.rows + slots
    return call.input.then(node, rows=rows, columns={PROPENSITY: Type.NUMBER})


def _few(call: Call, most: int) -> Expression | None:
    known = call.binder.catalog.signals.get(Kind.MEDIA, {})
    if known.get("impressions") is not Type.NUMBER:
        return None
    shown = Signal(Kind.MEDIA, "impressions", Type.NUMBER)
    return Apply("<", (shown, Literal(most, Type.NUMBER)), Type.BOOL)


def _eligible(call: Call, media: Stream) -> Expression | None:
    known = call.binder.catalog.signals.get(Kind.MEDIA, {})
    where: Expression = Literal(True, Type.BOOL)
    for rule in ELIGIBLE:
        name = rule.removeprefix("not ")
        if known.get(name) is Type.BOOL:
            signal: Expression = Signal(Kind.MEDIA, name, Type.BOOL)
            part = signal if rule == name else Apply("not", (signal,), Type.BOOL)
            where = part if isinstance(where, Literal) else all_of(where, part)
    return where


def run_explore(node: Explore, run: Run) -> Frame:
    """Return the page with its last slots drawn; `propensity` is 1 over the newcomers there were.

    Each slot is a uniform draw without replacement, so that each newcomer is as likely in each.
    """
    page = run.frame(node.input)
    listed, _ = run.signals.listed("fresh")
    pool = listed[:POOL].astype(np.int32)
    fresh = keep(node.parts, Frame(Kind.MEDIA, others(pool, page.rows)), run)
    drawn = smallest(fresh.rows, node.slots, run.context.seed)
    if len(drawn) < node.slots:
        run.note(f"{len(drawn)} of {node.slots} slots: there are no more newcomers")
    size = len(page) if node.size is None else node.size
    first = page.take(np.arange(max(0, min(len(page), size - len(drawn)))))
    chance = np.full(len(drawn), 1 / max(len(fresh), 1), np.float32)
    own: dict[str, Column] = {
        PROPENSITY: chance,
        SCORE: np.zeros(len(drawn), np.float32),
        SOURCE: np.full(len(drawn), run.sources.index(NEWCOMERS), np.int16),
    }
    return stack(Kind.MEDIA, [first, fresh.take(drawn, own)])


def smallest(rows: Rows, k: int, seed: int) -> I64:
    """Return the positions of the `k` of `rows` ([n]) with the smallest draws, in their order."""
    at, draws = least(rows, np.ones(len(rows)), seed, SALT, k)
    return at[np.lexsort((at, draws))]


@kernel
def others(rows: Any, known: Any) -> Any:
    """Return those of `rows` ([n]) that are none of the few `known` ([k]), in their order."""
    out, n = np.empty(len(rows), np.int32), np.uint64(0)
    for row in rows:
        met = False
        for other in known:
            met |= other == row
        out[n] = row
        n += np.uint64(not met)
    return out[:n]


EXPLORE = Op(
    "explore",
    (Kind.MEDIA,),
    None,
    (
        Arg("slots", Shape.WHOLE, 1, 1, 20),
        Arg("from", Shape.OPTION, NEWCOMERS, options=(NEWCOMERS,)),
        Arg("where", Shape.EXPRESSION, None),
        Arg("size", Shape.WHOLE, None, 1, 1000),
        Arg("max_impressions", Shape.WHOLE, 50, 1, 1_000_000),
    ),
    _rule,
    Explore,
    run_explore,
)
