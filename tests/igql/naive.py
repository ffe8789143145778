"""A second interpreter of IGQL: slow, plain, and written from `docs/igql.md` alone.

It reads plans as the binder makes them, before any rule, for their data only: rows are objects in
lists, everything is a loop, and nothing is shared with the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

from bowerbird.core.candidates import Kind
from tests.igql.naive_hops import Hops
from tests.igql.naive_rows import (
    Row,
    best_first,
    exponential,
    max_per,
    merge,
    mixed,
    mmr,
    penalty,
    round_robin,
    weight,
)
from tests.igql.naive_values import missing, single
from tests.igql.tiny import DAY


@dataclass
class Naive(Hops):
    """One run of a plan."""

    # sources

    def _user(self, node: Any) -> tuple[Kind, list[Row]]:
        person = self.context.user
        return Kind.USERS, [Row(person)] if person >= 0 else []

    def _listed(self, node: Any) -> tuple[Kind, list[Row]]:
        rows, scores = self.world.listed(node.name)
        ts = self.world.columns[Kind.MEDIA]["ts"]
        found = [
            Row(int(row), {"score": float(score)})
            for row, score in zip(rows, scores, strict=True)
            if node.within is None or ts[row] >= self.context.now - node.within
        ]
        return Kind.MEDIA, found[: node.k]

    def _accounts(self, node: Any, kind: Kind = Kind.ACCOUNTS) -> tuple[Kind, list[Row]]:
        found = []
        for row, ts in enumerate(self.world.columns[kind]["ts"].tolist()):
            age = float(self.context.now - ts)
            there = node.where is None or self.value(node.where, kind, Row(row))
            if there and (node.within is None or age <= node.within):
                most = -age if node.by is None else float(self.value(node.by, kind, Row(row)))
                score = 1 / (1 + max(age, 0) / DAY) if node.by is None else most
                found.append(
                    (-math.inf if missing(most) else most, Row(row, {"score": single(score)}))
                )
        found.sort(key=lambda pair: -pair[0])
        return kind, [row for _, row in found][: node.k]

    def _media(self, node: Any) -> tuple[Kind, list[Row]]:
        return self._accounts(node, Kind.MEDIA)

    # rows

    def _let(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        found = []
        for row in rows:
            named = {}
            for name, expression in node.columns:
                one = self.value(expression, kind, row)
                named[name] = single(one) if str(expression.type) == "number" else one
            found.append(row.new(**named))
        return kind, found

    def _filter(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        return kind, [row for row in rows if self.value(node.where, kind, row)]

    def _score(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        scored = [row.new(score=single(self.value(node.by, kind, row))) for row in rows]
        return kind, best_first(scored)

    def _dedupe(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        return kind, best_first(merge(rows, node.combine))

    def _limit(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        return kind, rows[: node.n]

    def _sample(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        if len(rows) <= node.n or node.temperature == 0:
            return kind, [row.new(inclusion=1.0) for row in best_first(rows)[: node.n]]
        top = max((row.score for row in rows if not missing(row.score)), default=0.0)
        plain = not (0 < top < math.inf)

        def key(row: Row) -> tuple[float, float]:
            share = 1.0 if plain else weight(row.score) / top
            heavy = 1.0 if plain else max(share ** (1 / node.temperature), 1e-6)
            return exponential(row.row, self.context.seed, 1) / heavy, heavy

        keys = {id(row): key(row) for row in rows}
        drawn = sorted(rows, key=lambda row: keys[id(row)][0])
        tau = keys[id(drawn[node.n])][0]
        kept = {id(row) for row in drawn[: node.n]}
        return kind, best_first(
            [
                row.new(inclusion=single(-math.expm1(-keys[id(row)][1] * tau)))
                for row in rows
                if id(row) in kept
            ]
        )

    def _rank(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        found = []
        for row in rows:
            heads = self.world.heads[node.ranking_model]
            named = row.new(**{head: float(heads[head][row.row]) for head in node.heads})
            worth = single(self.value(node.value, kind, named))
            found.append(named.new(value=worth, score=worth))
        return kind, best_first(found)[: node.keep]

    def _mix(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        types = {id(row): int(self.value(node.media_type, kind, row)) for row in rows}
        return kind, mixed(rows, types, node.shares)[: node.keep]

    def _diversify_by(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        keys = {id(row): [self.value(column, kind, row) for column in node.columns] for row in rows}
        if node.method == "penalty":
            return kind, self._penalty(node, kind, rows, keys)
        if node.method == "mmr":
            return kind, mmr(rows, keys, node, partial(self.vector, node.embedding_config))
        return kind, {"round_robin": round_robin, "max_per": max_per}[node.method](rows, keys, node)

    def vector(self, embedding: str, account: int) -> list[float]:
        """Of the last part that has the account; nothing where none has."""
        for index, vectors in reversed(self.world.embedding(embedding)):
            if 0 <= account < len(index) and index[account] >= 0:
                return [float(x) for x in vectors[index[account]]]
        return []

    def _penalty(self, node: Any, kind: Kind, rows: list[Row], keys: dict[int, Any]) -> list[Row]:
        columns, left = list(node.columns), [1 - node.strength] * len(node.columns)
        if node.seed_strength is not None:
            for at, column in enumerate(columns):
                if getattr(column, "name", None) in ("seed", "seed_id"):
                    left[at] = 1 - node.seed_strength
        if node.media_type is not None and node.type_strength is not None:
            columns, left = [*columns, node.media_type], [*left, 1 - node.type_strength]
            keys = {id(r): [self.value(column, kind, r) for column in columns] for r in rows}
        shown = self.world.pages if node.memory and kind is Kind.MEDIA else []
        before = [
            (
                [self.value(c, kind, Row(row, {"seed": seed})) for c in columns],
                node.memory ** (1 + ago),
            )
            for row, seed, ago in shown
        ]
        return penalty(rows, keys, node, left, before)

    def _explore(self, node: Any) -> tuple[Kind, list[Row]]:
        page = self.rows(node.input)
        shown = {row.row for row in page}
        fresh = [int(row) for row in self.world.listed("fresh")[0][:2000] if int(row) not in shown]
        fresh = [row for row in fresh if self.value(node.where, Kind.MEDIA, Row(row))]
        drawn = sorted(fresh, key=lambda row: exponential(row, self.context.seed, 2))[: node.slots]
        size = len(page) if node.size is None else node.size
        own = {
            "propensity": single(1 / max(len(fresh), 1)),
            "score": 0.0,
            "source": self.sources.index("newcomers"),
        }
        return Kind.MEDIA, page[: max(0, size - len(drawn))] + [
            Row(row, dict(own)) for row in drawn
        ]

    # combiners

    def _label(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        own = self.sources.index(node.text)
        return kind, [row.new(source=own) if row.get("source") < 0 else row for row in rows]

    def _union(self, node: Any) -> tuple[Kind, list[Row]]:
        found = [self.run(branch) for branch in node.branches]
        return found[0][0], [row for _, rows in found for row in rows]

    def _first_of(self, node: Any) -> tuple[Kind, list[Row]]:
        found = [self.run(branch) for branch in node.branches]
        enough = [pair for pair in found if len(pair[1]) >= node.least]
        return enough[0] if enough else max(found, key=lambda pair: len(pair[1]))

    def _blend(self, node: Any) -> tuple[Kind, list[Row]]:
        found = [self.run(branch) for branch in node.branches]
        every = []
        for (_, rows), part in zip(found, node.weights, strict=True):
            place = {id(row): i for i, row in enumerate(best_first(rows), 1)}
            top = max([0.0, *(row.score for row in rows if not missing(row.score))]) or 1.0
            for row in rows:
                scale = {
                    "rank": part / (60 + place[id(row)]),
                    "max": part * row.score / top,
                    "raw": part * row.score,
                }[node.scale]
                every.append(row.new(score=single(scale)))
        return found[0][0], best_first(merge(every, "sum"))
