"""What each dense feature says by itself, piece by piece of its range."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from bowerbird.core.facts import F32

PIECES = 24
ROWS = 50_000
"""Of which the quantiles are taken, at most."""


def edges_of(features: F32) -> F32:
    """Return [PIECES + 1, F] the quantiles of each feature of [n, F], of rows at even distances."""
    some = features[:: -(-len(features) // ROWS)]
    found: F32 = np.quantile(some, np.linspace(0, 1, PIECES + 1), axis=0).astype(np.float32)
    return found


class Pieces(nn.Module):
    """Each dense feature by itself to the logits, by a line of its own in each piece of its range.

    What trees find at once and layers late: that a rate says much up to some height, and nothing
    above. Piecewise linear encoding (Gorishniy et al., "On Embeddings for Numerical Features in
    Tabular Deep Learning", NeurIPS 2022, equation 1) in a wide part (Cheng et al., "Wide & Deep
    Learning", 2016), so that what features say together is left to the layers.
    """

    lower: Tensor
    per_width: Tensor

    def __init__(self, edges: F32, heads: int) -> None:
        """`edges` are [pieces + 1, F], rising."""
        super().__init__()
        width = np.diff(edges, axis=0)
        narrow = width < 1e-6  # most rows have the very same value: no line through them
        per_width = np.where(narrow, 0.0, 1.0 / np.where(narrow, 1.0, width)).astype(np.float32)
        self.register_buffer("lower", torch.from_numpy(edges[:-1].copy()))
        self.register_buffer("per_width", torch.from_numpy(per_width))
        self.lines = nn.Linear(edges[:-1].size, heads, bias=False)
        nn.init.zeros_(self.lines.weight)

    def forward(self, features: Tensor) -> Tensor:
        """Return logits [n, heads] of [n, F] features as they are."""
        passed = torch.clamp((features[:, None, :] - self.lower) * self.per_width, 0.0, 1.0)
        middle = 0.5 * self.lines.weight.sum(dim=1)  # a constant of the served net
        logits: Tensor = self.lines(passed.flatten(1)) - middle
        return logits
