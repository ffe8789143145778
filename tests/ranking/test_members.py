"""A net of several members: each says and learns by itself, and their mean is what is said."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from bowerbird.features.compute import NAMES
from bowerbird.ranking.fitting import LISTWISE, Data, loss, reproducible, within_requests
from bowerbird.ranking.members import Members, layer
from bowerbird.ranking.net import Batch, Net, Scales
from tests.ranking.test_train import planted

ROWS = 200


class Plain(Net):
    """Dense features through the layers of each member."""

    def inputs(self, features: Tensor, sparse: Tensor, recent: Tensor) -> Tensor:
        return self.standardised(features)


def rows() -> Batch:
    data = Data(planted(ROWS), ("click", "like"), np.arange(ROWS), np.arange(len(NAMES)), None)
    return data.batch(torch.arange(ROWS))


def net_of(members: int) -> Plain:
    scales = Scales(*(np.full(len(NAMES), value, np.float32) for value in (3, 2, -9, 15)))
    with reproducible(0):
        return Plain(scales, [-1.0, -2.0], len(NAMES), (8, 4), members=members)


def alone(net: Plain, member: int) -> Plain:
    """Return the net of one member that `member` of `net` is."""
    one = net_of(1)
    one.first.weight.data = net.first.weight.data[8 * member : 8 * member + 8].clone()
    one.first.bias.data = net.first.bias.data[8 * member : 8 * member + 8].clone()
    for mine, theirs in ((one.rest[2], net.rest[2]), (one.heads, net.heads)):
        assert isinstance(mine, nn.Linear)
        assert isinstance(theirs, Members)
        mine.weight.data = theirs.weight.data[member].clone()
        mine.bias.data = theirs.bias.data[member].clone()
    return one


def test_layers_side_by_side_by_hand() -> None:
    side = Members(2, 2, 1)
    side.weight.data = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]])
    side.bias.data = torch.tensor([[0.5], [-0.5]])
    x = torch.tensor([[[1.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [0.0, 1.0]]])
    assert side(x).tolist() == [[[3.5], [2.5]], [[6.5], [3.5]]]


def test_members_begin_apart_and_one_alone_is_a_plain_layer() -> None:
    side = layer(3, 5, 2)
    assert isinstance(side, Members)
    assert not torch.equal(side.weight[0], side.weight[1])
    assert isinstance(layer(1, 5, 2), nn.Linear)


def test_what_is_said_is_the_mean_of_what_each_would_say_alone() -> None:
    net, batch = net_of(3).eval(), rows()
    each = torch.stack([alone(net, member).eval()(batch) for member in range(3)])
    assert torch.allclose(net.learning(batch), each, atol=1e-5)
    assert torch.allclose(net(batch), each.mean(dim=0), atol=1e-5)


@pytest.mark.parametrize("members", [1, 3])
def test_the_loss_is_the_mean_of_each_members_own(members: int) -> None:
    net, batch, weights = net_of(members), rows(), torch.tensor([1.0, 2.0])
    expected = 0.0
    for logits in net.learning(batch):
        point = nn.functional.binary_cross_entropy_with_logits(
            logits, batch.labels, reduction="none"
        )
        by_head = point.mean(dim=0) + LISTWISE * within_requests(logits, batch)
        expected += (by_head * weights).sum().item() / members
    assert loss(net, batch, weights).item() == pytest.approx(expected, rel=1e-5)


def test_a_member_learns_as_if_it_were_alone() -> None:
    """What the others say does not move it: of what they say together all would become one."""
    net, batch, weights = net_of(2), rows(), torch.ones(2)
    other = copy.deepcopy(net)
    other.heads.weight.data[1] += 1.0
    for one in (net, other):
        loss(one, batch, weights).backward()  # type: ignore[no-untyped-call]  # torch does not type it
    mine, theirs = (one.first.weight.grad for one in (net, other))
    assert mine is not None
    assert theirs is not None
    assert torch.equal(mine[:8], theirs[:8])
    assert not torch.equal(mine[8:], theirs[8:])
