"""A plain DCN-v2: a vector for each category, crosses, then layers; one net a head.

Wang et al., "DCN V2: Improved Deep & Cross Network", WWW 2021, the stacked form: no attention, no
list-wise term, no towers, no calibration of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import torch
from ranking_methods import THREADS, Scores, Settings, categories, labels_of, one_by_one
from ranking_rows import Parts
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from bowerbird.core.facts import F64, I64
from bowerbird.ranking.examples import Examples

BATCH = 256
TAIL = 10
"""What is kept is the mean of about the last tenth of all steps, as with ours."""
EPOCHS = 12
PATIENCE = 2
LEAST = 8
"""Rows that must show a category before it has a vector of its own; as many as ours ask for."""


class Dcn(nn.Module):
    """Dense features and vectors, crossed, then layers, then one logit."""

    def __init__(self, dense: int, sizes: list[int], settings: Settings) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(size, settings["width"]) for size in sizes)
        for table in self.tables:
            nn.init.normal_(table.weight, std=0.05)  # type: ignore[arg-type]  # a list of modules has no types
        width = dense + len(sizes) * settings["width"]
        self.crosses = nn.ModuleList(nn.Linear(width, width) for _ in range(settings["crosses"]))
        layers: list[nn.Module] = []
        for into, out in zip((width, *settings["hidden"]), settings["hidden"], strict=False):
            layers += [nn.Linear(into, out), nn.ReLU(), nn.Dropout(settings["dropout"])]
        self.layers = nn.Sequential(*layers, nn.Linear(settings["hidden"][-1], 1))

    def forward(self, dense: Tensor, lines: Tensor) -> Tensor:
        """Return logits [n]."""
        vectors = [table(lines[:, k]) for k, table in enumerate(self.tables)]
        x = first = torch.cat([dense, *vectors], dim=1)
        for cross in self.crosses:
            x = first * cross(x) + x
        logits: Tensor = self.layers(x)[:, 0]
        return logits


def dcn(
    examples: Examples, parts: Parts, heads: tuple[str, ...], settings: Settings, seed: int
) -> Scores:
    """Return what a DCN-v2 a head says; each is that of the epoch best on the held rows."""
    torch.set_num_threads(THREADS)
    learned = examples.features[parts.learning]
    mean, std = learned.mean(axis=0), np.maximum(learned.std(axis=0), 1e-4)
    dense = torch.from_numpy(np.clip((examples.features - mean) / std, -5, 5).astype(np.float32))
    lines, sizes = _lines(examples, parts.learning)

    def learn(head: str) -> Callable[[I64], F64]:
        torch.manual_seed(seed)
        net = Dcn(dense.shape[1], sizes, settings)
        wanted = torch.from_numpy(
            labels_of(examples, np.arange(len(examples)), head).astype(np.float32)
        )
        _fit(net, dense, lines, wanted, parts, settings)
        return lambda rows: _logits(net, dense, lines, torch.from_numpy(rows)).double().numpy()

    return one_by_one(learn, parts, heads)


def _lines(examples: Examples, learning: I64) -> tuple[Tensor, list[int]]:
    """Return the line of each category [n, S + 1], 0 for rare ones, and the tables' sizes."""
    _, values = categories(examples)
    lines, sizes = np.zeros(values.shape, np.int64), []
    for k in range(values.shape[1]):
        kinds, counts = np.unique(values[learning, k], return_counts=True)
        kept = kinds[counts >= LEAST]
        at = np.minimum(np.searchsorted(kept, values[:, k]), max(len(kept) - 1, 0))
        known = kept[at] == values[:, k] if len(kept) else np.zeros(len(values), np.bool_)
        lines[:, k] = np.where(known, at + 1, 0)
        sizes.append(len(kept) + 1)
    return torch.from_numpy(lines), sizes


def _fit(
    net: Dcn, dense: Tensor, lines: Tensor, wanted: Tensor, parts: Parts, settings: Settings
) -> None:
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=settings["rate"], weight_decay=settings["decay"]
    )
    entropy = nn.functional.binary_cross_entropy_with_logits
    learning, held = torch.from_numpy(parts.learning), torch.from_numpy(parts.held)
    mean = AveragedModel(net, avg_fn=_nearer)
    best, best_epoch, kept = float("inf"), 0, copy.deepcopy(net.state_dict())
    for epoch in range(EPOCHS):
        net.train()
        for rows in torch.split(learning[torch.randperm(len(learning))], BATCH):
            optimiser.zero_grad(set_to_none=True)
            entropy(net(dense[rows], lines[rows]), wanted[rows]).backward()  # type: ignore[no-untyped-call]  # torch does not type it
            optimiser.step()
            mean.update_parameters(net)
        found = float(entropy(_logits(mean.module, dense, lines, held), wanted[held]))
        if found < best:
            best, best_epoch, kept = found, epoch, copy.deepcopy(mean.module.state_dict())
        if epoch - best_epoch >= PATIENCE:
            break
    net.load_state_dict(kept)


def _nearer(mean: Tensor, now: Tensor, steps: Tensor | int) -> Tensor:
    """Return the mean after one step more (polynomial decay, Shamir and Zhang, ICML 2013)."""
    return torch.lerp(mean, now, TAIL / (float(steps) + 1 + TAIL))


def _logits(net: nn.Module, dense: Tensor, lines: Tensor, rows: Tensor) -> Tensor:
    net.eval()
    with torch.no_grad():
        return torch.cat([net(dense[part], lines[part]) for part in torch.split(rows, 8192)])
