"""What a program may read: the Protocol that World, Overlay and Version answer together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import Candidates, Column, Kind, Mask, Rows
from bowerbird.core.facts import F32, I32, I64, U8


class Type(StrEnum):
    """The types of the expression language."""

    BOOL = "bool"
    NUMBER = "number"
    DURATION = "duration"  # milliseconds
    TIME = "time"  # epoch milliseconds
    USER = "user"  # row number
    ACCOUNT = "account"  # row number
    MEDIA = "media"  # row number
    ACTION = "action"  # code
    MEDIA_TYPE = "media_type"  # code


@dataclass(frozen=True, slots=True)
class Context:
    """One request, as everything below the page sees it.

    Attributes:
        user: row of the person, NONE for one never seen.
        now: epoch ms; nothing below the page asks a clock.
        seed: of every random draw of the request.
    """

    user: int
    now: int
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Links:
    """Padded lists of rows hanging off rows: neighbours, recent media, recent engagers.

    Attributes:
        index: [n] int32 line of each row, NONE for a row with no list; rows beyond n have none.
        rows: [m, w] int32, best or newest first.
        length: [m] int32, how much of a line is filled.
        scores: [m, w] float32, descending, or ones where the order is the only score.
    """

    index: I32
    rows: I32
    length: I32
    scores: F32


@dataclass(frozen=True, slots=True)
class Histories:
    """Every person's recent engagements, oldest first, contiguous in shared columns.

    Person u owns positions `start[u] .. start[u] + length[u] - 1`; the newest is the last. Undone
    engagements are gone.

    Attributes:
        start: [users] int64.
        length: [users] int32, at most 200.
        media: [arena] int32, NONE where an account was the target (a follow).
        account: [arena] int32.
        action: [arena] uint8.
        media_type: [arena] uint8.
        ts: [arena] int64 epoch ms; synthetic where `known` is 0.
        known: [arena] uint8.
    """

    start: I64
    length: I32
    media: I32
    account: I32
    action: U8
    media_type: U8
    ts: I64
    known: U8


class Signals(Protocol):
    """Everything a program can read, for one journal offset. Unknown names raise `KeyError`.

    The names and types on offer are those of the `Catalog` the program was bound with.
    """

    def array(self, kind: Kind, name: str) -> NDArray[np.generic]:
        """Return a whole column, by row number, to fuse over and never to write to."""
        ...

    def compute(self, kind: Kind, name: str, rows: Rows, context: Context) -> Column:
        """Return signal `name` of `rows` ([n]) for this request; one call an operator."""
        ...

    def links(self, name: str) -> tuple[Links, ...]:
        """Return the parts of a list of lists, to be merged by score; none when nothing is there.

        Names: `posted` (account -> its media, newest first), `engagers` (account -> people,
        newest first), `account_nn.NAME`, `media_nn.NAME`, `co_engaged.accounts`,
        `co_engaged.media`.
        """
        ...

    def embedding(self, name: str) -> tuple[tuple[I32, F32], ...]:
        """Return the parts of an embedding of accounts; none when nothing is there.

        Each part is the line of every account row ([n] int32, NONE for none; rows beyond n have
        none) and the vectors ([m, d] float32, of unit length); an account is in at most one part.
        """
        ...

    def histories(self) -> Histories:
        """Return the recent engagements of all people."""
        ...

    def listed(self, name: str) -> tuple[Rows, F32]:
        """Return a list kept ready, best first, with scores: `trending`, `fresh` (media)."""
        ...

    def predict(self, model: str, rows: Candidates, context: Context) -> Mapping[str, F32]:
        """Return head -> [n] probability; the prior where a head has no net."""
        ...


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a signal of a row.

    Attributes:
        name: of the signal.
        compare: `<`, `<=`, `>` or `>=` for a number, empty for a signal that holds or not.
        value: what the number is compared with; 1 where it has to hold, 0 where it must not.
    """

    name: str
    compare: str
    value: float


class Sifting(Protocol):
    """What `Signals` may offer on top: several conditions in one pass, with the same answers."""

    def sifts(self, kind: Kind, condition: Condition) -> bool:
        """Return whether `sift` knows how to ask this condition."""
        ...

    def sift(
        self, kind: Kind, conditions: Sequence[Condition], rows: Rows, context: Context
    ) -> Mask:
        """Return which of `rows` ([n]) all the conditions hold for, [n]."""
        ...


AGO = "ago"
"""The column of `Remembering.shown` that tells how many pages ago."""


class Remembering(Protocol):
    """What `Signals` may offer on top: what the person's last pages showed."""

    def shown(self, context: Context) -> Candidates:
        """Return media [n] of the last pages, each once, with two columns.

        `seed` is the account of the person that leads to it, NONE where none does; `ago` [n] int32
        how many pages ago it was on, 0 for the newest.
        """
        ...


@dataclass(frozen=True, slots=True)
class Catalog:
    """The names a program may use, declared by the app; what is declared binds even when empty.

    Attributes:
        signals: kind -> name -> type.
        embeddings: names for `embedding_config`.
        models: name for `ranking_model` -> its heads.
    """

    signals: Mapping[Kind, Mapping[str, Type]]
    embeddings: tuple[str, ...] = ("default",)
    models: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
