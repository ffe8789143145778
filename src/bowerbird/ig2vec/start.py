"""Where vectors start: at random, or where an earlier Version left them."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import NONE
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lookup import look_up
from bowerbird.ig2vec.sgns import Weights
from bowerbird.ig2vec.text import Text
from bowerbird.ig2vec.vocabulary import Vocabulary


def start(
    text: Text, known: Vocabulary, config: EmbeddingConfig, earlier: Embedding | None
) -> Weights:
    """Return the weights to learn from, [m + p, d] each, in the lines of `text`.

    Without an earlier embedding input vectors are uniform in +-start_scale / d and output vectors
    0. With one, the accounts it knows start where it left them; those it does not, at random.
    """
    weights = _cold(len(text.counts), config)
    if earlier is None or earlier.learned is None:
        return weights
    lines = look_up(earlier.index, known.accounts, NONE)
    mine = np.flatnonzero(lines != NONE)
    weights.vectors[mine] = earlier.learned[lines[mine]]
    weights.out[mine] = earlier.out[lines[mine]]
    return weights


def _cold(size: int, config: EmbeddingConfig) -> Weights:
    rng = np.random.default_rng(config.seed)
    vectors = rng.random((size, config.dim), np.float32) * np.float32(2) - np.float32(1)
    vectors *= np.float32(config.start_scale / config.dim)
    return Weights(vectors, np.zeros((size, config.dim), np.float32))
