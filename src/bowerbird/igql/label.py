"""Names the source of rows: put around each branch by the binder, never written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import SOURCE
from bowerbird.core.signals import Type
from bowerbird.igql.frame import Frame
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Label(Node):
    """Rows without a source get `text`; a branch inside a branch has named its own."""

    op: ClassVar[str] = "label"

    input: Node
    text: str

    @property
    def labels(self) -> tuple[str, ...]:
        """The one it gives."""
        return (self.text,)


def run_label(node: Label, run: Run) -> Frame:
    """Return the same rows with `source` set."""
    frame = run.frame(node.input)
    own = np.int16(run.sources.index(node.text))
    if not frame.sets(SOURCE):
        return frame.set({SOURCE: np.full(len(frame), own)})
    source = frame.column(SOURCE, Type.NUMBER)
    return frame.set({SOURCE: np.where(source < 0, own, source)})
