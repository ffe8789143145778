"""Corpora: the accounts a person engaged with in one session are the words of one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bowerbird.core.candidates import Mask, Positions
from bowerbird.core.facts import F32, I32, I64, U8, FactBatch
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.engagements import Engagements, gather
from bowerbird.ig2vec.sessions import sessions, whole_orders

DAY = 86_400_000
"""Milliseconds."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences [s] of words [t]; no word repeats the one before it in its sentence.

    Attributes:
        tokens: [t] int32 account rows, in the order they were engaged with.
        weights: [t] float32 in (0, 1], in what share of the epochs a word is read.
        starts: [s + 1] int64; sentence i owns `tokens[starts[i] : starts[i + 1]]`.
        users: [s] int32.
        last_ts: [s] int64 epoch ms of the newest engagement in it.
        by_session: whether sentences are sessions; else they are people's whole orders.
    """

    tokens: I32
    weights: F32
    starts: I64
    users: I32
    last_ts: I64
    by_session: bool = True

    def __len__(self) -> int:
        return len(self.users)

    def sentence(self, number: int) -> I32:
        """Return the words of sentence `number`."""
        return self.tokens[self.starts[number] : self.starts[number + 1]]


def collect(
    batches: Iterable[FactBatch],
    account_of: I32,
    config: EmbeddingConfig,
    media_type_of: U8 | None = None,
    duration_of: F32 | None = None,
) -> Corpus:
    """Return the corpus of the facts in `batches`; see `gather` and `sentences`."""
    return sentences(gather(batches, account_of, media_type_of, duration_of), config)


def sentences(everything: Engagements, config: EmbeddingConfig) -> Corpus:
    """Return the corpus of one embedding.

    Sessions are cut by all engagements, whatever `config` reads of them. Where they hold fewer
    than `config.min_session` distinct accounts on average, each person's order is read instead.
    """
    cut = sessions(everything, config.session_gap_ms)
    read = _reads(everything, config)
    rows, session = everything.take(read), cut[read]
    by_session = bool(_mean_accounts(rows, session) >= config.min_session)
    session = session if by_session else whole_orders(rows)
    order = np.argsort(session, kind="stable")
    rows, session = rows.take(order), session[order]
    weights = config.action_weights()[rows.action]
    last = _run_ends(rows, session)
    weights = np.maximum.reduceat(weights, _after(last)) if len(last) else weights
    rows, session = rows.take(last), session[last]
    weights = weights * _recency(rows, config.half_life_days)
    kept = _newest(rows.user, config.max_words)
    starts = _starts(session[kept], config.max_sentence)
    return _corpus(rows.take(kept), weights[kept], starts, by_session)


def _reads(rows: Engagements, config: EmbeddingConfig) -> Mask:
    reads: Mask = config.action_mask()[rows.action] != 0
    if config.media_types:
        reads &= np.isin(rows.media_type, config.media_types)
    return reads


def _mean_accounts(rows: Engagements, session: I64) -> float:
    """Return the mean number of distinct accounts a session whose times are known."""
    accounts, session = rows.account[rows.known], session[rows.known]
    if not len(session):
        return np.inf
    distinct = len(np.unique(session << 32 | accounts))
    return distinct / len(np.unique(session))


def _recency(rows: Engagements, half_life_days: float) -> F32:
    """Return [n] float32, halved with each half-life before the newest; 1 for an unknown time."""
    if half_life_days <= 0 or not rows.known.any():
        return np.ones(len(rows), np.float32)
    days = (rows.ts[rows.known].max() - rows.ts) / DAY
    return np.where(rows.known, 0.5 ** (days / half_life_days), 1).astype(np.float32)


def _run_ends(rows: Engagements, session: I64) -> Positions:
    """Return where each run of the same account in a session ends."""
    ends = np.ones(len(rows), np.bool_)
    ends[:-1] = (rows.account[1:] != rows.account[:-1]) | (session[1:] != session[:-1])
    return np.flatnonzero(ends)


def _after(ends: Positions) -> Positions:
    """Return where runs begin, given where they end."""
    return np.append(0, ends[:-1] + 1)


def _newest(user: I32, most: int) -> Mask:
    """Keep the last `most` of each run of the same user."""
    ends = np.flatnonzero(np.append(user[1:] != user[:-1], [True] * (len(user) > 0)))
    from_end = np.repeat(ends, np.diff(ends, prepend=-1)) - np.arange(len(user))
    return np.asarray(from_end < most)


def _starts(session: I64, most: int) -> Positions:
    """Return where sentences begin: at each new session, and after `most` words of one."""
    at = np.arange(len(session))
    begins = np.ones(len(session), np.bool_)
    begins[1:] = session[1:] != session[:-1]
    first = np.maximum.accumulate(np.where(begins, at, 0))
    return np.flatnonzero((at - first) % most == 0)


def _corpus(rows: Engagements, weights: F32, starts: Positions, by_session: bool) -> Corpus:
    return Corpus(
        tokens=rows.account,
        weights=weights,
        starts=np.append(starts, len(rows)).astype(np.int64),
        users=rows.user[starts],
        last_ts=np.maximum.reduceat(rows.ts, starts) if len(starts) else rows.ts[:0],
        by_session=by_session,
    )
