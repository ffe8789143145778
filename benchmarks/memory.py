"""How much room the World takes: bytes a media, a person, an event, table by table.

Events are those of `fold.py`: heavy-tailed media, people of very different activity. What counts
are the tables as they lie in memory, room to grow included. The peak is that of the process, with
what growing copies; events are made a batch at a time.

    .venv/bin/python benchmarks/memory.py            # 1 M events, 100 k media, 100 k people
    .venv/bin/python benchmarks/memory.py --full     # 100 M events, 1 M media, 1 M people
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from time import perf_counter, process_time
from typing import Any

import numpy as np
from fold import Size, catalogue, events

from bowerbird.world.frozen import meant
from bowerbird.world.world import World

TARGET = 8 << 30
FULL = Size(100_000_000, 1_000_000, 1_000_000)
OF = {
    "media": "media",
    "media_scores": "media",
    "details": "media",
    "accounts": "accounts",
    "account_scores": "accounts",
    "users": "people",
    "history": "people",
    "seen": "people",
    "pairs": "events",
}
"""What a table grows with."""


def peak() -> int:
    """Return the most memory this process ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def line(what: str, bytes_: int, count: int, of: str) -> dict[str, Any]:
    """Return a row of the table."""
    return {"what": what, "ours": bytes_, "peer": None, "ratio": None, "unit": "bytes",
            "each": round(bytes_ / count, 1), "of": of, "target": None, "holds": None}  # fmt: skip


def measure(size: Size) -> list[dict[str, Any]]:
    """Return the table."""
    rng = np.random.default_rng(7)
    world = World()
    before = peak()
    world.fold(catalogue(size, rng))
    took, began, slowest = 0.0, perf_counter(), 0.0
    for batch in events(size, rng):
        started, at = process_time(), perf_counter()
        world.fold(batch)
        took, slowest = took + process_time() - started, max(slowest, perf_counter() - at)
        if sys.stderr.isatty():
            print(f"\r{world.offset:,} facts, {perf_counter() - began:.0f} s", end="",
                  file=sys.stderr)  # fmt: skip
    counts = {"media": size.media, "accounts": size.accounts, "people": size.people,
              "events": size.events}  # fmt: skip
    rows = [
        line(name, array.nbytes, counts[OF[name]], OF[name])
        for name, array in world._store._asdict().items()
        if name in OF
    ]
    used = sum(array.nbytes for _, array in meant(world._store))
    whole = sum(array.nbytes for array in world._store)
    rows += [
        line("World, what is filled", used, size.events, "events"),
        line("World, room to grow included", whole, size.events, "events"),
    ]
    rows[-1] |= {"target": TARGET, "holds": whole <= TARGET}
    rows.append(
        line("peak of the process, above its start", peak() - before, size.events, "events")
    )
    print(f"folded {size.events:,} events at {size.events / took:,.0f} a second of a core, "
          f"the slowest batch in {1000 * slowest:,.0f} ms", file=sys.stderr)  # fmt: skip
    return rows


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="100 M events, 1 M media, 1 M people")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--media", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    size = FULL if asked.full else Size(asked.events, asked.media, asked.people)
    for row in measure(size):
        if asked.json:
            print(json.dumps(row))
        else:
            each = f"{row['each']:>10,.1f} bytes of {row['of']}"
            print(f"{row['what']:38}{row['ours'] / 2**20:>12,.1f} MiB {each}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
