"""Ranking on a real log: ours beside LightGBM, logistic regression and a plain DCN-v2.

KuaiRand's impressions, one fixed split in time: learned from those before 1 May, examined on 1 to 8
May. Every method reads the same columns of the same rows (history's long views and likes are in
them), stops by the same latest tenth of the rows before, is calibrated on it by Platt scaling, and
runs on one thread. Heads have at least 1,000 positives on either side. By head: group AUC and
NDCG@5 within a person's rows on one surface (the surface alone tells much of what is clicked), AUC,
normalised entropy and calibration, with paired intervals over people.

    make benchmarks
    .venv-bench/bin/python benchmarks/ranking.py ../shared/data/kuairand-pure-14d

With `--one-moment` what says who asks and when is alike in each list, as it is on a page.

Settings were chosen with `--days validation --tune`: learned before 29 April, examined on the 29th
and 30th.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from ranking_methods import Method, Scores, Settings, at_one_moment, labels_of, lists_of
from ranking_ours import OURS, by_day
from ranking_peers import PEERS
from ranking_rows import SPLITS, Parts, parts_of, rows_of

from bowerbird.core.facts import F64, I64
from bowerbird.evaluation.within import ByGroup, group_auc, group_ndcg
from bowerbird.ranking.calibrate import platt
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.heads import HEADS
from bowerbird.ranking.metrics import auc, calibration, cross_entropy, normalised_entropy

LEAST = 1_000
"""Positives a head needs on either side."""
K = 5
DRAWS = 500

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Judged:
    """What one method's scores of one head are worth.

    Attributes:
        within: `GAUC` and `NDCG@5` by list.
        scores: [n] of the examined rows.
        chance: [n] calibrated; None where it says an order only.
    """

    within: dict[str, ByGroup]
    scores: F64
    chance: F64 | None


def heads_of(examples: Examples, parts: Parts) -> tuple[str, ...]:
    """Return the heads with enough positives before and on the examined days."""
    counts = np.minimum(
        examples.labels[parts.before].sum(axis=0, dtype=np.int64),
        examples.labels[parts.examined].sum(axis=0, dtype=np.int64),
    )
    return tuple(head for head, n in zip(HEADS, counts, strict=True) if n >= LEAST)


def judged(examples: Examples, parts: Parts, head: str, column: int, said: Scores) -> Judged:
    """Return the figures of one head, calibrated on the held rows."""
    labels = labels_of(examples, parts.examined, head)
    lists = lists_of(examples, parts.examined)
    scores = said.examined[:, column]
    chance = None
    if said.chances:
        a, b = platt(labels_of(examples, parts.held, head), said.held[:, column])
        chance = 1.0 / (1.0 + np.exp(-(a * scores + b)))
    within = {
        "GAUC": group_auc(lists, labels, scores),
        f"NDCG@{K}": group_ndcg(lists, labels, scores, K),
    }
    return Judged(within, scores, chance)


class People:
    """The examined people drawn anew, again and again: how often each is drawn each time."""

    def __init__(self, user: I64, seed: int) -> None:
        self.people, self.of = np.unique(user, return_inverse=True)
        rng, n = np.random.default_rng(seed), len(self.people)
        drawn = [np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(DRAWS)]
        self.times: F64 = np.stack(drawn).astype(np.float64)

    def sums(self, values: F64) -> F64:
        """Return [draws] the sum of a value a row ([n])."""
        summed: F64 = self.times @ np.bincount(self.of, values, len(self.people))
        return summed


def figures(one: Judged, labels: np.ndarray, people: People) -> dict[str, tuple[float, F64]]:
    """Return each figure, and what it is in each draw [draws] of people."""
    found: dict[str, tuple[float, F64]] = {}
    for name, by in one.within.items():
        at = np.searchsorted(people.people, by.group // 64)
        n = len(people.people)
        weighed = people.times @ np.bincount(at, by.value * by.weight, n)
        found[name] = by.mean(), weighed / (people.times @ np.bincount(at, by.weight, n))
    found["AUC"] = auc(labels, one.scores), _aucs(labels, one.scores, people)
    if one.chance is None:
        return found
    p = np.clip(one.chance, 1e-7, 1 - 1e-7)
    nats = people.sums(np.where(labels, -np.log(p), -np.log1p(-p)))
    rows, positives = people.sums(np.ones(len(labels))), people.sums(labels.astype(np.float64))
    share = positives / rows
    base = -(share * np.log(share) + (1 - share) * np.log1p(-share))
    found["normalised entropy"] = normalised_entropy(labels, one.chance), nats / rows / base
    found["calibration"] = calibration(labels, one.chance), people.sums(one.chance) / positives
    return found


def _aucs(labels: np.ndarray, scores: F64, people: People) -> F64:
    """Return the AUC in each draw: pairs weighed by how often both are drawn, ties half."""
    order = np.argsort(scores, kind="stable")
    _, level = np.unique(scores[order], return_inverse=True)
    ordered, of = labels[order], people.of[order]
    found = np.empty(len(people.times))
    for k, times in enumerate(people.times):
        weight = times[of]
        positive = np.bincount(level, weight * ordered)
        negative = np.bincount(level, weight * ~ordered)
        below = np.cumsum(negative) - negative / 2
        found[k] = (positive * below).sum() / (positive.sum() * negative.sum())
    return found


BETTER = {"normalised entropy": -1, "calibration": 0}
"""1 for the others: more is better; calibration is best at 1."""


def verdict(name: str, low: float, high: float) -> str:
    """Return whether ours is ahead, level or behind, by the interval of ours less the peer's."""
    sign = BETTER.get(name, 1)
    if not sign:
        return ""
    low, high = (low, high) if sign > 0 else (-high, -low)
    return "ahead" if low > 0 else "behind" if high < 0 else "level"


