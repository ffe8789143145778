"""What a loop's pages were to each person, so that two policies are compared person by person."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F64
from bowerbird.simulate.outcome import NEWCOMER, Day, reached
from bowerbird.simulate.society import HOUR
from bowerbird.simulate.town import Town

BY_PERSON = ("satisfied", "clicks", "interests", "newcomers", "age_h")
"""As in `Outcome`, of one person: a page, a page, a day, a slot, and the mean age of a slot."""


class ByPerson:
    """A `Watch` that sums up, person by person, the days from `first` on."""

    def __init__(self, town: Town, first: int = 0) -> None:
        self._town, self._first = town, first
        people = len(town.people.name)
        self._pages, self._days, self._slots = np.zeros((3, people))
        self._sums = np.zeros((len(BY_PERSON), people))

    def __call__(self, day: Day) -> None:
        """Take in one day."""
        if day.number < self._first:
            return
        town, looks, people = self._town, day.looks, len(self._pages)
        pages = np.bincount(day.person, minlength=people)
        self._pages += pages
        self._days += pages > 0
        self._slots += np.bincount(looks.person, minlength=people)
        age = (looks.ts - town.media.ts[looks.media]) / HOUR
        account = town.media.account[looks.media]
        new = looks.ts - town.accounts.born[account] < NEWCOMER
        self._sums[:4] += [
            np.bincount(looks.person, weights, people)
            for weights in (looks.satisfied, looks.opened, new, age)
        ]
        self._sums[4] += np.bincount(reached(town, looks, day.minds), minlength=people)

    def figures(self) -> F64:
        """Return [people, BY_PERSON]; NaN for whoever had no page, or nothing of it on a screen."""
        satisfied, clicks, new, age, interests = self._sums
        with np.errstate(invalid="ignore", divide="ignore"):
            columns = (
                satisfied / self._pages,
                clicks / self._pages,
                interests / self._days,
                new / self._slots,
                age / self._slots,
            )
        return np.stack(columns, axis=1)
