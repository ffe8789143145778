"""What a program will do and what that costs; with `analyze`, what it did and what that took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any

from bowerbird.core.errors import ShapeError
from bowerbird.core.signals import Context, Signals
from bowerbird.igql.bind.params import Value
from bowerbird.igql.estimate import Estimate, estimates
from bowerbird.igql.expression import text_of
from bowerbird.igql.optimise import RULES
from bowerbird.igql.plan import Node, tree
from bowerbird.igql.program import NO_PARAMS, Program
from bowerbird.igql.run import RUNNERS, finish
from bowerbird.igql.running import Run


@dataclass(frozen=True, slots=True)
class Drop:
    """Rows that one condition of a step refused, of those that the conditions before it left."""

    condition: str
    rows: int


@dataclass(frozen=True, slots=True)
class Real:
    """What a step did.

    Attributes:
        micros: its own, without its inputs; every condition was asked by itself.
        note: what was missing, or which branch was taken.
    """

    rows_in: int
    rows: int
    micros: int
    drops: tuple[Drop, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a plan.

    Attributes:
        number: from 1, in the order of the tree; a step read twice has one number.
        level: how deep it stands.
        op: with its arguments.
        inputs: numbers of the steps that it reads.
        estimate: rows, most rows and microseconds, from the caps and the lists there are.
        real: None where nothing was run, or where this step was not.
    """

    number: int
    level: int
    op: str
    inputs: tuple[int, ...]
    estimate: Estimate
    real: Real | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule of the optimiser did.

    Attributes:
        rule: its name.
        says: what it does, in one sentence.
        lines: the lines of the tree that it changed, `-` before and `+` after; none for no change.
    """

    rule: str
    says: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A plan, explained; `str` of it is for people, `to_json` for programs.

    Attributes:
        lines: the steps, results before what they are made of.
        changes: rule by rule, where asked for.
        warnings: what was missing in the run.
        rows: what the run gave, None where nothing was run.
    """

    lines: tuple[Line, ...]
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    rows: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values, ready for any writer of JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return "\n".join(self._text())

    def _text(self) -> Iterator[str]:
        analysed = self.rows is not None
        yield _titles(analysed)
        seen: set[int] = set()
        for line in self.lines:
            yield _row(line, analysed, line.number in seen)
            if line.real and line.number not in seen:
                yield from _remarks(line, line.real)
            seen.add(line.number)
        steps = {line.number: line for line in self.lines}.values()
        yield _total(list(steps), analysed)
        yield from (f"warning: {warning}" for warning in self.warnings)
        for change in self.changes:
            yield f"\n{change.rule}: {change.says if change.lines else 'no change'}"
            yield from (f"  {line}" for line in change.lines)


def explain(
    program: Program,
    signals: Signals | None = None,
    context: Context | None = None,
    params: Mapping[str, Value] = NO_PARAMS,
    *,
    analyze: bool = False,
    rules: bool = False,
) -> Explained:
    """Explain the optimised plan of a program.

    Args:
        program: compiled with a catalog that `signals` answers.
        signals: the data; without it the estimates are from caps alone.
        context: whose page, for `analyze`.
        params: in place of the defaults.
        analyze: run it, and say what each step really did.
        rules: say what each rule of the optimiser changed.

    Raises:
        ProgramError: `params` do not fit the program.
        ShapeError: `analyze` without signals or context.
    """
    ready = program.ready(params)
    known = estimates(ready.plan, signals)
    changes = _changes(ready.bound.stream.node) if rules else ()
    if not analyze:
        return Explained(_lines(ready.plan, known, None), changes)
    if signals is None or context is None:
        raise ShapeError("to analyze a program is to run it: signals and a context are needed")
    running = Run(signals, context, ready.bound.sources, RUNNERS, analyse=True)
    result = finish(ready.plan, ready.bound, running)
    lines = _lines(ready.plan, known, running)
    return Explained(lines, changes, result.warnings, len(result.rows))


def _lines(plan: Node, known: Mapping[int, Estimate], running: Run | None) -> tuple[Line, ...]:
    numbers: dict[int, int] = {}
    lines: list[tuple[Node, int]] = []

    def visit(node: Node, level: int) -> None:
        again = id(node) in numbers
        numbers.setdefault(id(node), len(numbers) + 1)
        lines.append((node, level))
        if not again:
            for input in node.inputs:
                visit(input, level + 1)

    visit(plan, 0)
    return tuple(
        Line(
            numbers[id(node)],
            level,
            node.written,
            tuple(numbers[id(input)] for input in node.inputs),
            known[id(node)],
            _real(node, running),
        )
        for node, level in lines
    )


def _real(node: Node, running: Run | None) -> Real | None:
    at = running.ran.get(id(node)) if running else None
    if running is None or at is None:
        return None
    step = running.steps[at]
    drops = [Drop(text_of(part), rows) for part, rows in running.drops.get(at, ())]
    return Real(step.rows_in, step.rows_out, step.micros, tuple(drops), step.note)


def _changes(plan: Node) -> tuple[Change, ...]:
    changes = []
    for rule in RULES:
        after = rule(plan)
        shown = unified_diff(_bare(plan), _bare(after), n=0, lineterm="")
        lines = tuple(line for line in shown if not line.startswith(("---", "+++", "@@")))
        says = (rule.__doc__ or "").split(".\n", 1)[0].split("\n", 1)[0]
        changes.append(Change(rule.__name__, says, lines))
        plan = after
    return tuple(changes)


def _bare(plan: Node) -> list[str]:
    """Return the lines of the tree without indentation: a step that only moved did not change."""
    return [line.lstrip() for line in tree(plan).splitlines()]


def _titles(analysed: bool) -> str:
    real = f"{'rows':>9} {'us':>9}  " if analysed else ""
    return f"{real}{'~rows':>9} {'at most':>9} {'~us':>9}  step"


def _row(line: Line, analysed: bool, again: bool) -> str:
    known = line.estimate
    real = ""
    if analysed:
        real = f"{'-':>9} {'-':>9}  "
        if line.real:
            real = f"{line.real.rows:>9,} {'' if again else f'{line.real.micros:,}':>9}  "
    micros = "" if again else f"{known.micros:,.0f}"
    step = f"{line.op.split('(', 1)[0]} as above" if again else line.op
    guess = f"{known.rows:>9,.0f} {known.most:>9,} {micros:>9}  "
    return f"{real}{guess}{'  ' * line.level}{step} #{line.number}"


def _remarks(line: Line, real: Real) -> Iterator[str]:
    indent = " " * 51 + "  " * (line.level + 1)
    for drop in real.drops:
        yield f"{indent}{drop.rows:,} dropped by {drop.condition}"
    if real.note:
        yield f"{indent}{real.note}"


def _total(steps: list[Line], analysed: bool) -> str:
    guess = sum(step.estimate.micros for step in steps) / 1_000
    if not analysed:
        return f"{len(steps)} steps, about {guess:,.1f} ms"
    took = sum(step.real.micros for step in steps if step.real) / 1_000
    return f"{len(steps)} steps, {took:,.1f} ms, estimated {guess:,.1f}"
