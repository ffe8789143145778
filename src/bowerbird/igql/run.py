"""A program, run for one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bowerbird.core.candidates import Candidates
from bowerbird.core.signals import Context, Signals
from bowerbird.igql.bind.params import Value
from bowerbird.igql.bind.program import Bound
from bowerbird.igql.ops import RUNNERS
from bowerbird.igql.plan import Node
from bowerbird.igql.program import NO_PARAMS, Program
from bowerbird.igql.running import Run, Step


@dataclass(frozen=True, slots=True)
class Result:
    """What a program gave.

    Attributes:
        rows: with the provenance columns, those of `let`, and those that steps recorded.
        sources: labels of the branches; the column `source` holds positions in it.
        steps: what ran, inputs before those that read them.
        warnings: what was missing.
    """

    rows: Candidates
    sources: tuple[str, ...]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]


def run(
    program: Program,
    signals: Signals,
    context: Context,
    params: Mapping[str, Value] = NO_PARAMS,
) -> Result:
    """Run a program for one request.

    Args:
        program: compiled with a catalog that `signals` answers.
        signals: World, Overlay and Version, for one journal offset.
        context: whose page, when, and the seed of every draw.
        params: in place of the defaults.

    Raises:
        ProgramError: `params` do not fit the program.
    """
    ready = program.ready(params)
    return execute(ready.plan, ready.bound, signals, context)


def execute(plan: Node, bound: Bound, signals: Signals, context: Context) -> Result:
    """Run a plan of a bound program, optimised or not: the rows are the same."""
    running = Run(signals, context, bound.sources, RUNNERS)
    frame = running.frame(plan)
    rows = Candidates(frame.kind, frame.rows, frame.columns(bound.stream.columns))
    return Result(rows, bound.sources, tuple(running.steps), tuple(running.warnings))
