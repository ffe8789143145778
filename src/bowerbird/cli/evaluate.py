"""`bowerbird evaluate`: two programs over the same requests of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say, table
from bowerbird.cli.progress import Steps

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.app.evaluating import Compared
    from bowerbird.evaluation.metrics import Interval

Requests = Annotated[int, typer.Option(min=2, help="Requests, each of another person.")]
Hours = Annotated[float, typer.Option(min=0.1, help="How long after a request counts.")]
Number = Annotated[int | None, typer.Option("--version", help="The Version that all read.")]
Seed = Annotated[int, typer.Option(min=0, help="Of the draw of requests.")]


def evaluate(
    first: Annotated[str, typer.Argument(help="A program: a file, or a preset's name.")],
    second: Annotated[str, typer.Argument(help="The one to compare with it.")],
    data: Data = DEFAULT,
    requests: Requests = 300,
    hours: Hours = 24.0,
    version: Number = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Replay requests that a Version knew nothing of through two programs; print differences."""
    from bowerbird.app.evaluating import evaluate as compared

    with Steps() as steps:
        found = compared(
            data,
            first,
            second,
            requests=requests,
            hours=hours,
            version=version,
            seed=seed,
            tell=lambda share: steps.share("requests", share),
        )
    say(found, lambda: differences_table(found, first, second), as_json=as_json)


def differences_table(found: Compared, first: str, second: str) -> RenderableType:
    """Return one row a figure."""
    title = f"{found.requests} requests, Version {found.version}; 95 % intervals over people"
    rows = [
        (
            one.figure.name,
            f"{one.first:.4g}",
            f"{one.second:.4g}",
            str(one.difference or ""),
            verdict(one.difference),
            one.figure.unit,
        )
        for one in found.differences
    ]
    columns = ("", f"{first}>", f"{second}>", "difference>", "", "")
    return table(title, columns, rows)


def verdict(difference: Interval | None) -> str:
    """Return what the interval of a difference says in a word."""
    if difference is None:
        return ""
    return "more" if difference.low > 0 else "less" if difference.high < 0 else "level"
