"""Other rankers for the same rows; each learns one head after the other, on one thread.

All read the same columns: dense and sparse features as they stood, and the surface. Each stops by
the held rows, and says a logit (LambdaMART an order) of the held and of the examined rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
from ranking_dcn import dcn
from ranking_methods import (
    THREADS,
    Method,
    Scores,
    Settings,
    categories,
    labels_of,
    lists_of,
    one_by_one,
)
from ranking_rows import Parts

from bowerbird.core.facts import F64, I64
from bowerbird.ranking.examples import Examples


def _table(examples: Examples, settings: Settings) -> tuple[F64, list[int]]:
    """Return [n, columns] for trees, and which columns are categories."""
    names, values = categories(examples)
    kept = [k for k, name in enumerate(names) if name in settings["categories"]]
    columns = np.concatenate([examples.features, values[:, kept]], axis=1).astype(np.float64)
    first = examples.features.shape[1]
    return columns, list(range(first, first + len(kept)))


def _trees(settings: Settings, seed: int, **more: Any) -> dict[str, Any]:
    named = {"learning_rate": 0.05, "verbosity": -1, "num_threads": THREADS, "seed": seed}
    own = {k: v for k, v in settings.items() if k != "categories"}
    return {**named, "deterministic": True, **own, **more}


def boosted(
    examples: Examples, parts: Parts, heads: tuple[str, ...], settings: Settings, seed: int
) -> Scores:
    """Return what LightGBM says, one classifier a head."""
    lightgbm = import_module("lightgbm")
    columns, categorical = _table(examples, settings)

    def learn(head: str) -> Callable[[I64], F64]:
        learning, held = (
            lightgbm.Dataset(
                columns[rows], labels_of(examples, rows, head), categorical_feature=categorical
            )
            for rows in (parts.learning, parts.held)
        )
        model = lightgbm.train(
            _trees(settings, seed, objective="binary"),
            learning,
            num_boost_round=2_000,
            valid_sets=[held],
            callbacks=[lightgbm.early_stopping(50, verbose=False)],
        )
        return lambda rows: np.asarray(model.predict(columns[rows], raw_score=True))

    return one_by_one(learn, parts, heads)


def lambdamart(
    examples: Examples, parts: Parts, heads: tuple[str, ...], settings: Settings, seed: int
) -> Scores:
    """Return the order of LightGBM's LambdaMART within a person's rows on one surface."""
    lightgbm = import_module("lightgbm")
    columns, categorical = _table(examples, settings)
    rows_of = {}
    for name, rows in (("learning", parts.learning), ("held", parts.held)):
        rows_of[name] = rows[np.argsort(lists_of(examples, rows), kind="stable")]

    def learn(head: str) -> Callable[[I64], F64]:
        learning, held = (
            lightgbm.Dataset(
                columns[rows],
                labels_of(examples, rows, head),
                group=np.unique(lists_of(examples, rows), return_counts=True)[1],
                categorical_feature=categorical,
            )
            for rows in rows_of.values()
        )
        model = lightgbm.train(
            _trees(settings, seed, objective="lambdarank", metric="ndcg", eval_at=[5]),
            learning,
            num_boost_round=2_000,
            valid_sets=[held],
            callbacks=[lightgbm.early_stopping(50, verbose=False)],
        )
        return lambda rows: np.asarray(model.predict(columns[rows], raw_score=True))

    return replace(one_by_one(learn, parts, heads), chances=False)


def logistic(
    examples: Examples, parts: Parts, heads: tuple[str, ...], settings: Settings, seed: int
) -> Scores:
    """Return what logistic regression says of standardised features and one-hot categories."""
    sparse = import_module("scipy.sparse")
    preprocessing = import_module("sklearn.preprocessing")
    linear = import_module("sklearn.linear_model")
    names, values = categories(examples)
    kept = [k for k, name in enumerate(names) if name in settings["categories"]]
    scaler = preprocessing.StandardScaler().fit(examples.features[parts.learning])
    encoder = preprocessing.OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=8)
    encoder.fit(values[parts.learning][:, kept])

    def read(rows: I64) -> Any:
        dense = np.clip(scaler.transform(examples.features[rows]), -5, 5)
        return sparse.hstack([dense, encoder.transform(values[rows][:, kept])], format="csr")

    def learn(head: str) -> Callable[[I64], F64]:
        model = linear.LogisticRegression(C=settings["C"], max_iter=300)
        model.fit(read(parts.learning), labels_of(examples, parts.learning, head))
        return lambda rows: np.asarray(model.decision_function(read(rows)))

    return one_by_one(learn, parts, heads)


def _grid(**choices: tuple[Any, ...]) -> tuple[Settings, ...]:
    """Return every combination."""
    found: list[Settings] = [{}]
    for name, values in choices.items():
        found = [{**settings, name: value} for settings in found for value in values]
    return tuple(found)


SMALL = ("media_type", "topic_first", "topic_second", "source", "hour", "weekday", "surface")
"""Categories of some hundred kinds at most."""

IDS = (*SMALL, "user", "account", "media")

TREES = _grid(
    categories=(("surface",), SMALL, IDS),
    num_leaves=(7, 15, 31),
    min_data_in_leaf=(20, 100),
    feature_fraction=(0.5, 1.0),
)

PEERS: tuple[Method, ...] = (
    Method(
        "LightGBM",
        boosted,
        {"categories": ("surface",), "num_leaves": 7, "min_data_in_leaf": 100,
         "feature_fraction": 0.5},
        TREES,
        "lightgbm",
    ),
    Method(
        "LambdaMART",
        lambdamart,
        {"categories": ("surface",), "num_leaves": 7, "min_data_in_leaf": 100,
         "feature_fraction": 0.5},
        TREES,
        "lightgbm",
    ),
    Method(
        "logistic regression",
        logistic,
        {"categories": SMALL, "C": 0.1},
        _grid(categories=(("surface",), SMALL, IDS), C=(0.001, 0.01, 0.1)),
        "sklearn",
    ),
    Method(
        "DCN-v2",
        dcn,
        {"width": 8, "crosses": 1, "hidden": (64, 32), "dropout": 0.2, "rate": 1e-3,
         "decay": 1e-4},
        _grid(
            width=(8, 16),
            crosses=(1, 2, 3),
            hidden=((64, 32), (256, 128)),
            dropout=(0.0, 0.2),
            rate=(3e-4, 1e-3),
            decay=(1e-4, 1e-2),
        ),
        "torch",
    ),
)  # fmt: skip
"""No setting of `chosen` was chosen on the test days."""
