"""A program's text with other defaults of its params, and not a character else changed."""

from __future__ import annotations

from collections.abc import Mapping

from bowerbird.igql import ast
from bowerbird.igql.bind.params import Value, check_overrides
from bowerbird.igql.diagnostics import ProgramError, Report
from bowerbird.igql.program import Program


def with_defaults(program: Program, values: Mapping[str, Value]) -> str:
    """Return the text of `program` with `values` as the defaults of those params.

    Raises:
        ProgramError: a value is not of its param's type, or out of its range.
    """
    report = Report(program.text)
    checked = check_overrides(program.params, values, report)
    if report.failed:
        raise ProgramError(program.text, report.diagnostics)
    text = program.text
    declared = [s for s in program.source.statements if isinstance(s, ast.Param)]
    for statement in sorted(declared, key=lambda s: s.default.span.start, reverse=True):
        if statement.name in checked:
            span = statement.default.span
            shown = program.params[statement.name].shown(float(checked[statement.name]))
            text = text[: span.start] + shown + text[span.end :]
    return text
