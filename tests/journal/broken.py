"""A file of events, 1 % of its rows broken in twelve ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from tests.journal.rows import NOW

Row = dict[str, object]
WAYS: dict[str, tuple[str, Callable[[Row], object]]] = {
    "cut off": ("not_json", lambda row: msgspec.json.encode(row)[:-9]),
    "a list": ("not_an_object", lambda row: list(row.values())),
    "another kind": ("unknown_kind", lambda row: {**row, "kind": "evnt"}),
    "a misspelt action": ("unknown_action", lambda row: {**row, "action": "likd"}),
    "nobody": ("missing_id", lambda row: {**row, "user_id": ""}),
    "no target": ("missing_id", lambda row: {**row, "media_id": None}),
    "no time": ("missing_ts", lambda row: {k: v for k, v in row.items() if k != "ts"}),
    "seconds": ("unreadable_time", lambda row: {**row, "ts": NOW // 1000}),
    "next year": ("far_future_time", lambda row: {**row, "ts": NOW + 365 * 86_400_000}),
    "a truth for a person": ("wrong_type", lambda row: {**row, "user_id": True}),
    "negative time spent": ("value_out_of_range", lambda row: {**row, "dwell_ms": -1}),
    "an endless name": ("too_long", lambda row: {**row, "media_id": "m" * 257}),
}
"""How a row is broken -> the reason to refuse it, and the breaking."""


def good_row(n: int) -> Row:
    row: Row = {"user_id": f"u{n % 997}", "action": "like" if n % 3 else "click"}
    row |= {"media_id": f"m{n % 4999}", "ts": NOW - 1_000_000_000 + n, "dwell_ms": n % 60_000}
    return {**row, "event_id": f"e{n}", "surface": "feed", "position": n % 25}


def write_broken(path: Path, size: int, seed: int = 5) -> dict[int, str]:
    """Write `size` rows; return the line (from 1) of each broken one and its reason."""
    ways = list(WAYS.values())
    drawn = np.random.default_rng(seed).choice(size, size // 100, replace=False)
    broken = {int(n): ways[i % len(ways)] for i, n in enumerate(drawn)}
    with path.open("wb") as out:
        for n in range(size):
            row: object = good_row(n)
            if n in broken:
                row = broken[n][1](good_row(n))
            out.write((row if isinstance(row, bytes) else msgspec.json.encode(row)) + b"\n")
    return {n + 1: reason for n, (reason, _) in broken.items()}
