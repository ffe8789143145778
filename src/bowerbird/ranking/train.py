"""From examples to a published net: split by time, learn, calibrate, examine, export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import F64, I64
from bowerbird.features.compute import NAMES
from bowerbird.ranking import metrics
from bowerbird.ranking.calibrate import IDENTITY, Platt, platt
from bowerbird.ranking.card import CARD, LOOKUP, NET, STATE, Card, HeadExam
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.heads import HEADS, PRIORS
from bowerbird.ranking.log import RankingLog
from bowerbird.ranking.passes import FINAL, PASSES, Spec

LEAST_POSITIVES = 50
"""A head with fewer among the training rows gets no net."""

PRIOR_STRENGTH = 20.0
"""Impressions' worth that `PRIORS` count for beside what was observed."""

SHARES = (0.85, 0.10)
"""Of the rows, by time: to learn from, and to stop and calibrate by; the rest is the exam."""


@dataclass(frozen=True, slots=True)
class Net:
    """What training the net left behind, beside its files.

    Attributes:
        platts: head -> scaling.
        exam: head -> figures.
        epochs: passes over the rows.
        slot: the net answers for.
        surface: the same.
        warm: whether it went on from earlier weights.
        distilled: the exam beside its teacher.
        explored: head -> figures on exploration slots; empty without any.
    """

    platts: Mapping[str, Platt]
    exam: Mapping[str, HeadExam]
    epochs: int
    slot: int
    surface: int
    warm: bool
    distilled: Mapping[str, float | None]
    explored: Mapping[str, HeadExam]


def train_model(
    examples: Examples,
    path: Path,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    *,
    spec: Spec = PASSES[FINAL],
    before: Path | None = None,
    log: RankingLog | None = None,
) -> dict[str, Any]:
    """Train on `examples`, write the model into the folder `path`, return what its card says.

    The same examples and seed give the same model on the same machine.

    Args:
        examples: impressions and what followed.
        path: folder of the model; made if need be.
        seed: of everything random.
        progress: is told the share done.
        spec: which model it is.
        before: folder of the same model in the last Version, to go on from where it fits.
        log: answers of the final pass, to learn from once the labels are learned; a light net only.

    Raises:
        TrainingError: there is no impression to learn from, or torch is not installed.
    """
    if not len(examples):
        raise TrainingError(
            "there is no impression to learn from",
            "send impressions with known times from after the day the vectors end",
        )
    parts = split(examples.ts)
    learned = enough_positives(examples, parts[0])
    net, digest = Net({}, {}, 0, 0, -1, False, {}, {}), ""
    path.mkdir(parents=True, exist_ok=True)
    if learned:
        net = train_net(examples, learned, parts, path, spec, before, log, seed, progress)
        digest = sha256((path / NET).read_bytes()).hexdigest()
    card = Card(
        features=spec.features,
        learned=learned,
        priors=observed_priors(examples, parts[0]),
        platt=net.platts,
        position=net.slot,
        rows=(len(parts[0]), len(parts[1]), len(parts[2])),
        epochs=net.epochs,
        exam=net.exam,
        warnings=warnings_of(examples, learned, parts[0]),
        net_sha256=digest,
        deep=spec.deep and bool(learned),
        warm=net.warm,
        distilled=net.distilled,
        surface=net.surface,
        explored=net.explored,
    )
    (path / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1))
    if progress:
        progress(1.0)
    report: dict[str, Any] = msgspec.to_builtins(card)
    return report


def train_net(
    examples: Examples,
    learned: tuple[str, ...],
    parts: tuple[I64, I64, I64],
    path: Path,
    spec: Spec,
    before: Path | None,
    log: RankingLog | None,
    seed: int,
    progress: Callable[[float], None] | None,
) -> Net:
    """Train, calibrate, distil and export the net of `spec` into `path`."""
    from bowerbird.ranking import distil, export, fit  # here: serving never loads torch

    tell = progress or (lambda share: None)
    halfway = 0.5 if log is not None else 1.0
    learning, calibrating, examining = parts
    columns = np.array([NAMES.index(name) for name in spec.features])
    fitted = fit.fit(
        examples, learned, learning, calibrating, spec, seed, before, lambda s: tell(halfway * s)
    )
    platts = calibrated(examples, learned, calibrating, fitted.logits(examples, calibrating))
    net = export.folded(fitted.net, fitted.slot, fitted.surface, [platts[head] for head in learned])
    found = fitted.logits(examples, examining)
    recall: Mapping[str, float | None] = {}
    if log is not None and len(log) >= distil.LEAST and not spec.deep:
        heads = np.array([HEADS.index(head) for head in learned])
        with fit.reproducible(seed):
            recall = distil.distil(
                net, log, columns, heads, seed=seed, tell=lambda s: tell(0.5 + 0.5 * s)
            ).figures()
    exam = examined(examples, learned, examining, found, platts)
    drawn = np.flatnonzero(examples.explored[examining])
    explored = examined(examples, learned, examining[drawn], found[drawn], platts)
    export.export(net, path / NET)
    export.save_state(fitted.net, path / STATE)
    if fitted.lookup is not None:
        fit.save_lookup(path / LOOKUP, fitted.lookup)
    where = fitted.slot, fitted.surface
    told = explored if len(drawn) else {}
    return Net(platts, exam, fitted.epochs, *where, fitted.warm, recall, told)


