from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import NONE, Action
from bowerbird.ig2vec.aside import Column
from bowerbird.ig2vec.baskets import CoEngagementConfig, baskets
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import sentences
from bowerbird.ig2vec.engagements import gather
from bowerbird.ig2vec.text import read_corpus
from bowerbird.ig2vec.training import train_vectors
from bowerbird.ig2vec.vocabulary import vocabulary
from tests.ig2vec.making import OWNERS, Did, batch

ACTIONS = (Action.LIKE, Action.UNLIKE, Action.CLICK, Action.FOLLOW, Action.UNFOLLOW, Action.SAVE)
CONFIGS = (
    EmbeddingConfig(min_session=0.1, half_life_days=0.01, max_sentence=3, min_count=2, persons=2),
    EmbeddingConfig(min_session=99, max_words=4, min_count=1, subsample=0.1, persons=1),
    EmbeddingConfig(min_session=0.1, actions=(Action.LIKE, Action.FOLLOW), min_count=1, persons=0),
)


def log(seed: int, size: int) -> list[Did]:
    rng = np.random.default_rng(seed)
    minutes = np.sort(rng.integers(0, 400, size)) + rng.integers(-3, 4, size)
    drawn = zip(rng.integers(0, (4, 10, len(ACTIONS), 3, 8), (size, 5)), minutes, strict=True)
    return [
        Did(int(u), int(m), float(minute), ACTIONS[int(a)], NONE, int(s), bool(known))
        for (u, m, a, s, known), minute in drawn
    ]


def same(a: Any, b: Any) -> bool:
    columns = [f.name for f in fields(a) if f.name != "aside"]
    return all(
        np.array_equal(x, y) and np.asarray(x).dtype == np.asarray(y).dtype
        for x, y in ((getattr(a, name), getattr(b, name)) for name in columns)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # a folder serves all
@given(st.integers(0, 10_000), st.integers(0, 60), st.integers(1, 20), st.sampled_from(CONFIGS))
def test_on_disk_in_small_pieces_all_is_as_in_memory_in_one(
    tmp_path: Path, seed: int, size: int, rows: int, config: EmbeddingConfig
) -> None:
    events = log(seed, size)
    batches = [batch(events[at : at + 5], at) for at in range(0, size, 5)]
    whole = gather(batches, OWNERS)
    pieces = gather(batches, OWNERS, aside=tmp_path, rows=rows)
    assert same(whole, pieces)
    corpus, cut = sentences(whole, config), sentences(pieces, config, rows)
    assert same(corpus, cut)
    known = vocabulary(cut, config.min_count)
    assert same(read_corpus(corpus, known, config), read_corpus(cut, known, config, rows))
    for column in ("account", "media"):
        counted = CoEngagementConfig(newest=3)
        assert same(baskets(whole, column, counted), baskets(pieces, column, counted, rows))


def test_vectors_from_disk_are_those_from_memory_to_the_bit(tmp_path: Path) -> None:
    config = replace(CONFIGS[0], dim=8, epochs=2, min_count=1)
    batches = [batch(log(seed=1, size=300))]
    memory, disk = (
        train_vectors(sentences(gather(batches, OWNERS, aside=aside), config), config)
        for aside in (None, tmp_path)
    )
    assert np.array_equal(memory.vectors, disk.vectors)
    assert np.array_equal(memory.out, disk.out)


def test_what_lies_aside_has_no_name_and_is_mapped(tmp_path: Path) -> None:
    found = gather([batch(log(seed=0, size=50))], OWNERS, aside=tmp_path)
    assert not list(tmp_path.iterdir())
    assert isinstance(found.user.base, np.memmap)


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_column_is_its_parts_in_order(tmp_path: Path, on_disk: bool) -> None:
    column = Column(np.int32, tmp_path if on_disk else None)
    for part in ([], [1, 2], [3]):
        column.add(np.array(part, np.int64))
    assert column.array().tolist() == [1, 2, 3]
    assert column.array().dtype == np.int32
    assert Column(np.int32, tmp_path if on_disk else None).array().tolist() == []


def test_a_disk_that_takes_nothing_is_told_before_a_row_is_read(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot put 0 bytes aside in "):
        Column(np.int32, tmp_path / "gone")
