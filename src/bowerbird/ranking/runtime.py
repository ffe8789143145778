"""A trained model at work: ONNX Runtime, and nothing of what trained it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec
import numpy as np

from bowerbird.core.errors import ShapeError, VersionError
from bowerbird.core.facts import F32
from bowerbird.features.compute import NAMES
from bowerbird.ranking.card import CARD, NET, Card
from bowerbird.ranking.heads import HEADS


class Session(Protocol):
    """The part of an ONNX Runtime session that is used here."""

    def run(self, outputs: list[str], inputs: Mapping[str, F32]) -> list[Any]: ...


class Model:
    """A net for the heads it learned, and priors for the others.

    Attributes:
        card: what the folder says about the model: features, heads, metrics, warnings.
        heads: every head `predict` answers for.
    """

    def __init__(self, card: Card, session: Session | None) -> None:
        self.card, self.heads = card, HEADS
        self._session = session

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
        if card.features != NAMES:
            raise VersionError(
                f"the model in {folder} reads other features than this build computes: "
                f"{_difference(card.features)}",
                "train again: `bowerbird train`",
            )
        return Model(card, _open(folder / NET, card.net_sha256) if card.net_sha256 else None)

    def predict(self, features: F32) -> Mapping[str, F32]:
        """Return head -> [n] probability for `features` [n, F]; the prior where there is no net.

        The same rows give the same bits. The same row in a batch of another size may differ in
        the last ones, since matrix products are blocked by size.

        Raises:
            ShapeError: `features` is not [n, F].
            VersionError: the net answers something that is no probability.
        """
        if features.ndim != 2 or features.shape[1] != len(NAMES):
            raise ShapeError(f"features have shape {features.shape}, expected [n, {len(NAMES)}]")
        learned = self._run(features)
        return {
            head: learned[head] if head in learned else _constant(len(features), prior)
            for head, prior in self.card.priors.items()
        }

    def _run(self, features: F32) -> Mapping[str, F32]:
        if self._session is None or not len(features):
            return {}
        (answer,) = self._session.run(["probabilities"], {"features": features})
        if not np.isfinite(answer).all():
            row, column = np.argwhere(~np.isfinite(answer))[0]
            raise VersionError(
                f"the net says {answer[row, column]} for head {self.card.learned[column]!r} of row "
                f"{row}; its features are "
                f"{'finite' if np.isfinite(features[row]).all() else 'not finite either'}",
                "train again, or roll back to an earlier Version",
            )
        return {
            head: np.ascontiguousarray(answer[:, k]) for k, head in enumerate(self.card.learned)
        }


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
    if not missing and not new:
        return "the same ones in another order"
    return f"{', '.join(missing) or 'none'} are gone, {', '.join(new) or 'none'} are new"


def _open(path: Path, expected: str) -> Session:
    import onnxruntime  # here: a page without a model need not wait for it

    try:
        content = path.read_bytes()
    except OSError as error:
        raise VersionError(f"the model's net {path} cannot be read: {error}") from error
    if sha256(content).hexdigest() != expected:
        raise VersionError(f"the net {path} is not the one its card was written for")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return cast(Session, session)
