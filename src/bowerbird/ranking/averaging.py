"""A net that is the mean of what another was, step by step."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from bowerbird.ranking.net import Net

TAIL = 10
"""The mean is about the last tenth of all steps."""


class Mean:
    """The mean of a net's weights over its steps, the latest of them above all.

    What one step does by the chance of its rows is averaged away, as by several nets, for the
    price of one (Polyak and Juditsky 1992). At step t the mean moves `TAIL` / (t + `TAIL`) of the
    way to the weights: polynomial-decay averaging (Shamir and Zhang, ICML 2013).

    Attributes:
        net: a net of its own with the mean as its weights.
    """

    def __init__(self, net: Net) -> None:
        self.net = copy.deepcopy(net)
        self._own: list[Tensor] = list(self.net.parameters())
        self._theirs: list[Tensor] = list(net.parameters())
        self._steps = 0

    def take(self) -> None:
        """Count the weights as they are now."""
        self._steps += 1
        with torch.no_grad():
            torch._foreach_lerp_(self._own, self._theirs, TAIL / (self._steps + TAIL))
