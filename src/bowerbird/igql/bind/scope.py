"""Where an expression stands: the rows it is about, and the names it can use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bowerbird.core.candidates import Kind
from bowerbird.core.signals import Type
from bowerbird.igql import ast
from bowerbird.igql.ast import Span
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.expression import ENUMS, Literal
from bowerbird.igql.frame import SEED_ID, SEED_TYPE

OWN_IDS = {
    Kind.USERS: ("user_id", Type.USER),
    Kind.ACCOUNTS: ("account_id", Type.ACCOUNT),
    Kind.MEDIA: ("media_id", Type.MEDIA),
}
"""The name under which a row of each kind is itself a value."""

ALIASES = {"non_recommendable_model": "non_recommendable"}
"""Other names of signals, as the published sample has them."""

WORDS = {
    Type.BOOL: "a condition",
    Type.NUMBER: "a number",
    Type.DURATION: "a duration",
    Type.TIME: "a time",
    Type.ACCOUNT: "an account",
    Type.MEDIA: "a media",
    Type.USER: "a user",
    Type.ACTION: "an action",
    Type.MEDIA_TYPE: "a media type",
}


def listed(types: Iterable[Type]) -> str:
    """Return types in words: `a number and a duration`."""
    words = [WORDS[type] for type in types]
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands.

    Attributes:
        stream: the rows it is about; None where only constants make sense.
        before: statements from this one on are not visible yet.
        model: the ranking model whose heads can be named, empty outside of a value.
    """

    stream: Stream | None
    before: int
    model: str = ""


@dataclass(slots=True)
class Entry:
    """A name that the program itself defines: a param, a value, or a pipeline.

    One with none of the three was defined wrongly, which has been said.
    """

    index: int
    span: Span
    literal: Literal | None = None
    value: ast.Expr | None = None
    stream: Stream | None = None
    used: bool = False


def codes(type: Type) -> dict[str, int]:
    """Return the names that stand for values of `type`: actions, media types."""
    members = ENUMS.get(type)
    return {member.name.lower(): int(member) for member in members} if members else {}


OWN_NAMES = {name for name, _ in OWN_IDS.values()}


def short(name: str, kind: Kind) -> str:
    """Return the column that a name stands for when no `let` has taken the name."""
    if name == SEED_ID:
        return "seed"
    if kind is Kind.ACCOUNTS:
        return {"action": "seed_action", "media_type": SEED_TYPE}.get(name, "")
    return {"action": "seed_action"}.get(name, "")
