"""Topics that are born mid-run, read from a village whose last leaf comes on its third day."""

from __future__ import annotations

import numpy as np
import pytest

from bowerbird.simulate.interests import draw_interests
from bowerbird.simulate.life import Life
from bowerbird.simulate.society import DAY
from bowerbird.simulate.town import Town, found
from tests.simulate.conftest import VILLAGE, Run


@pytest.fixture(scope="module")
def town() -> Town:
    return found(VILLAGE, 11)


def test_new_topics_come_one_after_the_other_inside_the_run(town: Town) -> None:
    days = np.sort((town.arrives[town.arrives > 0] - VILLAGE.starts) / DAY)
    assert len(days) == VILLAGE.newborn
    assert (days >= 1).all()
    assert (days < VILLAGE.days).all()
    assert len(set(days.tolist())) > 1


def test_nobody_posts_about_a_topic_before_it_is_born_and_some_do_after(town: Town) -> None:
    media, accounts = town.media, town.accounts
    assert (town.arrives[media.topics] <= media.ts[:, None]).all()
    assert (town.arrives[accounts.topics[:, 0]] <= accounts.born).all()
    for leaf in np.flatnonzero(town.arrives):
        assert (media.topics[:, 0] == leaf).sum() > 5
        assert (accounts.topics[:, 0] == leaf).sum() >= 1


def test_nobody_cares_for_a_topic_before_it_is_born_and_many_do_after(town: Town) -> None:
    life = Life(town)
    first = draw_interests(town.people, town.accounts, town.tree, town.arrives, town.seed)
    assert (town.arrives[first.topics] == 0).all()
    for day in range(VILLAGE.days):
        life.wake(day)
        early = town.arrives > VILLAGE.starts + day * DAY
        assert (life.minds.cares[:, early] == 0).all()
    caught = (life.minds.cares[:, town.arrives > 0] > 0.4).mean(axis=0)
    assert ((caught > 0.03) & (caught < 0.4)).all()


def test_the_truth_on_disk_knows_when_topics_were_born(village: Run, town: Town) -> None:
    np.testing.assert_array_equal(village.truth.town.arrives, town.arrives)
