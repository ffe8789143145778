"""Who finds what people went on to like: our retrieval and its peers on KuaiRand-Pure.

Protocol of the data's README: learn from the history before 25 April alone; candidates are all
7,583 videos less those the person is known to have watched; recall of a like, a long view or a
video seen to its end, over all people together. People without history get the most popular
videos from every peer. Settings are chosen on 25-30 April; 1-8 May is only reported.

    make benchmarks
    .venv-bench/bin/python benchmarks/retrieval.py ../shared/data/kuairand-pure-14d
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import search
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from retrieval_data import AT, DEPTH, History, Wanted, hits, load, thinned
from retrieval_ours import prepare, programs, slates
from retrieval_peers import EASE, PEERS, Peer, Scores, seeds_of

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.facts import I32
from bowerbird.evaluation.metrics import pooled

BLOCK = 1_000
OURS = "our page's retrieval"
EVERY = 8
"""Each part of our program is left out for every eighth person of the validation days only."""


@dataclass(frozen=True, slots=True)
class Row:
    """One method's hits [q, 3] on the people of some days."""

    name: str
    days: str
    wanted: Wanted
    hit: NDArray[np.float64]
    seconds: float


def best_of(scores: Scores, history: History, people: I32) -> I32:
    """Return [q, DEPTH] the best media of each person that they have not watched."""
    n = len(history.videos)
    popular = (history.popularity / history.popularity.max()).astype(np.float32)
    found = np.empty((len(people), DEPTH), np.int32)
    for first in range(0, len(people), BLOCK):
        block = people[first : first + BLOCK]
        watched = seeds_of(history, history.watched, block, history.watched.media, n) > 0
        given = np.asarray(scores(block), np.float32)
        given[~watched.any(axis=1)] = popular
        given[watched] = -np.inf
        top = np.argpartition(-given, DEPTH, axis=1)[:, :DEPTH]
        order = np.argsort(-np.take_along_axis(given, top, 1), axis=1, kind="stable")
        found[first : first + BLOCK] = np.take_along_axis(top, order, 1)
    return found


def of_peer(peer: Peer, history: History, days: dict[str, Wanted]) -> list[Row]:
    """Return a peer's rows."""
    started = perf_counter()
    scores = peer.learn(history, peer.chosen)
    took = perf_counter() - started
    return [
        Row(peer.name, name, wanted, hits(best_of(scores, history, wanted.people), wanted), took)
        for name, wanted in days.items()
    ]


def of_ours(folder: Path, history: History, days: dict[str, Wanted], parts: bool) -> Iterator[Row]:
    """Yield the rows of our program; with `parts` also of it without each of its parts."""
    with Bowerbird(folder, mode="read") as bowerbird:
        reading, now = bowerbird.reading(), bowerbird.now()
        for lacks, program in programs() if parts else programs()[:1]:
            for name, wanted in days.items():
                started = perf_counter()
                found = slates(reading, program, history, wanted.people, now)
                took = perf_counter() - started
                label = f"{OURS} without {lacks}" if lacks else OURS
                yield Row(label, name, wanted, hits(found, wanted), took)


def tune(history: History, wanted: Wanted, only: str) -> None:
    """Print recall on the validation days for every setting of every peer."""
    for peer in PEERS:
        for settings in peer.grid if peer.installed() and search(only, peer.name) else ():
            scores = peer.learn(history, settings)
            found = hits(best_of(scores, history, wanted.people), wanted).sum(axis=0)
            shares = " / ".join(f"{share:.4f}" for share in found / wanted.count.sum())
            print(f"{peer.name:<20} {shares}  {dict(settings)}", flush=True)


def told(row: Row, than: Row, rng: np.random.Generator) -> dict[str, object]:
    """Return a row as printed: recalls, and the paired difference from another at each depth."""
    count = row.wanted.count
    recalls = row.hit.sum(axis=0) / count.sum()
    against = [pooled(row.hit[:, i] - than.hit[:, i], count, rng) for i in range(len(AT))]
    return {
        "what": row.name,
        "days": row.days,
        **{f"recall@{k}": round(float(recalls[i]), 4) for i, k in enumerate(AT)},
        **{f"less {than.name} @{k}": str(against[i]) for i, k in enumerate(AT)},
        "seconds": round(row.seconds, 1),
    }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("build/retrieval"))
    parser.add_argument("--days", choices=("validation", "both"), default="both")
    parser.add_argument("--tune", action="store_true", help="try the peers' settings, no test days")
    parser.add_argument("--only", default="", help="only methods whose name matches, and EASE")
    parser.add_argument("--parts", action="store_true", help="only ours less each of its parts")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    history, validation, test = load(asked.source)
    if asked.tune:
        tune(history, validation, asked.only)
        return 0
    days = {"25-30 April": validation}
    if asked.days == "both":
        days["1-8 May"] = test
    prepare(asked.source, asked.folder)
    if not asked.parts:
        show(every_row(asked.folder, history, days, asked.only), asked.json)
    if not search(asked.only, OURS):
        return 0
    few = {f"25-30 April, every {EVERY}th person": thinned(validation, EVERY)}
    show(of_ours(asked.folder, history, few, parts=True), asked.json)
    return 0


def every_row(folder: Path, history: History, days: dict[str, Wanted], only: str) -> Iterator[Row]:
    """Yield the methods' rows: EASE, which others are compared with, before all."""
    first = next(peer for peer in PEERS if peer.name == EASE)
    yield from of_peer(first, history, days)
    if search(only, OURS):
        yield from of_ours(folder, history, days, parts=False)
    for peer in PEERS:
        if peer is first or not search(only, peer.name):
            continue
        if peer.installed():
            yield from of_peer(peer, history, days)
        else:
            print(f"{peer.name}: left out, `make benchmarks` installs {peer.needs}")


def show(rows: Iterator[Row], as_json: bool) -> None:
    """Print a row a line, as they come, each beside the first of its days."""
    rng, first = np.random.default_rng(0), dict[str, Row]()
    for row in rows:
        line = told(row, first.setdefault(row.days, row), rng)
        text = json.dumps(line) if as_json else "  ".join(str(cell) for cell in line.values())
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
