"""`bowerbird train`: learn from the journal and publish a Version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now
from bowerbird.cli.output import say, table
from bowerbird.cli.progress import Steps

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.app.answers import TrainReport


def train(
    data: Data = DEFAULT,
    until: Annotated[
        str | None,
        typer.Option(help="Learn from facts before this time: ISO 8601 or epoch ms."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of everything random.")] = None,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Learn from the facts and publish a Version; a running server swaps it in by itself."""
    from bowerbird.cli.opening import opened
    from bowerbird.service.scalars import instant

    with Steps() as steps, opened(data, "read", now) as bb:
        report = bb.train(until=instant(until), progress=steps.share, seed=seed)
    say(report, lambda: report_table(report), as_json=as_json)


def report_table(report: TrainReport) -> RenderableType:
    """Return what training did, and what its exam said."""
    rows = [(f"{step}, s", f"{seconds:.1f}") for step, seconds in report.seconds.items()]
    rows += [(name, _figure(value)) for name, value in _flat("", report.metrics)]
    title = f"Version {report.version}: {report.facts:,} facts, {report.examples:,} examples"
    return table(title, ("", ">"), rows)


def _flat(prefix: str, metrics: object) -> list[tuple[str, object]]:
    if not isinstance(metrics, dict):
        return [(prefix, metrics)]
    return [
        pair
        for name, value in metrics.items()
        for pair in _flat(f"{prefix}.{name}" if prefix else str(name), value)
    ]


def _figure(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
