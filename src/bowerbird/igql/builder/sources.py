"""What programs start with, and what puts several together."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from bowerbird.igql import ast
from bowerbird.igql.builder.calls import arguments
from bowerbird.igql.builder.streams import (
    Accounts,
    Duration,
    Media,
    Number,
    StreamT,
    Users,
    Weighted,
    Whole,
    combined,
)

AlikeT = TypeVar("AlikeT", Users, Accounts, Media)
"""Branches give rows of one kind."""

user = Users(ast.Name("user"))
"""The person the page is for."""


def _start(kind: type[StreamT], name: str, **given: Any) -> StreamT:
    args, known = arguments(name, (), given)
    return kind(ast.Call(name, args), known)


def accounts(
    *, by: Number | None = None, within: Duration | None = None, k: Whole = 1000
) -> Accounts:
    """Return every account, the newest first, or those with the most of `by`."""
    return _start(Accounts, "accounts", by=by, within=within, k=k)


def media(*, by: Number | None = None, within: Duration | None = None, k: Whole = 1000) -> Media:
    """Return every media, the newest first, or those with the most of `by`."""
    return _start(Media, "media", by=by, within=within, k=k)


def trending(*, within: Duration | None = None, k: Whole = 1000) -> Media:
    """Return what many people engage with just now."""
    return _start(Media, "trending", within=within, k=k)


def fresh(*, within: Duration | None = None, k: Whole = 1000) -> Media:
    """Return the newest media."""
    return _start(Media, "fresh", within=within, k=k)


def blend(
    *branches: AlikeT | Weighted[AlikeT], scale: Literal["rank", "max", "raw"] = "rank"
) -> AlikeT:
    """Return several streams on one scale, weighted: `blend(0.7 * near, 0.3 * trending())`."""
    kind, node, known = combined("blend", branches, {"scale": scale})
    made: AlikeT = kind(node, known)
    return made


def union(*branches: AlikeT) -> AlikeT:
    """Return the rows of all streams, scores as they are."""
    kind, node, known = combined("union", branches, {})
    made: AlikeT = kind(node, known)
    return made


def first_of(*branches: AlikeT, min: Whole = 1) -> AlikeT:
    """Return the rows of the first stream that has at least `min`."""
    kind, node, known = combined("first_of", branches, {"min": min})
    made: AlikeT = kind(node, known)
    return made
