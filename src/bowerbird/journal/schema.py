"""The columns of every kind of fact: their names outside, how they are read, where they go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bowerbird.core.facts import FactKind, Flag
from bowerbird.journal import values
from bowerbird.journal.receipt import RejectReason

Parse = Callable[[object], object]

BITS: Mapping[str, Flag] = {
    "recommendable": Flag.RECOMMENDABLE,
    "violates": Flag.VIOLATES,
    "time_known": Flag.TIME_KNOWN,
}
"""Columns that become a bit of the flags."""

SCORES = ("spam", "policy", "non_recommendable")
"""Columns of an account or a media that become facts of kind score."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a row.

    Attributes:
        name: outside.
        into: column of a `Draft`; "flags" (see `BITS`), "details" and "scores" gather several.
        parse: reads a value that is there, or raises `Fault`.
        missing: the reason to refuse a row without it; None where it may be absent.
    """

    name: str
    into: str
    parse: Parse
    missing: RejectReason | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one kind.

    Attributes:
        fields: all of them; others are kept as attributes.
        any_of: columns of which a row has to have at least one.
        only_one: whether it may have no more than that.
    """

    fields: tuple[Field, ...]
    any_of: tuple[str, ...] = ()
    only_one: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Every name that is not an attribute."""
        return frozenset({"kind", "event_id", *(field.name for field in self.fields)})


def _id(name: str, into: str, *, required: bool = False) -> Field:
    return Field(name, into, values.id, RejectReason.MISSING_ID if required else None)


TS = Field("ts", "ts", values.time, RejectReason.MISSING_TS)
TS_IF_KNOWN = Field("ts", "ts", values.time)
KNOWN = Field("time_known", "flags", values.truth)
USER = _id("user_id", "user", required=True)
TARGET = (_id("media_id", "media"), _id("account_id", "account"))
SESSION, REQUEST = _id("session_id", "session"), _id("request_id", "request")
SURFACE = _id("surface", "surface")
POSITION = Field("position", "position", values.slot)
DESCRIPTION = (
    Field("text", "details", values.text),
    Field("url", "details", values.text),
    Field("topics", "items", values.several),
    Field("recommendable", "flags", values.truth),
    *(Field(name, "scores", values.number) for name in SCORES),
)

SCHEMAS: Mapping[FactKind, Schema] = {
    FactKind.ACCOUNT: Schema(
        (
            _id("account_id", "account", required=True),
            _id("user_id", "user"),
            *(TS_IF_KNOWN, KNOWN, *DESCRIPTION),
        )
    ),
    FactKind.MEDIA: Schema(
        (
            _id("media_id", "media", required=True),
            _id("account_id", "account", required=True),
            *(TS, KNOWN, *DESCRIPTION),
            Field("media_type", "code", values.media_type),
            Field("duration_s", "value", values.amount),
            Field("expires_at", "expires", values.time),
        )
    ),
    FactKind.EVENT: Schema(
        (
            *(USER, *TARGET),
            Field("action", "code", values.action, RejectReason.MISSING_VALUE),
            *(TS, KNOWN, SESSION, REQUEST, SURFACE, POSITION),
            Field("dwell_ms", "value", values.amount),
        ),
        any_of=("media_id", "account_id"),
    ),
    FactKind.EXPOSURE: Schema(
        (
            *(USER, _id("media_id", "media")),
            _id("request_id", "request", required=True),
            *(TS, KNOWN, SESSION, SURFACE, POSITION),
            Field("slate", "items", values.several),
            Field("recipe", "details", values.structure),
        )
    ),
    FactKind.CONTROL: Schema(
        (
            *(USER, *TARGET),
            Field("control", "code", values.control, RejectReason.MISSING_VALUE),
            *(TS, KNOWN),
            Field("topic", "items", values.one),
        ),
        any_of=("account_id", "media_id", "topic"),
    ),
    FactKind.LABEL: Schema(
        (
            *TARGET,
            Field("policy", "name", values.id, RejectReason.MISSING_VALUE),
            Field("violates", "flags", values.truth, RejectReason.MISSING_VALUE),
            *(TS, KNOWN),
        ),
        any_of=("media_id", "account_id"),
    ),
    FactKind.SCORE: Schema(
        (
            *TARGET,
            Field("name", "name", values.id, RejectReason.MISSING_VALUE),
            Field("value", "value", values.number, RejectReason.MISSING_VALUE),
            *(TS, KNOWN),
        ),
        any_of=("media_id", "account_id"),
    ),
    FactKind.REMOVAL: Schema(
        (
            *(_id("user_id", "user"), *TARGET),
            *(TS, KNOWN),
            Field("reason", "details", values.text),
        ),
        any_of=("user_id", "account_id", "media_id"),
        only_one=True,
    ),
}

KINDS: Mapping[str, FactKind] = {kind.name.lower(): kind for kind in FactKind}
"""The word for each kind in a row's `kind`."""

PLURALS: Mapping[str, FactKind] = {
    "accounts": FactKind.ACCOUNT,
    "media": FactKind.MEDIA,
    "events": FactKind.EVENT,
    "exposures": FactKind.EXPOSURE,
    "controls": FactKind.CONTROL,
    "labels": FactKind.LABEL,
    "scores": FactKind.SCORE,
    "removals": FactKind.REMOVAL,
}
"""The word for each kind in a file's name."""
