"""The ig2vec trainer beside gensim's Word2Vec and fastText: tokens a second, and what vectors know.

All read the same made-up sessions, fastText from a file, the others from memory: of clusters of
accounts, a fifth of the words drawn from everybody. Width, window, negatives, sub-sampling and
epochs are the same; each learns at the rate that is best for it on validation sessions, and is
examined on others, over several seeds of that corpus, on as many threads as the last of `--threads`
says. Speed a core is tokens a second of CPU time, so that a busy machine does not count; on two
threads it is wall time.

    make benchmarks && .venv-bench/bin/python benchmarks/ig2vec.py
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from tempfile import NamedTemporaryFile
from time import perf_counter, process_time
from typing import Any

import numpy as np

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import F32, I32, NONE
from bowerbird.ig2vec.config import EmbeddingConfig
from bowerbird.ig2vec.corpus import Corpus
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.exam import exam
from bowerbird.ig2vec.lengths import unit
from bowerbird.ig2vec.same_topic import same_topic
from bowerbird.ig2vec.spectral import spectral
from bowerbird.ig2vec.training import SPREAD, train_vectors
from bowerbird.ig2vec.vocabulary import vocabulary

RATES = (0.025, 0.05, 0.1, 0.2)
PLAIN = EmbeddingConfig(
    epochs=5,
    window=5,
    negatives=5,
    persons=0,
    centre=0,
    spectral=0,
    smoothing=0,
    decay=0,
    min_count=1,
    start_scale=5,
    rest=0,
)
"""What word2vec does too; the rest of the defaults is switched off."""

LENGTH = 10
NOISE = 0.2
Trainer = Callable[[Corpus, EmbeddingConfig], Embedding]


@dataclass(frozen=True)
class Town:
    """Accounts in clusters, with a popularity."""

    topic: I32
    order: np.ndarray
    first: np.ndarray
    cumulated: np.ndarray

    @staticmethod
    def built(accounts: int, clusters: int, seed: int) -> Town:
        """Return a town in which the k-th account is as popular as k ** -0.8."""
        rng = np.random.default_rng(seed)
        topic = rng.integers(0, clusters, accounts).astype(np.int32)
        popularity = (rng.permutation(accounts) + 1.0) ** -0.8
        order = np.argsort(topic, kind="stable")
        first = np.searchsorted(topic[order], np.arange(clusters + 1))
        return Town(topic, order, first, np.append(0, np.cumsum(popularity[order])))

    def sessions(self, words: int, seed: int) -> Corpus:
        """Return sessions of ten words, each of one cluster drawn by popularity."""
        rng = np.random.default_rng(seed)
        size = words // LENGTH
        edges = self.cumulated[self.first]
        cluster = np.searchsorted(edges, rng.random(size) * edges[-1], side="right") - 1
        cluster = np.repeat(cluster, LENGTH)
        low, high = edges[cluster], edges[cluster + 1]
        noisy = rng.random(len(cluster)) < NOISE
        drawn = rng.random(len(cluster))
        at = np.where(noisy, drawn * edges[-1], low + (high - low) * drawn)
        place = np.searchsorted(self.cumulated, at, side="right") - 1
        tokens = self.order[np.clip(place, 0, len(self.order) - 1)].astype(np.int32)
        return Corpus(
            tokens=tokens,
            weights=np.ones(len(tokens), np.float32),
            starts=np.arange(0, len(tokens) + 1, LENGTH, dtype=np.int64),
            users=np.arange(size, dtype=np.int32),
            last_ts=np.zeros(size, np.int64),
        )


@dataclass
class Peer:
    """gensim on one corpus; the words are made once, outside of what is timed."""

    sentences: list[list[str]]

    @staticmethod
    def of(corpus: Corpus) -> Peer:
        """Return the corpus as gensim reads it."""
        words = corpus.tokens.astype(str).tolist()
        return Peer([words[i : i + LENGTH] for i in range(0, len(words), LENGTH)])

    def train(self, corpus: Corpus, config: EmbeddingConfig) -> Embedding:
        """Return gensim's vectors as an embedding, so that one exam asks both."""
        model = self.built(config)
        self.run(model)
        accounts = np.array([int(word) for word in model.wv.index_to_key], np.int32)
        order = np.argsort(accounts)
        vectors, out = model.wv.vectors[order], model.syn1neg[order]
        return embedding_of(corpus, accounts[order], vectors, out, config)

    def built(self, config: EmbeddingConfig) -> Any:
        """Return a gensim model that knows its words and has learned nothing."""
        from gensim.models import Word2Vec  # only in the environment of the benchmarks

        model = Word2Vec(
            vector_size=config.dim,
            window=config.window,
            sg=1,
            hs=0,
            negative=config.negatives,
            ns_exponent=config.negative_exponent,
            sample=config.subsample,
            min_count=config.min_count,
            alpha=config.lr,
            min_alpha=config.lr * 0.01,
            epochs=config.epochs,
            workers=config.threads,
            seed=config.seed,
        )
        model.build_vocab(self.sentences)
        return model

    def run(self, model: Any) -> None:
        """Train a built model."""
        model.train(self.sentences, total_examples=model.corpus_count, epochs=model.epochs)


