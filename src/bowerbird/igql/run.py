"""A program, run for one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter_ns

from bowerbird.core.candidates import Candidates
from bowerbird.core.signals import Context, Signals
from bowerbird.igql.bind.params import Value
from bowerbird.igql.bind.program import Bound
from bowerbird.igql.frame import ORIGIN
from bowerbird.igql.ops import RUNNERS as OPERATORS
from bowerbird.igql.plan import Node
from bowerbird.igql.program import NO_PARAMS, Program
from bowerbird.igql.running import Run, Runner, Step
from bowerbird.igql.stages import STAGES

RUNNERS: Mapping[type[Node], Runner] = {**OPERATORS, **STAGES}
"""Type of plan node -> its kernel."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a program gave.

    Attributes:
        rows: with the provenance columns, those of `let`, and those that steps recorded.
        sources: labels of the branches; the column `source` holds positions in it.
        steps: what ran, inputs before those that read them.
        warnings: what was missing.
        partial: whether a deadline passed and cost rows; those there are passed every filter.
    """

    rows: Candidates
    sources: tuple[str, ...]
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]
    partial: bool = False


def run(
    program: Program,
    signals: Signals,
    context: Context,
    params: Mapping[str, Value] = NO_PARAMS,
    *,
    deadline_micros: int | None = None,
) -> Result:
    """Run a program for one request.

    Args:
        program: compiled with a catalog that `signals` answers.
        signals: World, Overlay and Version, for one journal offset.
        context: whose page, when, and the seed of every draw.
        params: in place of the defaults.
        deadline_micros: how long it may take before it makes do with what is ready; the running
            step is not interrupted. None for what the program's limits say.

    Raises:
        ProgramError: `params` do not fit the program.
    """
    ready = program.ready(params)
    micros = program.limits.deadline_micros if deadline_micros is None else deadline_micros
    deadline = None if micros is None else perf_counter_ns() + 1_000 * micros
    running = Run(signals, context, ready.bound.sources, RUNNERS, deadline)
    return finish(ready.plan, ready.bound, running)


def execute(plan: Node, bound: Bound, signals: Signals, context: Context) -> Result:
    """Run a plan of a bound program, optimised or not: the rows are the same."""
    return finish(plan, bound, Run(signals, context, bound.sources, RUNNERS))


def finish(plan: Node, bound: Bound, running: Run) -> Result:
    """Run a plan in `running`, which is fresh and knows the sources of `bound`."""
    columns = bound.stream.columns
    running.origin = {name: type for name, type in columns.items() if name in ORIGIN}
    frame = running.frame(plan)
    rows = Candidates(frame.kind, frame.rows, frame.columns(columns))
    steps, warnings = tuple(running.steps), tuple(running.warnings)
    return Result(rows, bound.sources, steps, warnings, running.partial)
