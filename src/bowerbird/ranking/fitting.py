"""How a net learns from examples: row by row, and request by request."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from bowerbird.core.facts import F32, F64, I64
from bowerbird.ranking.averaging import Mean
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.heads import HEADS
from bowerbird.ranking.net import SURFACES, Batch, Net, Scales, buckets, surface_lines
from bowerbird.ranking.pieces import edges_of
from bowerbird.ranking.vocabulary import Lookup, recent_lines, sparse_lines

BATCH = 256
"""Rows a step: with 1,024 a young log made too few steps (normalised entropy .853, so .849)."""

ASKED = 1024
"""Rows a batch, where a net only answers."""

OTHERS = 20.0
"""Rows of everywhere that count beside those of a place."""

ENOUGH = 30_000
"""Rows from which on a place's share is what it will be. A younger log's page is another every day:
on 12,000 rows of a closed loop nets that began so chose pages worth a fiftieth less."""

WEIGHT_DECAY = 1e-4
BETTER = 5e-4
"""Share of the validation loss that an epoch must gain to count: of two that say as much, the
earlier has learned less by heart. On the society a third epoch that gained 1e-4 cost a page .17 of
6.52."""

LISTWISE = 0.05
"""What putting a request's positives first counts for, beside saying each row's chance."""

THREADS = 1
"""On batches this small a second one waits more than it works: 20 times over on a busy machine."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to learn.

    Attributes:
        epochs: at most.
        patience: epochs without a better validation after which it ends.
        rate: of learning, at the start; it falls to 0 on half a cosine.
    """

    epochs: int
    patience: int
    rate: float


class Data:
    """Rows of examples as tensors, whole requests together."""

    def __init__(
        self,
        examples: Examples,
        learned: Sequence[str],
        rows: I64,
        columns: I64,
        lookup: Lookup | None,
    ) -> None:
        heads = [HEADS.index(head) for head in learned]
        self.features = torch.from_numpy(examples.features[rows][:, columns])
        self.bucket = torch.from_numpy(buckets(examples.position[rows]))
        self.surface = torch.from_numpy(surface_lines(examples.surface[rows]))
        known = examples.known[rows][:, heads]
        self.known = torch.from_numpy(known.astype(np.float32))
        self.labels = torch.from_numpy((examples.labels[rows][:, heads] * known).astype(np.float32))
        self.asked = torch.from_numpy(examples.asked[rows].astype(np.int64))
        nothing = np.empty((len(rows), 0), np.int64)
        lines = sparse_lines(lookup, examples.sparse[rows]) if lookup else nothing
        self.sparse = torch.from_numpy(lines)
        recent = recent_lines(lookup, examples.recent) if lookup else np.empty((0, 0), np.int64)
        self.recent = torch.from_numpy(recent)

    def __len__(self) -> int:
        return len(self.features)

    def batch(self, rows: Tensor) -> Batch:
        """Return the rows at `rows` ([b])."""
        asked = self.asked[rows]
        recent = self.recent[asked] if len(self.recent) else self.recent
        return Batch(
            self.features[rows],
            self.sparse[rows],
            recent,
            self.bucket[rows],
            self.surface[rows],
            asked,
            self.labels[rows],
            self.known[rows],
        )

    def shuffled(self) -> Iterator[Batch]:
        """Yield all rows, requests in a random order, in batches of `BATCH`."""
        key = torch.rand(int(self.asked.max()) + 1)[self.asked]
        for rows in torch.split(torch.argsort(key, stable=True), BATCH):
            yield self.batch(rows)

    def straight(self) -> Iterator[Batch]:
        """Yield all rows in order, in batches of `ASKED`."""
        for rows in torch.split(torch.arange(len(self)), ASKED):
            yield self.batch(rows)

    def scales(self) -> Scales:
        """Return how each feature is spread."""
        features = self.features.numpy()
        return Scales(
            mean=features.mean(axis=0, dtype=np.float64).astype(np.float32),
            std=features.std(axis=0, dtype=np.float64).astype(np.float32),
            low=features.min(axis=0),
            high=features.max(axis=0),
        )

    def edges(self) -> F32:
        """Return where the range of each feature is cut, [PIECES + 1, F]."""
        return edges_of(self.features.numpy())

    def shares(self) -> Tensor:
        """Return [heads] float64 the share of positives among the rows that are known."""
        return self.labels.double().sum(dim=0) / self.known.double().sum(dim=0).clamp(min=1.0)

    def biases(self) -> list[float]:
        """Return the logit of each head's share."""
        share = self.shares()
        found: list[float] = torch.log(share / (1.0 - share)).tolist()
        return found

    def places(self) -> Tensor:
        """Return [SURFACES, heads] by how much the logit of a place's own share is above `biases`.

        Smoothed by `OTHERS` rows; what no row shows is 0.
        """
        nothing = torch.zeros(SURFACES, self.labels.shape[1], dtype=torch.float64)
        acted = nothing.index_add(0, self.surface, self.labels.double())
        known = nothing.index_add(0, self.surface, self.known.double())
        share = self.shares()
        own = (acted + OTHERS * share) / (known + OTHERS)
        return (torch.logit(own) - torch.logit(share)).float()


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


