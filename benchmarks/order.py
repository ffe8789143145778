"""Does a simulated society put methods in the order in which a real log puts them?

The same methods, measured alike on a society and on KuaiRand-Pure: from who clicked or watched long
on what before a day, which accounts will they click or watch long on that they had not before?
Recall of 50 over all positives, in the last three days of either log.

    .venv/bin/bowerbird simulate small --out build/society --seed 1
    .venv/bin/python benchmarks/order.py build/society ../shared/data/kuairand-pure-14d
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from bowerbird.core.facts import F32, I32
from bowerbird.evaluation.baselines import Ease, Engaged, ItemCF, best, popularity
from bowerbird.evaluation.metrics import Interval, hits, pooled

SLOTS = 50
DAYS = 3
RIDGE = 100.0
MOST = 2_000
"""People asked for."""

OURS = """
SELECT user_id AS person, account_id AS account, ts FROM
  (SELECT user_id, media_id, ts FROM read_parquet('{0}/facts/events-*.parquet')
   WHERE action = 'click')
JOIN (SELECT media_id, account_id FROM read_parquet('{0}/facts/media-*.parquet')) USING (media_id)
"""
THEIRS = """
SELECT user_id AS person, author_id AS account, time_ms AS ts
FROM (SELECT DISTINCT * FROM read_parquet('{0}/interactions.parquet'))
WHERE is_click = 1 OR long_view = 1
"""
PAIRS = """
WITH log AS ({0}), cut AS (SELECT max(ts) - {1} * 86400000 AS ts FROM log)
SELECT dense_rank() OVER (ORDER BY person) - 1 AS person,
  dense_rank() OVER (ORDER BY account) - 1 AS account,
  log.ts >= cut.ts AS later, count(*) AS n
FROM log, cut GROUP BY person, account, later ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Log:
    """Who engaged with which account how often [n], before the day or from it on."""

    person: I32
    account: I32
    later: np.ndarray
    n: F32


def read(query: str, folder: Path) -> Log:
    """Return the pairs of a log."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    found = connection.execute(PAIRS.format(query.format(folder), DAYS)).fetchnumpy()
    return Log(
        found["person"].astype(np.int32),
        found["account"].astype(np.int32),
        np.asarray(found["later"], bool),
        np.log1p(found["n"]).astype(np.float32),
    )


def measured(log: Log) -> dict[str, Interval]:
    """Return method -> recall of what people newly engaged with from the day on."""
    before = ~log.later
    people, items = int(log.person.max()) + 1, int(log.account.max()) + 1
    learned = Engaged(log.person[before], log.account[before], log.n[before], people, items)
    popular, item_cf, ease = popularity(learned), ItemCF(learned), Ease(learned, RIDGE)
    draws = np.random.default_rng(1)
    methods: dict[str, Callable[[I32, F32], F32]] = {
        "random": lambda mine, weight: draws.random(items).astype(np.float32),
        "popularity": lambda mine, weight: popular,
        "ItemCF": item_cf.scores,
        "EASE": ease.scores,
    }
    known = np.intersect1d(log.person[before], log.person[log.later])
    asked = np.random.default_rng(2).permutation(known)[:MOST]
    found = {method: np.zeros(len(asked)) for method in methods}
    wanted = np.zeros(len(asked))
    for at, person in enumerate(asked.tolist()):
        rows = log.person == person
        mine, weight = log.account[rows & before], log.n[rows & before]
        positives = np.setdiff1d(log.account[rows & log.later], mine)
        wanted[at] = len(positives)
        for method, scores in methods.items():
            found[method][at] = hits(best(scores(mine, weight), mine, SLOTS), positives)
    rng = np.random.default_rng(3)
    return {method: pooled(hit, wanted, rng) for method, hit in found.items()}


def main() -> int:
    """Print the table, and whether the orders agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("society", type=Path)
    parser.add_argument("kuairand", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    ours, theirs = measured(read(OURS, asked.society)), measured(read(THEIRS, asked.kuairand))
    for method, recall in ours.items():
        if asked.json:
            row = {"what": f"recall@{SLOTS} of new accounts, {method}", "ours": recall.mean}
            print(json.dumps(row | {"peer": theirs[method].mean}))
        else:
            print(f"{method:<12} {recall!s:<28} {theirs[method]!s:<28}")
    orders = [sorted(found, key=lambda m: found[m].mean) for found in (ours, theirs)]
    print(f"order here: {' < '.join(orders[0])}; on KuaiRand: {' < '.join(orders[1])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
