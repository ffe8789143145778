"""`bowerbird tune`: search the params of a program on requests of the past."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.evaluate import Hours, Number, Requests, Seed, verdict
from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say, table
from bowerbird.cli.progress import Steps

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.app.tuning import Tuned


def tune(
    program: Annotated[str, typer.Argument(help="A program: a file, or a preset's name.")],
    objective: Annotated[str, typer.Option(help="The figure that is to get better.")] = "hits",
    guard: Annotated[
        list[str] | None,
        typer.Option(metavar="FIGURE=MARGIN", help="A figure, and how much worse it may get."),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="A param to search; all by default.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="Programs to try.")] = 40,
    out: Annotated[
        Path | None, typer.Option(help="Where the program is written; its own file by default.")
    ] = None,
    data: Data = DEFAULT,
    requests: Requests = 200,
    hours: Hours = 24.0,
    version: Number = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Search a program's params for one figure under guards; write it back if that held later."""
    from bowerbird.app.tuning import Goal
    from bowerbird.app.tuning import tune as search
    from bowerbird.cli.opening import params_of
    from bowerbird.core.errors import InputError

    target = out or (Path(program) if Path(program).is_file() else None)
    if target is None:
        raise InputError(f"{program!r} is no file to write to", "give one with --out")
    guards = {name: float(margin) for name, margin in params_of(guard).items()}
    with Steps() as steps:
        found = search(
            data,
            program,
            Goal(objective, guards),
            trials=trials,
            only=param or (),
            requests=requests,
            hours=hours,
            version=version,
            seed=seed,
            tell=lambda share: steps.share("trials", share),
        )
    if found.better:
        target.write_text(found.text)
    say(found, lambda: tuned_table(found, target), as_json=as_json)


def tuned_table(found: Tuned, target: Path) -> RenderableType:
    """Return what was found, and what it is worth on later requests."""
    said = ", ".join(f"{name} = {value}" for name, value in found.params.items())
    done = f"written to {target}" if found.better else f"{target} stays as it is"
    title = f"{said or 'nothing did better'}: {done}"
    rows = [
        (
            one.figure.name,
            str(chosen.difference or ""),
            str(one.difference or ""),
            verdict(one.difference),
        )
        for chosen, one in zip(found.chosen, found.checked, strict=True)
    ]
    return table(title, ("", "where it was chosen>", "on later requests>", ""), rows)
