"""`two_hop`: accounts engaged with by the people who engage with the same accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, SEED, SEED_ACTION, SEED_MEDIA, SIMILARITY, VIA, Kind
from bowerbird.core.kernels import kernel
from bowerbird.core.prefetch import peek
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import SEED_TYPE, Frame
from bowerbird.igql.kernels.history import engaged
from bowerbird.igql.kernels.links import line_of
from bowerbird.igql.kernels.merge import merge
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.ops.engaged import INTEREST, action_bits
from bowerbird.igql.plan import Node
from bowerbird.igql.running import NO_ROWS, Run, fixed

SEEDS = 20
"""Accounts of the person that paths start from."""

EVENTS = 20
"""Newest engagements of another person that are followed."""

AHEAD = 8
"""People ahead of whom a history is asked for."""


@dataclass(frozen=True)
class TwoHop(Node):
    """The `k` accounts with the most paths person - account - other person - account."""

    op: ClassVar[str] = "two_hop"

    input: Node
    k: int


@kernel
def _others(seeds: Any, person: int, engagers: Any, start: Any) -> Any:
    """Return position of the seed, person, how many engage with the seed, of each on a way.

    Where the history of each is is asked for meanwhile.
    """
    index, rows, length = engagers
    lines = np.empty(len(seeds), np.int64)
    room = 0
    for s in range(len(seeds)):
        lines[s] = line_of(index, seeds[s])
        if lines[s] >= 0:
            peek(rows, lines[s], 128)
            room += length[lines[s]]
    at, found = np.empty(room, np.int32), np.empty(room, np.int32)
    many = np.empty(room, np.int32)
    n = 0
    for s in range(len(seeds)):
        people = 0 if lines[s] < 0 else length[lines[s]]
        for p in range(people):
            other = rows[lines[s], p]
            if 0 <= other < len(start) and other != person:
                peek(start, other, 32)
                at[n], found[n], many[n] = s, other, people
                n += 1
    return at[:n], found[:n], many[:n]


@kernel
def _paths(
    seeds: Any, scores: Any, person: int, engagers: Any, start: Any, length: Any, columns: Any
) -> Any:
    account, action, wanted, events = columns
    by, others, many = _others(seeds, person, engagers, start)
    at = np.empty(len(by) * events, np.int32)
    rows = np.empty(len(by) * events, np.int32)
    score = np.empty(len(by) * events, np.float32)
    bits = np.uint64(0)
    for seed in seeds:
        bits |= np.uint64(1) << np.uint64(seed & 63)
    n = 0
    for p in range(len(by)):
        ahead = others[min(p + AHEAD, len(by) - 1)]
        if length[ahead] > 0:
            peek(account, max(start[ahead], start[ahead] + length[ahead] - events), 480)
        s, other = by[p], others[p]
        last = start[other] + length[other] - 1
        first = max(start[other], last - events + 1)
        share = np.float64(scores[s]) / (many[p] * max(last - first + 1, 1))
        for i in range(last, first - 1, -1):
            if account[i] < 0 or (wanted >> action[i]) & 1 == 0:
                continue
            known = False
            if bits >> np.uint64(account[i] & 63) & np.uint64(1):
                for seed in seeds:
                    known = known or seed == account[i]
            if not known:
                at[n], rows[n], score[n] = s, account[i], share
                n += 1
    return at[:n], rows[:n], score[:n]


def _rule(call: Call) -> Stream:
    node = TwoHop(call.input.node, call.values["k"])
    rows = call.input.rows * node.k
    return call.input.then(node, kind=Kind.ACCOUNTS, rows=rows, unique=call.input.rows <= 1)


def run_two_hop(node: TwoHop, run: Run) -> Frame:
    """Return accounts, most paths first; where they started is the strongest path's seed."""
    people = run.frame(node.input)
    found = [_from(i, person, node, run) for i, person in enumerate(people.rows.tolist())]
    at = np.concatenate([NO_ROWS, *(at for at, _, _ in found)])
    rows = np.concatenate([NO_ROWS, *(rows for _, rows, _ in found)])
    own = {
        name: np.concatenate([own[name] for _, _, own in found])
        for name in (found[0][2] if found else ())
    }
    return people.hop(Kind.ACCOUNTS, rows, at, own)


def _from(i: int, person: int, node: TwoHop, run: Run) -> tuple[Any, Any, dict[str, Any]]:
    histories, wanted = run.histories(), action_bits(INTEREST)
    seeds, strength, event = engaged(
        histories, histories.account, person, run.context, actions=wanted
    )
    best = best_first(strength)[:SEEDS]
    seeds, strength, event = seeds[best], strength[best], event[best]
    columns = (fixed(histories.account), fixed(histories.action), wanted, EVENTS)
    paths, rows, score = _paths(
        seeds,
        strength,
        person,
        run.lists("engagers"),
        fixed(histories.start),
        fixed(histories.length),
        columns,
    )
    strongest, total = merge(rows, score, "sum")
    kept = best_first(total)[: node.k]
    rows, seed = rows[strongest[kept]], paths[strongest[kept]]
    first = event[seed]
    own = {
        SCORE: total[kept],
        SIMILARITY: total[kept],
        VIA: rows,
        SEED: seeds[seed],
        SEED_MEDIA: histories.media[first],
        SEED_ACTION: histories.action[first],
        SEED_TYPE: histories.media_type[first],
    }
    return np.full(len(rows), i, np.int32), rows, own


TWO_HOP = Op(
    "two_hop",
    (Kind.USERS,),
    Kind.ACCOUNTS,
    (Arg("k", Shape.WHOLE, 50, 1, 500),),
    _rule,
    TwoHop,
    run_two_hop,
)
