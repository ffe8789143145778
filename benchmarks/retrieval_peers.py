"""Other ways to find media for people: each gives [people, media] scores from the same history.

gensim and implicit come with `make benchmarks`; where they are missing their rows are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from retrieval_data import History, Pairs

from bowerbird.core.facts import F32, I32
from bowerbird.evaluation.baselines import Ease, ItemCF

Scores = Callable[[I32], F32]
"""Takes people [k], gives scores [k, n]."""

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Peer:
    """A method with its settings.

    Attributes:
        learn: history and settings -> scores.
        chosen: the settings of the table.
        grid: what `--tune` tries on the validation days.
        needs: the module it comes from.
    """

    name: str
    learn: Callable[[History, Settings], Scores]
    chosen: Settings
    grid: tuple[Settings, ...] = ()
    needs: str = "numpy"

    def installed(self) -> bool:
        """Return whether it can run here."""
        return find_spec(self.needs) is not None


def seeds_of(history: History, pairs: Pairs, people: I32, rows: I32, items: int) -> F32:
    """Return [k, items] 1 where a person has the row."""
    place = np.full(len(history.people), -1)
    place[people] = np.arange(len(people))
    at = place[pairs.user]
    found = np.zeros((len(people), items), np.float32)
    found[at[at >= 0], rows[at >= 0]] = 1
    return found


def popularity(history: History, settings: Settings) -> Scores:
    """Return the same scores for everybody."""
    scores = history.popularity.astype(np.float32)
    return lambda people: np.tile(scores, (len(people), 1))


def _by_matrix(history: History, pairs: Pairs, matrix: F32) -> Scores:
    n = len(history.videos)
    return lambda people: seeds_of(history, pairs, people, pairs.media, n) @ matrix


def item_cf(history: History, settings: Settings) -> Scores:
    """Return cosines with what each person watched, summed."""
    pairs = getattr(history, settings["pairs"])
    return _by_matrix(history, pairs, ItemCF(history.engaged(pairs), settings["shrinkage"]).matrix)


def ease(history: History, settings: Settings) -> Scores:
    """Return EASE's scores."""
    pairs = getattr(history, settings["pairs"])
    return _by_matrix(history, pairs, Ease(history.engaged(pairs), settings["ridge"]).matrix)


def ease_unseen(history: History, settings: Settings) -> Scores:
    """Return EASE's scores without all that a person is known to have seen, listed or not."""
    scores, pairs, n = ease(history, settings), history.everything, len(history.videos)

    def unseen(people: I32) -> F32:
        found = scores(people)
        found[seeds_of(history, pairs, people, pairs.media, n) > 0] = -np.inf
        return found

    return unseen


def account_cf(history: History, settings: Settings) -> Scores:
    """Return cosines between accounts, summed; each media has its account's score."""
    pairs = getattr(history, settings["pairs"])
    engaged = history.engaged(pairs, accounts=True)
    matrix = ItemCF(engaged, settings["shrinkage"]).matrix
    rows = history.account[pairs.media]

    def scores(people: I32) -> F32:
        seeds = seeds_of(history, pairs, people, rows, engaged.items)
        found: F32 = (seeds @ matrix)[:, history.account]
        return found

    return scores


def item2vec(history: History, settings: Settings) -> Scores:
    """Return gensim's skip-gram on the sequences, summed over what each person watched.

    `score` is "cosine", of input vectors, or "context", of unit inputs with outputs. Media with
    fewer than `least` watches are not found: else the nearest to many are those that hardly moved.
    """
    word2vec = import_module("gensim.models").Word2Vec
    user, media = history.watched.user, history.watched.media
    cuts = np.flatnonzero(np.diff(user)) + 1
    sentences = [[str(v) for v in part.tolist()] for part in np.split(media, cuts)]
    how = {name: value for name, value in settings.items() if name not in ("score", "least")}
    model = word2vec(sentences, sg=1, min_count=1, workers=2, seed=1, **how)
    n, known = len(history.videos), np.array([int(word) for word in model.wv.index_to_key])
    seeds, found = (np.zeros((n, model.vector_size), np.float32) for _ in range(2))
    seeds[known] = model.wv.get_normed_vectors()
    found[known] = model.syn1neg if settings["score"] == "context" else seeds[known]
    rare = np.bincount(media, minlength=n) < settings["least"]

    def scores(people: I32) -> F32:
        given = seeds_of(history, history.watched, people, media, n) @ seeds @ found.T
        given[:, rare] = -np.inf
        return given

    return scores


