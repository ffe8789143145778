"""What is drawn before the first day: topics, names, accounts, media, sessions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import NONE, MediaType
from bowerbird.simulate import names
from bowerbird.simulate.interests import draw_interests
from bowerbird.simulate.sessions import draw_sessions
from bowerbird.simulate.society import DAY, HOUR
from bowerbird.simulate.topics import topics
from bowerbird.simulate.town import Town, found
from tests.simulate.conftest import VILLAGE


@pytest.fixture(scope="module")
def town() -> Town:
    return found(VILLAGE, 11)


def test_the_tree_has_sixty_leaves_with_names_and_words() -> None:
    tree = topics()
    assert len(tree) >= 60
    assert len(set(tree.names)) == len(tree.names)
    for leaf, words in enumerate(tree.words):
        assert tree.names[leaf].startswith(tree.names[tree.parent[leaf]] + "/")
        assert len(set(words)) >= 5


def test_a_small_society_has_whole_branches_of_the_tree() -> None:
    some = topics(2)
    assert some.names[: len(some)] == topics().names[: len(some)]
    assert some.names[len(some) :] == ("crafts", "food")


@given(st.integers(1, 3_000))
def test_people_have_names_of_their_own(count: int) -> None:
    called = names.people(count)
    assert len(set(called)) == count
    assert called[0] == "ana"


def test_ids_are_unique(town: Town) -> None:
    assert len(set(town.accounts.handle)) == len(town.accounts.handle)
    assert all(handle.isascii() and " " not in handle for handle in town.accounts.handle)


def test_accounts_have_three_in_ten_a_person_and_nobody_two(town: Town) -> None:
    person = town.accounts.person[town.accounts.person != NONE]
    assert len(person) == round(0.3 * len(town.accounts.handle))
    assert len(set(person.tolist())) == len(person)
    owned = np.flatnonzero(town.people.account != NONE)
    np.testing.assert_array_equal(town.accounts.person[town.people.account[owned]], owned)


def test_media_are_posted_while_their_account_lives(town: Town) -> None:
    media, accounts = town.media, town.accounts
    assert (np.diff(media.ts) >= 0).all()
    assert (media.ts >= accounts.born[media.account]).all()
    assert (media.ts < accounts.dies[media.account]).all()
    assert (media.ts < VILLAGE.ends).all()


def test_stories_end_after_a_day_and_only_photos_have_no_length(town: Town) -> None:
    media = town.media
    story = media.form == MediaType.STORY
    np.testing.assert_array_equal(media.expires[story], media.ts[story] + DAY)
    assert (media.expires[~story] == 0).all()
    np.testing.assert_array_equal(np.isnan(media.seconds), media.form == MediaType.PHOTO)
    assert set(media.form.tolist()) == set(MediaType)


def test_a_few_accounts_post_most(town: Town) -> None:
    posts = np.sort(np.bincount(town.media.account, minlength=len(town.accounts.handle)))
    assert posts[-len(posts) // 10 :].sum() > 0.35 * posts.sum()


def test_sessions_of_a_person_start_two_hours_apart(town: Town) -> None:
    cares = draw_interests(town.people, town.accounts, town.tree, town.arrives, 11).dense(town.tree)
    starts: dict[int, list[int]] = {}
    for day in range(5):
        sessions = draw_sessions(VILLAGE, town.people, cares, day, 11)
        assert (np.diff(sessions.start) >= 0).all()
        for person, start in zip(sessions.person.tolist(), sessions.start.tolist(), strict=True):
            assert start > town.people.joined[person]
            starts.setdefault(person, []).append(start)
    gaps = np.concatenate([np.diff(own) for own in starts.values()])
    assert len(gaps) > 500
    assert gaps.min() > HOUR
    busy = np.sort([len(own) for own in starts.values()])
    assert busy[-len(busy) // 10 :].sum() > 0.2 * busy.sum()


@pytest.mark.parametrize(("column", "value"), [("people", 0), ("days", 0), ("branches", 99)])
def test_a_society_of_nothing_is_refused(column: str, value: int) -> None:
    with pytest.raises(ConfigError, match=column):
        replace(VILLAGE, **{column: value})  # type: ignore[arg-type] # all three are integers
