"""What holds of all features together: defaults, bits, finiteness, names."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.core.errors import ShapeError
from bowerbird.core.facts import F32, Action
from bowerbird.features import (
    DEFAULTS,
    FEATURES,
    NAMES,
    NO_VECTORS,
    SPARSE,
    Part,
    Vectors,
    columns_of,
    compute,
    hydrate,
    no_part,
)
from bowerbird.features.compute import beside, fill, fill_in
from bowerbird.world.world import World
from tests.features.tiny import DAY, HOUR, MINUTE, START, batch, event, media, world_of

PEOPLE, ACCOUNTS, MEDIA = 30, 40, 500
CLOCK = [name in ("hour_sin", "hour_cos", "weekday_sin", "weekday_cos") for name in NAMES]
END = START + HOUR + 3000 * 50_000
DOCS = Path(__file__).parents[2] / "docs" / "features.md"


def society(seed: int = 0, events: int = 3000) -> World:
    """People who do this and that with media of 40 accounts, all but one of which have topics."""
    rng = np.random.default_rng(seed)
    owners = rng.integers(ACCOUNTS, size=MEDIA).tolist()
    posts = [
        media(
            m,
            owner,
            START + m,
            int(rng.choice(4)),
            items=tuple(rng.choice(20, rng.integers(4) if owner else 0, replace=False)),
        )
        for m, owner in enumerate(owners)
    ]
    acts = [
        event(
            int(rng.integers(PEOPLE)),
            Action(int(rng.choice([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12]))),
            START + HOUR + 50_000 * i,
            int(rng.integers(MEDIA)),
        )
        for i in range(events)
    ]
    return world_of(posts + acts)


def some_vectors(seed: int = 0) -> Vectors:
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((ACCOUNTS, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    old = np.arange(ACCOUNTS // 2, dtype=np.int32)
    young = np.full(ACCOUNTS, -1, np.int32)
    young[ACCOUNTS // 2 :] = np.arange(ACCOUNTS - ACCOUNTS // 2)
    return Vectors((Part(old, vectors[: len(old)]), Part(young, vectors[len(old) :].copy())))


def test_a_row_has_the_same_bits_in_a_batch_of_1_and_25_and_500() -> None:
    world, vectors = society(), some_vectors()
    rows = np.random.default_rng(1).permutation(MEDIA).astype(np.int32)
    for user in (0, 7):
        all_at_once = compute(world.tables, vectors, user, rows, START + 3 * DAY)
        for size in (1, 25):
            parts = [
                compute(world.tables, vectors, user, rows[i : i + size], START + 3 * DAY)
                for i in range(0, MEDIA, size)
            ]
            assert np.concatenate(parts).tobytes() == all_at_once.tobytes()


def test_every_feature_says_something_in_a_society() -> None:
    world, vectors = society(), some_vectors()
    rows = np.arange(MEDIA, dtype=np.int32)
    found = np.concatenate(
        [compute(world.tables, vectors, u, rows, END + u * MINUTE) for u in range(PEOPLE)]
    )
    silent = {name for name, column in zip(NAMES, found.T, strict=True) if np.ptp(column) == 0}
    assert silent <= {"topic_hidden", "geometry_unknown", "geometry_person_unknown",
                      "media_age_unknown", "media_duration",
                      "shown_before", "shown_account", "shown_topic", "shown_type",
                      "lift_now_topic", "lift_now_type", "lift_now_vector"}  # fmt: skip
    assert np.abs(found).max() < 15


@pytest.mark.parametrize("user", [-1, PEOPLE, 10**6])
@pytest.mark.parametrize("item", [-1, MEDIA, 2**31 - 1])
def test_nobody_and_nothing_have_the_defaults(user: int, item: int) -> None:
    world = society()
    found = compute(world.tables, some_vectors(), user, np.array([item], np.int32), START + DAY)
    assert found[0][~np.array(CLOCK)].tolist() == DEFAULTS[~np.array(CLOCK)].tolist()


def test_a_row_the_world_made_room_for_is_as_good_as_none() -> None:
    world = society(events=10)
    named = media(MEDIA, -1, 0, 255)  # a line of its own, and nothing in it
    world.fold(batch([{**named, "kind": 99}], world.offset))
    rows = np.array([MEDIA, MEDIA + 1], np.int32)
    first, second = compute(world.tables, NO_VECTORS, 3, rows, START + DAY)
    assert first.tobytes() == second.tobytes()


def test_an_empty_world_has_defaults() -> None:
    found = compute(World().tables, NO_VECTORS, 0, np.arange(3, dtype=np.int32), START)
    assert found.shape == (3, len(NAMES))
    assert np.isfinite(found).all()


def test_no_candidates_give_no_rows() -> None:
    found = compute(society().tables, NO_VECTORS, 0, np.empty(0, np.int32), START)
    assert found.shape == (0, len(NAMES))


@settings(max_examples=60)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "user": st.integers(0, 3),
                "code": st.integers(0, 20),
                "media": st.integers(-1, 5),
                "account": st.integers(-1, 4),
                "ts": st.integers(0, 2**45),
                "flags": st.integers(0, 1),
                "value": st.floats(width=32),
                "kind": st.integers(0, 5),
                "items": st.lists(st.integers(0, 6), max_size=5),
            }
        ),
        max_size=12,
    ),
    now=st.integers(0, 2**45),
)
def test_numbers_are_finite_and_bounded_whatever_the_world_holds(
    rows: list[dict[str, Any]], now: int
) -> None:
    rows = [{**row, "name": 0 if row["kind"] == 5 else -1} for row in rows]
    world = world_of(rows)
    for user in range(-1, 4):
        found = compute(world.tables, some_vectors(), user, np.arange(-1, 6, dtype=np.int32), now)
        assert np.isfinite(found).all()
        assert np.abs(found).max() < 25


def test_rows_of_any_make_are_read_by_the_same_kernel() -> None:
    world = society(events=50)
    frozen = np.arange(9, dtype=np.int32)
    frozen.flags.writeable = False
    rows = [np.arange(9, dtype=np.int32), np.arange(18, dtype=np.int32)[:9], frozen]
    strided = np.repeat(frozen, 2)[::2]
    bits = {compute(world.tables, NO_VECTORS, 0, r, START).tobytes() for r in (*rows, strided)}
    assert len(bits) == 1
    assert len(fill.signatures) == 1  # type: ignore[attr-defined]  # of numba's dispatcher


def test_what_is_not_wanted_is_not_worked_out_and_the_rest_has_the_same_bits() -> None:
    world, vectors = society(), some_vectors()
    rows = np.arange(40, dtype=np.int32)
    everything = hydrate(world.tables, vectors, 3, rows, END)
    for family in FEATURES:
        names = [feature.name for feature in family.features]
        found = hydrate(world.tables, vectors, 3, rows, END, columns_of(names))
        for name in names:
            if name in NAMES:
                k = NAMES.index(name)
                assert found.dense[:, k].tobytes() == everything.dense[:, k].tobytes()
            else:
                k = SPARSE.index(name)
                assert found.sparse[:, k].tobytes() == everything.sparse[:, k].tobytes()


@pytest.mark.parametrize("name", ["media_recent", "taste_share", "affinity_idle", "seed_account"])
def test_what_comes_beside_a_column_is_worked_out_with_it_to_the_bit(name: str) -> None:
    world, vectors = society(), some_vectors()
    rows, alone = np.arange(40, dtype=np.int32), columns_of([name])
    more = beside(alone)
    assert (more >= alone).all()
    assert more.sum() > alone.sum()
    assert (beside(more) == more).all()
    everything = hydrate(world.tables, vectors, 3, rows, END)
    found = hydrate(world.tables, vectors, 3, rows, END, more)
    dense, sparse = more[: len(NAMES)].astype(bool), more[len(NAMES) :].astype(bool)
    assert found.dense[:, dense].tobytes() == everything.dense[:, dense].tobytes()
    assert found.sparse[:, sparse].tobytes() == everything.sparse[:, sparse].tobytes()


@pytest.mark.parametrize("seed", range(12))
def test_what_a_later_pass_adds_has_the_bits_of_what_is_worked_out_at_once(seed: int) -> None:
    world, vectors, rng = society(), some_vectors(), np.random.default_rng(seed)
    rows = rng.permutation(MEDIA)[:60].astype(np.int32)
    everything = hydrate(world.tables, vectors, 3, rows, END)
    first, second = (rng.random((2, len(NAMES) + len(SPARSE))) < 0.4).astype(np.uint8)
    found = hydrate(world.tables, vectors, 3, rows, END, first)
    fill_in(found, world.tables, vectors, 3, rows, END, second & ~first & 1)
    for k in np.flatnonzero(first | second).tolist():
        sparse = k >= len(NAMES)
        ours, theirs = (
            one.sparse[:, k - len(NAMES)] if sparse else one.dense[:, k]
            for one in (found, everything)
        )
        assert ours.tobytes() == theirs.tobytes(), (*NAMES, *SPARSE)[k]


def test_sparse_rows_have_the_same_bits_in_a_batch_of_1_and_500() -> None:
    world, vectors = society(), some_vectors()
    rows = np.random.default_rng(1).permutation(MEDIA).astype(np.int32)
    all_at_once = hydrate(world.tables, vectors, 5, rows, END)
    for at in range(0, MEDIA, 37):
        one = hydrate(world.tables, vectors, 5, rows[at : at + 1], END)
        assert one.sparse.tobytes() == all_at_once.sparse[at : at + 1].tobytes()
        assert one.recent.tobytes() == all_at_once.recent.tobytes()


def test_names_are_unique_and_families_cover_them() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(DEFAULTS)
    assert len(set(NAMES + SPARSE)) == len(NAMES) + len(SPARSE)
    assert [f.name for family in FEATURES for f in family.features] == [*NAMES, *SPARSE]
    assert len(NAMES) >= 60
    assert len(SPARSE) >= 8


def test_the_page_about_features_names_each_with_unit_and_default() -> None:
    lines = [line.split("|") for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    told = {cells[1].strip(): (cells[2].strip(), float(cells[3])) for cells in lines}
    for family in FEATURES:
        for feature in family.features:
            unit, default = told.pop(f"`{feature.name}`")
            assert unit == feature.unit
            assert default == pytest.approx(feature.default, abs=1e-3)
    assert not told


@pytest.mark.parametrize(
    "part",
    [
        Part(np.zeros(3, np.int64), np.zeros((1, 4), np.float32)),
        Part(np.zeros(3, np.int32), np.zeros((2, 8), np.float32)[:, ::2]),
        Part(np.zeros(3, np.int32), np.zeros(4, np.float32)),
    ],
)
def test_vectors_a_kernel_would_be_compiled_anew_for_are_refused(part: Part) -> None:
    with pytest.raises(ShapeError):
        Vectors((part, no_part()))


def test_read_only_vectors_are_refused_with_a_way_out() -> None:
    frozen: F32 = np.zeros((1, 4), np.float32)
    frozen.flags.writeable = False
    with pytest.raises(ShapeError, match="mmap_mode"):
        Vectors((Part(np.zeros(1, np.int32), frozen), no_part()))


def test_vectors_of_two_widths_are_refused() -> None:
    one = Part(np.zeros(1, np.int32), np.zeros((1, 4), np.float32))
    two = Part(np.zeros(1, np.int32), np.zeros((1, 8), np.float32))
    with pytest.raises(ShapeError):
        Vectors((one, two))
