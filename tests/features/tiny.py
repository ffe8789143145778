"""A World small enough to work its features out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bowerbird.core.facts import (
    DTYPES,
    NONE,
    ROW_COLUMNS,
    UNKNOWN,
    Action,
    FactBatch,
    FactKind,
    Flag,
    MediaType,
)
from bowerbird.world.world import World

Row = dict[str, Any]

START = 1_600_000_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

ABSENT: dict[str, Any] = {
    "user": NONE,
    "account": NONE,
    "media": NONE,
    "name": NONE,
    "position": NONE,
    "surface": NONE,
    "code": UNKNOWN,
    "value": np.nan,
    "flags": int(Flag.TIME_KNOWN),
}


def batch(rows: Sequence[Row], start: int = 0) -> FactBatch:
    """Return facts of `rows`; what a row leaves out is absent."""
    columns = {
        name: np.array([row.get(name, ABSENT.get(name, 0)) for row in rows], DTYPES[name])
        for name in ROW_COLUMNS
    }
    items = [row.get("items", ()) for row in rows]
    details = [row.get("details", b"") for row in rows]
    return FactBatch(
        start=start,
        **columns,
        items_at=np.cumsum([0, *map(len, items)]).astype(np.int64),
        items=np.array([row for some in items for row in some], np.int32),
        details_at=np.cumsum([0, *map(len, details)]).astype(np.int64),
        details=np.frombuffer(b"".join(details), np.uint8).copy(),
    )


def media(row: int, account: int, ts: int, form: int = MediaType.PHOTO, **more: Any) -> Row:
    return dict(kind=FactKind.MEDIA, media=row, account=account, ts=ts, code=form, **more)


def event(user: int, action: Action, ts: int, media: int = NONE, **more: Any) -> Row:
    return dict(kind=FactKind.EVENT, user=user, code=action, ts=ts, media=media, **more)


def world_of(rows: Sequence[Row]) -> World:
    world = World()
    world.fold(batch(rows))
    return world
