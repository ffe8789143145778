"""What is true of a society and no fact says. Only evaluation opens it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import NotFound
from bowerbird.core.facts import F32, I16, I32, NONE, Action
from bowerbird.simulate import choice
from bowerbird.simulate.acts import SLIP
from bowerbird.simulate.choice import Situation, Temper
from bowerbird.simulate.looks import nearness, temper
from bowerbird.simulate.sessions import TWO_MOODS, leaning
from bowerbird.simulate.society import DAY, HOUR
from bowerbird.simulate.topics import Topics
from bowerbird.simulate.town import Town
from bowerbird.simulate.truth_files import load_town

Chances = dict[Action, F32]


@dataclass(frozen=True, slots=True)
class Truth:
    """A society with all its secrets; days count from 0.

    Rows are those of `town`; `person_rows` and its like turn ids into them.

    Attributes:
        town: topics, accounts, media and people as they were drawn.
        interests: [days, P, T] float16 in 0..1, memory-mapped.
        main: [days, P, 2] int16 main interests.
        tired: [days, P, T] float16 as of each day's start, memory-mapped.
        likes: [days, M] float32 as of each day's start, memory-mapped.
    """

    town: Town
    interests: NDArray[Any]
    main: I16
    tired: NDArray[Any]
    likes: F32

    @staticmethod
    def load(folder: Path) -> Truth:
        """Open the truth below `folder` (the one given to `simulate`).

        Raises:
            InputError: there is none.
        """
        town, days = load_town(folder / "truth")
        return Truth(town, days["interests"], days["main"], days["tired"], days["likes"])

    @property
    def topics(self) -> Topics:
        """The tree: names and parents."""
        return self.town.tree

    @property
    def account_topic(self) -> I16:
        """The main leaf of each account ([A])."""
        main: I16 = self.town.accounts.topics[:, 0]
        return main

    @property
    def account_mixture(self) -> F32:
        """How much of each account's media is about each leaf ([A, T], rows sum to 1)."""
        accounts = self.town.accounts
        mixture = np.zeros((len(accounts.handle), len(self.topics)), np.float32)
        lines = np.arange(len(mixture))[:, None]
        np.add.at(mixture, (lines, accounts.topics), accounts.shares)
        return mixture

    @property
    def media_topics(self) -> I16:
        """The two leaves of each media ([M, 2]), the stronger first."""
        return self.town.media.topics

    @property
    def media_weights(self) -> F32:
        """How much of each media is about its two leaves ([M, 2])."""
        return self.town.media.weights

    def day_of(self, ts: int) -> int:
        """Return the day of `ts` (epoch ms), cut to the days of the run."""
        day = (ts - self.town.society.starts) // DAY
        return int(min(max(day, 0), self.town.society.days - 1))

    def person_rows(self, ids: Iterable[str]) -> I32:
        """Return the rows of people.

        Raises:
            NotFound: an id is nobody's.
        """
        return _rows(ids, self.town.people.name, "person")

    def account_rows(self, ids: Iterable[str]) -> I32:
        """Return the rows of accounts.

        Raises:
            NotFound: an id is no account's.
        """
        return _rows(ids, self.town.accounts.handle, "account")

    def media_rows(self, ids: Iterable[str]) -> I32:
        """Return the rows of media.

        Raises:
            NotFound: an id is no media's.
        """
        rows = []
        for id in ids:
            number = id[1:]
            if id[:1] != "m" or not number.isdecimal() or int(number) >= len(self.town.media):
                raise NotFound(f"media {id!r} is not of this society")
            rows.append(int(number))
        return np.array(rows, np.int32)

    def probabilities(self, person: I32, media: I32, day: int) -> Chances:
        """Return the chance ([n] float32) of each action if person i looks at media i on `day`.

        Averaged over the moods of a session, at noon, with nothing shown in the session before.
        Likes and weariness are those of the day's start; FOLLOW is for those who do not follow.
        """
        mind, at = temper(self.town, person, media), self._situation(person, media, day)
        total: Chances = {}
        for chance, mood in self._moods(person, media, day):
            for action, share in self._acts(mind, at._replace(mood=mood), media).items():
                total[action] = total.get(action, np.float32(0)) + chance * share
        return {action: share.astype(np.float32) for action, share in total.items()}

    def expected_value(
        self, person: I32, media: I32, day: int, weights: Mapping[Action, float]
    ) -> F32:
        """Return the true mean of `weights` summed over what person i does with media i ([n])."""
        chances = self.probabilities(person, media, day)
        value = np.zeros(len(person), np.float32)
        for action, weight in weights.items():
            value += np.float32(weight) * chances[action]
        return value

    def _situation(self, person: I32, media: I32, day: int) -> Situation:
        posts, people = self.town.media, self.town.people
        leaves, weights = posts.topics[media], posts.weights[media]
        cares = self.interests[day][person[:, None], leaves].astype(np.float32)
        noon = self.town.society.starts + day * DAY + DAY // 2
        nothing = np.zeros(len(person), np.float32)
        return Situation(
            affinity=(cares * weights).sum(axis=1),
            mood=nothing,
            quality=posts.quality[media],
            likes=self.likes[day][media],
            conform=people.conform[person],
            age_h=(np.maximum(noon - posts.ts[media], 0) / HOUR).astype(np.float32),
            curious=people.curious[person],
            form=people.forms[person, posts.form[media]],
            off_hour=nearness(np.full(len(person), 12.0), self.topics.hour[leaves[:, 0]]),
            tired=self.tired[day][person, leaves[:, 0]].astype(np.float32),
            fatigue=nothing,
            repeats=nothing,
            bait=posts.spam[media].astype(np.float32),
        )

    def _moods(self, person: I32, media: I32, day: int) -> Iterator[tuple[F32, F32]]:
        """Yield the chance ([n]) of each overlap of a session's mood with the media, and itself."""
        leaves = self.media_topics[media]
        first, second = self.media_weights[media].T
        cares = self.interests[day][person].astype(np.float32)
        share = np.take_along_axis(leaning(cares), leaves.astype(np.int64), axis=1)
        same = leaves[:, 0] == leaves[:, 1]
        either = np.where(same, share[:, 0], share.sum(axis=1))
        no_first, no_second, none = (_avoided(s) for s in (share[:, 0], share[:, 1], either))
        yield none, np.zeros_like(first)
        yield no_second - none, first
        yield no_first - none, second
        yield 1 - no_first - no_second + none, first + second

    def _acts(self, mind: Temper, at: Situation, media: I32) -> Chances:
        posts = self.town.media
        form, seconds = posts.form[media], posts.seconds[media]
        value = choice.utility(self.town.society.taste, at)
        opened = 1 - (1 - choice.click(value, mind)) * (1 - SLIP)
        acts = {
            action: opened * chance
            for action, chance in choice.after_click(value, mind, form, seconds).items()
        }
        averse = choice.aversion(value, mind)
        spared = 1 - acts[Action.LIKE]
        return {Action.CLICK: opened, **acts, **{a: c * spared for a, c in averse.items()}}


def _avoided(share: F32) -> F32:
    """Return the chance that neither topic of a session's mood is one of this share of interest."""
    return (1 - share) * (1 - np.float32(TWO_MOODS) * share)


def _rows(ids: Iterable[str], names: tuple[str, ...], what: str) -> I32:
    row = {name: at for at, name in enumerate(names)}
    found = np.array([row.get(id, NONE) for id in ids], np.int32)
    if (found == NONE).any():
        missing = next(id for id in ids if id not in row)
        raise NotFound(f"{what} {missing!r} is not of this society")
    return found
