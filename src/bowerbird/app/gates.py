"""What stands between training and publishing: a Version worse than the last stays out.

Both final passes answer for the same impressions, later than all that either learned from, as they
would have been served; and both order what the same recorded requests had to choose from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bowerbird.app.config import Gates
from bowerbird.core.errors import VersionError
from bowerbird.core.facts import F32, F64, I64
from bowerbird.evaluation.within import group_ndcg
from bowerbird.features.compute import Inputs
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.heads import HEADS, WEIGHTS
from bowerbird.ranking.log import Recorded
from bowerbird.ranking.metrics import calibration, normalised_entropy
from bowerbird.ranking.passes import FINAL
from bowerbird.ranking.runtime import Model
from bowerbird.ranking.train import counts_of, split
from bowerbird.version.version import model_folder

TOP = 25
OFF = 10.0
"""Predicted over observed is taken for this wrong where nothing was predicted."""

Figures = dict[str, Any]


def against_last(
    folder: Path,
    before: Path | None,
    examples: Examples,
    recorded: Sequence[Recorded],
    gates: Gates,
) -> Figures:
    """Return how the final pass in `folder` stands beside that of the last Version.

    Empty where there is none, or none that this build can read.
    """
    if before is None:
        return {}
    try:
        last = Model.load(model_folder(before, FINAL))
    except VersionError:  # of other features: nothing can be asked of it
        return {}
    new = Model.load(model_folder(folder, FINAL))
    rows = split(examples.ts)[2]
    positives, _ = counts_of(examples, rows)
    said = {"last": answers(last, examples, rows), "new": answers(new, examples, rows)}
    heads = {
        head: {who: _figures(examples, rows, head, answer) for who, answer in said.items()}
        for head in new.card.learned
        if head in last.card.learned and positives[HEADS.index(head)] >= gates.least_positives
    }
    overlap = page_overlap(last, new, recorded)
    return {"version": int(before.name), "heads": heads, "overlap": overlap}


def faults(found: Figures, gates: Gates) -> list[str]:
    """Return a sentence for each figure of `against_last` that is worse by more than its margin."""
    told = []
    for head, figures in found.get("heads", {}).items():
        last, new = figures["last"], figures["new"]
        for name, worse, margin in (
            ("normalised entropy", new["normalised_entropy"] - last["normalised_entropy"],
             gates.normalised_entropy),
            ("calibration", _off(new["calibration"]) - _off(last["calibration"]),
             gates.calibration),
            ("NDCG", last["ndcg"] - new["ndcg"], gates.ndcg),
        ):  # fmt: skip
            if worse > margin:
                key = name.lower().replace(" ", "_")
                told.append(
                    f"{name} of `{head}` went from {last[key]:.3f} to {new[key]:.3f}, "
                    f"worse by more than {margin}"
                )
    overlap = found.get("overlap")
    if overlap is not None and overlap < gates.overlap:
        told.append(
            f"pages would share {overlap:.2f} of their items with those of the last Version, "
            f"less than {gates.overlap}"
        )
    return told


def refuse_worse(found: Figures, gates: Gates, *, publish_failing: bool) -> None:
    """Stop where the new Version is worse than the last.

    Raises:
        VersionError: says in what, and by how much.
    """
    told = faults(found, gates)
    if told and not publish_failing:
        raise VersionError(
            f"not published, for it is worse than Version {found['version']}: {'; '.join(told)}",
            "widen a margin under [gates], or set publish_failing = true under [training]",
        )


def answers(model: Model, examples: Examples, rows: I64) -> F32:
    """Return [rows, H] what `model` would have answered, request by request."""
    found = np.empty((len(rows), len(HEADS)), np.float32)
    order = np.argsort(examples.asked[rows], kind="stable")
    asked = examples.asked[rows][order]
    for at in np.split(order, np.flatnonzero(np.diff(asked)) + 1) if len(rows) else ():
        one = rows[at]
        recent = examples.recent[examples.asked[one[0]]]
        said = model.predict(Inputs(examples.features[one], examples.sparse[one], recent))
        found[at] = np.stack([said[head] for head in HEADS], axis=1)
    return found


def page_overlap(last: Model, new: Model, recorded: Sequence[Recorded]) -> float | None:
    """Return how much of the best `TOP` both have in common, over recorded requests.

    By the value in the middle of those that the first passes learn from. None where no request
    had more to choose from.
    """
    shares = [
        len(np.intersect1d(_best(last, one.inputs), _best(new, one.inputs))) / TOP
        for one in recorded
        if len(one.media) > TOP
    ]
    return float(np.mean(shares)) if shares else None


def _best(model: Model, inputs: Inputs) -> I64:
    said = model.predict(inputs)
    value: F64 = sum(  # type: ignore[assignment]  # the sum of arrays is one
        weight * said[head].astype(np.float64) for head, weight in WEIGHTS.items()
    )
    return np.argsort(-value, kind="stable")[:TOP]


def _figures(examples: Examples, rows: I64, head: str, said: F32) -> Mapping[str, float]:
    column = HEADS.index(head)
    known = np.flatnonzero(examples.known[rows, column])
    asked = examples.asked[rows[known]].astype(np.int64)
    labels = examples.labels[rows[known], column].astype(np.bool_)
    chance = said[known, column].astype(np.float64)
    return {
        "normalised_entropy": normalised_entropy(labels, chance),
        "calibration": calibration(labels, chance),
        "ndcg": group_ndcg(asked, labels, chance, TOP).mean(),
    }


def _off(predicted_over_observed: float) -> float:
    """Return by which factor, as a logarithm, a calibration is off; as bad above as below 1."""
    least = np.exp(-OFF)
    return float(abs(np.log(max(predicted_over_observed, least))))
