"""Rest: from one Version to the next an account moves by what was learned of it since."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bowerbird.core.facts import F32, I64, NONE
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lookup import look_up
from bowerbird.ig2vec.sgns import Weights
from bowerbird.ig2vec.vocabulary import Vocabulary

ANEW = 0.2
"""Share of all words that are new from which on nothing rests: a young log has more to learn each
night than chance moves, and the mean of its Versions lags behind."""


class Staying(NamedTuple):
    """The accounts that were there before, and how much of what they were stays."""

    mine: I64  # [n] lines now
    theirs: I64  # [n] lines then
    share: F32  # [n, 1] in [0, 1)


def staying(known: Vocabulary, earlier: Embedding, share: float) -> Staying | None:
    """Return how much of each account's earlier vector stays; None where nothing does.

    What training moves is chance in good part: negatives, order and what one more session happened
    to hold. Of accounts whose words were all known before, `share` of the earlier vector stays; of
    one with as many new words as old, half of that. So the mean of some Versions is published,
    which lies nearer to the truth than the last of them, and nearer to yesterday's. No more stays
    than 1 - g / `ANEW`, g being the share of all words that is new.

    Args:
        known: the accounts now, with all their words.
        earlier: learned before; its words are among those of `known`.
        share: in [0, 1).
    """
    new = 1 - earlier.counts.sum() / known.counts.sum()
    share = min(share, 1 - new / ANEW)
    if share <= 0:
        return None
    lines = look_up(earlier.index, known.accounts, NONE)
    mine = np.flatnonzero(lines != NONE)
    theirs = lines[mine].astype(np.int64)
    old = np.minimum(earlier.counts[theirs] / known.counts[mine], 1.0)
    return Staying(mine, theirs, (share * old).astype(np.float32)[:, None])


def rested(weights: Weights, known: Vocabulary, earlier: Embedding, share: float) -> Weights:
    """Return `weights` drawn back to where `earlier` left them, more the less is new (`staying`).

    Args:
        weights: [m, d] each, learned from where `earlier` ended, in the lines of `known`.
        known: the accounts now, with all their words.
        earlier: learned with the same width.
        share: in [0, 1); 0 leaves `weights` as they are.
    """
    stays = staying(known, earlier, share)
    if stays is None or earlier.learned is None:
        return weights
    return Weights(
        _drawn(weights.vectors, stays, earlier.learned[stays.theirs]),
        _drawn(weights.out, stays, earlier.out[stays.theirs]),
    )


def rested_shared(shared: F32, known: Vocabulary, earlier: Embedding, share: float) -> F32:
    """Return `shared` ([m, k]) drawn back to what `earlier` has, turned to lie as near as can be.

    Singular vectors are unique but for turns among those of a like weight.
    """
    stays = staying(known, earlier, share)
    if stays is None or earlier.shared is None or earlier.shared.shape[1] != shared.shape[1]:
        return shared
    before = earlier.shared[stays.theirs]
    left, _, right = np.linalg.svd(before.T @ shared[stays.mine])
    return _drawn(shared, stays, before @ (left @ right))


def _drawn(rows: F32, stays: Staying, before: F32) -> F32:
    """Return a copy of `rows`, those that were there drawn back to `before` ([n, d])."""
    drawn = rows.copy()
    drawn[stays.mine] += stays.share * (before - drawn[stays.mine])
    return drawn
