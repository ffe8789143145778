"""Near-duplicates: accounts with one audience, of which a list needs the first, not the others.

Who posts the same under two names has two vectors that are nearly one. Left alone, both stand
beside each other in every list of neighbours and bring the same evidence twice.
"""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE
from bowerbird.core.kernels import kernel
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lengths import unit

NEAREST = 20
"""Places of a list in which an account's original is looked for."""

HOPS = 8
"""Originals of originals that are followed at most."""

SHARE = 0.5
"""What a near-duplicate keeps of its score for each account before it that it repeats."""


def originals(embedding: Embedding, lines: I32) -> I32:
    """Return [m] the line that each account is a near-duplicate of: itself for most.

    That is the account with most words among those of its list whose vectors, before smoothing,
    have a cosine of `config.duplicate` or more with its own.

    Args:
        embedding: of m accounts.
        lines: [m, k] their neighbours, nearest first, NONE-padded.
    """
    vectors = embedding.vectors if embedding.learned is None else unit(embedding.learned)
    alike = np.float32(embedding.config.duplicate)
    by_count = np.argsort(-embedding.counts, kind="stable")
    rank = np.empty(len(embedding), np.int64)
    rank[by_count] = np.arange(len(embedding))
    found = np.arange(len(embedding))
    for place in range(min(NEAREST, lines.shape[1])):  # a place at a time, as in smoothing
        other = lines[:, place]
        cosine = np.einsum("ij,ij->i", vectors, vectors[other])
        better = (other != NONE) & (cosine >= alike) & (rank[other] < rank[found])
        found = np.where(better, other, found)
    return _followed(found, vectors, alike)


def _followed(found: I64, vectors: F32, alike: np.float32) -> I32:
    """Go on to originals of originals, as long as they are near-duplicates of where one began."""
    for _ in range(HOPS):
        further = found[found]
        near = np.einsum("ij,ij->i", vectors, vectors[further]) >= alike
        onward = np.where(near, further, found)
        if np.array_equal(onward, found):
            break
        found = onward
    return found.astype(np.int32)


@kernel
def damp(lines: I32, scores: F32, original: I32, share: float) -> None:
    """Lower near-duplicates of what stands before them, and sort again; both lists are written to.

    The c-th repeat of an original keeps share ** c of its score, if that is above 0.

    Args:
        lines: [m, k] neighbours, best first, NONE-padded.
        scores: [m, k].
        original: [m].
        share: in (0, 1].
    """
    met = np.zeros(len(original), np.int32)
    for line in range(len(lines)):
        repeats = False
        for place in range(lines.shape[1]):
            if lines[line, place] < 0:
                continue
            group = original[lines[line, place]]
            if met[group] > 0 and scores[line, place] > 0:
                scores[line, place] *= np.float32(share ** met[group])
                repeats = True
            met[group] += 1
        for place in range(lines.shape[1]):
            if lines[line, place] >= 0:
                met[original[lines[line, place]]] = 0
        if repeats:
            filled = (lines[line] >= 0).sum()
            order = np.argsort(-scores[line, :filled], kind="mergesort")  # equals stay in order
            lines[line, :filled] = lines[line, :filled][order]
            scores[line, :filled] = scores[line, :filled][order]
