"""Facts made up for the tests of the World: a few by hand, or thousands by chance."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
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
)
from bowerbird.world.world import World

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_700_000_000_000
KNOWN = int(Flag.TIME_KNOWN)

ABSENT: dict[str, Any] = {
    **dict.fromkeys(("user", "account", "media", "name", "position", "surface"), NONE),
    "code": UNKNOWN,
    "value": np.nan,
    "flags": KNOWN,
    "ts": START,
}

Row = dict[str, Any]


def batch(rows: Sequence[Row], start: int = 0) -> FactBatch:
    """Return facts of `rows`; what a row leaves out is absent, and its time known."""
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
        items=np.array([item for some in items for item in some], np.int32),
        details_at=np.cumsum([0, *map(len, details)]).astype(np.int64),
        details=np.frombuffer(b"".join(details), np.uint8),
    )


def folded(*rows: Row, world: World | None = None) -> World:
    """Return `world`, or a new one, with `rows` folded."""
    world = world or World()
    world.fold(batch(rows, world.offset))
    return world


def media(row: int, account: int = NONE, **more: Any) -> Row:
    return {"kind": FactKind.MEDIA, "media": row, "account": account, **more}


def account(row: int, **more: Any) -> Row:
    return {"kind": FactKind.ACCOUNT, "account": row, **more}


def event(action: int, media: int = NONE, user: int = 0, **more: Any) -> Row:
    return {"kind": FactKind.EVENT, "code": action, "media": media, "user": user, **more}


def exposure(*items: int, user: int = 0, **more: Any) -> Row:
    return {"kind": FactKind.EXPOSURE, "user": user, "items": items, **more}


def control(code: int, user: int = 0, **more: Any) -> Row:
    return {"kind": FactKind.CONTROL, "code": code, "user": user, **more}


def removal(**more: Any) -> Row:
    return {"kind": FactKind.REMOVAL, **more}


def chance(
    seed: int, n: int, *, kinds: Sequence[int], users: int = 60, accounts: int = 40, all: int = 300
) -> FactBatch:
    """Return `n` facts drawn at random, every column of them: late, unknown, absent, twice."""
    rng = np.random.default_rng(seed)
    items_at = np.concatenate([[0], rng.integers(0, 6, n).cumsum()])
    details_at = np.concatenate([[0], (rng.integers(0, 40, n) * (rng.random(n) < 0.5)).cumsum()])
    pace = rng.choice([MINUTE, 20 * MINUTE], n) * rng.random(n)
    late = (rng.random(n) < 0.1) * rng.integers(0, 3 * DAY, n)
    columns = {
        "kind": rng.choice(kinds, n),
        "ts": START + pace.cumsum().astype(np.int64) - late,
        "user": rng.integers(NONE, users, n),
        "account": np.where(rng.random(n) < 0.5, NONE, rng.integers(0, accounts, n)),
        "media": rng.integers(NONE, all, n),
        "code": rng.integers(0, max(Action) + 2, n),
        "value": np.where(rng.random(n) < 0.1, np.nan, rng.exponential(8_000, n)),
        "name": rng.integers(NONE, 4, n),
        "flags": rng.integers(0, 16, n) | (rng.random(n) < 0.8),
        "session": np.zeros(n),
        "request": rng.integers(0, 3, n),
        "position": np.full(n, NONE),
        "surface": np.full(n, NONE),
        "expires": np.where(rng.random(n) < 0.9, 0, START + rng.integers(0, 9 * DAY, n)),
    }
    return FactBatch(
        start=0,
        **{name: column.astype(DTYPES[name]) for name, column in columns.items()},
        items_at=items_at.astype(np.int64),
        items=rng.integers(0, min(all, 12), items_at[-1]).astype(np.int32),
        details_at=details_at.astype(np.int64),
        details=rng.integers(32, 127, details_at[-1]).astype(np.uint8),
    )


EVERY_KIND = (*FactKind, *[FactKind.EVENT] * 8, FactKind.MEDIA, 200)
"""Kinds to draw from: mostly events, and one that nobody knows."""


def plain_world() -> ModuleType:
    """Return the rules in plain Python: the peer that the benchmark measures against."""
    path = Path(__file__).parents[2] / "benchmarks" / "plain_world.py"
    spec = importlib.util.spec_from_file_location("plain_world", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["plain_world"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
