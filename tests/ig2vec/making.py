"""Facts, corpora and embeddings small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bowerbird.core.facts import DTYPES, NONE, Action, FactBatch, FactKind, Flag
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding

MINUTE = 60_000


class Did(NamedTuple):
    """One event; media rows are accounts' rows in `OWNERS`."""

    user: int
    media: int
    minute: float = 0
    action: Action = Action.LIKE
    account: int = NONE
    session: int = 0
    known: bool = True
    dwell_ms: float = np.nan


OWNERS = np.arange(10, dtype=np.int32)  # media i belongs to account i


def batch(events: Sequence[Did], start: int = 0) -> FactBatch:
    n = len(events)
    columns = {name: np.zeros(n, dtype) for name, dtype in DTYPES.items()}
    columns |= {
        "kind": np.full(n, FactKind.EVENT, np.uint8),
        "ts": np.array([e.minute * MINUTE for e in events], np.int64),
        "user": np.array([e.user for e in events], np.int32),
        "media": np.array([e.media for e in events], np.int32),
        "account": np.array([e.account for e in events], np.int32),
        "code": np.array([e.action for e in events], np.uint8),
        "value": np.array([e.dwell_ms for e in events], np.float32),
        "flags": np.array([Flag.TIME_KNOWN if e.known else 0 for e in events], np.uint8),
        "session": np.array([e.session for e in events], np.int64),
        "items_at": np.zeros(n + 1, np.int64),
        "items": np.zeros(0, np.int32),
        "details_at": np.zeros(n + 1, np.int64),
        "details": np.zeros(0, np.uint8),
    }
    return FactBatch(start=start, **columns)


def corpus(*sentences: Sequence[int]) -> Corpus:
    tokens = np.array([word for sentence in sentences for word in sentence], np.int32)
    return Corpus(
        tokens=tokens,
        weights=np.ones(len(tokens), np.float32),
        starts=np.append(0, np.cumsum([len(s) for s in sentences])).astype(np.int64),
        users=np.arange(len(sentences), dtype=np.int32),
        last_ts=np.zeros(len(sentences), np.int64),
    )


def read(found: Corpus) -> list[list[int]]:
    return [found.sentence(i).tolist() for i in range(len(found))]


def clustered(seed: int, clusters: int = 8, size: int = 25, sentences: int = 1_500) -> Corpus:
    """Sentences of 6 accounts of one cluster; account a is of cluster a // size."""
    rng = np.random.default_rng(seed)
    of = rng.integers(0, clusters, sentences)
    return corpus(*(cluster * size + rng.integers(0, size, 6) for cluster in of))


def embedding(vectors: Sequence[Sequence[float]], counts: Sequence[int]) -> Embedding:
    """Account i has line i; output vectors are the input vectors."""
    rows = np.arange(len(vectors), dtype=np.int32)
    array = np.array(vectors, np.float32)
    array /= np.sqrt((array * array).sum(axis=1, keepdims=True))
    config = EmbeddingConfig(dim=array.shape[1])
    return Embedding(rows.copy(), rows, array, array.copy(), np.array(counts, np.int64), config)
