"""What all nets have in common, and the light one: dense features to one logit a head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import F32, I16, I64

try:
    import torch
    from torch import Tensor, nn

    from bowerbird.ranking.members import Members, layer
except ImportError as error:
    raise TrainingError(
        "training needs torch, which is not installed", "pip install 'bowerbird[train]'"
    ) from error

CLIP = 5.0
"""Standardised inputs are cut here, so that one odd row moves little."""

BUCKETS = 9
"""Of positions: not told, then 0, 1, 2-3, 4-7, 8-15, 16-31, 32-63 and further down."""

SURFACES = 64
"""Of places in the app: not told, then by row number; beyond, several share one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows [b] as tensors.

    Attributes:
        features: [b, F] float32.
        sparse: [b, S] int64 lines of the embedding tables; no columns for a light net.
        recent: [b, L] or [1, L] int64, one more than the line of an account, 0 where there is none.
        bucket: [b] int64 of the position.
        surface: [b] int64 of the place in the app.
        request: [b] int64; rows of one request have the same number.
        labels: [b, heads] float32, 0 where not known.
        known: [b, heads] float32, 1 where the head's window is over.
    """

    features: Tensor
    sparse: Tensor
    recent: Tensor
    bucket: Tensor
    surface: Tensor
    request: Tensor
    labels: Tensor
    known: Tensor


class Scales(NamedTuple):
    """How each dense feature is spread over the rows to learn from, [F] each."""

    mean: F32
    std: F32
    low: F32
    high: F32


class Net(nn.Module):
    """A net: what it reads goes through layers to one logit a head; the slot adds to it.

    The tower sees nothing but the bucket of the slot, so fixing it at serving moves a head's logits
    all alike. The surface, where people act otherwise and not only more or less, adds to what the
    first layer hands on as well as to the logits; fixed at serving it is part of both biases.

    Attributes:
        members: nets side by side over the same inputs, each with layers of its own. Each learns by
            itself; what is said is the mean of their logits.
    """

    mean: Tensor
    scale: Tensor
    low: Tensor
    high: Tensor

    def __init__(
        self,
        scales: Scales,
        biases: Sequence[float],
        width: int,
        hidden: Sequence[int],
        dropout: float = 0.0,
        members: int = 1,
    ) -> None:
        """`width` is that of `inputs`; `hidden` those of a member's layers."""
        super().__init__()
        # What never varied says nothing, and must not begin to when it varies at serving.
        scale = np.where(scales.std < 1e-4, 0.0, 1.0 / np.maximum(scales.std, 1e-4))
        self.register_buffer("mean", torch.from_numpy(scales.mean))
        self.register_buffer("scale", torch.from_numpy(scale.astype(np.float32)))
        # Of the rows it learns from now, whatever an earlier Version had: not part of the state.
        self.register_buffer("low", torch.from_numpy(scales.low), persistent=False)
        self.register_buffer("high", torch.from_numpy(scales.high), persistent=False)
        self.members, self._width = members, hidden[0]
        self.first = nn.Linear(width, members * hidden[0])
        layers: list[nn.Module] = [nn.ReLU(), nn.Dropout(dropout)]
        for into, out in pairwise(hidden):
            layers += [layer(members, into, out), nn.ReLU()]
        self.rest = nn.Sequential(*layers)
        self.heads = layer(members, hidden[-1], len(biases))
        self.tower = nn.Embedding(BUCKETS, len(biases))
        self.surfaces = nn.Embedding(SURFACES, members * hidden[0])
        self.places = nn.Embedding(SURFACES, len(biases))
        nn.init.zeros_(self.tower.weight)
        nn.init.zeros_(self.surfaces.weight)
        nn.init.zeros_(self.places.weight)
        with torch.no_grad():
            self.heads.bias.copy_(torch.tensor(biases))

    def standardised(self, features: Tensor) -> Tensor:
        """Return [n, F] features around 0, cut at `CLIP` deviations and where no row was learned.

        What grows with the days, as the age of old media does, would else be asked of lines and
        layers where they were never taught.
        """
        inside = torch.clamp(features, self.low, self.high)
        return torch.clamp((inside - self.mean) * self.scale, -CLIP, CLIP)

    def inputs(self, features: Tensor, sparse: Tensor, recent: Tensor) -> Tensor:
        """Return [n, width] of what the first layer reads."""
        raise NotImplementedError

    def each(
        self, features: Tensor, sparse: Tensor, recent: Tensor, surface: Tensor | None = None
    ) -> Tensor:
        """Return the logits [members, n, heads] without what the position adds.

        Without `surface`, for the one that was folded into the net. A net of one member has not the
        first axis.
        """
        x: Tensor = self.first(self.inputs(features, sparse, recent))
        if surface is not None:
            x = x + self.surfaces(surface)
        if self.members > 1:
            x = x.view(-1, self.members, self._width).transpose(0, 1)
        logits: Tensor = self.heads(self.rest(x))
        return logits if surface is None else logits + self.places(surface)

    def content(
        self, features: Tensor, sparse: Tensor, recent: Tensor, surface: Tensor | None = None
    ) -> Tensor:
        """Return [n, heads], the mean of `each`."""
        found = self.each(features, sparse, recent, surface)
        return found if self.members == 1 else found.mean(dim=0)

    def said_by(self) -> list[nn.Linear | Members]:
        """Return the layers whose sum the logits are, without what the position adds."""
        return [self.heads]

    def learning(self, batch: Batch) -> Tensor:
        """Return the logits [members, n, heads] at the logged positions and surfaces."""
        found = self.each(batch.features, batch.sparse, batch.recent, batch.surface)
        added: Tensor = found + self.tower(batch.bucket)
        return added.view(self.members, *added.shape[-2:])

    def forward(self, batch: Batch) -> Tensor:
        """Return the logits [n, heads] at the logged positions and surfaces."""
        return self.learning(batch).mean(dim=0)


class Light(Net):
    """Standardised features through the layers; it reads nothing sparse."""

    def __init__(
        self, scales: Scales, biases: Sequence[float], hidden: Sequence[int] = (128, 64)
    ) -> None:
        super().__init__(scales, biases, len(scales.mean), hidden)

    def inputs(self, features: Tensor, sparse: Tensor, recent: Tensor) -> Tensor:
        """Return [n, F]."""
        return self.standardised(features)


def buckets(position: I16) -> I64:
    """Return the bucket of each slot ([n]); NONE is bucket 0."""
    slots = np.maximum(position.astype(np.int64), 0)
    depth = np.minimum(np.floor(np.log2(slots + 1.0)), BUCKETS - 2).astype(np.int64)
    return np.where(position < 0, 0, 1 + depth)


def surface_lines(surface: I16) -> I64:
    """Return the line of each surface ([n]); NONE has line 0."""
    rows = surface.astype(np.int64)
    return np.where(rows < 0, 0, 1 + rows % (SURFACES - 1))
