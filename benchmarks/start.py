"""How long a server with a long past takes to be ready: from the last freeze, plus a tail.

A data folder of events is made, frozen, and given a tail of facts that the frozen World does not
know. Then processes are started on it, as an operator would: `bowerbird serve`, until `/readyz`
says 200. The first start compiles kernels and is not counted. The parts are those of one opening in
a process that runs already. The peer is the same start without the frozen World, which folds all.

    .venv/bin/python benchmarks/start.py                 # 1 M events
    .venv/bin/python benchmarks/start.py --events 10000000 --media 1000000 --people 100000
    .venv/bin/python benchmarks/start.py --folder build/start    # kept, and used while it thaws
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from fold import Size, catalogue, events
from serving import serving

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.errors import WorldDamaged
from bowerbird.core.facts import FactBatch
from bowerbird.core.texts import Texts
from bowerbird.journal.draft import Draft, blank
from bowerbird.journal.journal import Journal
from bowerbird.world.world import World

TARGET = 2.0
TAIL = 10_000
RUNS = 3


def drafts(batch: FactBatch) -> Iterator[Draft]:
    """Yield facts of `fold.py` as an importer would hand them over."""
    for piece in batch.cut(65_536):
        columns: dict[str, Any] = blank(len(piece))
        for name in ("kind", "ts", "code", "value", "flags", "session", "request", "expires"):
            columns[name] = getattr(piece, name)
        for name, letter in (("user", "u"), ("account", "a"), ("media", "m")):
            rows = getattr(piece, name).tolist()
            columns[name] = Texts.of(None if row < 0 else f"{letter}{row}" for row in rows)
        offsets = np.arange(piece.start, piece.stop, dtype=np.uint64)
        columns["hashes"] = np.stack([offsets * np.uint64(0x9E3779B97F4A7C15), offsets], axis=1)
        yield Draft(**columns)


def write(folder: Path, size: Size) -> None:
    """Make a data folder whose frozen World lacks the last `TAIL` facts."""
    rng, world = np.random.default_rng(7), World()
    Bowerbird.init(folder)
    with Journal.open(folder) as journal:
        with journal.bulk(world.fold) as bulk:
            for draft in drafts(catalogue(size, rng)):
                bulk.add(draft)
            for batch in events(size, rng):
                for draft in drafts(batch):
                    bulk.add(draft)
        world.freeze(folder / "world")
        more = Size(TAIL, size.media, size.people)
        for batch in events(more, np.random.default_rng(8)):
            journal.commit(list(drafts(replace(batch, start=journal.end))))


def kept(folder: Path, size: Size) -> bool:
    """Return whether a World of this size stands in `folder` that this program thaws."""
    try:
        return World.thaw(folder / "world").offset == size.media + size.events
    except WorldDamaged:
        return False


def make(folder: Path, size: Size) -> None:
    """Make the data folder unless it was kept; journals of another size or format are made anew.

    A folder that is not one of ours is left alone.
    """
    if kept(folder, size):
        return
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "bowerbird.toml").exists():
            sys.exit(f"{folder} holds something else than data of bowerbird: name another --folder")
        shutil.rmtree(folder)
    write(folder, size)


def until_ready(folder: Path) -> float:
    """Return the seconds from the start of a server to the first time it says it is ready."""
    with serving(folder, end=signal.SIGKILL) as server:  # a clean end would freeze the tail
        return server.ready_s


def parts(folder: Path) -> dict[str, float]:
    """Return the seconds that each part of an opening takes."""
    found, began = {}, perf_counter()
    with Journal.open(folder, mode="read") as journal:
        found["journal, with every id"] = perf_counter() - began
        began = perf_counter()
        world = World.thaw(folder / "world")
        found["thaw"] = perf_counter() - began
        began = perf_counter()
        for batch in journal.read(world.offset):
            world.fold(batch)
        found["fold of the tail"] = perf_counter() - began
    began = perf_counter()
    world.freeze(folder / "again")
    found["freeze"] = perf_counter() - began
    shutil.rmtree(folder / "again")
    return found


def measure(folder: Path, size: Size) -> list[dict[str, Any]]:
    """Return the table."""
    make(folder, size)
    until_ready(folder)
    ready = min(until_ready(folder) for _ in range(RUNS))
    opened = [parts(folder) for _ in range(RUNS)]
    (folder / "world").rename(folder / "aside")
    try:
        anew = until_ready(folder)
    finally:
        shutil.rmtree(folder / "world", ignore_errors=True)  # should the server have frozen one
        (folder / "aside").rename(folder / "world")
    rows = [
        {"what": f"ready, {size.events:,} events", "ours": round(ready, 2),
         "peer": round(anew, 2), "ratio": round(anew / ready, 1), "unit": "s", "target": TARGET,
         "holds": ready <= TARGET}
    ]  # fmt: skip
    for name in opened[0]:
        best = round(min(run[name] for run in opened), 3)
        rows.append({"what": name, "ours": best, "peer": None, "ratio": None, "unit": "s",
                     "target": TARGET if name == "thaw" else None,
                     "holds": best <= TARGET if name == "thaw" else None})  # fmt: skip
    return rows


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--media", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="of the data, kept; a passing one by default")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    size = Size(asked.events, asked.media, asked.people)
    with tempfile.TemporaryDirectory() as passing:
        rows = measure(asked.folder or Path(passing), size)
    for row in rows:
        if asked.json:
            print(json.dumps(row))
        else:
            beside = f"  folding all {row['peer']} s" if row["peer"] else ""
            print(f"{row['what']:36}{row['ours']:>10} s{beside}", row["holds"] or "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
