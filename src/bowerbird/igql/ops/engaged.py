"""`engaged` and its short forms: from a person to the accounts they showed interest in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, SEED, SEED_ACTION, SEED_MEDIA, Column, Kind
from bowerbird.core.facts import NONE, Action, MediaType
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import SEED_TYPE, Frame
from bowerbird.igql.kernels import history
from bowerbird.igql.kernels.order import best_first
from bowerbird.igql.op import Arg, Call, Op, Rule, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

INTEREST = ("long_view", "like", "comment", "save", "share", "follow")
"""The actions that count where none are named."""


@dataclass(frozen=True)
class Engaged(Node):
    """The `max_num_to_retrieve` accounts with the strongest engagement.

    Attributes:
        actions: names of the actions that count.
        media_types: names of the types that count; empty for all, also unknown ones.
    """

    op: ClassVar[str] = "engaged"

    input: Node
    actions: tuple[str, ...]
    media_types: tuple[str, ...]
    within: float | None
    max_num_to_retrieve: int


def action_bits(names: tuple[str, ...]) -> int:
    """Return the named actions as bits."""
    return history.bits(int(Action[name.upper()]) for name in names)


def type_bits(names: tuple[str, ...]) -> int:
    """Return the named media types as bits, NONE where none are named."""
    return history.bits(int(MediaType[name.upper()]) for name in names) if names else NONE


def run_engaged(node: Engaged, run: Run) -> Frame:
    """Return accounts, strongest engagement first, the newest first among equals."""
    return reach(node, Kind.ACCOUNTS, run)


def reach(node: Engaged, kind: Kind, run: Run) -> Frame:
    """Return what the people before `node` engaged with, grouped by account or by media."""
    people, histories = run.frame(node.input), run.histories()
    target = histories.account if kind is Kind.ACCOUNTS else histories.media
    rows, scores, at = [NO_ROWS], [NO_ROWS.astype(np.float32)], [NO_ROWS]
    events = [NO_ROWS.astype(np.int64)]
    for i, person in enumerate(people.rows.tolist()):
        found, score, event = history.engaged(
            histories,
            target,
            person,
            run.context,
            actions=action_bits(node.actions),
            media_types=type_bits(node.media_types),
            within=node.within,
        )
        best = best_first(score)[: node.max_num_to_retrieve]
        rows.append(found[best])
        scores.append(score[best])
        events.append(event[best])
        at.append(np.full(len(best), i, np.int32))
    event = np.concatenate(events)
    own: dict[str, Column] = {
        SCORE: np.concatenate(scores),
        SEED: histories.account[event],
        SEED_MEDIA: histories.media[event],
        SEED_ACTION: histories.action[event],
        SEED_TYPE: histories.media_type[event],
    }
    return people.hop(kind, np.concatenate(rows), np.concatenate(at), own)


NO_ROWS = np.empty(0, np.int32)


def names_of(call: Call) -> tuple[str, ...]:
    """Return the actions of a call: as given, or those that the short form stands for."""
    given: tuple[str, ...] | None = call.values.get("actions")
    return SHORT.get(call.op.name, INTEREST) if given is None else given


def rule(kind: Kind, node: type[Engaged]) -> Rule:
    """Return the type rule of a hop from people to what they engaged with."""

    def bind(call: Call) -> Stream:
        values = call.values
        limit: int = values["max_num_to_retrieve"]
        made = node(
            call.input.node, names_of(call), values["media_types"] or (), values["within"], limit
        )
        rows = call.input.rows * limit
        return call.input.then(made, kind=kind, rows=rows, unique=call.input.rows <= 1)

    return bind


SHORT = {
    "liked": ("like",),
    "commented": ("comment",),
    "saved": ("save",),
    "shared": ("share",),
    "followed": ("follow",),
    "viewed": ("view", "long_view"),
}
"""The actions that each short form of `engaged` stands for."""

COMMON = (
    Arg("media_types", Shape.MEDIA_TYPES, None),
    Arg("within", Shape.DURATION, None),
    Arg("max_num_to_retrieve", Shape.WHOLE, 30, 1, 200),
)
ARGS = (Arg("actions", Shape.ACTIONS, None), *COMMON)


def _short(name: str) -> Op:
    made = rule(Kind.ACCOUNTS, Engaged)
    return Op(name, (Kind.USERS,), Kind.ACCOUNTS, COMMON, made, Engaged, run_engaged)


ENGAGED = Op(
    "engaged",
    (Kind.USERS,),
    Kind.ACCOUNTS,
    ARGS,
    rule(Kind.ACCOUNTS, Engaged),
    Engaged,
    run_engaged,
)
LIKED = _short("liked")
COMMENTED = _short("commented")
SAVED = _short("saved")
SHARED = _short("shared")
FOLLOWED = _short("followed")
VIEWED = _short("viewed")
