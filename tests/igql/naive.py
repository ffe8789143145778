"""A second interpreter of IGQL: slow, plain, and written from `docs/igql.md` alone.

It reads plans as the binder makes them, before any rule, for their data only: rows are objects in
lists, everything is a loop, and nothing is shared with the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import Action, MediaType
from bowerbird.core.signals import Context
from tests.igql.naive_rows import (
    Row,
    best_first,
    evidence,
    exponential,
    max_per,
    merge,
    mixed,
    penalty,
    round_robin,
    weight,
)
from tests.igql.naive_values import missing, single, value
from tests.igql.tiny import DAY, Tiny

WEIGHTS = {
    Action.VIEW: 0.2,
    Action.CLICK: 0.5,
    Action.LONG_VIEW: 1.0,
    Action.PROFILE_VISIT: 1.0,
    Action.LIKE: 2.0,
    Action.COMMENT: 2.5,
    Action.SAVE: 3.0,
    Action.SHARE: 3.0,
    Action.FOLLOW: 4.0,
}
INTEREST = ("long_view", "like", "comment", "save", "share", "follow")


@dataclass
class Naive:
    """One run of a plan.

    Attributes:
        done: `id` of a node -> its rows, so that a binding used twice is one thing.
    """

    world: Tiny
    context: Context
    sources: tuple[str, ...]
    done: dict[int, tuple[Kind, list[Row]]] = field(default_factory=dict)

    def rows(self, node: Any) -> list[Row]:
        return self.run(node)[1]

    def run(self, node: Any) -> tuple[Kind, list[Row]]:
        if id(node) not in self.done:
            self.done[id(node)] = getattr(self, f"_{node.op}")(node)
        return self.done[id(node)]

    def value(self, expression: Any, kind: Kind, row: Row) -> Any:
        def signal(name: str) -> Any:
            if name == "age":
                return float(self.context.now - self.world.columns[kind]["ts"][row.row])
            found = self.world.columns[kind][name][row.row]
            return float(found) if found.dtype.kind == "f" else found.item()

        return value(expression, row.row, row.get, signal)

    def links(self, name: str, row: int) -> list[tuple[int, float]]:
        """The list of a row, both parts merged by score, the first part first among equals."""
        lists = []
        for part in self.world.links(name):
            line = int(part.index[row]) if row < len(part.index) else -1
            length = 0 if line < 0 else int(part.length[line])
            lists.append(
                [(int(part.rows[line, j]), float(part.scores[line, j])) for j in range(length)]
            )
        found = [pair for one in lists for pair in one]
        return sorted(found, key=lambda pair: -pair[1]) if len(lists) > 1 else found

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

    # hops

    def history(self, person: int) -> list[tuple[int, int, int, int, int]]:
        """(account, media, action, type, time) of a person, newest first."""
        told = self.world.histories()
        if not 0 <= person < len(told.start):
            return []
        places = range(
            int(told.start[person]) + int(told.length[person]) - 1, int(told.start[person]) - 1, -1
        )
        columns = (told.account, told.media, told.action, told.media_type, told.ts)
        return [tuple(int(column[i]) for column in columns) for i in places]  # type: ignore[misc]  # five

    def reach(
        self,
        person: Row,
        by: int,
        actions: tuple[str, ...],
        types: tuple[str, ...],
        within: float | None,
    ) -> list[Row]:
        """What a person engaged with, grouped by account (0) or media (1), strongest first."""
        total: dict[int, float] = {}
        strongest: dict[int, tuple[float, Row]] = {}
        for event in self.history(person.row):
            account, media, action, type, ts = event
            named = Action(action).name.lower() in actions
            typed = not types or (type != 255 and MediaType(type).name.lower() in types)
            recent = within is None or ts >= self.context.now - within
            if event[by] < 0 or not (named and typed and recent):
                continue
            age = max(self.context.now - ts, 0)
            one = WEIGHTS[Action(action)] * 0.5 ** (age / (14 * DAY))
            total[event[by]] = total.get(event[by], 0.0) + one
            if event[by] not in strongest or one > strongest[event[by]][0]:
                seed = {"seed": account, "seed_media": media}
                seed |= {"seed_action": action, "seed_media_type": type}
                strongest[event[by]] = (one, person.new(event[by], **seed))
        rows = [row.new(score=single(math.log1p(total[at]))) for at, (_, row) in strongest.items()]
        return best_first([row for at in total for row in rows if row.row == at])

    def _engaged(self, node: Any, by: int = 0) -> tuple[Kind, list[Row]]:
        found = []
        for person in self.rows(node.input):
            rows = self.reach(person, by, node.actions, node.media_types, node.within)
            found += rows[: node.max_num_to_retrieve]
        return (Kind.MEDIA if by else Kind.ACCOUNTS), found

    def _engaged_media(self, node: Any) -> tuple[Kind, list[Row]]:
        return self._engaged(node, by=1)

    def near(self, row: Row, name: str, k: int) -> list[tuple[int, float]]:
        """Those listed for a row, each once, never itself."""
        found: dict[int, float] = {}
        for other, score in self.links(name, row.row):
            if other != row.row and other >= 0 and len(found) < k:
                found.setdefault(other, score)
        return list(found.items())

    def _account_nn(self, node: Any) -> tuple[Kind, list[Row]]:
        return Kind.ACCOUNTS, [
            row.new(other, via=other, similarity=near, score=evidence(row, near))
            for row in self.rows(node.input)
            for other, near in self.near(row, f"account_nn.{node.embedding_config}", node.k)
        ]

    def _media_nn(self, node: Any) -> tuple[Kind, list[Row]]:
        return self._co_engaged(node, f"media_nn.{node.embedding_config}")

    def _co_engaged(self, node: Any, name: str = "") -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        found = []
        for row in rows:
            for other, near in self.near(row, name or f"co_engaged.{kind}", node.k):
                new = row.new(other, similarity=near, score=evidence(row, near))
                if kind is Kind.ACCOUNTS:
                    new.columns["via"] = other
                elif row.get("seed_media") < 0:
                    new.columns["seed_media"] = row.row
                found.append(new)
        return kind, found

    def _two_hop(self, node: Any) -> tuple[Kind, list[Row]]:
        found = []
        for person in self.rows(node.input):
            seeds = self.reach(person, 0, INTEREST, (), None)[:20]
            mine = {seed.row for seed in seeds}
            paths = []
            for seed in seeds:
                people = [other for other, _ in self.links("engagers", seed.row)]
                for other in people:
                    newest = self.history(other)[:20]
                    if other == person.row or not newest:
                        continue
                    share = single(seed.score / (len(people) * len(newest)))
                    for account, _, action, _, _ in newest:
                        counts = Action(action).name.lower() in INTEREST
                        if counts and account >= 0 and account not in mine:
                            paths.append(seed.new(account, via=account, score=share, seed=seed.row))
            best = best_first(merge(paths, "sum"))[: node.k]
            found += [row.new(similarity=row.score) for row in best]
        return Kind.ACCOUNTS, found

    def _posted_media(self, node: Any) -> tuple[Kind, list[Row]]:
        ts = self.world.columns[Kind.MEDIA]["ts"]
        found = []
        for account in self.rows(node.input):
            recent = [
                account.new(media)
                for media, _ in self.links("posted", account.row)
                if node.within is None or ts[media] >= self.context.now - node.within
            ]
            faded = [
                row.new(score=single(row.score / (1 + 0.1 * i))) for i, row in enumerate(recent)
            ]
            passed = [
                row
                for row, there in zip(recent, faded, strict=True)
                if node.where is None or self.value(node.where, Kind.MEDIA, there)
            ]
            kept = enumerate(passed[: node.max_media_per_account])
            found += [row.new(score=single(row.score / (1 + 0.1 * i))) for i, row in kept]
        return Kind.MEDIA, found

    def _media_engaged_by(self, node: Any) -> tuple[Kind, list[Row]]:
        behind = self.world.columns[Kind.ACCOUNTS]["user_id"]
        found = []
        for account in self.rows(node.input):
            total: dict[int, float] = {}
            for _, media, action, type, ts in self.history(int(behind[account.row])):
                named = Action(action).name.lower() in node.actions
                types = node.media_types
                typed = not types or (type != 255 and MediaType(type).name.lower() in types)
                recent = node.within is None or ts >= self.context.now - node.within
                if media >= 0 and named and typed and recent:
                    age = max(self.context.now - ts, 0)
                    one = WEIGHTS[Action(action)] * 0.5 ** (age / (14 * DAY))
                    total[media] = total.get(media, 0.0) + one
            best = sorted(total, key=lambda media: -total[media])[: node.max_media_per_account]
            found += [
                account.new(
                    media,
                    via=account.row,
                    score=single(weight(account.score) * math.log1p(total[media])),
                )
                for media in best
            ]
        return Kind.MEDIA, found

    def _owner(self, node: Any) -> tuple[Kind, list[Row]]:
        owner = self.world.columns[Kind.MEDIA]["account_id"]
        rows = self.rows(node.input)
        return Kind.ACCOUNTS, [row.new(int(owner[row.row])) for row in rows if owner[row.row] >= 0]

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
        return kind, {"round_robin": round_robin, "max_per": max_per}[node.method](rows, keys, node)

    def _penalty(self, node: Any, kind: Kind, rows: list[Row], keys: dict[int, Any]) -> list[Row]:
        columns, left = list(node.columns), [1 - node.strength] * len(node.columns)
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