def split(ts: I64) -> tuple[I64, I64, I64]:
    """Return positions to learn from, to calibrate by and to examine, each later than the last.

    Rows of one time are never apart, so that a page is on one side only.
    """
    order = np.argsort(ts, kind="stable")
    ordered = ts[order]
    bounds = np.cumsum(SHARES) * len(ts)
    first, second = (int(np.searchsorted(ordered, ordered[int(bound)])) for bound in bounds)
    first = first or len(ts)  # all of one time: everything is learned from
    second = max(first, second)
    return order[:first], order[first:second], order[second:]


def enough_positives(examples: Examples, learning: I64) -> tuple[str, ...]:
    """Return the heads that get a net; one that always happens cannot be learned either."""
    positives, known = counts_of(examples, learning)
    negatives = known - positives
    least = np.minimum(positives, negatives)
    return tuple(head for head, n in zip(HEADS, least, strict=True) if n >= LEAST_POSITIVES)


def observed_priors(examples: Examples, learning: I64) -> dict[str, float]:
    """Return head -> its share among the training rows, smoothed towards `PRIORS`."""
    positives, known = (counts.tolist() for counts in counts_of(examples, learning))
    return {
        head: (n + PRIOR_STRENGTH * PRIORS[head]) / (of + PRIOR_STRENGTH)
        for head, n, of in zip(HEADS, positives, known, strict=True)
    }


def counts_of(examples: Examples, rows: I64) -> tuple[I64, I64]:
    """Return [H] positives among `rows`, and [H] of how many of them that is known."""
    known = examples.known[rows].astype(np.int64)
    return (examples.labels[rows] * known).sum(axis=0), known.sum(axis=0)


def warnings_of(examples: Examples, learned: tuple[str, ...], learning: I64) -> tuple[str, ...]:
    """Return a sentence for each head that answers its prior."""
    positives, known = (counts.tolist() for counts in counts_of(examples, learning))
    return tuple(
        f"head `{head}` answers its prior: {n} of {of} impressions were positive, "
        f"{LEAST_POSITIVES} of either kind are needed"
        for head, n, of in zip(HEADS, positives, known, strict=True)
        if head not in learned
    )


def calibrated(
    examples: Examples, learned: tuple[str, ...], rows: I64, found: F64
) -> dict[str, Platt]:
    """Return the Platt scaling of each head's logits ([rows, learned])."""
    labels, known = examples.labels[rows] == 1, examples.known[rows] == 1
    scalings = {}
    for k, head in enumerate(learned):
        at = known[:, HEADS.index(head)]
        enough = bool(at.any())
        scalings[head] = platt(labels[at, HEADS.index(head)], found[at, k]) if enough else IDENTITY
    return scalings


def examined(
    examples: Examples,
    learned: tuple[str, ...],
    rows: I64,
    found: F64,
    platts: Mapping[str, Platt],
) -> dict[str, HeadExam]:
    """Return how the calibrated logits ([rows, learned]) fit what happened."""
    exams = {}
    for k, head in enumerate(learned):
        at = examples.known[rows, HEADS.index(head)] == 1
        labels = examples.labels[rows[at], HEADS.index(head)].astype(np.bool_)
        a, b = platts[head]
        probabilities = 1.0 / (1.0 + np.exp(-(a * found[at, k] + b)))
        exams[head] = HeadExam(
            rows=len(labels),
            positives=int(labels.sum()),
            auc=_told(metrics.auc(labels, probabilities)),
            normalised_entropy=_told(metrics.normalised_entropy(labels, probabilities)),
            calibration=_told(metrics.calibration(labels, probabilities)),
        )
    return exams


def _told(figure: float) -> float | None:
    return None if np.isnan(figure) else figure
