"""The deep net: vectors for sparse features, explicit crosses, attention over recent accounts.

Beside them each dense feature speaks for itself, and is added in the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from bowerbird.core.facts import F32
from bowerbird.features.compute import SPARSE
from bowerbird.features.recent import RECENT
from bowerbird.ranking.members import Members
from bowerbird.ranking.net import Net, Scales
from bowerbird.ranking.pieces import Pieces
from bowerbird.ranking.vocabulary import RECENT_TABLE, TABLE_OF

WIDTHS: Mapping[str, int] = {
    "user": 16,
    "account": 16,
    "media": 16,
    "media_type": 4,
    "topic": 8,
    "source": 4,
    "hour": 4,
    "weekday": 4,
}
"""Numbers in a vector of each table."""

ASKING = ("account", "media_type", "topic_first", "topic_second")
"""The columns of a candidate that say which of the recent accounts matter."""

HIDDEN = (128, 64)
MEMBERS = 4
"""Nets side by side over what is crossed."""
CROSSES = 1
FORGET = 0.8
"""Share of sparse cells taken for unseen while learning.

So line 0 learns what to say, and the net leans on a row's number only for what the dense features
cannot say: at 0.1 it learned rows by heart after one epoch (like, normalised entropy .896, at 0.8
.892).
"""

DROPOUT = 0.2
SPREAD = 0.02
"""Standard deviation of a new vector: near enough to nothing that a rare thing stays modest."""


class Cross(nn.Module):
    """x0 * (W x + b) + x: every product of two inputs, once more with each layer.

    Wang et al., "DCN V2: Improved Deep & Cross Network", WWW 2021, equation 1.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, first: Tensor, x: Tensor) -> Tensor:
        """Return the crossed [n, width]."""
        crossed: Tensor = first * self.linear(x) + x
        return crossed


class Attention(nn.Module):
    """What the recent accounts say of a candidate, by likeness learned for it.

    One place more than there are accounts is always there, so that a person without any has an
    answer. After Zhou et al., "Deep Interest Network", KDD 2018, with softmax.

    Attributes:
        shared: whether all candidates are one person's, as when serving: then both sums over the
            recent accounts are products of matrices, which take half the time.
    """

    def __init__(self, asking: int, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(asking, width)
        self.key = nn.Linear(width, width)
        self.nobody = nn.Parameter(torch.zeros(1, 1, width))
        self.rank = nn.Parameter(torch.zeros(1, RECENT + 1))
        self.scale = width**-0.5
        self.shared = False

    def forward(self, asking: Tensor, recent: Tensor, there: Tensor) -> Tensor:
        """Return [n, width] for `asking` [n, a], vectors `recent` [n or 1, L, width]."""
        values = torch.cat([self.nobody.expand(recent.shape[0], 1, -1), recent], dim=1)
        keys = self.key(values)
        query = self.query(asking)
        scores = query @ keys[0].T if self.shared else (keys * query[:, None, :]).sum(dim=2)
        known = torch.cat([torch.ones_like(there[:, :1]), there], dim=1)
        scores = (scores * self.scale + self.rank).masked_fill(~known, -1e4)
        weights = torch.softmax(scores, dim=1)
        return weights @ values[0] if self.shared else (weights[:, :, None] * values).sum(dim=1)


class Deep(Net):
    """Dense and sparse inputs, crossed, then layers; dense features by themselves beside that."""

    def __init__(
        self,
        scales: Scales,
        edges: F32,
        biases: Sequence[float],
        sizes: Mapping[str, int],
    ) -> None:
        """`edges` are those of `Pieces`."""
        around = WIDTHS[RECENT_TABLE]
        width = len(scales.mean) + sum(WIDTHS[TABLE_OF[name]] for name in SPARSE) + around
        super().__init__(scales, biases, width, HIDDEN, DROPOUT, MEMBERS)
        tables = {name: nn.Embedding(sizes[name], width) for name, width in WIDTHS.items()}
        for table in tables.values():
            nn.init.normal_(table.weight, std=SPREAD)
        self.tables = nn.ModuleDict(tables)
        self.attention = Attention(sum(WIDTHS[TABLE_OF[name]] for name in ASKING), around)
        self.crosses = nn.ModuleList(Cross(width) for _ in range(CROSSES))
        self.pieces = Pieces(edges, len(biases))
        self.wide = nn.Linear(len(scales.mean), len(biases), bias=False)
        nn.init.zeros_(self.wide.weight)

    def inputs(self, features: Tensor, sparse: Tensor, recent: Tensor) -> Tensor:
        """Return [n, width]."""
        if self.training:
            sparse = sparse * (torch.rand(sparse.shape) >= FORGET)
        vectors = {name: self.tables[TABLE_OF[name]](sparse[:, k]) for k, name in enumerate(SPARSE)}
        there = recent > 0
        lately = self.tables[RECENT_TABLE](torch.clamp(recent - 1, min=0))
        asking = torch.cat([vectors[name] for name in ASKING], dim=1)
        attended = self.attention(asking, lately, there)
        x = first = torch.cat([self.standardised(features), *vectors.values(), attended], dim=1)
        for cross in self.crosses:
            x = cross(first, x)
        return x

    def each(
        self, features: Tensor, sparse: Tensor, recent: Tensor, surface: Tensor | None = None
    ) -> Tensor:
        """Return [members, n, heads]: each member's logits, and each dense feature by itself."""
        together = super().each(features, sparse, recent, surface)
        alone: Tensor = self.wide(self.standardised(features)) + self.pieces(features)
        return together + alone

    def said_by(self) -> list[nn.Linear | Members]:
        """Return the layers whose sum the logits are."""
        return [*super().said_by(), self.wide, self.pieces.lines]
