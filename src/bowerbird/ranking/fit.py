"""One net of the funnel, from its examples: new, or going on from the last Version's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from bowerbird.core.errors import VersionError
from bowerbird.core.facts import F64, I16, I64
from bowerbird.features.compute import NAMES
from bowerbird.ranking.card import CARD, LOOKUP, STATE, Card
from bowerbird.ranking.deep import Deep
from bowerbird.ranking.examples import Examples
from bowerbird.ranking.export import go_on
from bowerbird.ranking.fitting import (
    ENOUGH,
    Data,
    Pace,
    begin_at_shares,
    learn,
    logits_of,
    reproducible,
)
from bowerbird.ranking.net import Light, Net
from bowerbird.ranking.passes import Spec
from bowerbird.ranking.vocabulary import (
    Lookup,
    learn_lookup,
    load_lookup,
    save_lookup,
    sizes,
)

__all__ = ["Fitted", "fit", "reproducible", "save_lookup"]

WARM_RATE = 0.5
"""Of the learning rate, for a net that begins where the last one ended."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A net that has learned, and what it needs to read rows.

    Attributes:
        net: not folded: its tower knows positions.
        lookup: lines of the sparse features; None for a light net.
        learned: the heads it answers.
        columns: [f] positions in `NAMES`.
        epochs: passes over the rows until the best validation.
        slot: the position it is to serve as: the top one if it was ever seen there, else none.
        surface: the one it is to serve as: that of most rows.
        warm: whether it went on from earlier weights.
    """

    net: Net
    lookup: Lookup | None
    learned: tuple[str, ...]
    columns: I64
    epochs: int
    slot: int
    surface: int
    warm: bool

    def logits(self, examples: Examples, rows: I64) -> F64:
        """Return [rows, heads] of what the net says at the logged positions and surfaces."""
        return logits_of(self.net, Data(examples, self.learned, rows, self.columns, self.lookup))


def fit(
    examples: Examples,
    learned: Sequence[str],
    rows: I64,
    validation: I64,
    spec: Spec,
    seed: int,
    before: Path | None,
    tell: Callable[[float], None],
) -> Fitted:
    """Return the net of the epoch that did best on `validation` (positions in `examples`).

    From `ENOUGH` rows on, a net goes on from halfway to where that of `before` ended. Of a log that
    grows by an eighth a night, nets that went on from there said less of the next day than one that
    stayed as it was; a young log doubles, and there going on whole chose pages worth a little more.
    """
    columns = np.array([NAMES.index(name) for name in spec.features])
    last = _last(before, spec, tuple(learned))
    whole = len(rows) < ENOUGH
    lookup = _lookup(examples, rows, last if whole else None) if spec.deep else None
    with reproducible(seed):
        data = Data(examples, learned, rows, columns, lookup)
        held = Data(examples, learned, validation, columns, lookup)
        net = _new(data, spec, lookup)
        warm = last is not None and go_on(net, last / STATE, whole=whole)
        rate = spec.rate * (WARM_RATE if warm and whole else 1.0)
        epochs = learn(net, data, held, Pace(spec.epochs, spec.patience, rate), tell)
    slot = 0 if bool((examples.position[rows] == 0).any()) else -1
    surface = commonest(examples.surface[rows])
    return Fitted(net, lookup, tuple(learned), columns, epochs, slot, surface, warm)


def commonest(surface: I16) -> int:
    """Return the surface of most rows, NONE counted as one; of equals the first in number."""
    return int(np.bincount(surface.astype(np.int64) + 1).argmax()) - 1


def _new(data: Data, spec: Spec, lookup: Lookup | None) -> Net:
    """Return a net that says every head's share at each place, and standardises by these rows."""
    scales, biases = data.scales(), data.biases()
    net: Net
    if lookup is not None:
        net = Deep(scales, data.edges(), biases, sizes(lookup))
    else:
        net = Light(scales, biases, spec.hidden)
    begin_at_shares(net, data)
    return net


def _last(before: Path | None, spec: Spec, learned: tuple[str, ...]) -> Path | None:
    """Return `before` where it is a model of the same features and heads."""
    if before is None or not (before / CARD).is_file():
        return None
    card = msgspec.json.decode((before / CARD).read_bytes(), type=Card)
    same = (card.features, card.learned, card.deep) == (spec.features, learned, spec.deep)
    return before if same else None


def _lookup(examples: Examples, rows: I64, last: Path | None) -> Lookup:
    try:
        before = load_lookup(last / LOOKUP) if last else None
    except VersionError:  # a fresh start is as good
        before = None
    recent = examples.recent[np.unique(examples.asked[rows])]
    return learn_lookup(examples.sparse[rows], recent, before)
