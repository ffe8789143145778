"""What all nets have in common, and the light one: dense features to one logit a head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import F32, I16, I64

try:
    import torch
    from torch import Tensor, nn
except ImportError as error:
    raise TrainingError(
        "training needs torch, which is not installed", "pip install 'bowerbird[train]'"
    ) from error

CLIP = 5.0
"""Standardised inputs are cut here, so that one odd row moves little."""

BUCKETS = 9
"""Of positions: not told, then 0, 1, 2-3, 4-7, 8-15, 16-31, 32-63 and further down."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows [b] as tensors.

    Attributes:
        features: [b, F] float32.
        sparse: [b, S] int64 lines of the embedding tables; no columns for a light net.
        recent: [b, L] or [1, L] int64, one more than the line of an account, 0 where there is none.
        bucket: [b] int64 of the position.
        request: [b] int64; rows of one request have the same number.
        labels: [b, heads] float32.
    """

    features: Tensor
    sparse: Tensor
    recent: Tensor
    bucket: Tensor
    request: Tensor
    labels: Tensor


class Net(nn.Module):
    """A net: what it reads goes through `trunk`, then to one logit a head; position adds to it.

    The position tower sees nothing but the bucket of the slot, so fixing it at serving moves a
    head's logits all alike.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: F32, std: F32, width: int, biases: Sequence[float]) -> None:
        super().__init__()
        # What never varied says nothing, and must not begin to when it varies at serving.
        scale = np.where(std < 1e-4, 0.0, 1.0 / np.maximum(std, 1e-4)).astype(np.float32)
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("scale", torch.from_numpy(scale))
        self.heads = nn.Linear(width, len(biases))
        self.tower = nn.Embedding(BUCKETS, len(biases))
        nn.init.zeros_(self.tower.weight)
        with torch.no_grad():
            self.heads.bias.copy_(torch.tensor(biases))

    def standardised(self, features: Tensor) -> Tensor:
        """Return [n, F] features around 0, cut at `CLIP` deviations."""
        return torch.clamp((features - self.mean) * self.scale, -CLIP, CLIP)

    def trunk(self, features: Tensor, sparse: Tensor, recent: Tensor) -> Tensor:
        """Return [n, width] of what the heads read."""
        raise NotImplementedError

    def content(self, features: Tensor, sparse: Tensor, recent: Tensor) -> Tensor:
        """Return the logits [n, heads] without what the position adds."""
        logits: Tensor = self.heads(self.trunk(features, sparse, recent))
        return logits

    def forward(self, batch: Batch) -> Tensor:
        """Return the logits [n, heads] at the logged positions."""
        found: Tensor = self.content(batch.features, batch.sparse, batch.recent)
        added: Tensor = self.tower(batch.bucket)
        return found + added


class Light(Net):
    """Standardised features through shared layers; it reads nothing sparse."""

    def __init__(
        self, mean: F32, std: F32, biases: Sequence[float], hidden: Sequence[int] = (128, 64)
    ) -> None:
        super().__init__(mean, std, hidden[-1], biases)
        widths = (len(mean), *hidden)
        layers: list[nn.Module] = []
        for i in range(len(hidden)):
            layers += [nn.Linear(widths[i], widths[i + 1]), nn.ReLU()]
        self.shared = nn.Sequential(*layers)

    def trunk(self, features: Tensor, sparse: Tensor, recent: Tensor) -> Tensor:
        """Return [n, hidden]."""
        found: Tensor = self.shared(self.standardised(features))
        return found


def buckets(position: I16) -> I64:
    """Return the bucket of each slot ([n]); NONE is bucket 0."""
    slots = np.maximum(position.astype(np.int64), 0)
    depth = np.minimum(np.floor(np.log2(slots + 1.0)), BUCKETS - 2).astype(np.int64)
    return np.where(position < 0, 0, 1 + depth)