class FastText:
    """fastText on one corpus, without pieces of words: word2vec in C++. It reads from a file."""

    def __init__(self, corpus: Corpus) -> None:
        self._file = NamedTemporaryFile("w", suffix=".txt")  # noqa: SIM115 lives as long as this
        for words in Peer.of(corpus).sentences:
            self._file.write(" ".join(words) + "\n")
        self._file.flush()

    def train(self, corpus: Corpus, config: EmbeddingConfig) -> Embedding:
        """Return its vectors as an embedding, so that one exam asks all."""
        model = self.run(config)
        words = model.get_words()
        kept = np.array([line for line, word in enumerate(words) if word != "</s>"])
        accounts = np.array([int(words[line]) for line in kept], np.int32)
        order = np.argsort(accounts)
        vectors, out = (
            np.asarray(matrix, np.float32)[kept[order]]
            for matrix in (model.get_input_matrix(), model.get_output_matrix())
        )
        return embedding_of(corpus, accounts[order], vectors, out, config)

    def run(self, config: EmbeddingConfig) -> Any:
        """Return a trained model."""
        import fasttext  # only in the environment of the benchmarks

        return fasttext.train_unsupervised(
            self._file.name,
            model="skipgram",
            loss="ns",
            dim=config.dim,
            ws=config.window,
            neg=config.negatives,
            t=config.subsample,
            minCount=config.min_count,
            minn=0,
            maxn=0,
            lr=config.lr,
            epoch=config.epochs,
            thread=config.threads,
            verbose=0,
        )

    def reading(self, tokens: int, config: EmbeddingConfig) -> float:
        """Return its million tokens a second, of all epochs after the first."""
        clock = process_time if config.threads == 1 else perf_counter
        started = clock()
        self.run(replace(config, epochs=1))
        first = clock()
        self.run(config)
        return tokens * (config.epochs - 1) / ((clock() - first) - (first - started)) / 1e6


def embedding_of(
    corpus: Corpus, accounts: I32, vectors: F32, out: F32, config: EmbeddingConfig
) -> Embedding:
    """Return a peer's vectors of `accounts`, ascending, as an embedding."""
    index = np.full(int(corpus.tokens.max()) + 1, NONE, np.int32)
    index[accounts] = np.arange(len(accounts), dtype=np.int32)
    counts = np.bincount(corpus.tokens)[accounts].astype(np.int64)
    return Embedding(index, accounts, unit(vectors), out, counts, config)


