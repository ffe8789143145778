"""A trained model at work: ONNX Runtime, and nothing of what trained it."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from pathlib import Path

import msgspec
import numpy as np

from bowerbird.core.errors import ShapeError, VersionError
from bowerbird.core.facts import F32
from bowerbird.features.compute import NAMES, SPARSE, Inputs, beside, columns_of
from bowerbird.ranking.card import CARD, LOOKUP, NET, Card
from bowerbird.ranking.heads import HEADS
from bowerbird.ranking.session import OnnxSession, Session
from bowerbird.ranking.vocabulary import Lines, Lookup, load_lookup


class Model:
    """A net for the heads it learned, and priors for the others.

    Attributes:
        card: what the folder says about the model: features, heads, metrics, warnings.
        heads: every head `predict` answers for.
        reads: [F + S] uint8, 1 for the columns `predict` reads; the others need not be hydrated.
        hydrates: the same, with those that a pass may as well leave to the next one.
    """

    def __init__(self, card: Card, session: Session | None, lookup: Lookup | None = None) -> None:
        self.card, self.heads = card, HEADS
        self.reads = columns_of((*card.features, *(SPARSE if card.deep else ())))
        self.hydrates = beside(self.reads)
        self._session, self._lines = session, Lines(lookup) if lookup is not None else None
        self._columns = np.array([NAMES.index(name) for name in card.features])

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for each head that has only its prior."""
        return self.card.warnings

    @staticmethod
    def load(folder: Path) -> Model:
        """Open the model in `folder`, as `train_model` wrote it.

        Raises:
            VersionError: a file is missing or not the one that was written, or the model reads
                other features than this build computes.
        """
        card = _read_card(folder / CARD)
        if not set(card.features) <= set(NAMES):
            raise VersionError(
                f"the model in {folder} reads other features than this build computes: "
                f"{_difference(card.features)}",
                "train again: `bowerbird train`",
            )
        session = None
        if card.net_sha256:
            shape = len(card.features), len(card.learned)
            session = OnnxSession(folder / NET, card.net_sha256, *shape)
        lookup = load_lookup(folder / LOOKUP) if card.deep else None
        return Model(card, session, lookup)

    def predict(self, inputs: Inputs, seconds: float = inf) -> Mapping[str, F32]:
        """Return head -> [n] probability; the prior where there is no net.

        The same rows give the same bits. The same row in a batch of another size may differ in
        the last ones, since matrix products are blocked by size.

        Raises:
            ShapeError: the dense inputs are not [n, F].
            VersionError: the net answers something that is no probability.
            ModelLate: it takes longer than `seconds`.
        """
        dense = inputs.dense
        if dense.ndim != 2 or dense.shape[1] != len(NAMES):
            raise ShapeError(f"features have shape {dense.shape}, expected [n, {len(NAMES)}]")
        learned = self._run(inputs, seconds)
        return {
            head: learned[head] if head in learned else _constant(len(dense), prior)
            for head, prior in self.card.priors.items()
        }

    def _run(self, inputs: Inputs, seconds: float) -> Mapping[str, F32]:
        if self._session is None or not len(inputs):
            return {}
        feed = self._session.feed(len(inputs))
        np.take(inputs.dense, self._columns, axis=1, out=feed.features, mode="clip")
        if self._lines is not None:
            self._lines.write(inputs.sparse, inputs.recent, feed.sparse, feed.recent[0])
        self._session.run(feed, seconds)
        answer = feed.probabilities.T.copy()
        if not np.isfinite(answer).all():
            column, row = np.argwhere(~np.isfinite(answer))[0]
            raise VersionError(
                f"the net says {answer[column, row]} for head {self.card.learned[column]!r} of row "
                f"{row}; its features are "
                f"{'finite' if np.isfinite(feed.features[row]).all() else 'not finite either'}",
                "train again, or roll back to an earlier Version",
            )
        return dict(zip(self.card.learned, answer, strict=True))


def _constant(n: int, value: float) -> F32:
    return np.full(n, value, np.float32)


def _read_card(path: Path) -> Card:
    try:
        card = msgspec.json.decode(path.read_bytes(), type=Card)
    except (OSError, msgspec.DecodeError) as error:
        raise VersionError(f"the model's card {path} cannot be read: {error}") from error
    if tuple(card.priors) != HEADS or not set(card.learned) <= set(HEADS):
        raise VersionError(
            f"the model {path} has heads {', '.join(card.priors)}; expected {', '.join(HEADS)}",
            "train again: `bowerbird train`",
        )
    return card


def _difference(features: tuple[str, ...]) -> str:
    missing = [name for name in features if name not in NAMES]
    new = [name for name in NAMES if name not in features]
    return f"{', '.join(missing)} are gone, {', '.join(new) or 'none'} are new"
