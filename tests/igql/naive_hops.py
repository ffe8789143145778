"""The hops of the second interpreter, person to account to media: from `docs/igql.md` alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from bowerbird.core.candidates import Kind
from bowerbird.core.facts import Action, MediaType
from bowerbird.core.signals import Context
from tests.igql.naive_rows import Row, best_first, evidence, merge, weight
from tests.igql.naive_values import single, value
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
class Hops:
    """A run of a plan, as far as the hops.

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

    def _linear(self, node: Any) -> tuple[Kind, list[Row]]:
        kind, rows = self.run(node.input)
        name = f"co_engaged.{kind}_linear"
        total: dict[int, float] = {}
        says: dict[int, tuple[float, Row]] = {}
        for row in rows:
            for other, part in self.links(name, row.row):
                if self.links(name, other):
                    total[other] = total.get(other, 0.0) + row.score * part
                    if part > says.get(other, (0.0, row))[0]:
                        says[other] = (part, row)
        found = []
        for other in sorted(says):
            if total[other] > 0:
                part, row = says[other]
                new = row.new(other, score=single(total[other]), similarity=part)
                if kind is Kind.ACCOUNTS:
                    new.columns["via"] = other
                elif row.get("seed_media") < 0:
                    new.columns["seed_media"] = row.row
                found.append(new)
        return kind, best_first(found)[: node.k]

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
