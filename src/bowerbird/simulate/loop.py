"""The closed loop: a society that lives on the pages of one policy, day after day.

The feed stays the app's own, whatever the policy: half of the pages, of what people follow, what is
popular and what chance brings. Explore and its channels are the policy's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bowerbird.core.facts import I32, NONE
from bowerbird.simulate.deeds import Deeds, together
from bowerbird.simulate.draws import Rng, stream
from bowerbird.simulate.feed import Feed, Row
from bowerbird.simulate.life import Life
from bowerbird.simulate.moderation import review
from bowerbird.simulate.outcome import Ledger, Outcome, Watch
from bowerbird.simulate.policy import FEED, SHOWN, PagePolicy, Requests, Shelves
from bowerbird.simulate.society import DAY
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town
from bowerbird.simulate.visits import Visits, next_pages

WINDOW = 300_000
"""Milliseconds in which visits turn their pages side by side.

A page knows what was done before it, and at most a window's worth of what others did after.
"""

RESTOCKED = 900_000
"""Milliseconds after which the app counts anew what is popular and what is there."""

Progress = Callable[[int, int], None]


class App(Protocol):
    """Whoever makes pages from facts alone is told them as they happen, and the end of each day."""

    def tell(self, rows: list[Row]) -> None: ...

    def night(self, day: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Tabs:
    """The app's two tabs, each with its policy."""

    feed: PagePolicy
    explore: PagePolicy

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return the pages ([S, SHOWN]) of both."""
        pages = np.full((len(asked.person), SHOWN), NONE, np.int32)
        for policy, here in ((self.feed, asked.place == FEED), (self.explore, asked.place != FEED)):
            if here.any():
                pages[here] = policy.show(asked.take(here), shelves, standing, rng)
        return pages


Enter = Callable[[Town, Life], PagePolicy]
"""Makes a policy for a town and its life; only an oracle looks at what people care for."""


def live_on(
    town: Town,
    enter: Enter,
    progress: Progress,
    *,
    app: App | None = None,
    days: int | None = None,
    watch: Watch | None = None,
) -> Outcome:
    """Let `town` live on the pages of a policy, from nothing; return what came of it.

    Everybody and everything that is drawn beforehand (interests, sessions, posts) is the same
    whatever the policy.

    Args:
        town: as it was founded.
        enter: makes the policy.
        progress: called after each day.
        app: is told the facts, if the policy is to learn from them.
        days: of the run, all by default.
        watch: is told what each day's pages came to.
    """
    life, days = Life(town), town.society.days if days is None else days
    tabs, ledger = Tabs(life.policy, enter(town, life)), Ledger(town, watch)
    feed = Feed(town) if app is not None else None
    signed = life.before()
    if feed is not None:
        feed.note(signed, life.mutes())
    visits: Visits | None = None
    for day in range(days):
        life.wake(day)
        visits = _live_day(town, life, tabs, ledger, day, visits, feed, app)
        ledger.close(town.society.starts + day * DAY, life.minds)
        if app is not None:
            app.night(day)
        progress(day + 1, days)
    return ledger.outcome()


def _live_day(
    town: Town,
    life: Life,
    tabs: Tabs,
    ledger: Ledger,
    day: int,
    visits: Visits | None,
    feed: Feed | None,
    app: App | None,
) -> Visits:
    """Live through `day`; `visits` are those still under way from the day before."""
    midnight, rng = town.society.starts + day * DAY, stream(town.seed, "loop", day)
    sessions, reported = life.open(day), []
    visits = Visits.begin(sessions.within(0, 0), len(town.tree)) if visits is None else visits
    if feed is not None:
        feed.post(midnight)
    shelves = life.policy.stock(midnight, life.standing)
    for opens in range(midnight, midnight + DAY, WINDOW):
        closes = opens + WINDOW
        if opens - shelves.now >= RESTOCKED:
            shelves = life.policy.stock(opens, life.standing)
        visits = visits.beside(Visits.begin(sessions.within(opens, closes), len(town.tree)))
        while (due := visits.clock < closes).any():
            shown, going = next_pages(
                town, life.minds, tabs, shelves, visits.take(due), life.standing, life.record, rng
            )
            ledger.note(shown)
            visits = visits.take(~due).beside(going)
            reported.append(_tell(life, feed, app, closes))
        reported.append(_tell(life, feed, app, closes))
    if feed is not None:
        feed.label(review(town, together(reported), day))
    return visits


def _tell(life: Life, feed: Feed | None, app: App | None, until: int) -> Deeds:
    """Tell the app what was done before `until` (epoch ms), so that the next page knows it."""
    deeds = life.due(until)
    if feed is not None and app is not None:
        feed.note(deeds, life.mutes())
        app.tell(feed.due(until))
    return deeds
