"""Which action belongs to which impression."""

from collections.abc import Sequence

import pytest

from bowerbird.core.facts import Action, FactKind
from bowerbird.core.ids import hash64
from bowerbird.ranking.examples import delay_curve
from bowerbird.ranking.heads import DELAYS, HEADS, HOUR_MS, WINDOWS
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
    like_at = [T + WINDOWS["like"], T + WINDOWS["like"] + 1]
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


def test_each_head_has_its_own_window() -> None:
    """Two hours later a click is too late and a like is not."""
    acts = [did(ANA, action, T + 2 * HOUR_MS, 1) for action in (Action.CLICK, Action.LIKE)]
    assert labels(seen(ANA, 1, T), *acts) == [("like",)]


def test_what_is_still_to_come_is_not_known() -> None:
    later = did(BEN, Action.VIEW, T + WINDOWS["like"], 5)
    found = examples_of([*POSTS, seen(ANA, 1, T), seen(ANA, 2, T + 1), later])
    known = [{h for h, k in zip(HEADS, line, strict=True) if k} for line in found.known]
    over = {head for head, window in WINDOWS.items() if window <= WINDOWS["like"]}
    assert known == [over, over - {"like", "comment", "save", "share"}]


def test_the_delay_curve_counts_what_came_too_late_too() -> None:
    found = examples_of(
        [
            *POSTS,
            *(seen(ANA, m, T) for m in (1, 2, 3, 4)),
            did(ANA, Action.LIKE, T + MINUTE, 1),
            did(ANA, Action.LIKE, T + 5 * MINUTE, 2),
            did(ANA, Action.LIKE, T + 2 * HOUR_MS, 3),
            did(ANA, Action.LIKE, T + 5 * HOUR_MS, 4),  # its window is three hours
        ]
    )
    like = HEADS.index("like")
    assert dict(zip(DELAYS, found.delays[like].tolist(), strict=True)) == {
        "1m": 0.25, "10m": 0.5, "1h": 0.5, "3h": 0.75, "6h": 1.0,
    }  # fmt: skip
    assert found.labels[:, like].sum() == 3
    assert delay_curve(found).keys() == {"like"}


def test_slots_above_the_deepest_one_acted_on_were_seen() -> None:
    slate = [5, 1, 4, 2, 3]
    found = examples_of(
        [
            *POSTS,
            page_of(ANA, "page", slate, offset=len(POSTS), now=T),
            seen(ANA, 1, T + 1, "page", position=1),
            did(ANA, Action.LIKE, T + 2, 4, "page"),
            did(BEN, Action.LIKE, T + 2, 3, "page"),  # to whom it was not shown
            did(ANA, Action.SAVE, T + 3, 3),  # of no page
        ]
    )
    rows = sorted(zip(found.position.tolist(), found.media.tolist(), strict=True))
    assert rows == [(0, 5), (1, 1), (2, 4)]
    assert found.offset.tolist() == [len(POSTS)] * 3
    assert found.labels[found.media == 4, HEADS.index("like")].tolist() == [1]
    assert found.labels.sum() == 1


def test_a_page_nobody_acted_on_implies_nothing() -> None:
    page = page_of(ANA, "page", [1, 2, 3], offset=len(POSTS), now=T)
    assert labels(page) == []
    assert labels(page, seen(ANA, 3, T + 1, "page", position=2)) == [()]


def test_an_exposure_of_another_app_implies_as_well() -> None:
    shown = {
        "kind": FactKind.EXPOSURE,
        "user": ANA,
        "request": hash64("theirs"),
        "ts": T,
        "items": (7, 6),
        "surface": 2,
    }
    found = examples_of([*POSTS, shown, did(ANA, Action.CLICK, T + 5, 6, "theirs")])
    assert (found.media.tolist(), found.surface.tolist()) == ([7, 6], [2, 2])
    assert found.ts.tolist() == [T, T]
    assert found.offset.tolist() == [len(POSTS)] * 2
    assert found.labels[1, HEADS.index("click")] == 1
