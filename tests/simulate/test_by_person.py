"""What a loop's pages were to each person, beside what they were to all."""

from __future__ import annotations

import numpy as np
import pytest

from bowerbird.simulate import PRESETS
from bowerbird.simulate.by_person import BY_PERSON, ByPerson
from bowerbird.simulate.loop import live_on
from bowerbird.simulate.outcome import NEWCOMER, Day
from bowerbird.simulate.rivals import RIVALS
from bowerbird.simulate.society import HOUR
from bowerbird.simulate.town import found

TOWN = found(PRESETS["tiny"], 5)


def lived(first: int = 0) -> tuple[ByPerson, list[Day], list[float]]:
    kept, by_person = list[Day](), ByPerson(TOWN, first)

    def watch(day: Day) -> None:
        kept.append(day)
        by_person(day)

    outcome = live_on(TOWN, RIVALS["popularity"], lambda done, of: None, watch=watch)
    return by_person, kept, outcome.satisfied


def test_people_weighed_by_their_pages_are_the_outcome_of_all() -> None:
    by_person, days, satisfied = lived()
    pages = sum(np.bincount(day.person, minlength=len(TOWN.people.name)) for day in days)
    mean = by_person.figures()[:, BY_PERSON.index("satisfied")]
    of_all = sum(share * len(day.person) for share, day in zip(satisfied, days, strict=True))
    assert np.nansum(mean * pages) == pytest.approx(of_all, rel=1e-5)
    assert (np.isnan(mean) == (pages == 0)).all()
    assert 0 < np.isnan(mean).sum() < len(mean), "somebody stayed away, and somebody came"


def test_one_person_counted_by_hand_from_the_second_day_on() -> None:
    by_person, days, _ = lived(first=1)
    person = int(np.bincount(np.concatenate([day.person for day in days[1:]])).argmax())
    pages, satisfied, ages, new = 0, 0.0, [], []
    for day in days[1:]:
        pages += int((day.person == person).sum())
        for at in np.flatnonzero(day.looks.person == person):
            media, ts = day.looks.media[at], day.looks.ts[at]
            satisfied += float(day.looks.satisfied[at])
            ages.append((ts - TOWN.media.ts[media]) / HOUR)
            new.append(ts - TOWN.accounts.born[TOWN.media.account[media]] < NEWCOMER)
    mine = dict(zip(BY_PERSON, by_person.figures()[person], strict=True))
    assert pages > 3
    assert mine["satisfied"] == pytest.approx(satisfied / pages)
    assert mine["age_h"] == pytest.approx(np.mean(ages))
    assert mine["newcomers"] == pytest.approx(np.mean(new))
