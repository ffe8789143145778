"""Rest: from one Version to the next an account moves by what was learned of it since."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I64, NONE
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lookup import look_up
from bowerbird.ig2vec.sgns import Weights
from bowerbird.ig2vec.vocabulary import Vocabulary

ANEW = 0.2
"""Share of all words that are new from which on nothing rests: a young log has more to learn each
night than chance moves, and the mean of its Versions lags behind."""


def rested(weights: Weights, known: Vocabulary, earlier: Embedding, share: float) -> Weights:
    """Return `weights` drawn back to where `earlier` left them, more the less is new.

    What training moves is chance in good part: negatives, order and what one more session happened
    to hold. Of accounts whose words were all known before, `share` of the earlier vector stays; of
    one with as many new words as old, half of that. So the mean of some Versions is published,
    which lies nearer to the truth than the last of them, and nearer to yesterday's. No more stays
    than 1 - g / `ANEW`, g being the share of all words that is new.

    Args:
        weights: [m, d] each, learned from where `earlier` ended, in the lines of `known`.
        known: the accounts now, with all their words.
        earlier: learned with the same width; its words are among those of `known`.
        share: in [0, 1); 0 leaves `weights` as they are.
    """
    new = 1 - earlier.counts.sum() / known.counts.sum()
    share = min(share, 1 - new / ANEW)
    if share <= 0 or earlier.learned is None:
        return weights
    lines = look_up(earlier.index, known.accounts, NONE)
    mine = np.flatnonzero(lines != NONE)
    theirs = lines[mine]
    old = np.minimum(earlier.counts[theirs] / known.counts[mine], 1.0)
    stays = (share * old).astype(np.float32)[:, None]
    return Weights(
        _drawn(weights.vectors, mine, earlier.learned[theirs], stays),
        _drawn(weights.out, mine, earlier.out[theirs], stays),
    )


def _drawn(rows: F32, mine: I64, before: F32, stays: F32) -> F32:
    """Return a copy of `rows` whose lines `mine` are `stays` of the way back to `before`."""
    drawn = rows.copy()
    drawn[mine] += stays * (before - drawn[mine])
    return drawn
