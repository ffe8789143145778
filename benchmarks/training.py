"""What the whole training holds in memory, and how long it takes, while the log grows.

One simulated society is trained on from its first day until some day, each size in a process and a
folder of its own: fold, vectors, examples, three passes, publication. What is counted is the memory
that belongs to the process alone (anonymous pages, looked at every 10 ms) above what it holds once
everything is imported; mapped pages are the system's to take back.

    .venv/bin/python benchmarks/training.py build/training --days 4 7 14
    .venv/bin/python benchmarks/training.py build/training --preset medium --days 3 6
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import torch  # noqa: F401  # so that it is not counted
from corpus import Peak
from embedding import prepare

from bowerbird.app.config import read_config
from bowerbird.app.training import train
from bowerbird.simulate import PRESETS
from bowerbird.simulate.society import DAY


def run(data: Path, until: int, folder: Path) -> tuple[float, float, int, int]:
    """Return MiB at the peak, seconds, facts learned from, and examples, of one training."""
    shutil.copytree(data / "journal", folder / "journal")
    shutil.copy(data / "bowerbird.toml", folder)
    peak, started = Peak(), perf_counter()
    peak.start()
    report = train(folder, read_config(folder), now=until, until=until)
    took = perf_counter() - started
    peak.stopped.set()
    peak.join()
    return peak.most / 2**20, took, report.facts, report.examples


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--preset", choices=PRESETS, default="small")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, nargs="+", default=[4, 7, 14])
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    prepare(asked.folder, asked.preset, asked.seed)
    data = asked.folder / "data"
    starts, spawn = PRESETS[asked.preset].starts, multiprocessing.get_context("spawn")
    for days in asked.days:
        with TemporaryDirectory(dir=asked.folder) as folder, spawn.Pool(1) as pool:
            most, took, facts, rows = pool.apply(run, (data, starts + days * DAY, Path(folder)))
        learned = f"{facts:,} facts, {rows:,} examples"
        row = {
            "what": f"training on {days} days of {asked.preset}: {learned}",
            "ours": round(most),
            "peer": None,
            "ratio": round(most * 2**20 / facts),
            "unit": "MiB; ratio: bytes a fact",
            "seconds": round(took),
            "target": None,
            "holds": None,
        }
        line = f"{row['what']}: {row['ours']} MiB, {row['ratio']} bytes a fact, {row['seconds']} s"
        print(json.dumps(row) if asked.json else line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
