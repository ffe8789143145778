"""`engaged` and its short forms: from a person to the accounts they showed interest in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SCORE, SEED, SEED_ACTION, SEED_MEDIA, Column, Kind
from bowerbird.core.facts import I32, NONE, Action, MediaType
from bowerbird.core.signals import Context, Histories
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


@cache
def action_bits(names: tuple[str, ...]) -> int:
    """Return the named actions as bits."""
    return history.bits(int(Action[name.upper()]) for name in names)


@cache
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
    found = [
        _strongest(node, histories, target, person, run.context) for person in people.rows.tolist()
    ]
    rows, scores, event = joined(found) if found else NOTHING
    at = np.repeat(np.arange(len(found), dtype=np.int32), [len(part[0]) for part in found])
    own: dict[str, Column] = {
        SCORE: scores,
        SEED: histories.account[event],
        SEED_MEDIA: histories.media[event],
        SEED_ACTION: histories.action[event],
        SEED_TYPE: histories.media_type[event],
    }
    return people.hop(kind, rows, at, own)


def _strongest(
    node: Engaged, histories: Histories, target: I32, person: int, context: Context
) -> history.Engagements:
    rows, scores, events = history.engaged(
        histories,
        target,
        person,
        context,
        actions=action_bits(node.actions),
        media_types=type_bits(node.media_types),
        within=node.within,
    )
    best = best_first(scores, node.max_num_to_retrieve)
    return rows[best], scores[best], events[best]


NOTHING: history.Engagements = (
    np.empty(0, np.int32),
    np.empty(0, np.float32),
    np.empty(0, np.int64),
)


def joined(parts: Sequence[history.Engagements]) -> history.Engagements:
    """Return the engagements of several people, one person after the other."""
    if len(parts) == 1:
        return parts[0]
    rows, scores, events = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return rows, scores, events


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
