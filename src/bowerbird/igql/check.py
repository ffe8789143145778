"""What is wrong with a text, without running it."""

from __future__ import annotations

from bowerbird.core.signals import Catalog
from bowerbird.igql.ast import NOWHERE
from bowerbird.igql.bind.program import bind
from bowerbird.igql.diagnostics import Code, Diagnostic, Report
from bowerbird.igql.extend import extensions
from bowerbird.igql.limits import Limits
from bowerbird.igql.parse import parse
from bowerbird.igql.program import LIMITS

__all__ = ["Diagnostic", "check"]


def check(text: str, catalog: Catalog, limits: Limits = LIMITS) -> list[Diagnostic]:
    """Return everything to say about a program, in the order of its text; none when all is well."""
    report = Report(text)
    for failure in extensions().failures:
        report.warning(Code.EXTENSION, failure, NOWHERE, "its operators and signals are missing")
    source = parse(text, report, limits)
    if source is not None:
        bind(source, report, catalog, limits)
    return list(report.diagnostics)
