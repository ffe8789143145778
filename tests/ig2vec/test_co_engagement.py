from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.facts import NONE, Action
from bowerbird.core.signals import Links
from bowerbird.ig2vec.baskets import CoEngagementConfig, Damping
from bowerbird.ig2vec.co_engagement import co_engaged_accounts, co_engaged_media
from bowerbird.ig2vec.engagements import gather
from tests.ig2vec.making import Did, batch

PLAIN = CoEngagementConfig(weights={Action.LIKE: 1.0}, damping=Damping.NONE, shrinkage=0.0)
OWNERS = np.array([0, 0, 1, 2, 3], np.int32)  # media 0 and 1 are of one account


def listed(links: Links, row: int) -> dict[int, float]:
    line = links.index[row] if row < len(links.index) else NONE
    if line == NONE:
        return {}
    filled = links.length[line]
    rows, scores = links.rows[line, :filled].tolist(), links.scores[line, :filled].tolist()
    return {row: round(score, 4) for row, score in zip(rows, scores, strict=True)}


THREE_PEOPLE = gather(
    [batch([Did(0, 0), Did(0, 2), Did(0, 2, 1), Did(1, 0), Did(1, 2), Did(1, 3), Did(2, 3)])],
    OWNERS,
)


def test_scores_of_three_people_worked_by_hand() -> None:
    """Media 0: people 0, 1. Media 2: people 0, 1. Media 3: people 1, 2."""
    links = co_engaged_media(THREE_PEOPLE, PLAIN)
    assert listed(links, 0) == {2: 1.0, 3: 0.5}  # 2 / sqrt(2 * 2), 1 / sqrt(2 * 2)
    assert listed(links, 3) == {0: 0.5, 2: 0.5}
    assert listed(links, 1) == {}


def test_shrinkage_trusts_little_evidence_little() -> None:
    links = co_engaged_media(THREE_PEOPLE, replace(PLAIN, shrinkage=10.0))
    assert listed(links, 0) == {2: round(2 / 12, 4), 3: round(1 / 12, 4)}


def test_people_with_many_rows_count_less() -> None:
    """Person 0 has 2 rows, person 1 has 3, person 2 has 1."""
    links = co_engaged_media(THREE_PEOPLE, replace(PLAIN, damping=Damping.ROOT))
    both, last = 1 / np.sqrt(2) + 1 / np.sqrt(3), 1 / np.sqrt(3) + 1
    expected = (1 / np.sqrt(3)) / np.sqrt(both * last)
    assert listed(links, 0) == {2: 1.0, 3: round(float(expected), 4)}


def test_media_of_one_account_are_one_row_of_accounts() -> None:
    events = gather([batch([Did(0, 0), Did(0, 1), Did(0, 2), Did(1, 1), Did(1, 3)])], OWNERS)
    links = co_engaged_accounts(events, PLAIN)
    assert listed(links, 0) == {1: round(1 / np.sqrt(2), 4), 2: round(1 / np.sqrt(2), 4)}
    assert listed(links, 1) == {0: round(1 / np.sqrt(2), 4)}


def test_a_row_counts_with_the_most_a_person_did() -> None:
    heavy = replace(PLAIN, weights={Action.CLICK: 0.5, Action.LIKE: 1.0}, shrinkage=1.0)
    click = [Did(0, 0, 0, Action.CLICK), Did(0, 2, 1, Action.CLICK)]
    assert listed(co_engaged_media(gather([batch(click)], OWNERS), heavy), 0) == {2: 0.2}
    liked = [*click, Did(0, 0, 2), Did(0, 0, 3, Action.CLICK)]
    links = co_engaged_media(gather([batch(liked)], OWNERS), heavy)
    assert listed(links, 0) == {2: round(0.5 / 1.5, 4)}


def test_only_a_persons_newest_rows_count() -> None:
    events = [Did(0, 0, 0), Did(0, 2, 1), Did(0, 3, 2), Did(0, 0, 3)]
    links = co_engaged_media(gather([batch(events)], OWNERS), replace(PLAIN, newest=2))
    assert listed(links, 0) == {3: 1.0}
    assert listed(links, 2) == {}


def test_nothing_has_no_links() -> None:
    links = co_engaged_media(gather([], OWNERS), PLAIN)
    assert (len(links.index), links.rows.shape[0]) == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=40), st.integers(1, 5))
def test_the_k_best_are_those_of_a_plain_count(pairs: list[tuple[int, int]], k: int) -> None:
    owners = np.arange(10, dtype=np.int32)
    links = co_engaged_media(
        gather([batch([Did(user, media) for user, media in pairs])], owners), replace(PLAIN, k=k)
    )
    people: dict[int, set[int]] = defaultdict(set)
    for user, media in pairs:
        people[media].add(user)
    for row in people:
        scores = {
            other: np.float32(len(people[row] & people[other]))
            / (np.sqrt(np.float32(len(people[row]))) * np.sqrt(np.float32(len(people[other]))))
            for other in people
            if other != row and people[row] & people[other]
        }
        best = sorted(scores, key=lambda other: (-scores[other], other))[:k]
        assert list(listed(links, row)) == best