def reading(corpus: Corpus, config: EmbeddingConfig) -> float:
    """Return our million tokens a second, of all epochs after the first: set-up is left out.

    So it is of gensim, whose words are counted and vectors made before it is timed.
    """
    clock = process_time if config.threads == 1 else perf_counter
    marks: list[float] = []
    train_vectors(corpus, config, lambda share: marks.append(clock()))
    return len(corpus.tokens) * (config.epochs - 1) / (marks[-1] - marks[0]) / 1e6


def speed(run: Callable[[], object], tokens: int, threads: int) -> float:
    """Return million tokens a second: of CPU time on one thread, of wall time on more."""
    clock = process_time if threads == 1 else perf_counter
    started = clock()
    run()
    return tokens / (clock() - started) / 1e6


def speeds(
    accounts: int, words: int, times: int, widths: list[int], cores: list[int]
) -> Iterator[dict[str, object]]:
    """Yield the rows on speed, the best of `times` runs each."""
    corpus = Town.built(accounts, accounts // 100, seed=0).sessions(words, seed=1)
    peer, read = Peer.of(corpus), PLAIN.epochs * words
    fast = FastText(corpus) if find_spec("fasttext") else None
    for dim in widths:
        for threads in cores:
            config = replace(PLAIN, dim=dim, threads=threads)
            ours = max(reading(corpus, config) for _ in range(times))
            theirs = max(
                speed(partial(peer.run, peer.built(config)), read, threads) for _ in range(times)
            )
            what = f"width {dim}, {threads} thread{'s' * (threads > 1)}"
            target = 15.0 if threads == 1 else None
            yield row(f"training, {what}, beside gensim", ours, theirs, "M tokens/s", target)
            if fast is not None:
                theirs = max(fast.reading(words, config) for _ in range(times))
                yield row(f"training, {what}, beside fastText", ours, theirs, "M tokens/s")


def limits(accounts: int, words: int, widths: list[int]) -> Iterator[dict[str, object]]:
    """Yield how much of the speed is left where rows come from memory, and the arithmetic."""
    far = Town.built(accounts, accounts // 100, seed=0).sessions(words, seed=1)
    near = Town.built(40, 4, seed=0).sessions(words, seed=1)
    for dim in widths:
        config = replace(PLAIN, dim=dim, subsample=0)
        mine, bound = (max(reading(c, config) for _ in range(3)) for c in (far, near))
        yield row(f"speed beside that in cache, width {dim}", mine, bound, "M tokens/s")
        flops = mine * targets_a_word(config) * dim * 6 / 1e3  # a product and two sums, 2 each
        yield row(f"arithmetic, width {dim}", flops, None, "GFlop/s")


def targets_a_word(config: EmbeddingConfig) -> float:
    """Return the outputs an input meets: those in reach in a session of ten, and the negatives."""
    window, pairs = config.window, 0.0
    for at in range(LENGTH):
        apart = [abs(at - other) for other in range(LENGTH) if 0 < abs(at - other) <= window]
        pairs += sum((window - gap + 1) / window for gap in apart)
    return pairs / LENGTH + round(SPREAD * config.negatives * window)


def quality(accounts: int, words: int, seeds: int, threads: int) -> list[dict[str, object]]:
    """Return the rows on quality, each at the rate that was best on validation sessions.

    The sessions of the first seed are those of `speeds`.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    rates: dict[str, list[float]] = {}
    for seed in range(seeds):
        town = Town.built(accounts, accounts // 100, seed)
        corpus, chosen, asked = (
            town.sessions(size, 100 * seed + i)
            for i, size in enumerate((words, 20_000, 20_000), start=1)
        )
        for name, train in trainers(corpus).items():
            best = max(learned(train, corpus, seed, threads), key=lambda found: hit(found, chosen))
            share = same_topic(best, town.topic)["all"]["share"]
            rates.setdefault(name, []).append(best.config.lr)
            found.setdefault(name, []).append((hit(best, asked), share))
    rows = []
    for at, what in enumerate(("next account, hit rate@100", "same topic, precision@20")):
        ours = np.array([pair[at] for pair in found["ours"]])
        for name in list(found)[1:]:
            theirs = np.array([pair[at] for pair in found[name]])
            spread = f"+-{(ours - theirs).std():.3f} over {seeds} seeds"
            told = f"{what}, beside {name} ({spread}; rates {rates['ours']}, {rates[name]})"
            rows.append(row(told, float(ours.mean()), float(theirs.mean()), "share", 0.99))
    return rows


def trainers(corpus: Corpus) -> dict[str, Trainer]:
    """Return who learns from a corpus."""
    found: dict[str, Trainer] = {"ours": train_vectors, "gensim": Peer.of(corpus).train}
    if find_spec("fasttext"):
        found["fastText"] = FastText(corpus).train
    return found


def learned(train: Trainer, corpus: Corpus, seed: int, threads: int) -> list[Embedding]:
    """Return the embedding of each rate that does not diverge."""
    kept = []
    for lr in RATES:
        try:
            kept.append(train(corpus, replace(PLAIN, lr=lr, seed=seed, threads=threads)))
        except TrainingError as error:
            print(error, file=sys.stderr)
    return kept


def growth(millions: list[int]) -> Iterator[dict[str, object]]:
    """Yield the time of one epoch, that of the second witness, and the peak of memory."""
    for million in sorted(millions):
        words = million * 1_000_000
        accounts = min(words // 20, 1_000_000)
        corpus = Town.built(accounts, accounts // 100, seed=0).sessions(words, seed=1)
        config = replace(PLAIN, epochs=1, threads=2)
        fast = speed(partial(train_vectors, corpus, config), words, 2)
        what = f"{million} M words, {accounts:,} accounts"
        yield row(f"one epoch of {what}, 2 threads", words / 1e6 / fast, None, "s")
        fast = speed(partial(spectral, corpus, vocabulary(corpus, 1), config, None), words, 2)
        yield row(f"what people share, once, of {what}, 1 thread", words / 1e6 / fast, None, "s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        yield row(f"peak memory, the corpus among it, {what}", peak, None, "GiB")


def hit(embedding: Embedding, asked: Corpus) -> float:
    """Return the hit rate@100 by cosine."""
    return float(exam(embedding, asked, most=5_000)["hit@100"]["cosine"]["all"])


def row(
    what: str, ours: float, peer: float | None, unit: str, target: float | None = None
) -> dict[str, object]:
    """Return one row of the table."""
    ratio = None if peer is None else round(float(ours) / peer, 3)
    return {
        "what": what,
        "ours": round(float(ours), 4),
        "peer": None if peer is None else round(float(peer), 4),
        "ratio": ratio,
        "unit": unit,
        "target": target,
        "holds": None if target is None or ratio is None else bool(ratio >= target),
    }


def wanted(asked: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Yield the rows that were asked for, as they come."""
    if asked.growth:
        yield from growth(asked.growth)
        return
    if not asked.quality:
        yield from speeds(asked.accounts, asked.words, asked.times, asked.widths, asked.threads)
        yield from limits(asked.accounts, asked.words, asked.widths)
    if not asked.speed:
        yield from quality(asked.accounts, asked.words, asked.seeds, asked.threads[-1])


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=2_000_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--widths", type=int, nargs="+", default=[64, 128])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--speed", action="store_true", help="only the rows on speed")
    parser.add_argument("--quality", action="store_true", help="only the rows on quality")
    parser.add_argument("--growth", type=int, nargs="*", help="only this: millions of words")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    train_vectors(Town.built(40, 4, 0).sessions(1_000, 0), replace(PLAIN, spectral=1))  # compiles
    for found in wanted(asked):
        line = f"{found['what']}: {found['ours']} {found['unit']}"
        if found["peer"] is not None:
            line += f", beside {found['peer']}: {found['ratio']}x"
        print(json.dumps(found) if asked.json else line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
