"""How much the account embedding knows, on a simulated society whose truth is known.

The vectors are learned from the first ten days; they are asked which account comes next in the
sessions of the days after, over the whole catalogue, beside popularity, co-engagement and chance;
and how many of the 20 nearest accounts share the main topic, beside the base rate and the ceiling
that the nearest by the true mixture of topics reach. The society never told the product that truth.

    .venv/bin/python benchmarks/embedding.py build/society --seeds 3
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.config import Config
from bowerbird.app.learning import catalogue, engagements, learn_one
from bowerbird.app.span import measure
from bowerbird.app.training import fold
from bowerbird.core.clock import ClockName
from bowerbird.core.facts import F32, I32, NONE
from bowerbird.ig2vec.baskets import CoEngagementConfig
from bowerbird.ig2vec.co_engagement import co_engaged_accounts
from bowerbird.ig2vec.corpus import sentences
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.tiers import TIERS
from bowerbird.journal.journal import Journal
from bowerbird.simulate import simulate
from bowerbird.simulate.truth import Truth
from bowerbird.world.world import World

SHARE = 0.7
METHODS = ("embedding", "popularity", "co_engaged", "random")


def prepare(folder: Path, seed: int) -> None:
    """Let a small society live in `folder` and ingest its facts, unless that was done."""
    if not (folder / "society").is_dir():
        simulate("small", folder / "society", seed, lambda day, days: None)
    Bowerbird.init(folder / "data", clock=ClockName.JOURNAL)
    with Bowerbird(folder / "data") as bowerbird:
        if not bowerbird.journal.end:
            bowerbird.ingest(folder / "society" / "facts")


def truth_of(folder: Path, journal: Journal) -> tuple[I32, F32]:
    """Return ([A] main topic, [A, T] mixture) by the journal's account rows."""
    truth = Truth.load(folder / "society")
    rows = truth.account_rows(list(journal.ids.accounts.since(0)))
    known = rows != NONE
    topic = np.where(known, truth.account_topic[rows], NONE).astype(np.int32)
    mixture = np.where(known[:, None], truth.account_mixture[rows], 0).astype(np.float32)
    return topic, mixture


def examined(folder: Path, seed: int) -> dict[str, Any]:
    """Return the exam of vectors learned with `seed`."""
    config = Config()
    with Journal.open(folder / "data", mode="read") as journal:
        span = measure(journal, None, SHARE)
        world = World()
        fold(world, journal, span.stop)
        known = catalogue(world)
        before = engagements(journal, known, 0, span.cut, config)
        after = engagements(journal, known, span.cut, span.stop, config)
        topic, mixture = truth_of(folder, journal)
        embedding = learn_one(before, config, seed, lambda share: None)
        return exam(
            embedding,
            sentences(after, embedding.config),
            co_engaged=co_engaged_accounts(before, CoEngagementConfig()),
            topic_of=topic,
            mixture=mixture,
        )


def rows_of(exams: list[dict[str, Any]]) -> list[dict[str, object]]:
    """Return one row a figure: ours, the peer it is measured against, their ratio."""
    rows = []
    for cut in ("hit@10", "hit@100"):
        means = {
            method: float(np.mean([found[cut][method]["all"] for found in exams]))
            for method in METHODS
        }
        rows += [
            _row(f"next-account {cut}, beside {method}", means["embedding"], means[method])
            for method in METHODS[1:]
        ]
    for group in ("all", *TIERS, "established"):
        share, base, ceiling = (
            float(np.mean([found["topics"][group][name] for found in exams]))
            for name in ("share", "base", "ceiling")
        )
        rows.append(_row(f"same topic of the 20 nearest, {group}, beside chance", share, base))
        target = 0.9 if group == "established" else None
        what = f"same topic of the 20 nearest, {group}, of the ceiling"
        rows.append(_row(what, share, ceiling, target))
    return rows


def _row(what: str, ours: float, peer: float, target: float | None = None) -> dict[str, object]:
    return {
        "what": what,
        "ours": round(ours, 4),
        "peer": round(peer, 4),
        "ratio": round(ours / peer, 2) if peer else None,
        "unit": "share",
        "target": target,
        "holds": None if target is None else ours / peer >= target,
    }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    prepare(asked.folder, seed=1)
    for row in rows_of([examined(asked.folder, seed) for seed in range(asked.seeds)]):
        line = f"{row['what']:<58}{row['ours']:>8}{row['peer']:>8}{row['ratio']:>8}x"
        print(json.dumps(row) if asked.json else line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
