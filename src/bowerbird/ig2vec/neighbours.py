"""Neighbours: for every account the accounts nearest to it, found once, when published."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.signals import Links
from bowerbird.ig2vec.config import ScoreRule
from bowerbird.ig2vec.duplicates import SHARE, damp, originals
from bowerbird.ig2vec.embedding import Embedding

FLAT_UNTIL = 100_000
"""Accounts from which the exact search gives way to an inverted file."""

PROBES = 64
"""Cells of the inverted file that a search visits."""

BATCH = 8_192
"""Accounts searched for at a time."""


def neighbours(embedding: Embedding, k: int = 200) -> Links:
    """Return the k nearest accounts of each account, nearest first, never itself.

    A near-duplicate of an account before it in the list has half of its score (`duplicates`).

    Exact (faiss, flat) under 100,000 accounts, nearly so (IVF-Flat) from there. Lines of the
    result are those of the embedding.
    """
    queries, points = search_space(embedding, embedding.config.rule)
    lines, scores = nearest_lines(
        queries, points, min(k, len(embedding) - 1), embedding.config.seed
    )
    damp(lines, scores, originals(embedding, lines), SHARE)
    rows = np.where(lines == NONE, np.int32(NONE), embedding.accounts[lines])
    return Links(embedding.index, rows, (lines != NONE).sum(axis=1, dtype=np.int32), scores)


def nearest_lines(queries: F32, points: F32, k: int, seed: int = 0) -> tuple[I32, F32]:
    """Return for each query the k points of greatest inner product, never that of its own line.

    Args:
        queries: [m, e] float32.
        points: [m, e] float32.
        k: at most m - 1.
        seed: of the inverted file, where there is one.

    Returns:
        [m, k] lines, best first, NONE where no more were found, and their scores.
    """
    index = _index(points, seed)
    found = [_search(index, queries, first, k) for first in range(0, len(queries), BATCH)]
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def search_space(embedding: Embedding, rule: ScoreRule) -> tuple[F32, F32]:
    """Return queries and points, [m, e] float32 each, whose inner product is the score."""
    if rule is ScoreRule.COSINE:
        return embedding.vectors, embedding.vectors
    known = np.log(np.maximum(embedding.counts, 1)).astype(np.float32)[:, None]
    weight = np.full((len(embedding), 1), embedding.config.popularity, np.float32)
    return np.hstack([embedding.vectors, weight]), np.hstack([embedding.out, known])


def _index(points: F32, seed: int) -> Any:
    """Return a faiss index over `points`; faiss ships no types."""
    import faiss  # here, so that pages, which never search, do not wait for it

    size, width = points.shape
    flat = faiss.IndexFlatIP(width)
    if size < FLAT_UNTIL:
        flat.add(np.ascontiguousarray(points))
        return flat
    cells = int(4 * np.sqrt(size))
    index = faiss.IndexIVFFlat(flat, width, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = seed + 1
    index.train(np.ascontiguousarray(points))
    index.add(np.ascontiguousarray(points))
    index.nprobe = min(PROBES, cells)
    return index


def _search(index: Any, queries: F32, first: int, width: int) -> tuple[I32, F32]:
    """Return ([n, width] lines, NONE where no more were found; [n, width] scores), without self."""
    batch = np.ascontiguousarray(queries[first : first + BATCH])
    scores, lines = index.search(batch, width + 1)
    itself = lines == np.arange(first, first + len(batch))[:, None]
    itself[~itself.any(axis=1), -1] = True  # not among its own nearest: drop the farthest
    shape = (len(batch), width)
    lines, scores = lines[~itself].reshape(shape), scores[~itself].reshape(shape)
    return lines.astype(np.int32), np.where(lines == NONE, 0, scores).astype(np.float32)
