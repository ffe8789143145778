"""How a net leaves torch: as ONNX to serve, as plain arrays to learn on."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from bowerbird.core.facts import I16
from bowerbird.features.compute import SPARSE
from bowerbird.features.recent import RECENT
from bowerbird.ranking.calibrate import Platt
from bowerbird.ranking.deep import Deep
from bowerbird.ranking.net import CLIP, Net, buckets, surface_lines

TABLES = "tables."
"""How the names of a deep net's tables begin."""


def folded(net: Net, slot: int, surface: int, platts: Sequence[Platt]) -> Net:
    """Return a copy that answers for one slot of one surface, calibrated, looking at neither."""
    copied = copy.deepcopy(net)
    a = torch.tensor([scale for scale, _ in platts], dtype=torch.float32)
    b = torch.tensor([shift for _, shift in platts], dtype=torch.float32)
    position: I16 = np.array([slot], np.int16)
    place: I16 = np.array([surface], np.int16)
    at = torch.from_numpy(buckets(position))[0]
    there = torch.from_numpy(surface_lines(place))[0]
    with torch.no_grad():
        fixed = copied.tower.weight[at] + copied.places.weight[there]
        copied.heads.bias.copy_(a * (copied.heads.bias + fixed) + b)
        for layer in copied.said_by():
            layer.weight.mul_(a[:, None])
        copied.tower.weight.zero_()
        copied.places.weight.zero_()
        copied.first.bias.add_(copied.surfaces.weight[there])
        copied.surfaces.weight.zero_()
    return copied.eval()


class Served(nn.Module):
    """A folded deep net, to probabilities."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, features: Tensor, sparse: Tensor, recent: Tensor) -> Tensor:
        """Return probabilities [n, heads]."""
        return torch.sigmoid(self.net.content(features, sparse, recent))


class Straight(nn.Module):
    """A folded light net, to probabilities, its standardising part of the first layer.

    Cut at the same bounds, as features are; moving and stretching them was a seventh of a call.
    """

    low: Tensor
    high: Tensor

    def __init__(self, net: Net) -> None:
        super().__init__()
        mean, scale = net.mean.double(), net.scale.double()
        reach = torch.where(scale > 0, CLIP / scale, torch.inf)
        low, high = (torch.clamp(end, mean - reach, mean + reach) for end in (net.low, net.high))
        self.register_buffer("low", low.float())
        self.register_buffer("high", high.float())
        weight, bias = net.first.weight.double() * scale, net.first.bias.double()
        self.first = copy.deepcopy(net.first)
        self.first.weight.data = weight.float()
        self.first.bias.data = (bias - weight @ mean).float()
        self.rest, self.heads = net.rest, net.heads

    def forward(self, features: Tensor) -> Tensor:
        """Return probabilities [n, heads]."""
        inside = torch.clamp(features, self.low, self.high)
        found: Tensor = torch.sigmoid(self.heads(self.rest(self.first(inside))))
        return found


def export(net: Net, path: Path) -> None:
    """Write a folded net as ONNX.

    Inputs are `features` [n, F] float32 and, of a deep net, `sparse` [n, S] and `recent` [1, L]
    int64 lines; the output is `probabilities` [n, heads].
    """
    inputs: tuple[Tensor, ...] = (torch.zeros(3, len(net.mean)),)
    names = ["features"]
    if isinstance(net, Deep):
        net.attention.shared = True
        sparse = torch.zeros((3, len(SPARSE)), dtype=torch.int64)
        inputs = (*inputs, sparse, torch.zeros((1, RECENT), dtype=torch.int64))
        names = ["features", "sparse", "recent"]
    rows = {"features": {0: "rows"}, "sparse": {0: "rows"}, "probabilities": {0: "rows"}}
    with warnings.catch_warnings():
        # The exporter without dynamo is deprecated, and five times as fast as the other.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            (Served(net) if isinstance(net, Deep) else Straight(net)).eval(),
            inputs,
            path,
            dynamo=False,
            input_names=names,
            output_names=["probabilities"],
            dynamic_axes={name: rows[name] for name in (*names, "probabilities") if name in rows},
            opset_version=17,
        )


def save_state(net: Net, path: Path) -> None:
    """Write the weights as `.npz`, so that the next Version can go on from them."""
    arrays = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def go_on(net: Net, path: Path, *, whole: bool) -> bool:
    """Let a new `net` begin from the weights of `path`, and return whether they fit.

    With `whole` it begins where they ended; a table that has grown keeps the lines that it had.

    Else it begins halfway between there and a new start (shrink and perturb: Ash and Adams, NeurIPS
    2020), tables anew. A net that begins where the last one ended reads rows that it knows, and
    learns them by heart, in its tables above all. Halfway back it has forgotten rows, and not what
    they taught. How features are standardised stays, for the weights were learned so.
    """
    if not path.is_file():
        return False
    with np.load(path, allow_pickle=False) as file:
        last = {name: file[name] for name in file.files}
    state, learned = net.state_dict(), dict(net.named_parameters())
    if set(last) != set(state):
        return False
    if not whole:
        state = {name: held for name, held in state.items() if not name.startswith(TABLES)}
    if not all(_fits(last[name], state[name]) for name in state):
        return False
    for name, tensor in state.items():
        found = torch.from_numpy(last[name])
        if found.ndim:
            mine = tensor[: len(found)]
            mine.copy_(found if whole or name not in learned else (mine + found) / 2)
    return True


def _fits(kept: np.ndarray, tensor: Tensor) -> bool:
    if kept.ndim != tensor.ndim:
        return False
    grown = kept.ndim > 0 and len(kept) <= len(tensor)
    return grown and kept.shape[1:] == tuple(tensor.shape[1:])
