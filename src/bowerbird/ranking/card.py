"""What lies beside a net: which features it reads, what it answers, how good it was."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

NET = "model.onnx"
CARD = "model.json"
LOOKUP = "lookup.npz"
STATE = "state.npz"


class HeadExam(Struct, frozen=True, omit_defaults=True):
    """How one head did on impressions later than all it learned from, at their logged place.

    A figure is None where there was nothing to measure it on.

    Attributes:
        rows: impressions of the exam.
        positives: of them.
        auc: chance that a positive is put above a negative.
        normalised_entropy: cross entropy over that of the exam's own share; under 1 is better.
        calibration: predicted over observed.
    """

    rows: int
    positives: int
    auc: float | None = None
    normalised_entropy: float | None = None
    calibration: float | None = None


class Card(Struct, frozen=True):
    """Everything about a model but its weights.

    Attributes:
        features: names of the columns the net reads, in order.
        learned: heads the net answers, in the order of its columns.
        priors: head -> share of impressions it followed; what heads without a net answer.
        platt: head -> (a, b): the net answers sigmoid(a * logit + b), folded into its last layer.
        position: slot the net's answers are for.
        surface: row of the place in the app they are for, -1 for one not told.
        explored: as `exam`, on those of its rows that a page drew by chance: elsewhere a page shows
            what it thinks well of, and a model is asked about its own choices only.
        rows: impressions of training, calibration and exam.
        epochs: passes over the training rows before validation stopped them.
        exam: head -> figures, for the heads with a net.
        warnings: one sentence for each head without one.
        net_sha256: of the file `NET`; empty where no head has a net.
        deep: whether the net reads sparse features and recent accounts, by the file `LOOKUP`.
        warm: whether it went on from the last Version's weights.
        distilled: what its exam beside its teacher said, None where no later request had candidates
            enough; empty for one that learned from labels.
    """

    features: tuple[str, ...]
    learned: tuple[str, ...]
    priors: Mapping[str, float]
    platt: Mapping[str, tuple[float, float]]
    position: int
    rows: tuple[int, int, int]
    epochs: int
    exam: Mapping[str, HeadExam]
    warnings: tuple[str, ...]
    net_sha256: str = ""
    deep: bool = False
    warm: bool = False
    distilled: Mapping[str, float | None] = {}
    surface: int = -1
    explored: Mapping[str, HeadExam] = {}
