"""Small journals for the tests of ranking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from bowerbird.core.facts import Action, FactBatch, FactKind
from bowerbird.core.ids import hash64
from bowerbird.features import NO_VECTORS, Vectors
from bowerbird.ranking.examples import Examples, OverlayLike, build_examples
from bowerbird.world.world import World
from tests.features.tiny import START, Row, batch, event, media

POSTS: list[Row] = [media(m, m % 3, START - 1000 + m) for m in range(8)]


def reader(rows: Sequence[Row], size: int = 7) -> Callable[[int], Iterator[FactBatch]]:
    """Return what a journal of `rows` gives: batches of `size` from any offset on."""
    facts = batch(rows)
    return lambda start: (
        facts.slice(start, len(facts)).cut(size) if start <= len(facts) else iter(())
    )


def seen(user: int, item: int, ts: int, page: str = "", **more: Any) -> Row:
    return event(user, Action.IMPRESSION, ts, item, request=hash64(page) if page else 0, **more)


def did(user: int, action: Action, ts: int, item: int = -1, page: str = "", **more: Any) -> Row:
    return event(user, action, ts, item, request=hash64(page) if page else 0, **more)


def page_of(user: int, page: str, slate: Sequence[int], offset: int, now: int, **more: Any) -> Row:
    """Return the exposure that our own page would write."""
    details = {"recipe": {"offset": offset, "now": now, "program": "p", **more}}
    return {
        "kind": FactKind.EXPOSURE,
        "user": user,
        "request": hash64(page),
        "ts": now,
        "items": tuple(slate),
        "details": msgspec.json.encode(details),
    }


def examples_of(
    rows: Sequence[Row],
    *,
    since: int = START,
    size: int = 7,
    most: int = 10**6,
    overlay: OverlayLike | None = None,
    vectors: Vectors = NO_VECTORS,
) -> Examples:
    read = reader(rows, size)
    return build_examples(read, World(), overlay, lambda: vectors, since, most)
