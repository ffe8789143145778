"""How long a page takes, in process, on one thread: by percentile and by operator.

The peer ranks the whole catalogue for the same person in the same run: the same features and the
same net over every media, without retrieval. Times are of the page alone, not of HTTP.

    .venv/bin/python benchmarks/page.py demo-data --pages 500
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from time import perf_counter

import numpy as np

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.candidates import Candidates, Kind
from bowerbird.core.facts import F64
from bowerbird.core.signals import Context
from bowerbird.page.reading import Reading

PEERS = 20


def time_pages(bowerbird: Bowerbird, people: list[str], pages: int) -> tuple[F64, dict[str, float]]:
    """Return [pages] milliseconds, and operator -> median microseconds a page."""
    now = bowerbird.now()
    for warm in people[:20]:
        bowerbird.explore(warm, now=now)
    took = np.zeros(pages)
    steps: dict[str, list[float]] = defaultdict(list)
    for i in range(pages):
        started = perf_counter()
        page = bowerbird.explore(people[i % len(people)], now=now, seed=i)
        took[i] = 1_000 * (perf_counter() - started)
        sums: dict[str, float] = defaultdict(float)
        for run in bowerbird.trace(page.request_id)["runs"]:
            for step in run:
                sums[step["op"]] += step["micros"]
        for op, micros in sums.items():
            steps[op].append(micros)
    return took, {op: float(np.median(micros)) for op, micros in steps.items()}


def time_whole_catalogue(reading: Reading, people: list[str], now: int) -> F64:
    """Return the milliseconds it takes to rank every media for each of a few people."""
    rows = np.arange(len(reading.ids.media), dtype=np.int32)
    everything = Candidates(Kind.MEDIA, rows)
    took = []
    for name in people[:PEERS]:
        context = Context(reading.ids.users.find(name), now)
        started = perf_counter()
        like = reading.predict("default", everything, context)["like"]
        np.argsort(-like, kind="stable")[:25]
        took.append(1_000 * (perf_counter() - started))
    return np.array(took)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a data folder with a Version")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with Bowerbird(asked.folder, mode="read") as bowerbird:
        people = [person.user_id for person in bowerbird.people(limit=200)]
        took, steps = time_pages(bowerbird, people, asked.pages)
        peer = time_whole_catalogue(bowerbird.reading(), people, bowerbird.now())
        media = len(bowerbird.journal.ids.media)
    p50, p99 = np.percentile(took, [50, 99])
    whole = float(np.median(peer))
    rows = [
        _row(f"page p50, {media:,} media", p50, whole),
        _row(f"page p99, {media:,} media", p99, whole),
        *(_row(f"  {op}, median", micros / 1_000, None) for op, micros in _costly(steps)),
    ]
    for row in rows:
        print(json.dumps(row) if asked.json else _line(row))
    return 0


def _costly(steps: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(steps.items(), key=lambda pair: -pair[1])


def _row(what: str, ours: float, peer: float | None) -> dict[str, object]:
    return {
        "what": what,
        "ours": round(ours, 3),
        "peer": None if peer is None else round(peer, 3),
        "ratio": None if peer is None else round(peer / ours, 1),
        "unit": "ms",
        "target": None,
        "holds": None,
    }


def _line(row: dict[str, object]) -> str:
    peer = "" if row["peer"] is None else f"whole catalogue {row['peer']:>9} ms  {row['ratio']}x"
    return f"{row['what']:<34}{row['ours']:>9} ms   {peer}"


if __name__ == "__main__":
    sys.exit(main())
