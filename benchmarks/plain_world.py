"""The rules of `docs/world.md` for media and events in plain Python dictionaries.

The peer of `fold.py`, and what the tests of the World hold it against.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bowerbird.core.facts import (
    COUNTED,
    ENGAGEMENTS,
    NONE,
    UNDOES,
    UNKNOWN,
    Action,
    FactBatch,
    FactKind,
    Flag,
    MediaType,
)
from bowerbird.world.rules import (
    AFFINITY,
    AFFINITY_FLOOR,
    AFFINITY_HALF_LIFE,
    LONG_VIEW_MS,
    LONG_VIEW_SHARE,
    LONG_VIEW_UNKNOWN_MS,
    RECENT_HALF_LIFE,
    SESSION_GAP,
)
from bowerbird.world.tables import ENGAGERS, HISTORY
from bowerbird.world.world import World


@dataclass
class Counts:
    """Counters of one thing: ever, and of late as of `clock`."""

    total: list[int] = field(default_factory=lambda: [0] * COUNTED)
    recent: list[float] = field(default_factory=lambda: [0.0] * COUNTED)
    clock: int = 0

    def advance(self, ts: int) -> None:
        if ts > self.clock:
            left = 2.0 ** (-(ts - self.clock) / RECENT_HALF_LIFE)
            self.recent = [count * left for count in self.recent]
            self.clock = ts

    def add(self, action: int, ts: int, known: bool) -> None:
        self.total[action] += 1
        if known:
            self.advance(ts)
            self.recent[action] += 2.0 ** (-(self.clock - ts) / RECENT_HALF_LIFE)

    def take(self, action: int, done: int, known: bool) -> None:
        self.total[action] = max(self.total[action] - 1, 0)
        if known:
            left = 2.0 ** (-(self.clock - done) / RECENT_HALF_LIFE)
            self.recent[action] = max(self.recent[action] - left, 0.0)


@dataclass
class Pair:
    """A person and an account."""

    affinity: float = 0.0
    ts: int = 0
    counts: list[int] = field(default_factory=lambda: [0] * COUNTED)

    def warm(self, weight: float, ts: int) -> None:
        ts -= ts % 1000
        if ts > self.ts:
            self.affinity *= 2.0 ** (-(ts - self.ts) / AFFINITY_HALF_LIFE)
            self.ts = ts
        added = weight * 2.0 ** (-(self.ts - ts) / AFFINITY_HALF_LIFE)
        self.affinity = max(self.affinity + added, AFFINITY_FLOOR)


Entry = tuple[int, int, int, int, int, bool]  # media, account, action, form, ts, known


class PlainWorld:
    """The peer: the rules of `docs/world.md` for media and events, with dictionaries."""

    def __init__(self) -> None:
        self.media: dict[int, tuple[int, int, float]] = {}
        self.counts: dict[tuple[str, int], Counts] = defaultdict(Counts)
        self.pairs: dict[tuple[int, int], Pair] = defaultdict(Pair)
        self.seen: dict[int, set[int]] = defaultdict(set)
        self.history: dict[int, deque[Entry]] = defaultdict(lambda: deque(maxlen=HISTORY))
        self.engagers: dict[int, list[int]] = defaultdict(list)
        self.sessions: dict[int, tuple[int, int, int]] = {}  # start, events, last

    def fold(self, batch: FactBatch) -> None:
        """Fold media and events; other kinds are not what is measured."""
        columns = ("kind", "ts", "user", "account", "media", "code", "value", "flags")
        rows = zip(*(getattr(batch, name).tolist() for name in columns), strict=True)
        for kind, ts, user, account, media, code, value, flags in rows:
            known = bool(flags & Flag.TIME_KNOWN)
            if kind == FactKind.MEDIA:
                self.describe(media, account, code, value)
            elif kind == FactKind.EVENT and code < COUNTED + len(UNDOES):
                owner, form, duration = self.media.get(media, (NONE, UNKNOWN, np.nan))
                if account == NONE:
                    account = owner
                self.meet(user, media, ts, known)
                if code >= COUNTED:
                    self.undo(user, account, media, UNDOES[Action(code)], ts, known)
                else:
                    long = code == Action.VIEW and value >= threshold(form, duration)
                    self.do(user, account, media, code, ts, known, form, long)

    def describe(self, media: int, account: int, code: int, value: float) -> None:
        if media != NONE:
            owner, form, duration = self.media.get(media, (NONE, UNKNOWN, np.nan))
            self.media[media] = (
                owner if account == NONE else account,
                form if code == UNKNOWN else code,
                duration if np.isnan(value) else value,
            )

    def meet(self, user: int, media: int, ts: int, known: bool) -> None:
        if user == NONE:
            return
        if media != NONE:
            self.seen[user].add(media)
        if not known:
            return
        start, count, last = self.sessions.get(user, (0, 0, 0))
        if count == 0 or ts - last > SESSION_GAP:
            start, count = ts, 0
        last = ts if user not in self.sessions else max(last, ts)
        self.sessions[user] = (start, count + (ts >= start), last)

    def touched(self, user: int, account: int, media: int) -> Iterator[Counts]:
        for name, row in (("media", media), ("accounts", account), ("users", user)):
            if row != NONE:
                yield self.counts[name, row]

    def do(
        self, user: int, account: int, media: int, code: int, ts: int, known: bool, form: int,
        long: bool,
    ) -> None:  # fmt: skip
        for action in (code, Action.LONG_VIEW) if long else (code,):
            for counts in self.touched(user, account, media):
                counts.add(action, ts, known)
            if user != NONE and account != NONE:
                pair = self.pairs[user, account]
                pair.counts[action] += 1
                if AFFINITY[action]:
                    pair.warm(AFFINITY[action], ts)
        last = int(Action.LONG_VIEW) if long else code
        if user != NONE and last in ENGAGEMENTS:
            self.history[user].append((media, account, last, form, ts, known))
            if account != NONE:
                recent = self.engagers[account]
                if user in recent:
                    recent.remove(user)
                recent.insert(0, user)
                del recent[ENGAGERS:]

    def undo(self, user: int, account: int, media: int, action: int, ts: int, known: bool) -> None:
        target = NONE if action == Action.FOLLOW else media
        if user == NONE or (target == NONE and account == NONE):
            return
        history = self.history[user]
        found: Entry | None = None
        for place in range(len(history) - 1, -1, -1):
            entry = history[place]
            same = entry[0] == target if target != NONE else entry[1] == account
            if same and entry[2] == action:
                found = entry
                del history[place]
                break
        if found:
            media, account = found[:2]
        pair = self.pairs.get((user, account))
        if not found and not (pair and pair.counts[action]):
            return
        done, dated = (found[4], found[5]) if found else (ts, False)
        for counts in self.touched(user, account, media):
            if known:
                counts.advance(ts)
            counts.take(action, done, dated)
        if pair:
            pair.counts[action] -= min(pair.counts[action], 1)
            if found:
                pair.warm(-AFFINITY[action], done)


def threshold(form: int, duration: float) -> float:
    """Return the dwell in ms from which a view is a long one."""
    if form >= len(LONG_VIEW_MS):
        return LONG_VIEW_UNKNOWN_MS
    if form == MediaType.VIDEO and duration > 0:
        return min(LONG_VIEW_MS[form], LONG_VIEW_SHARE * 1000.0 * duration)
    return LONG_VIEW_MS[form]


def differences(world: World, plain: PlainWorld) -> list[str]:
    """Return where the two came to something else; empty when they agree."""
    found: list[str] = []

    def check(what: str, ours: Any, theirs: Any, close: float = 0.0) -> None:
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        if ours.size == theirs.size == 0:
            return
        if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=close, atol=close):
            found.append(f"{what}: {ours} here, {theirs} there")

    for name in ("media", "accounts", "users"):
        rows = sorted(row for kind, row in plain.counts if kind == name)
        counts = [plain.counts[name, row] for row in rows]
        lines = getattr(world.tables, name)
        check(f"total of {name}", lines.total[rows], [count.total for count in counts])
        check(f"recent of {name}", lines.recent[rows], [count.recent for count in counts], 1e-3)
    check_people(world, plain, check)
    check_pairs(world, plain, check)
    for account, people in plain.engagers.items():
        length = world.tables.accounts.engagers_len[account]
        engagers = world.tables.accounts.engagers[account, :length]
        check(f"engagers of {account}", engagers, people)
    return found


def check_people(world: World, plain: PlainWorld, check: Callable[..., None]) -> None:
    """Check histories, seen sets and sessions."""
    arenas, users = world.tables.arenas, world.tables.users
    columns = ("media", "account", "action", "type", "ts", "known")
    for user, entries in plain.history.items():
        window = slice(users.history_at[user], users.history_at[user] + users.history_len[user])
        kept = [getattr(arenas, f"history_{name}")[window] for name in columns]
        check(f"history of {user}", np.array(kept).T, [*entries])
    for user, media in plain.seen.items():
        at, capacity = users.seen_at[user], users.seen_cap[user]
        slots = arenas.seen[at : at + capacity]
        check(f"seen by {user}", np.sort(slots[slots != NONE]), sorted(media))
    for user, session in plain.sessions.items():
        held = (users.session_ts[user], users.session_events[user], users.last_ts[user])
        check(f"session of {user}", held, session)


def check_pairs(world: World, plain: PlainWorld, check: Callable[..., None]) -> None:
    """Check what there is between people and accounts."""
    pairs = world.tables.pairs
    ours = np.argsort(pairs.key)[np.count_nonzero(pairs.key == NONE) :]
    theirs = sorted(plain.pairs)
    check("pairs", pairs.key[ours], [user << 32 | account for user, account in theirs])
    if len(ours) == len(theirs):
        between = [plain.pairs[pair] for pair in theirs]
        check("counts of pairs", pairs.counts[ours], [pair.counts for pair in between])
        check("affinity", pairs.affinity[ours], [pair.affinity for pair in between], 1e-3)
