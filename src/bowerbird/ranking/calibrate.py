"""Platt scaling: a logit's slope and shift, fitted on rows later than those it was learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import F64

Platt = tuple[float, float]
"""(a, b) of sigmoid(a * logit + b)."""

IDENTITY: Platt = (1.0, 0.0)

LEAST = 10
"""With fewer rows of either kind the logits are left as they are."""

RIDGE = 1.0
"""Rows' worth of pull towards `IDENTITY`, so that few positives do not bend it far."""


def platt(labels: NDArray[np.bool_], logits: F64) -> Platt:
    """Return the scaling of `logits` ([n]) that fits `labels` best; order is never turned round.

    Platt, "Probabilistic Outputs for Support Vector Machines", 1999; by Newton's method.
    """
    if min(int(labels.sum()), int((~labels).sum())) < LEAST:
        return IDENTITY
    a, b = IDENTITY
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-(a * logits + b)))
        wrong, weight = p - labels, p * (1.0 - p)
        slope = float(np.dot(wrong, logits)) + RIDGE * (a - 1.0)
        shift = float(wrong.sum()) + RIDGE * b
        aa = float(np.dot(weight, logits * logits)) + RIDGE
        ab = float(np.dot(weight, logits))
        bb = float(weight.sum()) + RIDGE
        det = aa * bb - ab * ab
        step_a, step_b = (bb * slope - ab * shift) / det, (aa * shift - ab * slope) / det
        a, b = a - step_a, b - step_b
        if abs(step_a) + abs(step_b) < 1e-9:
            break
    return (a, b) if np.isfinite(a + b) and a > 0.0 else IDENTITY
