from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.errors import InputError
from bowerbird.core.facts import Action, MediaType
from bowerbird.core.signals import Links
from bowerbird.ig2vec.config import EmbeddingConfig, ScoreRule
from bowerbird.ig2vec.embedding import ARRAYS, OPTIONAL, Embedding
from bowerbird.ig2vec.links_io import load_links, save_links
from bowerbird.ig2vec.neighbours import neighbours
from tests.ig2vec.making import embedding

CONFIG = EmbeddingConfig(
    name="save_photo",
    actions=(Action.SAVE,),
    weights={Action.SAVE: 0.5},
    media_types=(MediaType.PHOTO,),
    rule=ScoreRule.CONTEXT,
    dim=2,
)


@pytest.mark.parametrize("mapped", [False, True])
def test_an_embedding_comes_back_as_it_was(tmp_path: Path, mapped: bool) -> None:
    made = replace(
        embedding([(1, 0), (0.6, 0.8)], [3, 4]),
        config=CONFIG,
        learned=np.eye(2, dtype=np.float32),
        shared=np.ones((2, 1), np.float32),
    )
    made.save(tmp_path / "embeddings" / "save_photo")
    found = Embedding.load(tmp_path / "embeddings" / "save_photo", mapped=mapped)
    assert found.config == CONFIG
    for name in (*ARRAYS, *OPTIONAL):
        before, after = getattr(made, name), getattr(found, name)
        assert before.dtype == after.dtype
        assert np.array_equal(before, after)


def test_links_come_back_as_they_were(tmp_path: Path) -> None:
    links = neighbours(embedding([(1, 0), (0.6, 0.8), (0, 1)], [1, 1, 1]), k=2)
    save_links(tmp_path / "neighbours" / "default", links)
    found = load_links(tmp_path / "neighbours" / "default", mapped=True)
    for field in fields(Links):
        assert np.array_equal(getattr(found, field.name), getattr(links, field.name))


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no embedding can be read from"):
        Embedding.load(tmp_path)
    with pytest.raises(InputError, match="no links can be read from"):
        load_links(tmp_path)
