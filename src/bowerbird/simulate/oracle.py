"""The page of one who knows what everybody cares for: how good a page could be."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE
from bowerbird.simulate import choice
from bowerbird.simulate.choice import Situation
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.life import Life
from bowerbird.simulate.looks import nearness, temper
from bowerbird.simulate.policy import SHOWN, Requests, Shelves, packed
from bowerbird.simulate.sessions import TWO_MOODS, leaning
from bowerbird.simulate.society import HOUR
from bowerbird.simulate.standing import Standing
from bowerbird.simulate.town import Town

CONSIDERED = 300
"""Media of a first count by interest and quality that are looked at closely."""

BOLD = 120
"""Of those, the best by true satisfaction of which a page is put together."""


class Oracle:
    """Knows interests, tempers, weariness and quality; not the mood of a session, nor any draw."""

    def __init__(self, town: Town, life: Life) -> None:
        self._town, self._life = town, life

    def show(self, asked: Requests, shelves: Shelves, standing: Standing, rng: Rng) -> I32:
        """Return the pages that satisfy most, as far as one can tell before the session."""
        near = self._near(asked, shelves)
        fits = self._life.policy.fits(near, asked, standing)
        satisfied = np.where(fits, self.satisfaction(near, asked, standing), -1)
        best = np.argsort(-satisfied, axis=1, kind="stable")[:, :BOLD]
        rows = np.take_along_axis(near, best, axis=1)
        value = np.take_along_axis(satisfied, best, axis=1)
        return self._page(rows, value)

    def _near(self, asked: Requests, shelves: Shelves) -> I32:
        """Return the media of the pool ([S, CONSIDERED]) that are about what each cares for."""
        media, taste, pool = self._town.media, self._town.society.taste, shelves.pool
        liking = taste.affinity * self._life.minds.cares[asked.person] ** 0.8
        leaves, weights = media.topics[pool], media.weights[pool]
        near = np.zeros((len(asked.person), len(pool)), np.float32)
        for which in range(leaves.shape[1]):
            near += liking[:, leaves[:, which]] * weights[:, which]
        near += taste.quality * media.quality[pool]
        near += taste.fresh * np.exp(-(shelves.now - media.ts[pool]) / (12 * HOUR))
        size = min(CONSIDERED, len(pool))
        top = np.argpartition(-near, size - 1, axis=1)[:, :size] if size else near.astype(np.int64)
        return pool[top].astype(np.int32)

    def satisfaction(self, near: I32, asked: Requests, standing: Standing) -> F32:
        """Return the true chance of satisfaction of each ([S, k]) in the first slot."""
        shape, media = near.shape, near.ravel()
        person, ts = np.repeat(asked.person, shape[1]), np.repeat(asked.ts, shape[1])
        posts, people, cares = self._town.media, self._town.people, self._life.minds.cares
        leaves, weights = posts.topics[media], posts.weights[media]
        moods = np.repeat((1 + TWO_MOODS) * leaning(cares[asked.person]), shape[1], axis=0)
        nothing = np.zeros(len(media), np.float32)
        at = Situation(
            affinity=(cares[person[:, None], leaves] * weights).sum(axis=1),
            mood=(np.take_along_axis(moods, leaves.astype(np.int64), axis=1) * weights).sum(axis=1),
            quality=posts.quality[media],
            likes=standing.likes[media],
            conform=people.conform[person],
            age_h=((ts - posts.ts[media]) / HOUR).astype(np.float32),
            curious=people.curious[person],
            form=people.forms[person, posts.form[media]],
            off_hour=nearness(ts / HOUR % 24, self._town.tree.hour[leaves[:, 0]]),
            tired=standing.tired[person, leaves[:, 0]],
            fatigue=nothing,
            repeats=nothing,
            bait=posts.spam[media].astype(np.float32),
        )
        taste = self._town.society.taste
        opened = choice.click(choice.utility(taste, at), temper(self._town, person, media))
        held = choice.long_view(choice.worth(taste, at), posts.form[media], posts.seconds[media])
        return (opened * held).reshape(shape)

    def _page(self, rows: I32, value: F32) -> I32:
        """Return a page ([S, SHOWN]) of `rows` ([S, k]): the best next, less what repeats."""
        taste, media = self._town.society.taste, self._town.media
        leaf, account = media.topics[rows, 0], media.account[rows]
        lines = np.arange(len(rows))
        page = np.full((len(rows), SHOWN), NONE, np.int32)
        left, same, shown = value.copy(), np.zeros_like(value), np.zeros(rows.shape, np.int64)
        for slot in range(min(SHOWN, rows.shape[1])):
            pick: I64 = np.argmax(left * np.exp(-same), axis=1)
            page[:, slot] = np.where(left[lines, pick] > 0, rows[lines, pick], NONE)
            left[lines, pick] = -1
            shown += leaf == leaf[lines, pick][:, None]
            same += taste.repeat * (account == account[lines, pick][:, None])
            same += taste.fatigue * ((leaf == leaf[lines, pick][:, None]) & (shown > 4))
        return packed(page, page != NONE)
