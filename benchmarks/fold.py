"""How fast the World folds, beside the same rules in plain Python dictionaries.

Ids are rows already: this is the fold alone, in seconds of one core, the system's included. The
peer folds a sample of the same facts in the same run, and must come to the same counters,
histories, seen sets and affinities. Freezing and thawing are in seconds of the clock on the wall.

    .venv/bin/python benchmarks/fold.py            # 1 M events, 100 k media, 20 k people
    .venv/bin/python benchmarks/fold.py --full     # 10 M events, 1 M media, 100 k people
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from plain_world import PlainWorld, differences

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
from bowerbird.world.frozen import meant
from bowerbird.world.world import World

DAY = 86_400_000
START = 1_700_000_000_000
BATCH = 65_536
SHARES = {
    Action.IMPRESSION: 0.55,
    Action.VIEW: 0.20,
    Action.CLICK: 0.09,
    Action.LONG_VIEW: 0.04,
    Action.LIKE: 0.05,
    Action.COMMENT: 0.01,
    Action.SAVE: 0.01,
    Action.SHARE: 0.01,
    Action.FOLLOW: 0.01,
    Action.PROFILE_VISIT: 0.01,
    Action.HIDE: 0.01,
    Action.UNLIKE: 0.01,
}


@dataclass(frozen=True)
class Size:
    """How much to fold."""

    events: int
    media: int
    people: int

    @property
    def accounts(self) -> int:
        """One account for ten media."""
        return max(self.media // 10, 1)


def facts(n: int, start: int, **given: Any) -> FactBatch:
    """Return `n` facts with the `given` columns, all else absent."""
    absent = {"flags": int(Flag.TIME_KNOWN), "code": UNKNOWN, "value": np.nan}
    absent |= dict.fromkeys(("user", "account", "media", "name", "position", "surface"), NONE)
    columns = {
        name: np.broadcast_to(given.get(name, absent.get(name, 0)), n).astype(DTYPES[name])
        for name in ROW_COLUMNS
    }
    bounds, none = np.zeros(n + 1, np.int64), np.zeros(0, np.int32)
    return FactBatch(start, **columns, items_at=bounds, items=none, details_at=bounds,
                     details=none.astype(np.uint8))  # fmt: skip


def catalogue(size: Size, rng: np.random.Generator) -> FactBatch:
    """Return a media fact a media, with owners of very different output."""
    owner = (size.accounts * rng.random(size.media) ** 2).astype(np.int32)
    return facts(
        size.media,
        0,
        kind=FactKind.MEDIA,
        ts=START - rng.integers(0, 14 * DAY, size.media),
        media=np.arange(size.media),
        account=owner,
        code=rng.integers(0, len(MediaType), size.media),
        value=np.where(rng.random(size.media) < 0.8, rng.integers(3, 90, size.media), np.nan),
    )


def events(size: Size, rng: np.random.Generator) -> Iterator[FactBatch]:
    """Yield events in batches: heavy-tailed media, people at random, one in fifty late."""
    moments = np.linspace(START, START + 14 * DAY, size.events)
    codes, shares = np.array(list(SHARES)), np.array(list(SHARES.values()))
    for first in range(0, size.events, BATCH):
        ts = moments[first : first + BATCH].astype(np.int64)
        n = len(ts)
        late = (rng.random(n) < 0.02) * rng.integers(0, 3 * DAY, n)
        person = (size.people * rng.random(n) ** 1.5).astype(np.int32)
        yield facts(
            n,
            size.media + first,
            kind=FactKind.EVENT,
            ts=ts - late,
            user=person,
            media=(size.media * rng.random(n) ** 3).astype(np.int32),
            code=rng.choice(codes, n, p=shares / shares.sum()),
            value=rng.exponential(6_000, n),
        )


def timed(fold: Callable[[FactBatch], None], batches: list[FactBatch]) -> float:
    """Return the seconds of one core that folding `batches` takes, the system's included."""
    started = process_time()
    for batch in batches:
        fold(batch)
    return process_time() - started


def row(what: str, ours: float, peer: float | None, unit: str) -> dict[str, Any]:
    """Return a line of the table."""
    ratio = None if peer is None else ours / peer
    return {"what": what, "ours": ours, "peer": peer, "ratio": ratio, "unit": unit,
            "target": None, "holds": None}  # fmt: skip


def measure(size: Size, sample: int) -> list[dict[str, Any]]:
    """Return the table."""
    rng = np.random.default_rng(7)
    known, stream = catalogue(size, rng), list(events(size, rng))
    few = FactBatch.slice(stream[0], 0, sample)
    warm = World()  # so that everything is compiled before the clock starts
    timed(warm.fold, [known, few])
    ours, plain, world = World(), PlainWorld(), World()
    ours.fold(known)
    plain.fold(known)
    ours_took, plain_took = timed(ours.fold, [few]), timed(plain.fold, [few])
    if wrong := differences(ours, plain):
        sys.exit("the two folds disagree:\n" + "\n".join(wrong[:10]))
    described = timed(world.fold, [known])
    took = timed(world.fold, stream)
    peer = len(few) / plain_took
    rows = [
        row(f"fold, the first {len(few):,} events", len(few) / ours_took, peer, "events/s"),
        row(f"fold, {size.events:,} events", size.events / took, peer, "events/s"),
        row(f"fold, {size.media:,} media", size.media / described, None, "media/s"),
    ]
    return rows + weigh(world, size)


def weigh(world: World, size: Size) -> list[dict[str, Any]]:
    """Return how much room the World takes, and how long freezing and thawing do."""
    bytes_of = {name: array.nbytes for name, array in meant(world._store)}
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        world.freeze(Path(folder) / "world")
        frozen = perf_counter()
        thawed = World.thaw(Path(folder) / "world")
        done = perf_counter()
    if thawed.digest() != world.digest():
        sys.exit("what was thawed is not what was frozen")
    people = sum(bytes_of[name] for name in ("users", "history", "seen"))
    return [
        row("World, all of it", sum(bytes_of.values()) / 2**20, None, "MiB"),
        row("a media", bytes_of["media"] / size.media, None, "bytes"),
        row("an account", bytes_of["accounts"] / size.accounts, None, "bytes"),
        row("a person, with history and seen", people / size.people, None, "bytes"),
        row("pairs, for each event", bytes_of["pairs"] / size.events, None, "bytes"),
        row("freeze", frozen - started, None, "s"),
        row("thaw", done - frozen, None, "s"),
    ]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10 M events, 1 M media, 100 k people")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--media", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=20_000, help="events the peer folds")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    size = Size(asked.events, asked.media, asked.people)
    for line in measure(Size(10_000_000, 1_000_000, 100_000) if asked.full else size, asked.sample):
        if asked.json:
            print(json.dumps(line))
        else:
            beside = f"  peer {line['peer']:>10,.0f}  {line['ratio']:,.0f}x" if line["peer"] else ""
            print(f"{line['what']:36}{line['ours']:>14,.1f} {line['unit']:9}{beside}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
