"""People in front of the app: pages asked for, turned and left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, I32, I64, NONE, Action
from bowerbird.simulate import deeds
from bowerbird.simulate.acts import Choices, Labels, decide, note_acts, written
from bowerbird.simulate.deeds import Deeds
from bowerbird.simulate.draws import Rng, earlier_equals, happens, pick, sigmoid
from bowerbird.simulate.looks import Looks, Minds
from bowerbird.simulate.policy import FEED, SHOWN, PagePolicy, Requests, Shelves
from bowerbird.simulate.sessions import Sessions
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town

PAGES = 7
"""Pages of a session at most."""

LONGEST = 20 * 60_000
"""Milliseconds after which nobody asks for another page: sessions seldom last half an hour."""

STOPS = 0.085
"""Chance to stop scrolling after any slot."""


class Mutes(NamedTuple):
    """Accounts that people asked not to see any more [m]."""

    person: I32
    account: I32
    ts: I64


@dataclass(slots=True)
class Visits:
    """Sessions [S] under way; everything here moves on from page to page.

    Attributes:
        sessions: those that have not ended.
        clock: [S] epoch ms.
        leaves: [S, T] media of each leaf shown so far.
        shown: [S, PAGES * SHOWN] accounts shown so far, NONE-padded.
        pages: [S] shown so far.
    """

    sessions: Sessions
    clock: I64
    leaves: F32
    shown: I32
    pages: I64

    @staticmethod
    def begin(sessions: Sessions, topics: int) -> Visits:
        """Return `sessions` before their first page."""
        count = len(sessions)
        return Visits(
            sessions,
            sessions.start.copy(),
            np.zeros((count, topics), np.float32),
            np.full((count, PAGES * SHOWN), NONE, np.int32),
            np.zeros(count, np.int64),
        )

    def __len__(self) -> int:
        return len(self.clock)

    def take(self, which: NDArray[np.bool_]) -> Visits:
        """Return those of the mask `which` ([S])."""
        return Visits(
            self.sessions.take(which),
            self.clock[which],
            self.leaves[which],
            self.shown[which],
            self.pages[which],
        )

    def beside(self, others: Visits) -> Visits:
        """Return these and then `others`."""
        columns = ("clock", "leaves", "shown", "pages")
        return Visits(
            self.sessions.beside(others.sessions),
            *(np.concatenate([getattr(self, c), getattr(others, c)]) for c in columns),
        )


@dataclass(slots=True)
class Record:
    """What an hour left behind."""

    requests: int
    deeds: list[Deeds] = field(default_factory=list)
    mutes: list[Mutes] = field(default_factory=list)


class Shown(NamedTuple):
    """One page each of some visits: what was asked, what came on the screen, what was done."""

    asked: Requests
    looks: Looks
    made: Choices
    started: I64


def spend_hour(
    town: Town,
    minds: Minds,
    policy: PagePolicy,
    shelves: Shelves,
    sessions: Sessions,
    standing: Standing,
    record: Record,
    rng: Rng,
) -> None:
    """Live through the sessions that start in one hour; changes `standing` and `record`."""
    visits = Visits.begin(sessions, len(town.tree))
    while len(visits):
        _, visits = next_pages(town, minds, policy, shelves, visits, standing, record, rng)


def next_pages(
    town: Town,
    minds: Minds,
    policy: PagePolicy,
    shelves: Shelves,
    visits: Visits,
    standing: Standing,
    record: Record,
    rng: Rng,
) -> tuple[Shown, Visits]:
    """Show each of `visits` one page; return it, and the visits that go on behind it.

    Changes `standing` and `record`.
    """
    asked = _ask(town, visits, record, rng)
    looks = _scroll(town, visits, asked, policy.show(asked, shelves, standing, rng), rng)
    made = decide(town, minds, standing, looks, rng)
    started = _clocked(looks, made)
    labels = _labels(town, minds, visits, asked, looks)
    record.deeds.append(written(town, looks, labels, made, started, rng))
    muted = note_acts(town, looks, made, standing, shelves.now - town.society.starts, rng)
    account = town.media.account[looks.media[muted]]
    ends = started[muted] + made.dwell[muted] + 2_000
    record.mutes.append(Mutes(looks.person[muted], account, ends))
    return Shown(asked, looks, made, started), _turned(town, visits, looks, made, rng)


def _ask(town: Town, visits: Visits, record: Record, rng: Rng) -> Requests:
    sessions, count = visits.sessions, len(visits)
    place = pick(town.people.places[sessions.person], rng).astype(np.int8)
    which = rng.integers(0, 2, count)
    topic = sessions.mood[np.arange(count), which]
    number = record.requests + 1 + np.arange(count)
    record.requests += count
    return Requests(sessions.person, visits.clock, place, topic, number)


def _scroll(town: Town, visits: Visits, asked: Requests, pages: I32, rng: Rng) -> Looks:
    """Return the slots of `pages` ([S, SHOWN]) that come on the screen."""
    depth = rng.geometric(STOPS, len(pages))
    session, slot = np.nonzero((pages != NONE) & (np.arange(SHOWN) < depth[:, None]))
    media = pages[session, slot]
    leaf = town.media.topics[media, 0].astype(np.int64)
    account = town.media.account[media]
    fatigue = visits.leaves[session, leaf] + earlier_equals(session * len(town.tree) + leaf)
    repeats = (visits.shown[session] == account[:, None]).sum(axis=1)
    repeats += earlier_equals(session * len(town.accounts.handle) + account)
    return Looks(
        session=session,
        person=asked.person[session],
        media=media,
        slot=slot.astype(np.int16),
        ts=asked.ts[session],
        mood=visits.sessions.mood[session],
        fatigue=fatigue.astype(np.float32),
        repeats=repeats.astype(np.float32),
    )


def _labels(town: Town, minds: Minds, visits: Visits, asked: Requests, looks: Looks) -> Labels:
    surface = np.where(asked.place == FEED, deeds.FEED, deeds.EXPLORE).astype(np.int8)
    leaf = town.media.topics[looks.media, 0]
    return Labels(
        request=asked.number[looks.session],
        surface=surface[looks.session],
        told=visits.sessions.told[looks.session],
        main=(minds.main[looks.person] == leaf[:, None]).any(axis=1).astype(np.int8),
    )


def _clocked(looks: Looks, made: Choices) -> I64:
    """Return when each look began ([n] epoch ms): one after the other within its session."""
    before = np.cumsum(made.dwell) - made.dwell
    first = np.flatnonzero(looks.slot == 0)
    size = np.diff(np.append(first, len(looks)))
    started: I64 = looks.ts + before - np.repeat(before[first], size)
    return started


def _turned(town: Town, visits: Visits, looks: Looks, made: Choices, rng: Rng) -> Visits:
    """Return `visits` at their next page; those who have had enough leave."""
    sessions, count = visits.sessions, len(visits)
    spent = np.bincount(looks.session, made.dwell, count).astype(np.int64)
    clicks = np.bincount(looks.session, made.acts[Action.CLICK], count)
    hides = np.bincount(looks.session, made.acts[Action.HIDE], count)
    np.add.at(visits.leaves, (looks.session, town.media.topics[looks.media, 0]), 1)
    column = visits.pages[looks.session] * SHOWN + looks.slot
    visits.shown[looks.session, column] = town.media.account[looks.media]
    pages = visits.pages + 1
    clock = visits.clock + spent + rng.integers(700, 4_000, count)
    mind = -0.35 + 0.2 * clicks - 0.6 * hides + town.people.patience[sessions.person]
    stays = happens(sigmoid((mind - 0.12 * pages).astype(np.float32)), rng)
    stays &= (spent > 0) & (clock < sessions.start + LONGEST) & (pages < PAGES)
    return Visits(sessions, clock, visits.leaves, visits.shown, pages).take(stays)
