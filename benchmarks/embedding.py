"""How much the account embedding knows, on simulated societies whose truth is known.

Vectors are learned from the first 70 % of the engagements and asked which account comes next in the
sessions after, over the whole catalogue, beside popularity, co-engagement and chance. Then two
Versions are published: after the last day but one, begun anew, and after the last, going on. Of the
last, how many of the 20 nearest accounts share the main topic, beside the base rate and the
ceiling that the nearest by the true mixture of topics reach; and how many of their 20 nearest
accounts keep from the day before. The society never told the product that truth.

    .venv/bin/python benchmarks/embedding.py build/society --societies 1 2 3 4 5
    .venv/bin/python benchmarks/embedding.py build/medium --preset medium
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.config import DEFAULT, Config
from bowerbird.app.embeddings import settings
from bowerbird.app.learning import catalogue, engagements, learn_one
from bowerbird.app.span import measure
from bowerbird.app.training import fold
from bowerbird.core.clock import ClockName
from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.signals import Links
from bowerbird.ig2vec.baskets import CoEngagementConfig
from bowerbird.ig2vec.co_engagement import co_engaged_accounts
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import DAY, sentences
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.engagements import Engagements
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.lookup import look_up
from bowerbird.ig2vec.neighbours import neighbours
from bowerbird.ig2vec.same_topic import same_topic
from bowerbird.ig2vec.stability import stability
from bowerbird.ig2vec.training import train_vectors
from bowerbird.journal.journal import Journal
from bowerbird.simulate import PRESETS, simulate
from bowerbird.simulate.truth import Truth
from bowerbird.world.world import World

SHARE = 0.7
DAYS = 2
"""Published, one after the other: the first of them begins anew."""
METHODS = ("embedding", "popularity", "co_engaged", "random")


def prepare(folder: Path, preset: str, seed: int) -> None:
    """Let a society live in `folder` and ingest its facts, unless that was done."""
    if not (folder / "society").is_dir():
        simulate(preset, folder / "society", seed, lambda day, days: None)
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


def examined(folder: Path, seed: int, centre: float) -> dict[str, Any]:
    """Return what vectors learned with `seed` know of the society in `folder`."""
    config = Config(embeddings={DEFAULT: {"centre": centre}})
    with Journal.open(folder / "data", mode="read") as journal:
        span = measure(journal, None, SHARE)
        world = World()
        fold(world, journal, span.stop)
        known = catalogue(world)
        before = engagements(journal, known, 0, span.cut, config)
        after = engagements(journal, known, span.cut, span.stop, config)
        found = exam(
            learn_one(before, config, seed, lambda share: None),
            sentences(after, settings(config, DEFAULT, seed)),
            co_engaged=co_engaged_accounts(before, CoEngagementConfig()),
        )
        topic, mixture = truth_of(folder, journal)
        ends = [measure(journal, world.newest - ago * DAY, 1.0).stop for ago in range(DAYS)]
        days = [engagements(journal, known, 0, stop, config) for stop in reversed(ends)]
    first, last = day_after_day(days, settings(config, DEFAULT, seed))
    return found | {
        "topics": same_topic(last, topic, mixture),
        "kept": stability(neighbours(first), neighbours(last)),
        "settled": stability(neighbours(first), _settled(first, last)),
    }


def day_after_day(days: list[Engagements], config: EmbeddingConfig) -> tuple[Embedding, Embedding]:
    """Return the embeddings of the last two of some days, each going on from the one before."""
    first = last = train_vectors(sentences(days[0], config), config)
    for day in days[1:]:
        first, last = last, train_vectors(sentences(day, config), config, earlier=last)
    return first, last


def _settled(first: Embedding, last: Embedding) -> Links:
    """Return the neighbours in `last` of accounts whose words grew by a tenth or less."""
    links = neighbours(last)
    lines = look_up(first.index, last.accounts, NONE)
    before = np.where(lines == NONE, 0, first.counts[lines])
    index = links.index.copy()
    index[last.accounts[last.counts > 1.1 * before]] = NONE
    return Links(index, links.rows, links.length, links.scores)


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
    for group in exams[0]["topics"]:
        asked = [found["topics"][group] for found in exams if found["topics"][group]["accounts"]]
        if not asked:
            continue
        share, base, ceiling = (
            np.array([told[name] for told in asked]) for name in ("share", "base", "ceiling")
        )
        many = np.mean([told["accounts"] for told in asked])
        what = f"same topic of the 20 nearest, {group} ({many:,.0f} accounts)"
        rows.append(_row(f"{what}, beside chance", share.mean(), base.mean()))
        ratios = share / ceiling
        spread = f"{what}, of the ceiling ({ratios.min():.3f} to {ratios.max():.3f})"
        target = 0.9 if group == "established" else None
        rows.append(_row(spread, share.mean(), ceiling.mean(), target))
    for name, who in (("kept", "all"), ("settled", "with at most a tenth more words")):
        kept = np.array([found[name]["kept"] for found in exams])
        what = f"of the 20 nearest kept since the day before, {who} ({kept.min():.3f} at least)"
        rows.append(_row(what, kept.mean(), 1.0, 0.8))
    return rows


def _row(what: str, ours: Any, peer: Any, target: float | None = None) -> dict[str, object]:
    return {
        "what": what,
        "ours": round(float(ours), 4),
        "peer": round(float(peer), 4),
        "ratio": round(float(ours / peer), 3) if peer else None,
        "unit": "share",
        "target": target,
        "holds": None if target is None else bool(ours / peer >= target),
    }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--preset", choices=PRESETS, default="small")
    parser.add_argument("--centre", type=float, default=EmbeddingConfig().centre)
    parser.add_argument("--societies", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    exams = []
    for seed in asked.societies:
        prepare(asked.folder / f"{seed}", asked.preset, seed)
        exams.append(examined(asked.folder / f"{seed}", seed, asked.centre))
    for row in rows_of(exams):
        line = f"{row['what']:<84}{row['ours']:>8}{row['peer']:>8}{row['ratio']:>8}x"
        print(json.dumps(row) if asked.json else line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
