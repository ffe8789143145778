"""Which action belongs to which impression."""

from collections.abc import Sequence

import pytest

from bowerbird.core.facts import Action, FactKind
from bowerbird.ranking.heads import DAY_MS, HEADS
from tests.features.tiny import MINUTE, START, Row
from tests.ranking.log import POSTS, did, examples_of, page_of, seen

ANA, BEN = 0, 1
T = START


def labels(*rows: Row) -> list[tuple[str, ...]]:
    """Return the heads that are 1, impression by impression in the order given."""
    found = examples_of([*POSTS, *rows])
    order = found.offset.argsort(kind="stable")
    return [
        tuple(head for head, one in zip(HEADS, line, strict=True) if one)
        for line in found.labels[order]
    ]


def test_an_action_belongs_to_the_last_impression_before_it() -> None:
    assert labels(
        seen(ANA, 1, T),
        seen(ANA, 1, T + MINUTE),
        did(ANA, Action.LIKE, T + 2 * MINUTE, 1),
        seen(ANA, 1, T + 3 * MINUTE),
    ) == [(), ("like",), ()]


def test_an_action_under_a_request_belongs_to_that_page() -> None:
    assert labels(
        seen(ANA, 1, T, "first"),
        seen(ANA, 1, T + MINUTE, "second"),
        did(ANA, Action.SAVE, T + 2 * MINUTE, 1, "first"),
    ) == [("save",), ()]


def test_an_action_under_another_request_belongs_to_no_page_of_a_different_one() -> None:
    assert labels(seen(ANA, 1, T, "first"), did(ANA, Action.SAVE, T, 1, "unseen")) == [()]
    assert labels(seen(ANA, 1, T), did(ANA, Action.SAVE, T, 1, "unseen")) == [("save",)]


def test_people_and_media_are_kept_apart() -> None:
    assert labels(
        seen(ANA, 1, T), seen(BEN, 1, T + 1), seen(ANA, 2, T + 2), did(BEN, Action.CLICK, T + 3, 1)
    ) == [(), ("click",), ()]


def test_the_window_closes() -> None:
    like_at = [T + DAY_MS, T + DAY_MS + 1]
    found = [labels(seen(ANA, 1, T), did(ANA, Action.LIKE, at, 1)) for at in like_at]
    assert found == [[("like",)], [()]]


def test_undoing_takes_it_back_and_doing_it_again_brings_it() -> None:
    like, unlike = did(ANA, Action.LIKE, T + 1, 1), did(ANA, Action.UNLIKE, T + 2, 1)
    again = did(ANA, Action.LIKE, T + 3, 1)
    assert labels(seen(ANA, 1, T), like, unlike) == [()]
    assert labels(seen(ANA, 1, T), like, unlike, again) == [("like",)]


def test_undoing_reaches_back_to_the_impression_that_was_liked() -> None:
    assert labels(
        seen(ANA, 1, T),
        did(ANA, Action.LIKE, T + 1, 1),
        seen(ANA, 1, T + 2),
        did(ANA, Action.UNLIKE, T + 3, 1),
    ) == [(), ()]


def test_a_follow_belongs_to_the_last_impression_of_the_account() -> None:
    assert labels(
        seen(ANA, 1, T),  # media 1 and 4 are of account 1
        seen(ANA, 4, T + 1),
        seen(ANA, 2, T + 2),
        did(ANA, Action.FOLLOW, T + 3, account=1),
        did(ANA, Action.PROFILE_VISIT, T + 3, 1, account=1),
    ) == [("profile_visit",), ("follow",), ()]
    assert labels(
        seen(ANA, 1, T),
        did(ANA, Action.FOLLOW, T + 3, account=1),
        did(ANA, Action.UNFOLLOW, T + 4, account=1),
    ) == [()]


@pytest.mark.parametrize(("dwell", "expected"), [(4_000.0, ()), (6_000.0, ("long_view",))])
def test_a_view_is_long_from_the_worlds_threshold_on(dwell: float, expected: Sequence[str]) -> None:
    view = did(ANA, Action.VIEW, T + 1, 1, value=dwell)  # a photo: five seconds
    assert labels(seen(ANA, 1, T), view) == [tuple(expected)]


def test_every_head_is_reached_by_its_action() -> None:
    acts = [did(ANA, Action[head.upper()], T + 1, 1) for head in HEADS]
    assert labels(seen(ANA, 1, T), *acts) == [HEADS]


def test_an_action_that_the_features_know_of_is_no_outcome() -> None:
    """A client sent the like before the impression, and the page read both."""
    assert labels(
        did(ANA, Action.LIKE, T, 1, "page"),
        page_of(ANA, "page", [1], offset=len(POSTS) + 1, now=T),
        seen(ANA, 1, T, "page"),
    ) == [()]


def test_an_action_told_before_its_impression_still_counts() -> None:
    """The World of the example then stands before both."""
    rows = [did(ANA, Action.LIKE, T, 1), seen(ANA, 1, T)]
    assert labels(*rows) == [("like",)]
    assert examples_of([*POSTS, *rows]).offset.tolist() == [len(POSTS)]


def test_made_up_times_are_neither_examples_nor_outcomes() -> None:
    assert labels(seen(ANA, 1, T, flags=0)) == []
    assert labels(seen(ANA, 1, T), did(ANA, Action.LIKE, T, 1, flags=0)) == [()]


def test_who_was_removed_teaches_nothing() -> None:
    gone = {"kind": FactKind.REMOVAL, "user": ANA, "ts": T + 9}
    assert labels(seen(ANA, 1, T), seen(BEN, 1, T), gone, seen(ANA, 2, T + 10)) == [(), ()]
