"""What came of a loop: how satisfied people truly were, and who was shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I32, I64, Action
from bowerbird.simulate.accounts import NEVER
from bowerbird.simulate.looks import Minds
from bowerbird.simulate.policy import FEED, RECENT, Requests
from bowerbird.simulate.society import DAY, HOUR
from bowerbird.simulate.town import Town
from bowerbird.simulate.visits import Shown

INTEREST = 0.2
"""How much somebody cares for a topic that counts as an interest; what spills over is less."""

KEEN = 0.4
"""The same for those who count when a new topic is to be found."""

NEWCOMER = 7 * DAY
"""Age up to which an account is a newcomer."""

FEWEST = 5
"""People who have to have come before a new topic can count as found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Figures of the policy's pages, by day ([days] each) where not said otherwise.

    Attributes:
        pages: asked for.
        satisfied: media a page that were opened and, others' likes and bait apart, worth a long
            view; true chances summed, nothing drawn.
        interests: of a person's interests, how many something was opened of, a person and day.
        gini: of the impressions of accounts with something recent to show.
        newcomers: share of the slots of accounts younger than a week.
        age_h: median age of what was shown, hours.
        clicks: a page.
        found_h: leaf born mid-run -> hours until half of those who care for it and came had been
            shown something of it; NaN where that was not within the run.
    """

    pages: list[int]
    satisfied: list[float]
    interests: list[float]
    gini: list[float]
    newcomers: list[float]
    age_h: list[float]
    clicks: list[float]
    found_h: dict[str, float]

    def mean(self, name: str, first: int = 0) -> float:
        """Return the mean of a column a page, from day `first` on."""
        pages = np.array(self.pages[first:], np.float64)
        values = np.array(getattr(self, name)[first:], np.float64)
        return float((pages * values).sum() / max(1.0, pages.sum()))


class Figures(NamedTuple):
    """One day of an `Outcome`."""

    pages: int
    satisfied: float
    clicks: float
    interests: float
    gini: float
    newcomers: float
    age_h: float


class Noted(NamedTuple):
    """Slots of the policy's pages that came on a screen [n]."""

    person: I32
    media: I32
    ts: I64
    satisfied: F32
    opened: NDArray[np.bool_]


class Day(NamedTuple):
    """The policy's pages of one day.

    Attributes:
        number: 0 is the first day.
        person: [pages] who asked for each.
        looks: what came on a screen.
        minds: everybody's, as they are at its end.
    """

    number: int
    person: I32
    looks: Noted
    minds: Minds


Watch = Callable[[Day], None]
"""Is told of each day when it is over."""

NOTHING = [[np.zeros(0, kind)] for kind in (np.int32, np.int32, np.int64, np.float32, np.bool_)]


class Ledger:
    """Notes the policy's pages while the town lives, and works a day out when it is over."""

    def __init__(self, town: Town, watch: Watch | None = None) -> None:
        self._town, self._watch = town, watch
        self._new = np.flatnonzero(town.arrives)
        people = len(town.people.name)
        self._came: I64 = np.full((len(self._new), people), NEVER)
        self._met: I64 = np.full((len(self._new), people), NEVER)
        self._asked: list[Requests] = []
        self._looks: list[Noted] = []
        self._days: list[Figures] = []

    def note(self, shown: Shown) -> None:
        """Note pages, but for those of the feed."""
        explore = shown.asked.place != FEED
        looks, made = shown.looks, shown.made
        on = explore[looks.session]
        self._asked.append(shown.asked.take(explore))
        self._looks.append(
            Noted(
                looks.person[on],
                looks.media[on],
                shown.started[on],
                made.satisfied[on],
                made.acts[Action.CLICK][on],
            )
        )

    def close(self, midnight: int, minds: Minds) -> None:
        """Work out the day that began at `midnight` (epoch ms), with its people's `minds`."""
        person = np.concatenate([asked.person for asked in self._asked] or [np.zeros(0, np.int32)])
        ts = np.concatenate([asked.ts for asked in self._asked] or [np.zeros(0, np.int64)])
        columns = zip(*self._looks, strict=True) if self._looks else NOTHING
        looks = Noted(*(np.concatenate(column) for column in columns))
        self._meet(person, ts, looks, minds)
        if self._watch is not None:
            self._watch(Day(len(self._days), person, looks, minds))
        town, pages = self._town, max(1, len(person))
        account = town.media.account[looks.media]
        first, last = np.searchsorted(town.media.ts, [midnight - RECENT, midnight + DAY]).tolist()
        posted = np.unique(town.media.account[first:last])
        counts = np.bincount(account, minlength=len(town.accounts.handle))[posted]
        age = (looks.ts - town.media.ts[looks.media]) / HOUR
        self._days.append(
            Figures(
                pages=len(person),
                satisfied=float(looks.satisfied.sum()) / pages,
                clicks=float(looks.opened.sum()) / pages,
                interests=len(reached(town, looks, minds)) / max(1, len(np.unique(person))),
                gini=gini(counts),
                newcomers=_share(looks.ts - town.accounts.born[account] < NEWCOMER),
                age_h=float(np.median(age)) if len(age) else 0.0,
            )
        )
        self._asked.clear()
        self._looks.clear()

    def outcome(self) -> Outcome:
        """Return the figures of all days that are over."""
        names = self._town.tree.names
        found = {
            names[leaf]: _hours_until(self._town.arrives[leaf], self._came[at], self._met[at])
            for at, leaf in enumerate(self._new.tolist())
        }
        columns = zip(*self._days, strict=True)
        by_day = dict(zip(Figures._fields, map(list, columns), strict=True))
        return Outcome(**by_day, found_h=found)

    def _meet(self, person: I32, ts: I64, looks: Noted, minds: Minds) -> None:
        """Note who, caring for a new topic, came for the first time, and was shown it first."""
        leaf = self._town.media.topics[looks.media, 0]
        for at, new in enumerate(self._new.tolist()):
            keen = minds.cares[:, new] >= KEEN
            came, met = keen[person], keen[looks.person] & (leaf == new)
            np.minimum.at(self._came[at], person[came], ts[came])
            np.minimum.at(self._met[at], looks.person[met], looks.ts[met])


def reached(town: Town, looks: Noted, minds: Minds) -> I64:
    """Return the person of each pair of a person and an interest that something was opened of."""
    leaf = town.media.topics[looks.media, 0].astype(np.int64)
    own = looks.opened & (minds.cares[looks.person, leaf] >= INTEREST)
    return np.unique(looks.person[own] * np.int64(len(town.tree)) + leaf[own]) // len(town.tree)


def gini(counts: NDArray[np.integer]) -> float:
    """Return how unequal `counts` are: 0 where all are the same, near 1 where one has everything.

    Example:
        >>> gini(np.array([5, 5, 5])), gini(np.array([0, 0, 0, 8]))
        (0.0, 0.75)
    """
    n, total = len(counts), int(counts.sum())
    if not total:
        return 0.0
    rank = np.arange(1, n + 1)
    return float((2 * rank - n - 1) @ np.sort(counts)) / (n * total)


def _share(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _hours_until(born: int, came: I64, met: I64) -> float:
    """Return the hours from `born` on until half of those who came had met it, NaN for never."""
    for hour in range(1, 24 * 30):
        until = born + hour * HOUR
        here = int((came < until).sum())
        if here >= FEWEST and 2 * int((met < until).sum()) >= here:
            return float(hour)
    return float("nan")
