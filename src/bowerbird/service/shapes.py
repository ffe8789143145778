"""What the endpoints take and give, as Structs: encoded by msgspec, described in OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bowerbird.core.page import Item
from bowerbird.service.bodies import Rejected


class Written(Struct, frozen=True):
    """Facts that are durable and folded.

    Attributes:
        duplicates: rows that were there already, by `event_id` or by content.
        offset: journal offset after them; a page of this offset or over has read them.
        version: number of the Version serving, 0 for none; as in every answer.
    """

    accepted: int
    duplicates: int
    rejected: tuple[Rejected, ...]
    offset: int
    version: int


class PlainItem(Struct, frozen=True):
    """One slot of a page without its reason."""

    position: int
    media_id: str
    account_id: str
    media_type: str
    ts: int
    topics: tuple[str, ...]
    text: str
    url: str
    fallback: bool


class Shown(Struct, frozen=True, kw_only=True):
    """What every page says of itself.

    Attributes:
        request_id: send it back with the events that follow, as `request_id`.
        now: epoch ms the page was made for.
        fallback: whether any slot is there for want of something personal.
        warnings: what was missing or degraded.
        took_ms: in the engine.
        cursor: send it back as `cursor` for the next page; null where nothing is left.
    """

    request_id: str
    user_id: str
    now: int
    offset: int
    version: int
    took_ms: float
    fallback: bool
    warnings: tuple[str, ...]
    cursor: str | None


class Explored(Shown, frozen=True, kw_only=True):
    """A page.

    Attributes:
        trace: every step; null unless asked for.
    """

    items: tuple[Item, ...]
    trace: Mapping[str, Any] | None = None


class ExploredPlain(Shown, frozen=True, kw_only=True):
    """A page asked for without reasons (`why=false`)."""

    items: tuple[PlainItem, ...]
    trace: Mapping[str, Any] | None = None


class Answer(Struct, frozen=True):
    """A list of things under the name of what they are, with what was read to give them."""

    offset: int
    version: int


class People(Answer, frozen=True):
    """People one could make a page for, the most active first."""

    users: list[Any]


class SimilarAccounts(Answer, frozen=True):
    """The accounts nearest to one, by an embedding."""

    account_id: str
    embedding: str
    similar: list[Any]


class Versions(Answer, frozen=True):
    """The published Versions, and which one serves."""

    versions: list[Any]


class Diagnostics(Answer, frozen=True):
    """What is wrong with a program; an empty list when it may be served."""

    diagnostics: list[Any]


class Rows(Answer, frozen=True):
    """What a program gives."""

    kind: str
    rows: list[Any]
    steps: list[Any]
    warnings: list[str]


class Explanation(Answer, frozen=True):
    """What a program does and costs.

    Attributes:
        steps: of the optimised plan, results before what they are made of, each with its estimate
            and, where the program was run, what it really did.
        changes: what each rule of the optimiser changed, where asked for.
        rows: what the run gave; null where nothing was run.
        text: the same for people.
    """

    steps: list[Any]
    changes: list[Any]
    warnings: list[str]
    rows: int | None
    text: str


class Trace(Answer, frozen=True):
    """How a page came about."""

    trace: Mapping[str, Any]


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """An IGQL program to run.

    Attributes:
        text: the program.
        user: id of the person it is run for; without one, `user` in it is nobody.
        params: overrides of its params.
        now: ISO 8601 or epoch ms; the server's time when absent.
    """

    text: str
    user: str | None = None
    params: dict[str, Any] = {}
    now: str | int | None = None


class ToExplain(Question, frozen=True, forbid_unknown_fields=True):
    """An IGQL program to explain.

    Attributes:
        analyze: run it too, for `user`.
        rules: say what each rule of the optimiser changed.
    """

    analyze: bool = False
    rules: bool = False


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """An IGQL program to check."""

    text: str


class Health(Answer, frozen=True):
    """The process is up (`/healthz`), or ready for requests (`/readyz`)."""
