"""Lines of the embedding tables: what is frequent has one, and keeps it."""

import numpy as np
import pytest

from bowerbird.features import SPARSE
from bowerbird.ranking import vocabulary
from bowerbird.ranking.vocabulary import (
    LEAST,
    Lines,
    learn_lookup,
    lines_of,
    look_up,
    recent_lines,
    sizes,
    sparse_lines,
)

NOBODY = np.full((1, 4), -1, np.int32)


def column(values: list[int], name: str = "media") -> np.ndarray:
    out = np.full((len(values), len(SPARSE)), -1, np.int32)
    out[:, SPARSE.index(name)] = values
    return out


def test_rare_unseen_and_absent_things_share_line_0() -> None:
    lookup = learn_lookup(column([5] * LEAST + [6] * (LEAST - 1)), NOBODY)
    found = sparse_lines(lookup, column([5, 6, 7, 10**6, -1]))[:, SPARSE.index("media")]
    assert found.tolist() == [1, 0, 0, 0, 0]
    assert sizes(lookup)["media"] == 2
    assert sizes(lookup)["user"] == 1


def test_a_line_is_kept_when_the_table_grows() -> None:
    before = learn_lookup(column([3] * LEAST + [9] * LEAST), NOBODY)
    after = learn_lookup(column([1] * LEAST + [9] * LEAST), NOBODY, before)
    assert look_up(after["media"], np.array([3, 9, 1], np.int32)).tolist() == [1, 2, 3]


def test_candidates_seeds_and_recent_accounts_share_one_table() -> None:
    recent = np.full((LEAST, 4), -1, np.int32)
    recent[:, 0] = 2
    lookup = learn_lookup(column([2] * 1, "seed_account"), recent)
    assert look_up(lookup["account"], np.array([2], np.int32)).tolist() == [1]
    assert recent_lines(lookup, np.array([[2, 5, -1]], np.int32)).tolist() == [[2, 1, 0]]


def test_beyond_the_longest_table_the_frequent_share_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vocabulary, "LONGEST", 16)
    lines = lines_of(np.full(1000, LEAST), None)
    assert lines.min() >= 1
    assert lines.max() <= 15
    assert len(set(lines.tolist())) == 15


def test_a_page_looks_up_every_column_at_once_and_finds_the_same_lines() -> None:
    rng = np.random.default_rng(3)
    seen = rng.integers(-1, 40, (600, len(SPARSE))).astype(np.int32)
    lookup = learn_lookup(seen, rng.integers(-1, 40, (600, 4)).astype(np.int32))
    asked = rng.integers(-1, 60, (50, len(SPARSE))).astype(np.int32)
    recent = rng.integers(-1, 60, 24).astype(np.int32)
    sparse_out, recent_out = np.empty(asked.shape, np.int64), np.empty(24, np.int64)
    Lines(lookup).write(asked, recent, sparse_out, recent_out)
    assert (sparse_out == sparse_lines(lookup, asked)).all()
    assert (recent_out == recent_lines(lookup, recent)).all()
