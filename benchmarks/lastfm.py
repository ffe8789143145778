"""Do neighbours share a topic? Account vectors from unordered lists: Last.fm 2K (HetRec 2011).

Artists are the accounts, each person's list of about 50 artists is one sentence without an order,
so the window is the whole list. Topics are the three tags people gave an artist most often. Shown:
the share of an artist's 20 nearest that share one of its three tags, and how often a linear
classifier reads the artist's first tag from the vector alone (learned from four fifths of the
artists, asked of the rest). Figures are of one half of the artists; the other half is for choosing
settings (`--tune`). Over three seeds where a method draws anything and is quick.

    make benchmarks
    .venv-bench/bin/python benchmarks/lastfm.py ../shared/data/lastfm-hetrec2011-2k
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F32, F64, I32
from bowerbird.evaluation.metrics import bootstrap
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.training import train_vectors

LISTENERS = 5  # an artist with fewer is left out
NEAREST = 20
TAGS = 50  # the commonest first tags, for the classifier
SEEDS = (1, 2, 3)
WIDTH = 128
"""Of all vectors but those of cosine, which has a number a listener."""
OURS = EmbeddingConfig(
    dim=WIDTH, window=50, persons=1, negatives=25, lr=0.03, epochs=30, decay=0.003, smoothing=2.0
)

LISTS = """
SELECT user_id, artist_id, weight FROM read_parquet($listens) WHERE artist_id IN (
  SELECT artist_id FROM read_parquet($listens) GROUP BY artist_id HAVING count(*) >= $least)
ORDER BY user_id, artist_id
"""
TAGGED = """
SELECT artist_id, tag_id, count(*) AS n FROM read_parquet($tags) GROUP BY ALL
ORDER BY artist_id, n DESC, tag_id
"""


@dataclass(frozen=True, slots=True)
class Lists:
    """Who listens to whom, [n] pairs by person; artists are numbered from 0.

    Attributes:
        weight: listening counts.
        top: [a, 3] tags of each artist, most given first; negative where there are fewer.
        asked: [a] whether the figures are of this artist; the other half is for tuning.
    """

    user: I32
    artist: I32
    weight: F32
    top: NDArray[np.int64]
    asked: NDArray[np.bool_]

    def table(self) -> F32:
        """Return [users, artists] 1 where somebody listens."""
        found = np.zeros((self.user.max() + 1, len(self.top)), np.float32)
        found[self.user, self.artist] = 1
        return found


Learn = Callable[[Lists, int, Mapping[str, Any]], F32]
"""Lists, seed and settings -> vectors [a, d]."""


def load(source: Path) -> Lists:
    """Read the data set."""
    listens, tags = source / "user_artists.parquet", source / "user_taggedartists.parquet"
    with duckdb.connect() as connection:
        pairs = connection.execute(
            LISTS, {"listens": str(listens), "least": LISTENERS}
        ).fetchnumpy()
        given = connection.execute(TAGGED, {"tags": str(tags)}).fetchnumpy()
    artists, artist = np.unique(pairs["artist_id"], return_inverse=True)
    top = -np.arange(1, 3 * len(artists) + 1).reshape(-1, 3).astype(np.int64)  # no two alike
    place = {int(a): i for i, a in enumerate(artists)}
    filled = np.zeros(len(artists), np.int64)
    for a, tag in zip(given["artist_id"].tolist(), given["tag_id"].tolist(), strict=True):
        line = place.get(a, -1)
        if line >= 0 and filled[line] < 3:
            top[line, filled[line]] = tag
            filled[line] += 1
    return Lists(
        user=np.unique(pairs["user_id"], return_inverse=True)[1].astype(np.int32),
        artist=artist.astype(np.int32),
        weight=pairs["weight"].astype(np.float32),
        top=top,
        asked=np.random.default_rng(0).permutation(len(artists)) % 2 == 0,
    )


def ours(lists: Lists, seed: int, settings: Mapping[str, Any]) -> F32:
    """Return ig2vec's vectors; each list in an order drawn at random."""
    order = np.lexsort((np.random.default_rng(seed).random(len(lists.user)), lists.user))
    people = int(lists.user.max()) + 1
    corpus = Corpus(
        tokens=lists.artist[order],
        weights=np.ones(len(order), np.float32),
        starts=np.append(0, np.cumsum(np.bincount(lists.user))).astype(np.int64),
        users=np.arange(people, dtype=np.int32),
        last_ts=np.zeros(people, np.int64),
        by_session=False,
    )
    config = replace(OURS, seed=seed, min_count=LISTENERS, **settings)
    return train_vectors(corpus, config).vectors


