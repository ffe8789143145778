"""The exam of an embedding: on the sessions that came after it, and by topic where those are known.

Every account with a vector is ranked for every question, less those the question names. An answer
without a vector is a miss for every method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from bowerbird.core.facts import F32, F64, I32, I64, NONE
from bowerbird.core.signals import Links
from bowerbird.ig2vec.config import ScoreRule
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.lookup import look_up
from bowerbird.ig2vec.neighbours import search_space
from bowerbird.ig2vec.questions import Questions, questions
from bowerbird.ig2vec.same_topic import same_topic
from bowerbird.ig2vec.tiers import TIERS, tiers

CUTS = (10, 100)
"""Places down the ranking at which hits are counted."""

RECENT = 5
"""Words before an answer that the embedding, and co-engagement, answer from."""

BATCH = 1_024
"""Questions answered at a time."""

Score = Callable[[I32], F32]
"""Gives [q, m] scores, higher is better, for [q, RECENT] lines, NONE where there is none."""


def exam(
    embedding: Embedding,
    held_out: Corpus,
    *,
    co_engaged: Links | None = None,
    topic_of: I32 | None = None,
    mixture: F32 | None = None,
    most: int = 20_000,
    seed: int = 0,
) -> dict[str, Any]:
    """Return how often the next account is among the best, beside simpler methods.

    Args:
        embedding: trained on what came before `held_out`.
        held_out: sentences.
        co_engaged: account-level co-engagement of the same facts, for a row beside.
        topic_of: [A] int32 topic of each account, NONE where unknown: adds the `topics` part.
        mixture: [A, T] float32 true share of each topic, for the ceiling of that part.
        most: questions asked at most, drawn with `seed`.
        seed: of the draw.

    Returns:
        `questions` (how many), `accounts` (with a vector), `covered` (share of answers with a
        vector), `rule` (of the config); `hit@10` and `hit@100`, each method -> tier -> rate:
        methods `embedding` (by the config's rule), every `ScoreRule`, `popularity`, `random` and
        `co_engaged`; tiers `all`, `head`, `torso` and `tail` (see `tiers`), None for a tier
        without a question; `topics` as from `same_topic`.
    """
    asked = questions(held_out, most=most, seed=seed)
    lines = look_up(embedding.index, asked.answer, NONE)
    ranks = {
        name: _ranks(embedding, asked, score)
        for name, score in _methods(embedding, co_engaged).items()
    }
    tier = np.where(lines == NONE, TIERS.index("tail"), tiers(embedding.counts)[lines])
    result: dict[str, Any] = {
        "questions": len(asked),
        "accounts": len(embedding),
        "covered": _mean(lines != NONE),
        "rule": embedding.config.rule.value,
    }
    for cut in CUTS:
        hits = {name: (rank < cut).astype(np.float64) for name, rank in ranks.items()}
        hits["embedding"] = hits[embedding.config.rule.value]
        hits["random"] = np.where(lines == NONE, 0, min(cut / len(embedding), 1))
        result[f"hit@{cut}"] = {name: _by_tier(hit, tier) for name, hit in hits.items()}
    if topic_of is not None:
        result["topics"] = same_topic(embedding, topic_of, mixture)
    return result


def _methods(embedding: Embedding, co_engaged: Links | None) -> Mapping[str, Score]:
    counts = embedding.counts.astype(np.float32)
    methods: dict[str, Score] = {
        rule.value: partial(_by_vectors, search_space(embedding, rule)) for rule in ScoreRule
    }
    methods["popularity"] = lambda recent: np.tile(counts, (len(recent), 1))
    if co_engaged is not None:
        methods["co_engaged"] = partial(_by_links, embedding, co_engaged)
    return methods


def _by_vectors(space: tuple[F32, F32], recent: I32) -> F32:
    """Score by the mean of the recent accounts' queries."""
    queries, points = space
    known = recent != NONE
    total = np.where(known[:, :, None], queries[recent], 0).sum(axis=1)
    mean = total / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return np.asarray(mean.astype(np.float32) @ points.T, np.float32)


def _by_links(embedding: Embedding, links: Links, recent: I32) -> F32:
    """Score by the sum over the recent accounts' lists."""
    scores = np.zeros((len(recent), len(embedding)), np.float32)
    for place in range(recent.shape[1]):
        asked = np.flatnonzero(recent[:, place] != NONE)
        accounts = embedding.accounts[recent[asked, place]]
        lines = look_up(links.index, accounts, NONE)
        asked, lines = asked[lines != NONE], lines[lines != NONE]
        filled = np.arange(links.rows.shape[1]) < links.length[lines][:, None]
        found = look_up(embedding.index, links.rows[lines], NONE)
        at, column = np.nonzero(filled & (found != NONE))
        scores[asked[at], found[at, column]] += links.scores[lines[at], column]
    return scores


def _ranks(embedding: Embedding, asked: Questions, score: Score) -> F64:
    """Return [q] how many accounts rank above each answer, half of the equal ones; inf for none."""
    parts = [
        _ranks_of(embedding, asked.slice(first, first + BATCH), score)
        for first in range(0, len(asked), BATCH)
    ]
    return np.concatenate([np.zeros(0), *parts])


def _ranks_of(embedding: Embedding, asked: Questions, score: Score) -> F64:
    before, answer = (
        look_up(embedding.index, asked.before, NONE),
        look_up(embedding.index, asked.answer, NONE),
    )
    scores = score(_recent(before))
    at, place = np.nonzero(before != NONE)
    scores[at, before[at, place]] = -np.inf
    mine = np.take_along_axis(scores, np.maximum(answer, 0)[:, None], axis=1)
    above = (scores > mine).sum(axis=1)
    equal = (scores == mine).sum(axis=1) - 1
    known = (answer != NONE) & np.isfinite(mine[:, 0])  # what is no number answers nothing
    return np.where(known, above + equal / 2, np.inf)


def _recent(before: I32) -> I32:
    """Return [q, RECENT], the first known lines of each question."""
    order = np.argsort(before == NONE, axis=1, kind="stable")[:, :RECENT]
    return np.take_along_axis(before, order, axis=1)


def _by_tier(hit: F64, tier: I64) -> dict[str, float | None]:
    return {"all": _mean(hit)} | {name: _mean(hit[tier == i]) for i, name in enumerate(TIERS)}


def _mean(values: Any) -> float | None:
    return round(float(np.mean(values)), 5) if len(values) else None
