"""Distillation: a small net learns to say what the final pass says, and to order as it orders.

Two terms: the cross entropy of every head against the teacher's probability, and the softmax of
ListNet (Cao et al., ICML 2007) on the value of all heads, under random draws of the value's
weights, so that a weight changed in the program needs no new first pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from bowerbird.core.facts import F64, I64
from bowerbird.ranking.heads import HEADS, WEIGHTS
from bowerbird.ranking.log import RankingLog
from bowerbird.ranking.net import Net

SPREAD = 0.7
"""Of the logarithm of a drawn weight, around that of `WEIGHTS`."""

EPOCHS = 60
"""Of a teacher of four members, two seeds, 30 kept .918 of the top 25 among 50, 60 kept .929."""

STEPS = 600
"""A short log is gone over more often, until there were so many batches."""

REQUESTS = 4
"""A batch, each with all its candidates."""

RATE = 3e-3
LISTWISE = 1.0
SHARP = 2.0
"""Standardised values are spread this far before the softmax: 150 of 500 hold most of it."""

LATER = 0.25
"""Share of the requests, the latest, that the exam is about."""

DRAWS = 20
TOP, KEPT, LAST = 25, 150, 50
"""Of the teacher's best `TOP`, how many are among the student's first `KEPT`, and `LAST`."""

LEAST = 8
"""With fewer requests there is nothing to learn from."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares of the teacher's top that a student keeps: mean over draws, and the worst draw."""

    kept: float
    kept_worst: float
    last: float
    last_worst: float
    requests: int

    def figures(self) -> dict[str, float | None]:
        """Return them by name; without a request to ask, the shares are None."""
        shares = {
            f"recall@{KEPT}": self.kept,
            f"recall@{KEPT}_worst_draw": self.kept_worst,
            f"recall@{LAST}": self.last,
            f"recall@{LAST}_worst_draw": self.last_worst,
        }
        asked = {name: share if self.requests else None for name, share in shares.items()}
        return {**asked, "requests": float(self.requests), "draws": float(DRAWS)}


def drawn_weights(rng: np.random.Generator, draws: int) -> F64:
    """Return [draws, H] weights of the value, columns of `HEADS`."""
    middle = np.array([WEIGHTS[head] for head in HEADS])
    found: F64 = middle * np.exp(rng.normal(0.0, SPREAD, (draws, len(HEADS))))
    return found


def split_log(log: RankingLog) -> tuple[I64, I64]:
    """Return the requests to learn from, and the later ones to examine; never one in both."""
    cut = len(log) - max(1, round(LATER * len(log)))
    return np.arange(cut), np.arange(cut, len(log))


