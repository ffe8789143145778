"""The multi-task net in torch: what it is, how it learns, how it leaves for ONNX."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bowerbird.core.errors import TrainingError
from bowerbird.core.facts import F32, F64, I16, I64
from bowerbird.ranking.calibrate import Platt
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.heads import HEADS

try:
    import torch
    from torch import Tensor, nn
except ImportError as error:
    raise TrainingError(
        "training needs torch, which is not installed", "pip install 'bowerbird[train]'"
    ) from error

HIDDEN = (128, 64)
CLIP = 5.0
"""Standardised inputs are cut here, so that one odd row moves little."""

BUCKETS = 9
"""Of positions: not told, then 0, 1, 2-3, 4-7, 8-15, 16-31, 32-63 and further down."""

BATCH = 1024
EPOCHS = 15
PATIENCE = 3
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-4
THREADS = 1
"""On batches this small a second one waits more than it works: 20 times over on a busy machine."""


class Net(nn.Module):
    """Standardised features through shared layers to one logit a head; position adds to it.

    The position tower sees nothing but the bucket of the slot, so fixing it at serving moves a
    head's logits all alike.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: F32, std: F32, biases: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("std", torch.from_numpy(std))
        widths = (len(mean), *HIDDEN)
        layers: list[nn.Module] = []
        for i in range(len(HIDDEN)):
            layers += [nn.Linear(widths[i], widths[i + 1]), nn.ReLU()]
        self.shared = nn.Sequential(*layers)
        self.heads = nn.Linear(HIDDEN[-1], len(biases))
        self.tower = nn.Embedding(BUCKETS, len(biases))
        nn.init.zeros_(self.tower.weight)
        with torch.no_grad():
            self.heads.bias.copy_(torch.tensor(biases))

    def forward(self, features: Tensor, bucket: Tensor) -> Tensor:
        """Return the logits [n, heads] of features [n, F] in position buckets [n]."""
        logits: Tensor = self.content(features) + self.tower(bucket)
        return logits

    def content(self, features: Tensor) -> Tensor:
        """Return the logits without what the position adds."""
        scaled = torch.clamp((features - self.mean) / self.std, -CLIP, CLIP)
        logits: Tensor = self.heads(self.shared(scaled))
        return logits


class Served(nn.Module):
    """The net as it serves: one slot for all, calibrated, to probabilities."""

    def __init__(self, net: Net, slot: int, platts: Sequence[Platt]) -> None:
        super().__init__()
        self.net = copy.deepcopy(net)
        a = torch.tensor([scale for scale, _ in platts], dtype=torch.float32)
        b = torch.tensor([shift for _, shift in platts], dtype=torch.float32)
        at = torch.from_numpy(buckets(np.array([slot], np.int16)))[0]
        last = self.net.heads
        with torch.no_grad():
            last.bias.copy_(a * (last.bias + self.net.tower.weight[at]) + b)
            last.weight.copy_(a[:, None] * last.weight)

    def forward(self, features: Tensor) -> Tensor:
        """Return probabilities [n, heads]."""
        return torch.sigmoid(self.net.content(features))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A net that has learned.

    Attributes:
        epochs: passes over the rows until the best validation.
        slot: the position it is to serve as: the top one if it was ever seen there, else none.
    """

    net: Net
    epochs: int
    slot: int


def buckets(position: I16) -> I64:
    """Return the bucket of each slot ([n]); NONE is bucket 0."""
    slots = np.maximum(position.astype(np.int64), 0)
    depth = np.minimum(np.floor(np.log2(slots + 1.0)), BUCKETS - 2).astype(np.int64)
    return np.where(position < 0, 0, 1 + depth)


@contextmanager
def reproducible(seed: int) -> Iterator[None]:
    """Let torch draw from `seed` on `THREADS` threads, and leave it as it was found."""
    threads, exact = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(THREADS)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(exact)


def fit(
    examples: Examples,
    learned: Sequence[str],
    rows: I64,
    validation: I64,
    *,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Fitted:
    """Return the net of the epoch that did best on `validation` (positions in `examples`)."""
    with reproducible(seed):
        data, held = Data(examples, learned, rows), Data(examples, learned, validation)
        net = new_net(data)
        weights = head_weights(data)
        optimiser = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        best, best_epoch, kept = math.inf, 0, copy.deepcopy(net.state_dict())
        for epoch in range(1, EPOCHS + 1):
            for group in optimiser.param_groups:
                group["lr"] = LEARNING_RATE * 0.5 * (1.0 + math.cos(math.pi * (epoch - 1) / EPOCHS))
            learn_once(net, optimiser, data, weights)
            loss = mean_loss(net, held if len(held) else data, weights)
            if loss < best - 1e-5:
                best, best_epoch, kept = loss, epoch, copy.deepcopy(net.state_dict())
            if progress:
                progress(epoch / (EPOCHS + 1))
            if epoch - best_epoch >= PATIENCE:
                break
        net.load_state_dict(kept)
    slot = 0 if bool((examples.position[rows] == 0).any()) else -1
    return Fitted(net, best_epoch, slot)


class Data:
    """Rows as tensors: features [n, F], buckets [n], labels [n, heads]."""

    def __init__(self, examples: Examples, learned: Sequence[str], rows: I64) -> None:
        columns = [HEADS.index(head) for head in learned]
        self.features = torch.from_numpy(examples.features[rows])
        self.bucket = torch.from_numpy(buckets(examples.position[rows]))
        self.labels = torch.from_numpy(examples.labels[rows][:, columns].astype(np.float32))

    def __len__(self) -> int:
        return len(self.features)


def new_net(data: Data) -> Net:
    """Return a net that says every head's share, and standardises by these rows."""
    features = data.features.numpy()
    mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    std = features.std(axis=0, dtype=np.float64).astype(np.float32)
    std[std < 1e-4] = 1.0  # never varies: any scale will do
    share = data.labels.mean(dim=0, dtype=torch.float64)
    return Net(mean, std, torch.log(share / (1.0 - share)).tolist())


