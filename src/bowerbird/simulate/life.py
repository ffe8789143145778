"""A society lives: what people do day by day, hour by hour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, NONE
from bowerbird.simulate.deeds import NOWHERE, Deeds, together
from bowerbird.simulate.draws import stream
from bowerbird.simulate.interests import Interests, draw_interests, drift, fashions
from bowerbird.simulate.looks import Minds
from bowerbird.simulate.newborn import known
from bowerbird.simulate.policy import LoggingPolicy
from bowerbird.simulate.sessions import Sessions, draw_sessions
from bowerbird.simulate.signup import sign_ups
from bowerbird.simulate.society import DAY, HOUR
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town
from bowerbird.simulate.visits import Mutes, Record, spend_hour

PAGE_SLOTS = 30
"""Slots a session has on average, at most; only sizes the memory of what was seen."""


class Life:
    """The run of one town, from its first day on.

    Attributes:
        policy: that chooses the app's own pages.
        record: what was done and is not handed out yet; counts requests.
        standing: the state of the app and its people by now.
        minds: what people care for today.
        sessions: how many there were so far.
    """

    def __init__(self, town: Town) -> None:
        society = town.society
        expected = int(society.people * society.sessions * society.days * PAGE_SLOTS)
        self._town = town
        self.policy = LoggingPolicy(town.accounts, town.media, town.people, town.tree)
        self._interests: Interests = draw_interests(
            town.people, town.accounts, town.tree, town.arrives, town.seed
        )
        self._fashions: F32 = fashions(society.days, town.tree, town.seed)
        self.record = Record(0)
        self.minds = self._minds(town.society.starts)
        self._pending = sign_ups(town, self.minds.cares)
        self.standing = Standing(len(town.people.name), len(town.media), len(town.tree), expected)
        self.sessions = 0

    def before(self) -> Deeds:
        """Return what was done before the first day: sign-ups, of which the app knows."""
        self._note_sign_ups(self._town.society.starts)
        return self.due(self._town.society.starts)

    def wake(self, day: int) -> None:
        """Begin `day`: interests have drifted, people have rested."""
        if day:
            town = self._town
            midnight = town.society.starts + day * DAY
            common = known(self._fashions[day], town.arrives, midnight)
            self._interests = drift(
                self._interests, town.tree, common, town.arrives, midnight, town.seed, day
            )
            self.minds = self._minds(midnight)
            self.standing.note_night()

    def live(self, day: int) -> tuple[Deeds, Mutes]:
        """Return what is done on `day`, in order of time, and who muted whom."""
        town, midnight = self._town, self._town.society.starts + day * DAY
        sessions = self.open(day)
        rng = stream(town.seed, "choices", day)
        for hour in range(midnight, midnight + DAY, HOUR):
            now = sessions.within(hour, hour + HOUR)
            if len(now):
                shelves = self.policy.stock(hour, self.standing)
                spend_hour(
                    town, self.minds, self.policy, shelves, now, self.standing, self.record, rng
                )
        return self.due(midnight + DAY), self.mutes()

    def open(self, day: int) -> Sessions:
        """Return the sessions of `day`; the app knows whom people follow who sign up on it."""
        town = self._town
        self._note_sign_ups(town.society.starts + (day + 1) * DAY)
        sessions = draw_sessions(town.society, town.people, self.minds.cares, day, town.seed)
        self.sessions += len(sessions)
        return sessions

    def due(self, until: int) -> Deeds:
        """Return the deeds before `until` by time and keep the others for later."""
        pending = together([self._pending, *self.record.deeds])
        self.record.deeds.clear()
        now = pending.ts < until
        self._pending = pending.take(~now)
        due = pending.take(now & self._possible(pending))
        return due.take(np.argsort(due.ts, kind="stable"))

    def mutes(self) -> Mutes:
        """Return who muted whom since this was asked last."""
        parts = list(self.record.mutes)
        self.record.mutes.clear()
        return _joined(parts)

    def _minds(self, now: int) -> Minds:
        """Return what people care for at `now`: nothing that is not there yet."""
        cares = self._interests.dense(self._town.tree)
        cares[:, self._town.arrives > now] = 0
        return Minds(cares, self._interests.main())

    def _note_sign_ups(self, until: int) -> None:
        """Let the app know whom people follow who sign up before `until`."""
        new = (self._pending.surface == NOWHERE) & (self._pending.ts < until)
        self.standing.follows.note(self._pending.person[new], self._pending.account[new])

    def _possible(self, deeds: Deeds) -> NDArray[np.bool_]:
        """Return which deeds come before their person, media or account is gone."""
        town = self._town
        there = deeds.ts < np.minimum(town.people.leaves[deeds.person], town.society.ends)
        media = deeds.media
        there &= (media == NONE) | (deeds.ts < town.media.gone[media])
        account = np.where(media == NONE, deeds.account, town.media.account[media])
        alive: NDArray[np.bool_] = there & (deeds.ts < town.accounts.dies[account])
        return alive


def _joined(parts: list[Mutes]) -> Mutes:
    if not parts:
        empty = np.zeros(0, np.int32)
        return Mutes(empty, empty, empty.astype(np.int64))
    person, account, ts = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Mutes(person, account, ts)
