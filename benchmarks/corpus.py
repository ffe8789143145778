"""What training holds in memory while the log grows: facts to corpus to vectors.

Made-up events of a fixed number of people and accounts come as a stream. Ours puts what grows with
them aside on disk and maps it; the peer is the same code with all of it in memory. What is counted
is the memory that belongs to the process alone (anonymous pages, looked at every 10 ms): mapped
pages are the system's to take back. Each size runs in a process of its own.

    .venv/bin/python benchmarks/corpus.py --millions 1 5 20
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

from bowerbird.core.facts import DTYPES, NONE, Action, FactBatch, FactKind, Flag
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import collect
from bowerbird.ig2vec.training import train_vectors

PEOPLE, ACCOUNTS, BATCH = 20_000, 20_000, 65_536
ACTIONS = np.array([Action.CLICK, Action.LIKE, Action.SAVE, Action.SHARE], np.uint8)
MINUTE = 60_000


def events(count: int, seed: int) -> Iterator[FactBatch]:
    """Yield `count` engagements in order of time; people come back every few minutes."""
    rng = np.random.default_rng(seed)
    for start in range(0, count, BATCH):
        n = min(BATCH, count - start)
        columns = {name: np.zeros(n, dtype) for name, dtype in DTYPES.items()}
        columns |= {
            "kind": np.full(n, FactKind.EVENT, np.uint8),
            "ts": start * 20 + np.sort(rng.integers(0, n * 20, n)) + MINUTE,
            "user": (PEOPLE * rng.random(n) ** 2).astype(np.int32),
            "media": (ACCOUNTS * rng.random(n) ** 2).astype(np.int32),
            "account": np.full(n, NONE, np.int32),
            "code": ACTIONS[rng.integers(0, len(ACTIONS), n)],
            "flags": np.full(n, Flag.TIME_KNOWN, np.uint8),
            "items_at": np.zeros(n + 1, np.int64),
            "items": np.zeros(0, np.int32),
            "details_at": np.zeros(n + 1, np.int64),
            "details": np.zeros(0, np.uint8),
        }
        yield FactBatch(start=start, **columns)


def own_bytes() -> int:
    """Return the bytes that belong to this process alone."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) << 10


class Peak(threading.Thread):
    """Looks at the memory of the process until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stopped, self.start_bytes, self.most = threading.Event(), own_bytes(), 0

    def run(self) -> None:
        """Look every 10 ms."""
        while not self.stopped.wait(0.01):
            self.most = max(self.most, own_bytes() - self.start_bytes)


def run(million: int, aside: Path | None) -> tuple[float, float, int]:
    """Return MiB at the peak above the start, seconds of CPU, and words read."""
    config = EmbeddingConfig(epochs=1, rest=0)
    owners = np.arange(ACCOUNTS, dtype=np.int32)
    train_vectors(collect(events(50_000, 0), owners, config, aside=aside), config)  # compiles
    peak, started = Peak(), process_time()
    peak.start()
    corpus = collect(events(million * 1_000_000, 1), owners, config, aside=aside)
    train_vectors(corpus, config)
    peak.stopped.set()
    peak.join()
    return peak.most / 2**20, process_time() - started, len(corpus.tokens)


def rows(millions: list[int], folder: Path) -> Iterator[dict[str, object]]:
    """Yield a row a size."""
    spawn = multiprocessing.get_context("spawn")
    for million in millions:
        with spawn.Pool(1, maxtasksperchild=1) as pool:
            tasks = [(million, folder), (million, None)]
            (ours, seconds, words), (theirs, others, _) = pool.starmap(run, tasks, chunksize=1)
        yield {
            "what": f"peak of {million} M events, {words:,} words, {seconds:.0f} s beside "
            f"{others:.0f} s of CPU",
            "ours": round(ours),
            "peer": round(theirs),
            "ratio": round(theirs / ours, 2),
            "unit": "MiB",
            "target": None,
            "holds": None,
        }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 5, 20])
    parser.add_argument("--folder", type=Path, default=Path("build"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=asked.folder) as aside:
        for row in rows(asked.millions, Path(aside)):
            line = f"{row['what']}: {row['ours']} MiB, in memory {row['peer']} MiB"
            print(json.dumps(row) if asked.json else line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
