"""Corpora: the accounts a person engaged with in one session are the words of one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bowerbird.core.candidates import Mask, Positions
from bowerbird.core.facts import F32, I32, I64, U8, FactBatch
from bowerbird.ig2vec.aside import ROWS, Column
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
        aside: the folder whose disk the columns lie on, and what is made of them; None for memory.
    """

    tokens: I32
    weights: F32
    starts: I64
    users: I32
    last_ts: I64
    by_session: bool = True
    aside: Path | None = None

    def __len__(self) -> int:
        return len(self.users)

    def sentence(self, number: int) -> I32:
        """Return the words of sentence `number`."""
        return self.tokens[self.starts[number] : self.starts[number + 1]]

    def pieces(self, words: int = ROWS) -> Iterator[slice]:
        """Yield the numbers of consecutive sentences that have about `words` together."""
        first = 0
        while first < len(self):
            end = int(np.searchsorted(self.starts, self.starts[first] + words, "right")) - 1
            yield slice(first, max(end, first + 1))
            first = max(end, first + 1)


def collect(
    batches: Iterable[FactBatch],
    account_of: I32,
    config: EmbeddingConfig,
    media_type_of: U8 | None = None,
    duration_of: F32 | None = None,
    aside: Path | None = None,
) -> Corpus:
    """Return the corpus of the facts in `batches`; see `gather` and `sentences`."""
    found = gather(batches, account_of, media_type_of, duration_of, aside=aside)
    return sentences(found, config)


def sentences(everything: Engagements, config: EmbeddingConfig, rows: int = ROWS) -> Corpus:
    """Return the corpus of one embedding; it lies where the engagements do.

    Sessions are cut by all engagements, whatever `config` reads of them. Where they hold fewer
    than `config.min_session` distinct accounts on average, each person's order is read instead.

    Args:
        everything: what people engaged with.
        config: what is read of it.
        rows: worked on at a time; the result is the same to the bit whatever it is.
    """
    found = _survey(everything, config, rows)
    shelf = _Shelf(everything.aside, found.by_session)
    for piece in everything.by_person(rows):
        shelf.add(*_sentences(piece, config, found))
    return shelf.corpus()


@dataclass(frozen=True, slots=True)
class _Survey:
    """What no single person tells: how sentences are cut, and the newest engagement read."""

    by_session: bool
    newest: int


def _survey(everything: Engagements, config: EmbeddingConfig, rows: int) -> _Survey:
    accounts, met, newest = 0, 0, 0
    for piece in everything.by_person(rows):
        read, session = _read(piece, config)
        account, session = read.account[read.known], session[read.known]
        accounts += len(np.unique(session << 32 | account))
        met += len(np.unique(session))
        newest = max(newest, int(read.ts[read.known].max(initial=0)))
    return _Survey(not met or accounts / met >= config.min_session, newest)


def _read(piece: Engagements, config: EmbeddingConfig) -> tuple[Engagements, I64]:
    """Return the engagements that `config` reads, and the session [n] of each."""
    read = _reads(piece, config)
    return piece.take(read), sessions(piece, config.session_gap_ms)[read]


def _sentences(
    piece: Engagements, config: EmbeddingConfig, found: _Survey
) -> tuple[Engagements, F32, Positions]:
    """Return the words of some people, the weight of each, and where sentences begin."""
    rows, session = _read(piece, config)
    session = session if found.by_session else whole_orders(rows)
    order = np.argsort(session, kind="stable")
    rows, session = rows.take(order), session[order]
    weights = config.action_weights()[rows.action]
    last = _run_ends(rows, session)
    weights = np.maximum.reduceat(weights, _after(last)) if len(last) else weights
    rows, session = rows.take(last), session[last]
    weights = weights * _recency(rows, config.half_life_days, found.newest)
    kept = _newest(rows.user, config.max_words)
    return rows.take(kept), weights[kept], _starts(session[kept], config.max_sentence)


def _reads(rows: Engagements, config: EmbeddingConfig) -> Mask:
    reads: Mask = config.action_mask()[rows.action] != 0
    if config.media_types:
        reads &= np.isin(rows.media_type, config.media_types)
    return reads


def _recency(rows: Engagements, half_life_days: float, newest: int) -> F32:
    """Return [n] float32, halved with each half-life before the newest; 1 for an unknown time."""
    if half_life_days <= 0:
        return np.ones(len(rows), np.float32)
    days = (newest - rows.ts) / DAY
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


class _Shelf:
    """A corpus that is put aside part by part."""

    def __init__(self, aside: Path | None, by_session: bool) -> None:
        self._aside, self._by_session, self._words = aside, by_session, 0
        self._tokens, self._users = Column(np.int32, aside), Column(np.int32, aside)
        self._weights = Column(np.float32, aside)
        self._starts, self._last_ts = Column(np.int64, aside), Column(np.int64, aside)
        self._starts.add(np.zeros(1))

    def add(self, words: Engagements, weights: F32, starts: Positions) -> None:
        """Add words, whose sentences begin at `starts`."""
        if not len(words):
            return
        self._tokens.add(words.account)
        self._weights.add(weights)
        self._starts.add(self._words + np.append(starts[1:], len(words)))
        self._users.add(words.user[starts])
        self._last_ts.add(np.maximum.reduceat(words.ts, starts))
        self._words += len(words)

    def corpus(self) -> Corpus:
        return Corpus(
            tokens=self._tokens.array(),
            weights=self._weights.array(),
            starts=self._starts.array(),
            users=self._users.array(),
            last_ts=self._last_ts.array(),
            by_session=self._by_session,
            aside=self._aside,
        )
