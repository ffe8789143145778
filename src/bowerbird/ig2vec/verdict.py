"""The verdict of an exam: what makes an embedding unfit to be published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bowerbird.ig2vec.embedding import Embedding

ENOUGH = 200
"""Questions it takes to fail an embedding by its answers."""

DEVIATIONS = 3.0
"""How far below chance, in standard errors, answers must be: bad luck alone fails one in 1,400."""

ALIKE = 0.98
"""Mean cosine of accounts drawn blindly from which vectors say nothing any more."""

DRAWN = 10_000


def faults(embedding: Embedding, found: Mapping[str, Any], seed: int = 0) -> list[str]:
    """Return what is wrong with an embedding, a sentence each; nothing when it may be published.

    Only what no honest embedding does is a fault, so that thin data still gets a Version: vectors
    that are no numbers or all alike, and answers worse than those of chance.

    Args:
        embedding: the examined one.
        found: what `exam` said; its part on held-out sessions may be absent.
        seed: of the accounts compared.
    """
    if not np.isfinite(embedding.vectors).all():
        return ["some vectors are not numbers"]
    wrong = []
    alike = mean_cosine(embedding, seed)
    if alike > ALIKE:
        wrong.append(f"accounts drawn blindly have a cosine of {alike:.3f}: all vectors are alike")
    for cut in (10, 100):
        hits = found.get(f"hit@{cut}", {})
        if not hits or found["questions"] < ENOUGH:
            continue
        mine, chance = hits["embedding"]["all"], hits["random"]["all"]
        error = np.sqrt(max(chance * (1 - chance), 1e-9) / found["questions"])
        if mine < chance - DEVIATIONS * error:
            wrong.append(f"hit@{cut} of the next account is {mine:.4f}, of chance {chance:.4f}")
    return wrong


def mean_cosine(embedding: Embedding, seed: int) -> float:
    """Return the mean cosine of two accounts drawn blindly."""
    one, other = np.random.default_rng(seed).integers(0, len(embedding), (2, DRAWN))
    apart = one != other
    pairs = embedding.vectors[one[apart]] * embedding.vectors[other[apart]]
    return float(pairs.sum(axis=1).mean()) if apart.any() else 0.0
