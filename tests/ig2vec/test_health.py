from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from bowerbird.core.facts import I32, NONE
from bowerbird.core.signals import Links
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.health import health
from bowerbird.ig2vec.hubness import hubness, occurrences
from bowerbird.ig2vec.neighbours import neighbours
from bowerbird.ig2vec.probe import probe
from bowerbird.ig2vec.stability import stability
from bowerbird.ig2vec.training import train_vectors
from bowerbird.ig2vec.verdict import faults
from tests.ig2vec.making import clustered, embedding


def links(*lists: list[int]) -> Links:
    """Row i has the list i."""
    width = max(len(line) for line in lists)
    rows = np.array([line + [NONE] * (width - len(line)) for line in lists], np.int32)
    length = np.array([len(line) for line in lists], np.int32)
    return Links(np.arange(len(lists), dtype=np.int32), rows, length, np.ones(rows.shape, "f4"))


@pytest.fixture(scope="module")
def learned() -> Embedding:
    return train_vectors(clustered(seed=3), EmbeddingConfig(dim=16, epochs=8))


def cluster_of(size: int = 200) -> I32:
    return (np.arange(size) // 25).astype(np.int32)


def test_a_hub_is_counted_by_hand() -> None:
    found = links([1, 2], [0, 2], [0, 1], [0])
    assert occurrences(found).tolist() == [3, 2, 2, 0]
    told = hubness(found)
    assert told["orphans"] == 0.25
    assert told["largest"] == 0.75
    away = np.array([1.25, 0.25, 0.25, -1.75])
    skewness = (away**3).mean() / (away**2).mean() ** 1.5
    assert np.isclose(told["skewness"], skewness, atol=1e-4)


def test_lists_that_all_name_one_account_are_skewed() -> None:
    ring = links(*[[(i + 1) % 30] for i in range(30)])
    hub = links([1], *[[0]] * 29)
    assert hubness(ring)["skewness"] == 0
    assert hubness(hub)["skewness"] > 3


def test_stability_is_the_share_of_neighbours_kept_by_accounts_in_both() -> None:
    before, after = links([1, 2], [0, 2], [0]), links([2, 1], [3, 2], [3], [0])
    assert stability(before, after) == {"accounts": 3, "kept": 0.5}
    assert stability(before, before)["kept"] == 1
    assert stability(links([1]), replace(after, index=np.full(4, NONE, np.int32))) == {}


def test_a_topic_is_read_from_vectors_of_unseen_accounts(learned: Embedding) -> None:
    told = probe(learned, cluster_of())
    assert told["accounts"] == 60
    assert told["accuracy"] > 0.9
    assert told["majority"] < 0.3
    shuffled = np.random.default_rng(0).permutation(cluster_of())
    assert probe(learned, shuffled)["accuracy"] < 0.35
    assert probe(learned, cluster_of()[:30]) == {}


def test_health_tells_what_is_covered(learned: Embedding) -> None:
    corpus: Corpus = clustered(seed=3)
    told = health(learned, corpus, neighbours(learned, 20), topic_of=cluster_of())
    assert told["coverage"] == {"words": 1.0, "accounts": 1.0}
    assert told["topics"]["all"]["share"] > 0.9
    assert "stability" not in told
    assert msgspec.json.encode(told)  # as a manifest holds it


def test_honest_vectors_have_no_fault(learned: Embedding) -> None:
    assert faults(learned, exam(learned, clustered(seed=4, sentences=100))) == []


def test_vectors_that_are_all_alike_or_no_numbers_are_faults() -> None:
    alike = embedding([[1, 0.001 * i] for i in range(30)], [5] * 30)
    assert "all vectors are alike" in faults(alike, {})[0]
    broken = replace(alike, vectors=np.full_like(alike.vectors, np.nan))
    assert faults(broken, {}) == ["some vectors are not numbers"]


def test_answers_worse_than_chance_are_a_fault_when_there_are_enough(learned: Embedding) -> None:
    found = exam(learned, clustered(seed=4, sentences=300))
    worse = found | {"hit@10": {"embedding": {"all": 0.01}, "random": {"all": 0.05}}}
    assert faults(learned, worse) == ["hit@10 of the next account is 0.0100, of chance 0.0500"]
    few = worse | {"questions": 20}
    assert faults(learned, few) == []


def test_vectors_that_are_no_numbers_answer_nothing(learned: Embedding) -> None:
    broken = replace(learned, vectors=np.full_like(learned.vectors, np.nan))
    found = exam(broken, clustered(seed=4, sentences=50))
    assert found["hit@100"]["cosine"]["all"] == 0