def gensim(lists: Lists, seed: int, settings: Mapping[str, Any]) -> F32:
    """Return gensim's skip-gram vectors of the same lists."""
    order = np.lexsort((np.random.default_rng(seed).random(len(lists.user)), lists.user))
    cuts = np.cumsum(np.bincount(lists.user))[:-1]
    words = [[str(a) for a in part.tolist()] for part in np.split(lists.artist[order], cuts)]
    model = import_module("gensim.models").Word2Vec(
        words, sg=1, min_count=1, workers=1, seed=seed, vector_size=WIDTH, window=50, **settings
    )
    found: F32 = model.wv[[str(a) for a in range(len(lists.top))]]
    return found


def als(lists: Lists, seed: int, settings: Mapping[str, Any]) -> F32:
    """Return implicit's item factors of log counts."""
    sparse = import_module("scipy.sparse")
    values = np.log1p(lists.weight)
    model = import_module("implicit.cpu.als").AlternatingLeastSquares(
        factors=WIDTH, random_state=seed, num_threads=1, **settings
    )
    model.fit(sparse.csr_matrix((values, (lists.user, lists.artist))), show_progress=False)
    found: F32 = model.item_factors
    return found


def cosine(lists: Lists, seed: int, settings: Mapping[str, Any]) -> F32:
    """Return each artist's listeners: cosine of them is ItemCF's."""
    return np.ascontiguousarray(lists.table().T)


def ppmi(lists: Lists, seed: int, settings: Mapping[str, Any]) -> F32:
    """Return `WIDTH` dimensions of the positive pointwise mutual information of sharing a listener.

    Source: Levy and Goldberg, Neural Word Embedding as Implicit Matrix Factorization, NIPS 2014.
    """
    table = lists.table()
    together = table.T @ table
    np.fill_diagonal(together, 0)
    share = together.sum(axis=1) / together.sum()
    with np.errstate(divide="ignore"):
        mutual = np.log(together / together.sum() / np.outer(share, share ** settings["power"]))
    mutual -= np.log(settings["shift"])
    u, s, _ = np.linalg.svd(np.maximum(mutual, 0), hermitian=True)
    found: F32 = (u[:, :WIDTH] * s[:WIDTH] ** settings["root"]).astype(np.float32)
    return found


def popular(lists: Lists, seed: int, settings: Mapping[str, Any]) -> F32:
    """Return no vectors worth the name: everybody's nearest are the most listened to."""
    return np.bincount(lists.artist, minlength=len(lists.top)).astype(np.float32)[:, None]


@dataclass(frozen=True, slots=True)
class Method:
    """A way to vectors: its settings, and a grid to try on the tuning half."""

    name: str
    learn: Learn
    chosen: Mapping[str, Any]
    grid: tuple[Mapping[str, Any], ...] = ()
    needs: str = "numpy"
    seeds: tuple[int, ...] = (0,)


METHODS = (
    Method(
        "ours",
        ours,
        {},
        tuple(
            {"persons": p, "negatives": n, "lr": r, "epochs": e, "decay": d}
            for p in (0, 1, 4)
            for n, r, e in ((5, 0.1, 60), (15, 0.03, 40), (25, 0.03, 30))
            for d in (0.002, 0.003, 0.006)
        ),
        seeds=SEEDS,
    ),
    Method(
        "ALS",
        als,
        {"regularization": 0.1, "alpha": 4.0, "iterations": 20},
        tuple(
            {"regularization": r, "alpha": a, "iterations": 20}
            for r in (0.1, 10.0)
            for a in (1.0, 4.0, 16.0)
        ),
        "implicit",
        SEEDS,
    ),
    Method("cosine", cosine, {}),
    Method(
        "PPMI-SVD",
        ppmi,
        {"power": 0.75, "shift": 1.0, "root": 0.5},
        tuple(
            {"power": p, "shift": s, "root": r}
            for p in (0.75, 1.0)
            for s in (1.0, 3.0)
            for r in (0.0, 0.5)
        ),
    ),
    Method("popularity", popular, {}),
    Method(
        "gensim",
        gensim,
        {"epochs": 20, "alpha": 0.05, "ns_exponent": 0.75},
        tuple(
            {"epochs": e, "alpha": a, "ns_exponent": x}
            for e in (20, 60)
            for a in (0.025, 0.05)
            for x in (0.75, 0.0)
        ),
        "gensim",
        SEEDS[:1],  # minutes each
    ),
)


def precision(vectors: F32, lists: Lists, asked: NDArray[np.bool_]) -> float:
    """Return the share of the 20 nearest, over tagged artists, that share one of three tags."""
    tagged = np.flatnonzero(lists.top[:, 0] >= 0)
    queries = np.flatnonzero(asked & (lists.top[:, 0] >= 0))
    near = _scores(vectors, queries, tagged)
    near[queries[:, None] == tagged] = -np.inf
    nearest = tagged[np.argsort(-near, axis=1, kind="stable")[:, :NEAREST]]
    return float(_alike(lists.top[queries][:, None], lists.top[nearest]).mean())