def begin_at_shares(net: Net, data: Data) -> None:
    """Let a new net say of each place what is done there, where `ENOUGH` rows tell.

    No step of learning moves a weight by more than the rate, so in some hundred steps what a place
    adds to a logit, which may be whole numbers, would never be reached from 0, and the layers would
    have to say it instead.
    """
    if len(data) < ENOUGH:
        return
    with torch.no_grad():
        net.places.weight.copy_(data.places())


def learn(net: Net, data: Data, held: Data, pace: Pace, tell: Callable[[float], None]) -> int:
    """Let `net` learn from `data`; it is left as its mean was after the epoch best on `held`.

    Of two that are as good, the earlier. Returns that epoch. Call it within `reproducible`.
    """
    weights = head_weights(data)
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=pace.rate, weight_decay=WEIGHT_DECAY, fused=True
    )
    mean = Mean(net)
    best, best_epoch, kept = math.inf, 0, copy.deepcopy(net.state_dict())
    for epoch in range(1, pace.epochs + 1):
        for group in optimiser.param_groups:
            group["lr"] = pace.rate * 0.5 * (1.0 + math.cos(math.pi * (epoch - 1) / pace.epochs))
        net.train()
        for batch in data.shuffled():
            optimiser.zero_grad(set_to_none=True)
            loss(net, batch, weights).backward()  # type: ignore[no-untyped-call]  # torch does not type it
            optimiser.step()
            mean.take()
        found = mean_loss(mean.net, held if len(held) else data, weights)
        if found < best * (1.0 - BETTER):
            best, best_epoch, kept = found, epoch, copy.deepcopy(mean.net.state_dict())
        tell(epoch / (pace.epochs + 1))
        if epoch - best_epoch >= pace.patience:
            break
    net.load_state_dict(kept)
    return best_epoch


def head_weights(data: Data) -> Tensor:
    """Return [heads]: the inverse root of each head's own entropy.

    Between counting nats, where rare heads would count for nothing, and counting heads, where
    fifty likes would pull as hard as fifty thousand clicks.
    """
    share = data.shares()
    entropy = -(share * torch.log(share) + (1.0 - share) * torch.log(1.0 - share))
    return torch.rsqrt(entropy).float()


def loss(net: Net, batch: Batch, weights: Tensor) -> Tensor:
    """Return the cross entropy of rows, and of positives within their request, by head.

    The mean over members, each by what it says itself: of what they say together they would learn
    to be one net.
    """
    logits = net.learning(batch)
    point = nn.functional.binary_cross_entropy_with_logits(
        logits, batch.labels.expand_as(logits), reduction="none"
    ).mean(dim=0)
    known = batch.known.sum(dim=0).clamp(min=1.0)
    within = torch.stack([within_requests(member, batch) for member in logits]).mean(dim=0)
    by_head = (point * batch.known).sum(dim=0) / known + LISTWISE * within
    return (by_head * weights).sum()


def within_requests(logits: Tensor, batch: Batch) -> Tensor:
    """Return [heads]: how surprising each positive is among its request's rows, a row.

    The softmax of ListNet (Cao et al., ICML 2007), with 0/1 relevance.
    """
    _, group = torch.unique_consecutive(batch.request, return_inverse=True)
    powers = torch.exp(torch.clamp(logits, -20.0, 20.0))
    sums = torch.zeros(int(group[-1]) + 1, logits.shape[1]).index_add(0, group, powers)
    chance = torch.log(sums)[group] - torch.clamp(logits, -20.0, 20.0)
    return (batch.labels * chance).mean(dim=0)


def mean_loss(net: Net, data: Data, weights: Tensor) -> float:
    """Return the loss over all rows, without its list-wise term."""
    net.eval()
    total = torch.zeros(len(weights), dtype=torch.float64)
    with torch.no_grad():
        for batch in data.straight():
            point = nn.functional.binary_cross_entropy_with_logits(
                net(batch), batch.labels, reduction="none"
            )
            total += (point * batch.known).double().sum(dim=0)
    return float((total / data.known.double().sum(dim=0).clamp(min=1.0) * weights).sum())


def logits_of(net: Net, data: Data) -> F64:
    """Return [rows, heads] of what the net says at the logged positions and surfaces."""
    net.eval()
    with torch.no_grad():
        parts = [net(batch).double().numpy() for batch in data.straight()]
    return np.concatenate(parts) if parts else np.empty((0, data.labels.shape[1]))
