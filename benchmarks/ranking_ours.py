"""Our own passes on the rows of KuaiRand, by the code that trains a Version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from ranking_methods import Method, Scores, Settings, labels_of
from ranking_rows import DAY, HELD, MAY, Parts

from bowerbird.core.facts import F64, I64
from bowerbird.ranking import export, fit
from bowerbird.ranking.calibrate import Platt, platt
from bowerbird.ranking.card import CARD, LOOKUP, STATE, Card
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.fit import Fitted
from bowerbird.ranking.metrics import normalised_entropy
from bowerbird.ranking.passes import FINAL, PASSES, SECOND
from bowerbird.ranking.train import enough_positives
from bowerbird.ranking.vocabulary import save_lookup


def net(
    examples: Examples, parts: Parts, heads: tuple[str, ...], settings: Settings, seed: int
) -> Scores:
    """Return what a pass says at the logged surfaces; it learns every head there is enough of."""
    settings = dict(settings)
    spec = replace(PASSES[settings.pop("pass")], **settings)
    learned = enough_positives(examples, parts.learning)
    fitted = fit.fit(
        examples, learned, parts.learning, parts.held, spec, seed, None, lambda share: None
    )
    held, examined = (_said(fitted, examples, at, heads) for at in (parts.held, parts.examined))
    return Scores(held, examined)


def _said(fitted: Fitted, examples: Examples, rows: I64, heads: tuple[str, ...]) -> F64:
    return fitted.logits(examples, rows)[:, [fitted.learned.index(head) for head in heads]]


OURS: tuple[Method, ...] = (
    Method("ours, final pass", net, {"pass": FINAL}, needs="torch"),
    Method("ours, second pass", net, {"pass": SECOND}, needs="torch"),
)
"""The first of them is what the peers are compared with."""


def by_day(examples: Examples, heads: tuple[str, ...]) -> Iterator[dict[str, object]]:
    """Yield the normalised entropy of each day of May for three ways to keep a Version.

    Stale learns before 1 May and stays; warm goes on each night from the night before; retrained
    begins anew each night. All answer for the day after, calibrated the night they learned.
    """
    kept: dict[str, Fitted] = {}
    scaled: dict[str, list[Platt]] = {}
    with TemporaryDirectory() as folder:
        for day in range(8):
            parts = _before(examples, MAY + day * DAY)
            for way in ("stale", "warm", "retrained"):
                if way == "stale" and day:
                    continue
                last = Path(folder) if way == "warm" and day else None
                kept[way] = _learned(examples, parts, last)
                scaled[way] = _scalings(kept[way], examples, parts.held)
                if way == "warm":
                    _keep(kept[way], Path(folder))
            for head in heads:
                yield {
                    "what": f"{head}: normalised entropy",
                    "day": day + 1,
                    **{
                        way: round(_entropy(fitted, scaled[way], examples, parts, head), 4)
                        for way, fitted in kept.items()
                    },
                }


def _before(examples: Examples, start: int) -> Parts:
    """Return who learns from what the night before `start`, for the day after."""
    before = np.flatnonzero(examples.ts < start)
    before = before[np.argsort(examples.ts[before], kind="stable")]
    examined = np.flatnonzero((examples.ts >= start) & (examples.ts < start + DAY))
    cut = round((1 - HELD) * len(before))
    return Parts(before[:cut], before[cut:], examined)


def _learned(examples: Examples, parts: Parts, last: Path | None) -> Fitted:
    learned = enough_positives(examples, parts.learning)
    return fit.fit(
        examples, learned, parts.learning, parts.held, PASSES[FINAL], 0, last, lambda share: None
    )


def _scalings(fitted: Fitted, examples: Examples, held: I64) -> list[Platt]:
    found = fitted.logits(examples, held)
    return [
        platt(labels_of(examples, held, head), found[:, k]) for k, head in enumerate(fitted.learned)
    ]


def _keep(fitted: Fitted, folder: Path) -> None:
    """Write what the next night goes on from."""
    folder.mkdir(exist_ok=True)
    card = Card(
        features=PASSES[FINAL].features,
        learned=fitted.learned,
        priors={},
        platt={},
        position=fitted.slot,
        rows=(0, 0, 0),
        epochs=fitted.epochs,
        exam={},
        warnings=(),
        deep=True,
    )
    (folder / CARD).write_bytes(msgspec.json.encode(card))
    export.save_state(fitted.net, folder / STATE)
    if fitted.lookup is not None:
        save_lookup(folder / LOOKUP, fitted.lookup)


def _entropy(
    fitted: Fitted, scaled: list[Platt], examples: Examples, parts: Parts, head: str
) -> float:
    at = fitted.learned.index(head)
    a, b = scaled[at]
    found = fitted.logits(examples, parts.examined)[:, at]
    labels = labels_of(examples, parts.examined, head)
    return normalised_entropy(labels, 1.0 / (1.0 + np.exp(-(a * found + b))))