def head_weights(data: Data) -> Tensor:
    """Return [heads]: the inverse root of each head's own entropy.

    Between counting nats, where rare heads would count for nothing, and counting heads, where
    fifty likes would pull as hard as fifty thousand clicks.
    """
    share = data.labels.mean(dim=0, dtype=torch.float64)
    entropy = -(share * torch.log(share) + (1.0 - share) * torch.log(1.0 - share))
    return torch.rsqrt(entropy).float()


def weighted_loss(net: Net, data: Data, rows: Tensor | slice, weights: Tensor) -> Tensor:
    """Return the cross entropy of `rows`, weighted by head."""
    logits = net(data.features[rows], data.bucket[rows])
    losses = nn.functional.binary_cross_entropy_with_logits(
        logits, data.labels[rows], reduction="none"
    )
    return (losses.mean(dim=0) * weights).sum()


def learn_once(net: Net, optimiser: torch.optim.Optimizer, data: Data, weights: Tensor) -> None:
    """Go over the rows once, in a random order."""
    net.train()
    for rows in torch.split(torch.randperm(len(data)), BATCH):
        optimiser.zero_grad(set_to_none=True)
        weighted_loss(net, data, rows, weights).backward()  # type: ignore[no-untyped-call]  # torch does not type it
        optimiser.step()


def mean_loss(net: Net, data: Data, weights: Tensor) -> float:
    """Return the loss over all rows."""
    net.eval()
    with torch.no_grad():
        return float(weighted_loss(net, data, slice(None), weights))


def logits(fitted: Fitted, examples: Examples, rows: I64) -> F64:
    """Return [rows, heads] of what the net says at the logged positions."""
    fitted.net.eval()
    with torch.no_grad():
        features = torch.from_numpy(examples.features[rows])
        bucket = torch.from_numpy(buckets(examples.position[rows]))
        found: F64 = fitted.net(features, bucket).double().numpy()
        return found


def export(fitted: Fitted, platts: Sequence[Platt], path: Path) -> None:
    """Write the served net as ONNX: `features` [n, F] to `probabilities` [n, heads]."""
    served = Served(fitted.net, fitted.slot, platts).eval()
    with warnings.catch_warnings():
        # The exporter without dynamo is deprecated, and five times as fast as the other.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            served,
            (torch.zeros(2, len(fitted.net.mean)),),
            path,
            dynamo=False,
            input_names=["features"],
            output_names=["probabilities"],
            dynamic_axes={"features": {0: "rows"}, "probabilities": {0: "rows"}},
            opset_version=17,
        )
