"""`mix`: so much of each media type, from the first row to the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import MediaType
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Type
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.evaluate import stored
from bowerbird.igql.expression import Expression, Signal
from bowerbird.igql.frame import Frame
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

TYPES = tuple(member.name.lower() for member in MediaType)


@dataclass(frozen=True)
class Mix(Node):
    """Rows in an order in which every beginning has the shares, as near as whole rows can.

    Attributes:
        media_type: of each row.
        shares: of each `MediaType`, in the order of their codes.
        keep: rows at most, None for all.
    """

    op: ClassVar[str] = "mix"

    input: Node
    media_type: Expression
    shares: tuple[float, ...]
    keep: int | None


def _rule(call: Call) -> Stream | None:
    shares = tuple(call.values[name] for name in TYPES)
    report = call.binder.report
    if not sum(shares):
        message = "`mix` gives every media type a share of 0"
        help = "name those that are wanted, such as `mix(photo=0.4, video=0.6)`"
        report.error(Code.MISSING_ARGUMENT, message, call.span, help)
        return None
    if abs(sum(shares) - 1) > 1e-6:
        message = f"the shares of `mix` sum to {sum(shares):g}, not to 1"
        help = "only their ratios matter; shares of 1 are easier to read and to tune"
        report.warning(Code.WEIGHTS, message, call.span, help)
    known = call.binder.catalog.signals.get(Kind.MEDIA, {})
    if known.get("media_type") is not Type.MEDIA_TYPE:
        message = "`mix` goes by the signal `media_type`, which media do not have here"
        report.error(Code.UNKNOWN_NAME, message, call.span)
        return None
    kind, keep = Signal(Kind.MEDIA, "media_type", Type.MEDIA_TYPE), call.values["keep"]
    rows = call.input.rows if keep is None else min(call.input.rows, keep)
    return call.input.then(Mix(call.input.node, kind, shares, keep), rows=rows)


@kernel
def _deal(types: Any, shares: Any, keep: int) -> Any:
    """Return positions: slot by slot the next row of the type that is furthest behind."""
    n, kinds = len(types), len(shares)
    open = shares > 0.0
    credit = np.zeros(kinds)
    after = np.zeros(kinds, np.int64)
    picks = np.empty(keep, np.int64)
    found = 0
    while found < keep:
        total, best = 0.0, -1
        for kind in range(kinds):
            while open[kind] and after[kind] < n and types[after[kind]] != kind:
                after[kind] += 1
            open[kind] = open[kind] and after[kind] < n
            total += shares[kind] if open[kind] else 0.0
        for kind in range(kinds):
            if open[kind]:
                credit[kind] += shares[kind] / total
                if best < 0 or credit[kind] > credit[best] + 1e-9:
                    best = kind
        if best < 0:
            break
        credit[best] -= 1.0
        picks[found] = after[best]
        after[best] += 1
        found += 1
    for i in range(n):
        if found < keep and (types[i] >= kinds or shares[types[i]] == 0.0):
            picks[found] = i
            found += 1
    return picks[:found]


def run_mix(node: Mix, run: Run) -> Frame:
    """Return the rows mixed; those of types without a share come last, in their order.

    Each slot adds its share to every type that still has rows, and goes to the one with the
    largest remainder, which pays 1 for it. A type that has run out leaves its share to the others.
    """
    frame = run.frame(node.input)
    types = stored(node.media_type, frame, run)
    keep = len(frame) if node.keep is None else min(node.keep, len(frame))
    return frame.take(_deal(types, np.array(node.shares, np.float64), keep))


MIX = Op(
    "mix",
    (Kind.MEDIA,),
    None,
    (
        *(Arg(name, Shape.NUMBER, 0.0, 0, 1) for name in TYPES),
        Arg("keep", Shape.WHOLE, None, 1, 10_000),
    ),
    _rule,
    Mix,
    run_mix,
)
