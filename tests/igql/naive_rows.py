"""Rows as objects, and how they are put together, ordered and chosen: from `docs/igql.md` alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.igql.naive_values import missing, single

ABSENT: dict[str, Any] = {
    **dict.fromkeys(("seed", "seed_media", "via", "source"), -1),
    **dict.fromkeys(("seed_action", "seed_media_type"), 255),
    **dict.fromkeys(("score", "inclusion", "propensity"), 1.0),
    "penalty": 0.0,
}
MASK = 2**64 - 1


@dataclass(eq=False)
class Row:
    row: int
    columns: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        if name == "seed_id" and name not in self.columns:
            return self.columns.get("seed", -1)
        return self.columns.get(name, ABSENT.get(name, math.nan))

    @property
    def score(self) -> float:
        return float(self.get("score"))

    def new(self, row: int | None = None, /, **columns: Any) -> Row:
        return Row(self.row if row is None else row, {**self.columns, **columns})


def weight(score: float) -> float:
    """Evidence never speaks against: what is missing or negative counts 0."""
    return score if score > 0 else 0.0


def best_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: math.inf if missing(row.score) else -row.score)


def merge(rows: list[Row], combine: str) -> list[Row]:
    strongest: dict[int, Row] = {}
    total: dict[int, float] = {}
    for row in rows:
        one = weight(row.score)
        one = min(one, 1.0) if combine == "noisy_or" else one
        if row.row not in total:
            strongest[row.row], total[row.row] = row, one
            continue
        if weight(row.score) > weight(strongest[row.row].score):
            strongest[row.row] = row
        so_far = total[row.row]
        total[row.row] = {
            "sum": so_far + one,
            "max": max(so_far, one),
            "noisy_or": so_far + one * (1 - so_far),
        }[combine]
    return [row.new(score=single(total[row.row])) for row in strongest.values()]


def _mixed(word: int) -> int:
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB & MASK
    return word ^ (word >> 31)


def exponential(row: int, seed: int, salt: int) -> float:
    key = ((seed & MASK) * 0xD1342543DE82EF95 + salt * 0x9E3779B97F4A7C15 + 1) & MASK
    key ^= key >> 32
    key = key * 0xDABA0B6EB09322E3 & MASK
    word = _mixed(_mixed((row + 0x9E3779B97F4A7C15) & MASK) ^ key)
    return -math.log(((word >> 11) + 0.5) * 2.0**-53)


def evidence(row: Row, near: float) -> float:
    return single(weight(row.score) * max(near, 1e-6))


def round_robin(rows: list[Row], keys: dict[int, list[Any]], node: Any) -> list[Row]:
    turns: dict[tuple[Any, ...], int] = {}
    first: dict[tuple[Any, ...], int] = {}
    order = []
    for place, row in enumerate(rows):
        key = tuple(keys[id(row)])
        turns[key] = turns.get(key, -1) + 1
        order.append((turns[key], first.setdefault(key, place), row))
    order.sort(key=lambda one: one[:2])
    return [row.new(penalty=0.0) for _, _, row in order][: node.keep]


def mixed(rows: list[Row], types: dict[int, int], shares: tuple[float, ...]) -> list[Row]:
    waiting = [
        [row for row in rows if types[id(row)] == type] if share else []
        for type, share in enumerate(shares)
    ]
    credit = [0.0] * len(shares)
    order: list[Row] = []
    while any(waiting):
        open = [type for type, left in enumerate(waiting) if left]
        total = sum(shares[type] for type in open)
        for type in open:
            credit[type] += shares[type] / total
        best = open[0]
        for type in open:
            best = type if credit[type] > credit[best] + 1e-9 else best
        credit[best] -= 1
        order.append(waiting[best].pop(0))
    return order + [row for row in rows if row not in order]


def max_per(rows: list[Row], keys: dict[int, list[Any]], node: Any) -> list[Row]:
    times: dict[tuple[int, Any], int] = {}
    found: list[Row] = []
    for row in rows:
        values = [(c, one) for c, one in enumerate(keys[id(row)]) if not nothing(one)]
        if len(found) < node.keep and all(times.get(one, 0) < node.at_most for one in values):
            found.append(row.new(penalty=0.0))
            for one in values:
                times[one] = times.get(one, 0) + 1
    return found


Keys = list[Any]
"""The values of one row that must not repeat, column by column."""


def penalty(
    rows: list[Row], keys: dict[int, Keys], node: Any, left: Keys, before: list[tuple[Keys, float]]
) -> list[Row]:
    """`left`: what a repeat leaves, by column; `before`: values shown earlier, how much each."""
    times: dict[tuple[int, Any], float] = {}

    def count(values: Keys, weight: float) -> None:
        for c, one in enumerate(values):
            times[c, one] = times.get((c, one), 0.0) + weight

    for values, weight in before:
        count(values, weight)
    open = list(rows)
    found: list[Row] = []
    floor = min((bounded(row.score) for row in rows), default=0.0)
    while open and len(found) < node.keep:

        def off(row: Row) -> float:
            share = 1.0
            for c, one in enumerate(keys[id(row)]):
                if not nothing(one) and times.get((c, one)):
                    share *= left[c] ** times[c, one]
            return (bounded(row.score) - floor) * (1 - share) if share < 1 else 0.0

        best = max(open, key=lambda row: bounded(row.score) - off(row))
        found.append(best.new(penalty=single(off(best))))
        open.remove(best)
        count(keys[id(best)], 1.0)
    return found


def mmr(
    rows: list[Row], keys: dict[int, Keys], node: Any, vector: Callable[[int], list[float]]
) -> list[Row]:
    known = [row.score for row in rows if math.isfinite(row.score)]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)

    def share(row: Row) -> float:
        score = low if missing(row.score) else min(max(row.score, low), high)
        held: float = (1 - node.strength) * (score - low) / ((high - low) or 1.0)
        return held

    def alike(one: int, two: int) -> float:
        if one == two and one >= 0:
            return 1.0
        cosine = sum((a * b for a, b in zip(vector(one), vector(two), strict=False)), 0.0)
        return min(max(cosine, 0.0), 1.0)

    open = list(rows[:2000])
    nearest = {id(row): 0.0 for row in open}
    found: list[Row] = []
    while open and len(found) < node.keep:
        best = max(open, key=lambda row: share(row) - node.strength * nearest[id(row)])
        found.append(best.new(penalty=single(node.strength * nearest[id(best)])))
        open.remove(best)
        for row in open:
            near = [alike(a, b) for a, b in zip(keys[id(row)], keys[id(best)], strict=True)]
            nearest[id(row)] = max(nearest[id(row)], sum(near) / len(near))
    return found


def bounded(score: float) -> float:
    """A missing score is the lowest there is."""
    return -3.4028234663852886e38 if missing(score) else max(score, -3.4028234663852886e38)


def nothing(one: Any) -> bool:
    return missing(one) or one == -1