def compare(
    examples: Examples, parts: Parts, heads: Sequence[str], said: dict[str, Scores]
) -> Iterator[Row]:
    """Yield one row a head, figure and method, peers with their difference from ours."""
    people = People(examples.user[parts.examined].astype(np.int64), seed=0)
    for column, head in enumerate(heads):
        labels = labels_of(examples, parts.examined, head)
        every = {
            name: figures(judged(examples, parts, head, column, scores), labels, people)
            for name, scores in said.items()
        }
        ours = every[OURS[0].name]
        for figure in ours:
            for name, found in every.items():
                if figure in found:
                    yield _row(head, figure, name, ours[figure], found[figure])


def _row(head: str, figure: str, name: str, ours: tuple[float, F64], one: tuple[float, F64]) -> Row:
    low, high = np.quantile(one[1], [0.025, 0.975])
    row: Row = {
        "what": f"{head}: {figure}",
        "method": name,
        "figure": round(one[0], 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
    }
    if name != OURS[0].name:
        low, high = np.quantile(ours[1] - one[1], [0.025, 0.975])
        word = verdict(figure, float(low), float(high))
        row |= {
            "ours": round(ours[0], 4),
            "difference": [round(float(low), 4), round(float(high), 4)],
            "ours is": word,
            "holds": word in ("ahead", "level", ""),
        }
    return row


def tuned(
    examples: Examples, parts: Parts, heads: tuple[str, ...], method: Method
) -> Iterator[tuple[Settings, dict[str, float]]]:
    """Yield each of a method's settings with what it is worth: entropy, or NDCG for an order."""
    for settings in method.grid:
        said = method.rank(examples, parts, heads, settings, 0)
        found = {}
        for column, head in enumerate(heads):
            one = judged(examples, parts, head, column, said)
            labels = labels_of(examples, parts.examined, head)
            found[head] = (
                one.within[f"NDCG@{K}"].mean()
                if one.chance is None
                else cross_entropy(labels, one.chance)
            )
        yield settings, found


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("build/kuairand-ranking"))
    parser.add_argument("--days", choices=SPLITS, default="test")
    parser.add_argument("--tune", action="store_true", help="try the settings of every method")
    parser.add_argument(
        "--one-moment",
        action="store_true",
        help="what a request's candidates share, alike in a list",
    )
    parser.add_argument("--only", help="with --tune: methods whose name has this in it")
    parser.add_argument("--by-day", action="store_true", help="stale, warm and retrained Versions")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    examples = rows_of(asked.source, asked.folder)
    parts = parts_of(examples.ts, asked.days)
    heads = heads_of(examples, parts_of(examples.ts, "test"))
    if asked.one_moment:
        examples = at_one_moment(examples, parts.examined)
    methods = [m for m in (*OURS, *PEERS) if m.installed()]
    if asked.by_day:
        rows: Iterator[Row] = by_day(examples, heads)
    elif asked.tune:
        rows = (
            {"method": m.name, "settings": dict(s), **found}
            for m in methods
            if (asked.only or "") in m.name
            for s, found in tuned(examples, parts, heads, m)
        )
    else:
        rows = table(examples, parts, heads, methods)
    for row in rows:
        print(json.dumps(row) if asked.json else told(row), flush=True)
    return 0


def table(
    examples: Examples, parts: Parts, heads: tuple[str, ...], methods: Sequence[Method]
) -> Iterator[Row]:
    """Yield counts, times, then figures."""
    for head in heads:
        sizes = {"before": parts.before, "examined": parts.examined}
        counts = {name: int(labels_of(examples, at, head).sum()) for name, at in sizes.items()}
        yield {"what": f"{head}: positives", **counts}
    said = {}
    for method in methods:
        started = perf_counter()
        said[method.name] = method.rank(examples, parts, heads, method.chosen, 0)
        yield {"what": "seconds", "method": method.name, "took": round(perf_counter() - started, 1)}
    yield from compare(examples, parts, heads, said)


def told(row: Row) -> str:
    """Return a row for people."""
    return "  ".join(f"{name} {value}" for name, value in row.items())


if __name__ == "__main__":
    sys.exit(main())
