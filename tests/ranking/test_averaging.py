"""A net that learned is the mean of its steps."""

import numpy as np
import torch

from bowerbird.ranking.averaging import TAIL, Mean
from bowerbird.ranking.net import Light, Scales

NONE, ONE = np.zeros(1, np.float32), np.ones(1, np.float32)
SCALES = Scales(mean=NONE, std=ONE, low=-ONE, high=ONE)


def test_the_mean_moves_less_with_every_step_by_hand() -> None:
    net = Light(SCALES, [0.0], hidden=(1,))
    mean = Mean(net)
    expected = net.heads.bias.item()
    for step, weight in enumerate((1.0, 5.0, -2.0), start=1):
        with torch.no_grad():
            net.heads.bias.fill_(weight)
        mean.take()
        share = TAIL / (step + TAIL)
        expected += share * (weight - expected)
    assert abs(mean.net.heads.bias.item() - expected) < 1e-6
    assert net.heads.bias.item() == -2.0


def test_steps_around_a_point_are_nearer_to_it_in_the_mean() -> None:
    net = Light(SCALES, [0.0], hidden=(1,))
    mean, rng = Mean(net), np.random.default_rng(0)
    for step in rng.normal(3.0, 1.0, 2_000):
        with torch.no_grad():
            net.heads.bias.fill_(float(step))
        mean.take()
    assert abs(mean.net.heads.bias.item() - 3.0) < 0.2
