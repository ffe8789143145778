"""Features as they stood: equal to those computed live, blind to everything after."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import Action, FactBatch, FactKind, Flag
from bowerbird.core.ids import hash64
from bowerbird.features import NAMES, NO_VECTORS, SPARSE, Part, Vectors, compute, no_part
from bowerbird.ranking.examples import Examples, build_examples
from bowerbird.world.world import World
from tests.features.tiny import HOUR, MINUTE, START, Row, batch
from tests.ranking.log import POSTS, did, examples_of, page_of, reader, seen

ANA, BEN = 0, 1


def day(seed: int, events: int = 150) -> list[Row]:
    """Return a made-up day: pages of one to five impressions, and what followed."""
    rng = np.random.default_rng(seed)
    rows, ts = list(POSTS), START
    for k in range(events):
        ts += int(rng.integers(1, 10 * MINUTE))
        user, page = int(rng.integers(4)), f"page {k}" if rng.random() < 0.7 else ""
        shown = rng.choice(len(POSTS), rng.integers(1, 6), replace=False).tolist()
        rows += [seen(user, m, ts + i, page, position=i) for i, m in enumerate(shown)]
        for m in shown:
            if rng.random() < 0.4:
                action = Action(int(rng.choice([1, 2, 3, 4, 6, 8, 10, 12])))
                rows.append(did(user, action, ts + 1000, m, page, value=9000.0))
    return rows


def test_features_equal_those_computed_live_at_the_same_offset_bit_for_bit() -> None:
    rows = day(1)
    facts, found = batch(rows), examples_of(rows)
    world, at = World(), 0
    for i in range(len(found)):
        for piece in facts.slice(at, int(found.offset[i])).cut(3):
            world.fold(piece)
        at = int(found.offset[i])
        live = compute(
            world.tables, NO_VECTORS, int(found.user[i]), found.media[i : i + 1], int(found.ts[i])
        )
        assert live[0].tobytes() == found.features[i].tobytes()
    assert len(found) == sum(row.get("code") == Action.IMPRESSION for row in rows[len(POSTS) :])


def trusted(kind: FactKind, item: int, value: float) -> Row:
    """What somebody came to say of how far a media is to be trusted."""
    more = {"value": value, "flags": int(Flag.TIME_KNOWN | Flag.VIOLATES)}
    return {"kind": kind, "media": item, "name": 0, "ts": START, **more}


@settings(max_examples=25)
@given(
    cut=st.integers(len(POSTS), 400),
    future=st.lists(
        st.one_of(
            st.builds(
                did,
                user=st.integers(0, 3),
                action=st.sampled_from(list(Action)),
                ts=st.integers(START, START + 30 * HOUR),
                item=st.integers(0, 7),
            ),
            st.builds(
                trusted,
                kind=st.sampled_from([FactKind.SCORE, FactKind.LABEL]),
                item=st.integers(0, 7),
                value=st.floats(0, 1, width=32),
            ),
        ),
        max_size=20,
    ),
)
def test_altering_what_comes_after_never_changes_the_features_before(
    cut: int, future: list[Row]
) -> None:
    rows = day(2)[:cut]
    before, after = by_impression(examples_of(rows)), by_impression(examples_of([*rows, *future]))
    assert before.items() <= after.items()


def by_impression(found: Examples) -> dict[tuple[int, int, int, int], bytes]:
    """Return what tells an impression -> its features."""
    columns = (found.user, found.media, found.request, found.offset)
    keys = zip(*(column.tolist() for column in columns), strict=True)
    return dict(zip(keys, map(bytes, found.features), strict=True))


def test_a_page_is_one_request_at_its_earliest_impression() -> None:
    rows = [seen(ANA, m, START + m, "page") for m in (2, 1, 3)]
    found = examples_of([*POSTS, did(ANA, Action.LIKE, START, 5), *rows])
    assert found.offset.tolist() == [len(POSTS) + 1] * 3
    assert found.ts.tolist() == [START + 1] * 3


def test_impressions_without_a_request_each_stand_alone() -> None:
    found = examples_of([*POSTS, seen(ANA, 1, START), seen(ANA, 2, START + 1)])
    assert found.offset.tolist() == [len(POSTS), len(POSTS) + 1]


def test_what_we_served_has_the_features_of_the_recipe() -> None:
    """The page read the journal before the like, and its impressions came after it."""
    rows = [
        *POSTS,
        page_of(ANA, "page", [1, 2], offset=len(POSTS), now=START + 5),
        did(ANA, Action.LIKE, START + 6, 1, "page"),
        seen(ANA, 1, START + 9, "page", position=0),
        seen(ANA, 2, START + 9, "page", position=1),
        seen(BEN, 2, START + 9, "page", position=1),  # not the one it was served to
    ]
    found = examples_of(rows)
    ours = found.user == ANA
    assert found.offset[ours].tolist() == [len(POSTS)] * 2
    assert found.ts[ours].tolist() == [START + 5] * 2
    assert found.offset[~ours].tolist() == [len(POSTS) + 4]
    world = World()
    world.fold(batch(POSTS))
    live = compute(world.tables, NO_VECTORS, ANA, np.array([1, 2], np.int32), START + 5)
    assert live.tobytes() == found.features[ours].tobytes()
    assert found.labels[ours].sum() == 1  # the like, though it came before the impression


def test_what_was_logged_with_the_page_is_what_is_learned_from() -> None:
    logged = {"geometry_best": [0.25, 0.75], "long gone": [1.0, 2.0]}
    rows = [
        *POSTS,
        page_of(ANA, "page", [1, 2], offset=len(POSTS), now=START, logged=logged),
        seen(ANA, 2, START + 9, "page"),
        seen(ANA, 1, START + 9, "page"),
        seen(ANA, 3, START + 9, "page"),  # not on the page
    ]
    found = examples_of(rows)
    best = found.features[:, NAMES.index("geometry_best")]
    assert dict(zip(found.media.tolist(), best.tolist(), strict=True)) == {1: 0.25, 2: 0.75, 3: 0}


def test_slots_that_a_page_drew_by_chance_are_known_by_their_propensity() -> None:
    page = page_of(ANA, "page", [1, 2], len(POSTS), START, propensity=[1.0, 0.2])
    views = [seen(ANA, media, START + 9, "page") for media in (2, 1, 3)]
    found = examples_of([*POSTS, page, *views])
    assert found.media[found.explored].tolist() == [2]
    short = page_of(ANA, "page", [1, 2], len(POSTS), START, propensity=[0.2])
    assert not examples_of([*POSTS, short, *views]).explored.any()


def test_an_exposure_that_is_not_ours_is_no_recipe() -> None:
    exposure: dict[str, Any] = page_of(ANA, "page", [1], offset=0, now=START)
    for details in (b"", b'{"recipe": "cake"}', b'{"slate": [1]}'):
        rows = [*POSTS, {**exposure, "details": details}, seen(ANA, 1, START + 1, "page")]
        assert examples_of(rows).offset.tolist() == [len(POSTS)]  # before its own exposure
        rows[len(POSTS)]["request"] = 1
        assert examples_of(rows).offset.tolist() == [len(POSTS) + 1]


def test_what_the_page_itself_showed_is_not_among_the_last_pages() -> None:
    shown = page_of(ANA, "page", [1, 2], offset=10**6, now=START)
    before = page_of(ANA, "before", [2], offset=0, now=START - 5)
    rows = [*POSTS, before, {**shown, "details": b""}, seen(ANA, 1, START + 1, "page"),
            seen(ANA, 2, START + 1, "page")]  # fmt: skip
    found = examples_of(rows)
    told = found.features[:, NAMES.index("shown_before")]
    assert dict(zip(found.media.tolist(), told.tolist(), strict=True)) == {1: 0.0, 2: 1.0}


def test_what_depends_on_the_version_or_the_program_is_read_from_the_log() -> None:
    logged = {"geometry_mean": [0.5], "seed_account": [2], "source": [3], "media": [99, 98]}
    rows = [
        *POSTS,
        page_of(ANA, "page", [1], offset=len(POSTS), now=START, logged=logged),
        seen(ANA, 1, START + 1, "page"),
    ]
    found = examples_of(rows)
    assert found.features[0, NAMES.index("geometry_mean")] == 0.5
    told = dict(zip(SPARSE, found.sparse[0].tolist(), strict=True))
    assert (told["seed_account"], told["source"], told["media"]) == (2, 3, 1)


def test_recent_accounts_end_before_the_request() -> None:
    rows = [
        *POSTS,
        did(ANA, Action.LIKE, START + 5, 5),
        seen(ANA, 1, START + HOUR, "page"),
        did(ANA, Action.LIKE, START + HOUR + 1, 1, "page"),
        seen(ANA, 3, START + 2 * HOUR, "later"),
    ]
    found = examples_of(rows)
    recent = [found.recent[line].tolist() for line in found.asked.tolist()]
    assert [line[:3] for line in recent] == [[2, -1, -1], [1, 2, -1]]


def test_a_recipe_that_claims_to_know_the_future_is_cut_back() -> None:
    rows = [
        *POSTS,
        page_of(ANA, "page", [1], offset=len(POSTS) + 3, now=START),
        seen(ANA, 1, START + 1, "page"),
        did(ANA, Action.LIKE, START + 2, 1, "page"),
    ]
    assert examples_of(rows).offset.tolist() == [len(POSTS)]


def test_a_late_impression_stands_before_what_the_person_did_since() -> None:
    rows = [
        *POSTS,
        did(ANA, Action.LIKE, START + 5, 5),
        did(BEN, Action.LIKE, START + 50, 5),
        did(ANA, Action.LIKE, START + 20, 1),
        seen(ANA, 1, START + 10),
    ]
    found = examples_of(rows)
    assert found.offset.tolist() == [len(POSTS) + 2]
    assert found.labels.sum() == 1


@pytest.mark.parametrize("size", [1, 13, 10_000])
def test_examples_do_not_depend_on_how_the_journal_is_cut(size: int) -> None:
    one, other = examples_of(day(3)), examples_of(day(3), size=size)
    assert one.features.tobytes() == other.features.tobytes()
    assert one.labels.tobytes() == other.labels.tobytes()


def test_facts_before_the_start_are_folded_only() -> None:
    rows = day(4)
    everything, later = examples_of(rows), examples_of(rows, since=START + 6 * HOUR)
    kept = everything.ts >= START + 6 * HOUR
    assert 0 < len(later) < len(everything)
    assert later.features.tobytes() == everything.features[kept].tobytes()


def test_a_sample_keeps_whole_requests_and_their_labels() -> None:
    rows = day(5)
    everything, some = examples_of(rows), examples_of(rows, most=100)
    again = examples_of(rows, most=200)
    assert 80 < len(some) <= 100 < len(again) <= 200
    full = {
        line.tobytes(): label.tolist()
        for line, label in zip(everything.features, everything.labels, strict=True)
    }
    assert all(
        full[line.tobytes()] == label.tolist()
        for line, label in zip(some.features, some.labels, strict=True)
    )
    pages = set(some.request[some.request != 0].tolist())
    assert pages <= set(again.request.tolist())
    for page in pages:
        assert (some.request == page).sum() == (everything.request == page).sum()


def test_no_impressions_are_no_examples() -> None:
    assert len(examples_of(POSTS)) == 0
    assert examples_of([]).features.shape == (0, len(NAMES))


class Ear:
    """An Overlay that counts, and whose vectors say how much it heard."""

    def __init__(self) -> None:
        self.heard = 0

    def fold(self, batch: FactBatch) -> None:
        assert batch.start == self.heard
        self.heard = batch.stop

    def vectors(self) -> Vectors:
        angle = self.heard / 1000
        vectors = np.array([[np.cos(angle), np.sin(angle)], [1, 0], [0, 1]], np.float32)
        return Vectors((Part(np.arange(3, dtype=np.int32), vectors), no_part()))


def test_the_overlay_is_where_the_world_is() -> None:
    rows = [
        *POSTS,
        did(ANA, Action.LIKE, START, 1),
        seen(ANA, 0, START + 1),
        seen(ANA, 0, START + 2),
    ]
    ear = Ear()
    found = build_examples(reader(rows), World(), ear, ear.vectors, START)
    best = found.features[:, NAMES.index("geometry_best")]
    assert best == pytest.approx([np.cos(0.009), np.cos(0.010)], abs=1e-7)


# Leaks, planted: each of these would train on what was still to come.


def leaking(rows: Sequence[Row], folded: int) -> World:
    world = World()
    world.fold(batch(rows).slice(0, folded))
    return world


def test_a_world_folded_one_fact_too_far_is_caught() -> None:
    rows = [*POSTS, did(BEN, Action.LIKE, START, 1), seen(ANA, 1, START + 1, "page"),
            seen(ANA, 2, START + 1, "page")]  # fmt: skip
    exact = leaking(rows, len(POSTS) + 1)
    found = build_examples(reader(rows), exact, None, lambda: NO_VECTORS, START)
    assert found.offset.tolist() == [len(POSTS) + 1] * 2
    served = [*rows[:-2], page_of(ANA, "page", [1, 2], len(POSTS), START), *rows[-2:]]
    with pytest.raises(TrainingError, match="past the request"):
        build_examples(
            reader(served), leaking(served, len(POSTS) + 1), None, lambda: NO_VECTORS, START
        )


def test_vectors_that_know_the_outcomes_are_caught() -> None:
    late = Vectors((no_part(), no_part()), START + 1)
    with pytest.raises(TrainingError, match="know their outcomes"):
        examples_of([*POSTS, seen(ANA, 1, START)], vectors=late)


def test_folding_past_the_request_would_change_the_features() -> None:
    """That the two tests above guard something: one fact more, the outcome, is in the features."""
    rows = [*POSTS, seen(ANA, 1, START, "page"), did(ANA, Action.LIKE, START + 1, 1, "page")]
    found = examples_of(rows)
    leak = leaking(rows, len(rows))
    late = compute(leak.tables, NO_VECTORS, ANA, np.array([1], np.int32), START)[0]
    changed = {name for name, a, b in zip(NAMES, found.features[0], late, strict=True) if a != b}
    assert {"affinity", "media_like_rate", "user_like_rate"} <= changed


def test_the_request_of_an_example_is_the_hash_of_its_id() -> None:
    found = examples_of([*POSTS, seen(ANA, 1, START, "page")])
    assert found.request.tolist() == [hash64("page")]
