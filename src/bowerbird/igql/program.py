"""Text to something that can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from bowerbird.core.candidates import Kind
from bowerbird.core.signals import Catalog
from bowerbird.igql import ast
from bowerbird.igql.bind.params import Param, Value, check_overrides
from bowerbird.igql.bind.program import Bound, bind
from bowerbird.igql.diagnostics import Diagnostic, ProgramError, Report
from bowerbird.igql.limits import Limits
from bowerbird.igql.optimise import optimise
from bowerbird.igql.parse import parse
from bowerbird.igql.plan import Node

LIMITS = Limits()
NO_PARAMS: Mapping[str, Value] = {}
KEPT = 64
"""Plans kept per program, one for each choice of params."""

Choice = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """A plan with the values of its params put in, optimised."""

    bound: Bound
    plan: Node


@dataclass(frozen=True, eq=False)
class Program:
    """A program that is known to be right.

    Attributes:
        text: as it was given.
        sha256: of the text, hexadecimal.
        params: name -> type, default, range.
        kind: of the rows it gives.
        warnings: what is probably not meant.
    """

    text: str
    sha256: str
    params: Mapping[str, Param]
    kind: Kind
    warnings: tuple[Diagnostic, ...]
    source: ast.Source = field(repr=False)
    catalog: Catalog = field(repr=False)
    limits: Limits = field(repr=False)
    _ready: dict[Choice, Ready] = field(default_factory=dict, repr=False)

    @property
    def plan(self) -> Node:
        """The optimised plan with every param at its default."""
        return self.ready(NO_PARAMS).plan

    def ready(self, params: Mapping[str, Value]) -> Ready:
        """Return the plan with `params` put in; the last `KEPT` choices are remembered.

        Raises:
            ProgramError: a param is not known, not of its type, or out of its range, or the
                program would give too many rows with it.
        """
        report = Report(self.text)
        values = check_overrides(self.params, params, report)
        if report.failed:
            raise ProgramError(self.text, report.diagnostics)
        choice: Choice = tuple(sorted(values.items()))
        known = self._ready.get(choice)
        if known is None:
            known = self._make(values, report)
            while len(self._ready) >= KEPT:
                self._ready.pop(next(iter(self._ready)), None)
            self._ready[choice] = known
        return known

    def _make(self, values: Mapping[str, Value], report: Report) -> Ready:
        bound = bind(self.source, report, self.catalog, self.limits, values)
        if bound is None:
            raise ProgramError(self.text, report.diagnostics)
        return Ready(bound, optimise(bound.stream.node))


def compile_program(text: str, catalog: Catalog, limits: Limits = LIMITS) -> Program:
    """Read, bind and optimise a program.

    Args:
        text: the program.
        catalog: the names it may use.
        limits: how large it may be.

    Raises:
        ProgramError: with everything that is wrong with it.
    """
    report = Report(text)
    source = parse(text, report, limits)
    bound = bind(source, report, catalog, limits) if source else None
    if source is None or bound is None or bound.stream.kind is None:
        raise ProgramError(text, report.diagnostics)
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    kind, found = bound.stream.kind, report.diagnostics
    program = Program(text, digest, bound.params, kind, found, source, catalog, limits)
    program._ready[()] = Ready(bound, optimise(bound.stream.node))
    return program
