"""Do neighbours share a topic? Asked where the truth about topics is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.candidates import Mask
from bowerbird.core.facts import F32, F64, I32, I64, NONE
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lookup import look_up
from bowerbird.ig2vec.neighbours import nearest_lines
from bowerbird.ig2vec.tiers import TIERS, tiers

NEAREST = 20
ESTABLISHED = 20
"""Words from which an account counts as established."""


def same_topic(embedding: Embedding, topic_of: I32, mixture: F32 | None = None) -> dict[str, Any]:
    """Return the share of each account's 20 nearest that have its topic, by group.

    Args:
        embedding: accounts without a topic are left out, as neighbours too.
        topic_of: [A] int32 topic of each account row, NONE where unknown; rows beyond have none.
        mixture: [A, T] float32 share of each topic, for the ceiling.

    Returns:
        Group -> `accounts` (how many), `share`, `base` (of accounts drawn blindly), and with
        `mixture` `ceiling` (of the 20 whose true mixtures are nearest by cosine); the groups are
        `all`, `head`, `torso`, `tail` (see `tiers`), `established` (20 words or more), and
        `established head` and so on.
    """
    topic = look_up(topic_of, embedding.accounts, NONE)
    known = np.flatnonzero(topic != NONE)
    if len(known) < 2:
        return {}
    topic, counts = topic[known], embedding.counts[known]
    columns = {
        "share": _share(topic, embedding.vectors[known]),
        "base": (np.bincount(topic)[topic] - 1) / (len(topic) - 1),
    }
    if mixture is not None:
        columns["ceiling"] = _share(topic, mixture[embedding.accounts[known]])
    return {name: _of(group, columns) for name, group in _groups(counts).items()}


def _share(topic: I32, vectors: F32) -> F64:
    """Return [m], how many of each line's nearest by cosine have its topic."""
    norms = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    unit = (vectors / np.where(norms > 0, norms, 1)).astype(np.float32)
    near = nearest_lines(unit, unit, min(NEAREST, len(unit) - 1))[0]
    return np.asarray((topic[near] == topic[:, None]).mean(axis=1))


def _groups(counts: I64) -> dict[str, Mask]:
    place, known = tiers(counts), counts >= ESTABLISHED
    return {
        "all": np.ones(len(counts), np.bool_),
        **{name: place == i for i, name in enumerate(TIERS)},
        "established": known,
        **{f"established {name}": known & (place == i) for i, name in enumerate(TIERS)},
    }


def _of(group: Mask, columns: dict[str, F64]) -> dict[str, float | int | None]:
    size = int(group.sum())
    means = {k: round(float(v[group].mean()), 5) if size else None for k, v in columns.items()}
    return {"accounts": size, **means}