def _scores(vectors: F32, queries: NDArray[np.intp], rows: NDArray[np.intp]) -> F32:
    if vectors.shape[1] == 1:  # popularity
        return np.tile(vectors[rows, 0], (len(queries), 1))
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    found: F32 = unit[queries] @ unit[rows].T
    return found


def _alike(one: NDArray[np.int64], two: NDArray[np.int64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (one[..., :, None] == two[..., None, :]).any(axis=(-1, -2))
    return found


def base_rate(lists: Lists, asked: NDArray[np.bool_]) -> float:
    """Return how often two tagged artists share one of three tags."""
    tagged = lists.top[lists.top[:, 0] >= 0]
    queries = np.flatnonzero(asked & (lists.top[:, 0] >= 0))
    shares = [_alike(lists.top[q], tagged).sum() - 1 for q in queries]
    return float(np.sum(shares) / (len(queries) * (len(tagged) - 1)))


def first_tag(vectors: F32, lists: Lists, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each artist asked of whether ridge regression names its first tag; five folds.

    Only artists whose first tag is one of the commonest count. The ridge is the best of a few for
    the folds as a whole, for every method alike.
    """
    tags, counts = np.unique(lists.top[lists.top[:, 0] >= 0, 0], return_counts=True)
    common = tags[np.argsort(-counts, kind="stable")[:TAGS]]
    rows = np.flatnonzero(np.isin(lists.top[:, 0], common))
    label = (lists.top[rows, :1] == common).argmax(axis=1)
    unit = vectors[rows] / np.maximum(np.linalg.norm(vectors[rows], axis=1, keepdims=True), 1e-9)
    inputs = np.column_stack([unit, np.full(len(rows), 1.0)]).astype(np.float64)
    fold = np.random.default_rng(1).permutation(len(rows)) % 5
    right = {ridge: np.zeros(len(rows), np.bool_) for ridge in (0.1, 1.0, 10.0)}
    for held in range(5):
        x, y = inputs[fold != held], np.eye(len(common))[label[fold != held]]
        gram = x @ x.T if len(x) < x.shape[1] else x.T @ x
        for ridge, answers in right.items():
            solved = np.linalg.solve(
                gram + ridge * np.eye(len(gram)), y if len(x) < x.shape[1] else x.T @ y
            )
            weights = x.T @ solved if len(x) < x.shape[1] else solved
            named = (inputs[fold == held] @ weights).argmax(axis=1)
            answers[fold == held] = named == label[fold == held]
    return max((answers[asked[rows]] for answers in right.values()), key=np.mean)


def tune(lists: Lists, only: str) -> None:
    """Print the precision of every setting on the tuning half."""
    for method in METHODS:
        for settings in method.grid if find_spec(method.needs) and only in method.name else ():
            found = precision(method.learn(lists, 0, settings), lists, ~lists.asked)
            print(f"{method.name:<10} {found:.4f}  {dict(settings)}", flush=True)


def figures(method: Method, lists: Lists, our: F64 | None) -> tuple[dict[str, object], F64]:
    """Return a method's row, the mean over its seeds, and how it names each artist's first tag.

    That is the share of its seeds that name it; `our` is ours, None where they are left out.
    """
    started = perf_counter()
    learned = [method.learn(lists, seed, method.chosen) for seed in method.seeds]
    took = (perf_counter() - started) / len(learned)
    near = [precision(vectors, lists, lists.asked) for vectors in learned]
    named = np.mean([first_tag(vectors, lists, lists.asked) for vectors in learned], axis=0)
    row: dict[str, object] = {
        "what": method.name,
        "same tag of 20 nearest": round(float(np.mean(near)), 4),
        "spread over seeds": round(float(np.ptp(near)), 4),
        "first tag named": round(float(named.mean()), 4),
        "seconds": round(took, 1),
    }
    if our is not None:
        row["ours less it"] = str(bootstrap(our - named, np.random.default_rng(0)))
    return row, named


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--tune", action="store_true", help="try settings on the other half")
    parser.add_argument("--only", default="", help="only methods whose name has this")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    lists = load(asked.source)
    if asked.tune:
        tune(lists, asked.only)
        return 0
    print(f"{len(lists.top)} artists, base rate {base_rate(lists, lists.asked):.4f}")
    our: F64 | None = None
    for method in METHODS:
        if asked.only not in method.name:
            continue
        if find_spec(method.needs) is None:
            print(f"{method.name}: left out, `make benchmarks` installs {method.needs}")
            continue
        row, named = figures(method, lists, our)
        our = named if method.learn is ours else our
        print(
            json.dumps(row) if asked.json else "  ".join(f"{k}: {v}" for k, v in row.items()),
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
