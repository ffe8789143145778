"""A trained model at work: ONNX Runtime, and nothing of what trained it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec
import numpy as np

from bowerbird.core.errors import ShapeError, VersionError
from bowerbird.core.facts import F32, I64
from bowerbird.features.compute import NAMES, SPARSE, Inputs, families_of
from bowerbird.ranking.card import CARD, LOOKUP, NET, Card
from bowerbird.ranking.heads import HEADS
from bowerbird.ranking.vocabulary import Lookup, load_lookup, recent_lines, sparse_lines


class Session(Protocol):
    """The part of an ONNX Runtime session that is used here."""

    def run(self, outputs: list[str], inputs: Mapping[str, F32 | I64]) -> list[Any]: ...


class Model:
    """A net for the heads it learned, and priors for the others.

    Attributes:
        card: what the folder says about the model: features, heads, metrics, warnings.
        heads: every head `predict` answers for.
        families: [families] uint8, 1 for those `predict` reads; the others need not be hydrated.
    """

    def __init__(self, card: Card, session: Session | None, lookup: Lookup | None = None) -> None:
        self.card, self.heads = card, HEADS
        self.families = families_of((*card.features, *(SPARSE if card.deep else ())))
        self._session, self._lookup = session, lookup
        self._columns: list[int] | None = None
        if card.features != NAMES:
            self._columns = [NAMES.index(name) for name in card.features]

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
        session = _open(folder / NET, card.net_sha256) if card.net_sha256 else None
        lookup = load_lookup(folder / LOOKUP) if card.deep else None
        return Model(card, session, lookup)

    def predict(self, inputs: Inputs) -> Mapping[str, F32]:
        """Return head -> [n] probability; the prior where there is no net.

        The same rows give the same bits. The same row in a batch of another size may differ in
        the last ones, since matrix products are blocked by size.

        Raises:
            ShapeError: the dense inputs are not [n, F].
            VersionError: the net answers something that is no probability.
        """
        dense = inputs.dense
        if dense.ndim != 2 or dense.shape[1] != len(NAMES):
            raise ShapeError(f"features have shape {dense.shape}, expected [n, {len(NAMES)}]")
        learned = self._run(inputs)
        return {
            head: learned[head] if head in learned else _constant(len(dense), prior)
            for head, prior in self.card.priors.items()
        }

    def _run(self, inputs: Inputs) -> Mapping[str, F32]:
        if self._session is None or not len(inputs):
            return {}
        columns = self._columns
        features = inputs.dense if columns is None else inputs.dense[:, columns]
        fed: dict[str, F32 | I64] = {"features": features}
        if self._lookup is not None:
            fed["sparse"] = sparse_lines(self._lookup, inputs.sparse)
            fed["recent"] = recent_lines(self._lookup, inputs.recent[None, :])
        (answer,) = self._session.run(["probabilities"], fed)
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
    return f"{', '.join(missing)} are gone, {', '.join(new) or 'none'} are new"


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
