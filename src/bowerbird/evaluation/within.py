"""Order within groups, such as one person's rows on one surface: group AUC and NDCG.

What differs between groups, how pleased a person is or how hard a surface, moves neither figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F64, I64, U8
from bowerbird.core.kernels import kernel


@dataclass(frozen=True, slots=True)
class ByGroup:
    """A figure of each group [g] that has one.

    Attributes:
        group: [g] int64 the group.
        value: [g] float64.
        weight: [g] float64 what it counts for.
    """

    group: I64
    value: F64
    weight: F64

    def mean(self) -> float:
        """Return the weighted mean, NaN where no group has the figure."""
        return float(np.average(self.value, weights=self.weight)) if len(self.value) else np.nan


def group_auc(group: I64, labels: NDArray[np.bool_], scores: F64) -> ByGroup:
    """Return each group's chance that a positive is above a negative, weighted by its rows.

    Groups with positives only, or negatives only, have no order to get right and are left out.
    Zhu et al., "Optimized Cost per Click in Taobao Display Advertising", KDD 2017.

    Args:
        group: [n] any whole numbers.
        labels: [n].
        scores: [n], ties count half.
    """
    order = np.lexsort((scores, group))
    starts = _starts(group[order])
    value, weight = _group_auc(starts, labels[order].astype(np.uint8), scores[order])
    told = np.flatnonzero(weight > 0)
    return ByGroup(group[order][starts[told]], value[told], weight[told])


def group_ndcg(group: I64, labels: NDArray[np.bool_], scores: F64, k: int) -> ByGroup:
    """Return each group's NDCG@k for 0/1 relevance, each group alike.

    Groups with positives only, or negatives only, are left out. Among equal scores every order is
    as likely, so each of those places gets their mean relevance. Järvelin and Kekäläinen, TOIS
    2002; ties as in McSherry and Najork, ECIR 2008.
    """
    order = np.lexsort((-scores, group))
    starts = _starts(group[order])
    value = _group_ndcg(starts, labels[order].astype(np.uint8), scores[order], k)
    told = np.flatnonzero(~np.isnan(value))
    return ByGroup(group[order][starts[told]], value[told], np.ones(len(told)))


def _starts(ordered: I64) -> I64:
    """Return where each group begins, and the end."""
    if not len(ordered):
        return np.zeros(1, np.int64)
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))


@kernel
def _group_auc(starts: I64, labels: U8, scores: F64) -> tuple[F64, F64]:
    value, weight = np.zeros(len(starts) - 1), np.zeros(len(starts) - 1)
    for g in range(len(starts) - 1):
        below = above = 0  # negatives below, and pairs in order counted twice
        positives = 0
        at = starts[g]
        while at < starts[g + 1]:
            end, tied = at, 0
            while end < starts[g + 1] and scores[end] == scores[at]:
                tied += labels[end]
                end += 1
            above += tied * (2 * below + (end - at - tied))
            below += end - at - tied
            positives += tied
            at = end
        if positives and below:
            value[g] = above / (2.0 * positives * below)
            weight[g] = starts[g + 1] - starts[g]
    return value, weight


@kernel
def _group_ndcg(starts: I64, labels: U8, scores: F64, k: int) -> F64:
    value = np.full(len(starts) - 1, np.nan)
    for g in range(len(starts) - 1):
        n = starts[g + 1] - starts[g]
        positives, gain, at = 0, 0.0, starts[g]
        while at < starts[g + 1]:
            end, tied, room = at, 0, 0.0
            while end < starts[g + 1] and scores[end] == scores[at]:
                tied += labels[end]
                place = end - starts[g]
                if place < k:
                    room += 1.0 / np.log2(place + 2.0)
                end += 1
            gain += room * tied / (end - at)
            positives += tied
            at = end
        if 0 < positives < n:
            best = 0.0
            for place in range(min(k, positives)):
                best += 1.0 / np.log2(place + 2.0)
            value[g] = gain / best
    return value