def distil(
    net: Net,
    log: RankingLog,
    columns: I64,
    heads: I64,
    *,
    seed: int,
    tell: Callable[[float], None],
) -> Recall:
    """Let `net`, folded, go on from the answers in `log`; return how it does on later requests.

    Args:
        net: reads the columns `columns` of the dense features and answers the heads `heads`.
        log: of the final pass.
        columns: [f] positions in `NAMES`.
        heads: [h] positions in `HEADS`.
        seed: of the order of requests and of the draws.
        tell: is told the share done.
    """
    learning, later = split_log(log)
    rng = np.random.default_rng(seed)
    sizes = np.diff(log.first)
    lists = [_List(log, int(q), columns, heads) for q in learning[sizes[learning] > 0]]
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-5, fused=True)
    epochs = max(EPOCHS, -(-STEPS * REQUESTS // max(len(lists), 1)))
    net.train()
    for epoch in range(epochs):
        for group in optimiser.param_groups:
            group["lr"] = RATE * 0.5 * (1.0 + math.cos(math.pi * epoch / epochs))
        order = rng.permutation(len(lists))
        for at in range(0, len(order), REQUESTS):
            optimiser.zero_grad(set_to_none=True)
            chosen = [lists[q] for q in order[at : at + REQUESTS]]
            weights = drawn_weights(rng, len(chosen))[:, heads]
            batch_loss(net, chosen, weights).backward()  # type: ignore[no-untyped-call]  # torch does not type it
            optimiser.step()
        tell((epoch + 1) / epochs)
    net.eval()
    return examine(net, log, later, columns, heads, seed)


class _List:
    """One request's candidates as tensors: what the student reads, what the teacher said."""

    def __init__(self, log: RankingLog, q: int, columns: I64, heads: I64) -> None:
        rows = slice(int(log.first[q]), int(log.first[q + 1]))
        self.features = torch.from_numpy(np.ascontiguousarray(log.dense[rows][:, columns]))
        self.taught = torch.from_numpy(np.ascontiguousarray(log.heads[rows][:, heads]))


def batch_loss(net: Net, lists: list[_List], weights: F64) -> Tensor:
    """Return the loss of some requests, each with its own draw of value weights ([lists, h])."""
    nothing = torch.empty((0, 0), dtype=torch.int64)
    logits = net.content(torch.cat([one.features for one in lists]), nothing, nothing)
    taught = torch.cat([one.taught for one in lists])
    share = taught.mean(dim=0).clamp(1e-6, 1 - 1e-6)
    entropy = -(share * torch.log(share) + (1 - share) * torch.log(1 - share))
    by_head = nn.functional.binary_cross_entropy_with_logits(logits, taught, reduction="none")
    sizes = [len(one.taught) for one in lists]
    weight = torch.from_numpy(np.repeat(weights.astype(np.float32), sizes, axis=0))
    said = (torch.sigmoid(logits) * weight).sum(dim=1)
    by_list = list_losses(said, (taught * weight).sum(dim=1), sizes)
    return (by_head.mean(dim=0) / entropy).mean() + LISTWISE * by_list.mean()


def list_losses(said: Tensor, taught: Tensor, sizes: list[int]) -> Tensor:
    """Return [lists] how far two orders of each list by value are apart, on the teacher's scale.

    Args:
        said: [n] the student's values, one list after the other.
        taught: [n] the teacher's.
        sizes: of the lists, each above 0; they sum to n.

    Returns:
        The Kullback-Leibler divergence of the two softmaxes, 0 where they agree.
    """
    size = torch.tensor(sizes)
    there = torch.arange(max(sizes)) < size[:, None]
    if max(sizes) * len(sizes) == len(said):  # nothing to pad
        mine, theirs = said.view(len(sizes), -1), taught.view(len(sizes), -1)
    else:
        mine = nn.utils.rnn.pad_sequence(list(torch.split(said, sizes)), batch_first=True)
        theirs = nn.utils.rnn.pad_sequence(list(torch.split(taught, sizes)), batch_first=True)
    middle = theirs.sum(dim=1, keepdim=True) / size[:, None]
    off = torch.where(there, theirs - middle, 0.0)
    spread = torch.sqrt((off * off).sum(dim=1, keepdim=True) / size[:, None]).clamp(min=1e-8)
    sharp = SHARP / spread
    target = torch.log_softmax(torch.where(there, off * sharp, -torch.inf), dim=1)
    found = torch.log_softmax(torch.where(there, (mine - middle) * sharp, -torch.inf), dim=1)
    apart = torch.where(there, target - found, 0.0)  # both are -inf beyond a list's end
    return (torch.exp(target) * apart).sum(dim=1)


def examine(
    net: Net, log: RankingLog, requests: I64, columns: I64, heads: I64, seed: int
) -> Recall:
    """Return the recall over `DRAWS` draws of value weights, by requests that were not learned."""
    rng, nothing = np.random.default_rng((seed, 1)), torch.empty((0, 0), dtype=torch.int64)
    draws = drawn_weights(rng, DRAWS)
    kept, last, counted = np.zeros(DRAWS), np.zeros(DRAWS), 0
    for q in requests.tolist():
        one = _List(log, q, columns, heads)
        if len(one.taught) <= KEPT:
            continue
        with torch.no_grad():
            said = torch.sigmoid(net.content(one.features, nothing, nothing)).double().numpy()
        everything = log.heads[log.first[q] : log.first[q + 1]].copy()
        everything[:, heads] = said
        taught = log.heads[log.first[q] : log.first[q + 1]] @ draws.T
        kept += recalled(taught, everything @ draws.T, KEPT)
        last += recalled(taught, everything @ draws.T, LAST)
        counted += 1
    if not counted:
        return Recall(float("nan"), float("nan"), float("nan"), float("nan"), 0)
    kept, last = kept / counted, last / counted
    return Recall(
        float(kept.mean()), float(kept.min()), float(last.mean()), float(last.min()), counted
    )


def recalled(taught: F64, said: F64, kept: int) -> F64:
    """Return [draws] how much of the top of `taught` ([n, draws]) is in that of `said`."""
    best = np.argsort(-taught, axis=0, kind="stable")[:TOP]
    order = np.argsort(-said, axis=0, kind="stable")
    place = np.argsort(order, axis=0, kind="stable")
    found: F64 = (np.take_along_axis(place, best, axis=0) < kept).mean(axis=0)
    return found
