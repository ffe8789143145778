"""Layers side by side: one a member, of a net that is several over the same inputs."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Members(nn.Module):
    """A linear layer a member, all in one product.

    Several nets that begin at random each and learn each by itself err each in its own way, and
    their mean less (Lakshminarayanan et al., NeurIPS 2017); over inputs they share most of that is
    kept for a part of the price (Gorishniy et al., "TabM", ICLR 2025).

    Attributes:
        weight: [m, out, into].
        bias: [m, out].
    """

    def __init__(self, members: int, into: int, out: int) -> None:
        super().__init__()
        drawn = [nn.Linear(into, out) for _ in range(members)]
        self.weight = nn.Parameter(torch.stack([one.weight.detach() for one in drawn]))
        self.bias = nn.Parameter(torch.stack([one.bias.detach() for one in drawn]))

    def forward(self, x: Tensor) -> Tensor:
        """Return [m, n, out] of [m, n, into]."""
        found: Tensor = x @ self.weight.transpose(1, 2) + self.bias[:, None, :]
        return found


def layer(members: int, into: int, out: int) -> nn.Linear | Members:
    """Return a layer for so many members; a plain one where there is but one."""
    return nn.Linear(into, out) if members == 1 else Members(members, into, out)
