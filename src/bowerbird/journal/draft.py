"""Facts that were checked but not numbered yet: columns, with ids still as strings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I16, I64, NONE, U8, UNKNOWN, FactBatch, FactKind
from bowerbird.core.ids import Ids
from bowerbird.core.texts import Texts, joined
from bowerbird.journal.body import U64

Objects = NDArray[np.object_]
Bits = NDArray[np.bool_]
IdColumn = Objects | Texts


@dataclass(frozen=True, slots=True)
class Draft:
    """Facts [n] in the order they will have; columns are as in `FactBatch` where not said.

    Attributes:
        user: [n] id or None, as objects or as texts; account, media, name and surface likewise.
        items: [n] tuple of ids or None: topics, or media of an exposure.
        details: [n] bytes of a JSON object, or None.
        hashes: [n, 2] uint64, what a fact is recognised by when it comes again.
        derived: [n] whether the fact came with the row of the one before it, as scores do.
    """

    kind: U8
    ts: I64
    user: IdColumn
    account: IdColumn
    media: IdColumn
    code: U8
    value: F32
    name: IdColumn
    flags: U8
    session: I64
    request: I64
    position: I16
    surface: IdColumn
    expires: I64
    items: Objects
    details: Objects
    hashes: U64
    derived: Bits

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, positions: NDArray[Any] | slice) -> Draft:
        """Return the facts at `positions` ([k], an [n] mask, or a slice), in that order."""
        return Draft(**{name: getattr(self, name)[positions] for name in FIELDS})

    def cut(self, size: int) -> list[Draft]:
        """Return the draft in pieces of at most `size` facts."""
        return [self.take(slice(at, at + size)) for at in range(0, len(self), size)]


FIELDS = tuple(field.name for field in fields(Draft))

ABSENT: dict[str, tuple[type, Any]] = {
    "kind": (np.uint8, 0),
    "ts": (np.int64, 0),
    "code": (np.uint8, UNKNOWN),
    "value": (np.float32, np.nan),
    "flags": (np.uint8, 0),
    "session": (np.int64, 0),
    "request": (np.int64, 0),
    "position": (np.int16, NONE),
    "expires": (np.int64, 0),
    "derived": (np.bool_, False),
}
"""The dtype of a draft's column and what it holds where nothing was said; others hold objects."""


def blank(size: int, but: Collection[str] = ()) -> dict[str, NDArray[Any]]:
    """Return the columns of a draft of `size` facts about which nothing was said, to be filled.

    Those named in `but` are left out, for who has them already.
    """
    columns: dict[str, NDArray[Any]] = {"hashes": np.zeros((size, 2), np.uint64)}
    for name in FIELDS:
        if name != "hashes" and name not in but:
            dtype, value = ABSENT.get(name, (np.object_, None))
            columns[name] = np.full(size, value, dtype)
    return columns


def concat_drafts(drafts: Sequence[Draft]) -> Draft:
    """Return all facts of `drafts`, one after the other."""
    if len(drafts) == 1:
        return drafts[0]
    if not drafts:
        return Draft(**blank(0))
    return Draft(**{name: _concat([getattr(d, name) for d in drafts]) for name in FIELDS})


def _concat(columns: Sequence[Any]) -> Any:
    if any(isinstance(column, Texts) for column in columns):
        return joined([c if isinstance(c, Texts) else Texts.of(c.tolist()) for c in columns])
    return np.concatenate(columns)


def number(draft: Draft, start: int, ids: Ids) -> FactBatch:
    """Return the facts with offsets from `start` and rows for ids; adds new ids to `ids`."""
    _add_slates_in_order(draft, ids)
    items, items_at = _items(draft, ids)
    details, details_at = _details(draft)
    return FactBatch(
        start=start,
        kind=draft.kind,
        ts=draft.ts,
        user=ids.users.add(_given(draft.user)),
        account=ids.accounts.add(_given(draft.account)),
        media=ids.media.add(_given(draft.media)),
        code=draft.code,
        value=draft.value,
        name=ids.names.add(_given(draft.name)),
        flags=draft.flags,
        session=draft.session,
        request=draft.request,
        position=draft.position,
        surface=ids.surfaces.add(_given(draft.surface)).astype(np.int16),
        expires=draft.expires,
        items_at=items_at,
        items=items,
        details_at=details_at,
        details=details,
    )


def _given(column: IdColumn) -> list[str | None] | Texts:
    return column if isinstance(column, Texts) else column.tolist()


def _add_slates_in_order(draft: Draft, ids: Ids) -> None:
    # A slate may be the first to name a media; rows go by offset, so it must not wait its turn.
    if (draft.kind == FactKind.EXPOSURE).any():
        rows = zip(draft.kind.tolist(), draft.media.tolist(), draft.items.tolist(), strict=True)
        for kind, media, items in rows:
            ids.media.add((media, *(items or ())) if kind == FactKind.EXPOSURE else (media,))


def _items(draft: Draft, ids: Ids) -> tuple[NDArray[np.int32], I64]:
    if not _any(draft.items):
        return np.zeros(0, np.int32), np.zeros(len(draft) + 1, np.int64)
    lists = draft.items.tolist()
    rows: list[int] = []
    for kind, items in zip(draft.kind.tolist(), lists, strict=True):
        if items:
            table = ids.media if kind == FactKind.EXPOSURE else ids.topics
            rows.extend(table.add(items).tolist())
    return np.array(rows, np.int32), _bounds([len(items) if items else 0 for items in lists])


def _details(draft: Draft) -> tuple[U8, I64]:
    if not _any(draft.details):
        return np.zeros(0, np.uint8), np.zeros(len(draft) + 1, np.int64)
    pieces = [piece or b"" for piece in draft.details.tolist()]
    lengths = _bounds([len(piece) for piece in pieces])
    return np.frombuffer(b"".join(pieces), np.uint8).copy(), lengths


def _any(column: Objects) -> bool:
    return bool(column.tolist().count(None) < len(column))  # in a third of the time of a mask


def _bounds(lengths: list[int]) -> I64:
    return np.fromiter(accumulate(lengths, initial=0), np.int64, len(lengths) + 1)
