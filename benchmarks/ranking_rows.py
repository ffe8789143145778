"""The rows of KuaiRand that ranking is measured on: every impression, with features as they stood.

The journal's own folding makes them: the World and the vectors' Overlay stand just before each
impression, so all that was seen, liked and watched long before it is in its features, the history
before 25 April with it; vectors and co-engagement were learned from that history alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.config import read_config
from bowerbird.app.funnel import early_basis, gather_examples, page_program
from bowerbird.app.learning import catalogue, engagements, learn_one
from bowerbird.app.span import Span
from bowerbird.app.training import fold
from bowerbird.core.clock import ClockName
from bowerbird.core.facts import I64, FactKind
from bowerbird.journal.journal import Journal
from bowerbird.ranking.examples import Examples
from bowerbird.world.world import World

DAY = 86_400_000
MAY = 1_651_334_400_000  # 1 May 2022 in China, epoch ms
APRIL = MAY - 6 * DAY  # 25 April
SPLITS = {"validation": (MAY - 2 * DAY, MAY), "test": (MAY, MAY + 8 * DAY)}
"""Name -> from when to when it is examined; what comes before is learned from."""
HELD = 0.10
"""Of the rows before, the latest: to stop by, and to calibrate by."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Positions in the examples: to learn from, to stop and calibrate by, to examine."""

    learning: I64
    held: I64
    examined: I64

    @property
    def before(self) -> I64:
        """All that is known before the examined days."""
        return np.concatenate([self.learning, self.held])


def rows_of(source: Path, folder: Path) -> Examples:
    """Return every impression from 25 April on, by time; kept in `folder` once it was made."""
    kept = folder / "examples.npz"
    if not kept.exists():
        import_log(source, folder)
        examples = gathered(folder)
        np.savez(kept, **{f.name: getattr(examples, f.name) for f in fields(examples)})
    with np.load(kept, allow_pickle=False) as file:
        return Examples(**{name: file[name] for name in file.files})


def import_log(source: Path, folder: Path) -> None:
    """Import the log into a journal of its own, unless that was done."""
    Bowerbird.init(folder, clock=ClockName.JOURNAL, program="kuairand")
    with Bowerbird(folder) as bowerbird:
        if not bowerbird.journal.end:
            summary = bowerbird.import_dataset("kuairand", source)
            print(f"imported {summary.accepted:,} facts")


def gathered(folder: Path) -> Examples:
    """Return the examples of the journal in `folder`."""
    config = read_config(folder)
    training = msgspec.structs.replace(config.training, log_requests=0)
    config = msgspec.structs.replace(config, training=training)
    with Journal.open(folder, mode="read") as journal:
        span = history_span(journal)
        world = World()
        fold(world, journal, span.cut)
        known = catalogue(world)
        before = engagements(journal, known, 0, span.cut, config)
        early = learn_one(before, config, seed=0, share=lambda share: None)
        basis = early_basis(early, known.account_of, before, span, config)
        program = page_program(folder, config)
        examples, _ = gather_examples(journal, basis, span, config, program, lambda share: None)
    return examples


def history_span(journal: Journal) -> Span:
    """Return the span whose cut is the first event from 25 April on."""
    for batch in journal.read():
        later = (batch.kind == FactKind.EVENT) & (batch.ts >= APRIL)
        if later.any():
            return Span(journal.end, batch.start + int(later.argmax()), APRIL - 1)
    raise SystemExit("the log has no event from 25 April on")


def parts_of(ts: NDArray[np.int64], split: str) -> Parts:
    """Return who learns from what: a row is examined later than all that is learned."""
    first, end = SPLITS[split]
    before = np.flatnonzero(ts < first)
    order = before[np.argsort(ts[before], kind="stable")]
    cut = round((1 - HELD) * len(order))
    return Parts(order[:cut], order[cut:], np.flatnonzero((ts >= first) & (ts < end)))