def _implicit(model: Any, history: History) -> Scores:
    sparse = import_module("scipy.sparse")
    pairs = history.everything
    shape = len(history.people), len(history.videos)
    ones = np.ones(len(pairs.user), np.float32)
    model.fit(sparse.csr_matrix((ones, (pairs.user, pairs.media)), shape), show_progress=False)
    return lambda people: model.user_factors[people] @ model.item_factors.T


def als(history: History, settings: Settings) -> Scores:
    """Return implicit's alternating least squares."""
    module = import_module("implicit.cpu.als")
    return _implicit(module.AlternatingLeastSquares(random_state=1, **settings), history)


def bpr(history: History, settings: Settings) -> Scores:
    """Return implicit's Bayesian personalised ranking."""
    module = import_module("implicit.cpu.bpr")
    return _implicit(module.BayesianPersonalizedRanking(random_state=1, **settings), history)


def _grid(**choices: tuple[Any, ...]) -> tuple[Settings, ...]:
    """Return every combination."""
    found: list[Settings] = [{}]
    for name, values in choices.items():
        found = [{**settings, name: value} for settings in found for value in values]
    return tuple(found)


PAIRS = ("watched", "everything")
EASE = "EASE"

PEERS = (
    Peer("popularity", popularity, {}),
    Peer(
        "ItemCF cosine",
        item_cf,
        {"pairs": "watched", "shrinkage": 10.0},
        _grid(pairs=PAIRS, shrinkage=(0.0, 10.0, 50.0)),
    ),
    Peer(
        EASE,
        ease,
        {"pairs": "watched", "ridge": 400.0},
        (
            *_grid(pairs=("watched",), ridge=(100.0, 200.0, 400.0, 800.0, 1600.0)),
            *_grid(pairs=("everything",), ridge=(400.0, 1600.0)),
        ),
    ),
    Peer("EASE, ridge 100", ease, {"pairs": "watched", "ridge": 100.0}),
    Peer("EASE, ridge 1600", ease, {"pairs": "watched", "ridge": 1600.0}),
    Peer("EASE, nothing known to be seen", ease_unseen, {"pairs": "watched", "ridge": 400.0}),
    Peer(
        "account-level CF",
        account_cf,
        {"pairs": "watched", "shrinkage": 10.0},
        _grid(pairs=PAIRS, shrinkage=(0.0, 10.0, 50.0)),
    ),
    Peer(
        "gensim item2vec",
        item2vec,
        {"vector_size": 64, "window": 10, "epochs": 8, "alpha": 0.05, "ns_exponent": 0.75}
        | {"sample": 1e-4, "score": "cosine", "least": 200},
        _grid(
            vector_size=(64,),
            window=(10,),
            epochs=(8,),
            alpha=(0.05,),
            ns_exponent=(0.75, -0.5),
            sample=(1e-4,),
            score=("cosine", "context"),
            least=(1, 50, 200),
        ),
        "gensim",
    ),
    Peer(
        "implicit ALS",
        als,
        {"factors": 96, "regularization": 200.0, "alpha": 32.0, "iterations": 15},
        (
            *_grid(
                factors=(16, 32, 48, 64),
                regularization=(10.0, 30.0, 100.0),
                alpha=(8.0, 16.0, 32.0),
                iterations=(15,),
            ),
            *_grid(
                factors=(48, 64, 96),
                regularization=(200.0, 400.0),
                alpha=(16.0, 32.0),
                iterations=(15,),
            ),
            *_grid(
                factors=(128, 192),
                regularization=(200.0, 400.0),
                alpha=(32.0, 64.0),
                iterations=(15,),
            ),
        ),
        "implicit",
    ),
    Peer(
        "implicit BPR",
        bpr,
        {"factors": 32, "learning_rate": 0.01, "regularization": 0.003, "iterations": 100},
        (
            {"factors": 32, "learning_rate": 0.01, "regularization": 0.003, "iterations": 100},
            {"factors": 64, "learning_rate": 0.01, "regularization": 0.03, "iterations": 100},
            {"factors": 64, "learning_rate": 0.03, "regularization": 0.003, "iterations": 100},
        ),
        "implicit",
    ),
)
"""No setting of `chosen` was chosen on the test days."""
