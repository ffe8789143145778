"""`bowerbird tune`: search the params of a program, on requests of the past or simulated people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bowerbird.cli.evaluate import Hours, Number, Requests, Seed, verdict
from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say, table
from bowerbird.cli.progress import Steps

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.app.tuning import Goal, Tuned

Objective = Annotated[
    str | None,
    typer.Option(help="The figure that is to get better: hits by default, satisfied with --loop."),
]
Guards = Annotated[
    list[str] | None,
    typer.Option(metavar="FIGURE=MARGIN", help="A figure, and how much worse it may get."),
]
Loop = Annotated[
    str | None,
    typer.Option(
        metavar="SOCIETY", help="Try them on simulated people instead: tiny, small, medium, large."
    ),
]


PAST = ("data", "requests", "hours", "version")
"""What is asked of requests of the past alone."""

LIVED = ("lived", "days")
"""What is asked of simulated people alone."""


def tune(
    context: typer.Context,
    program: Annotated[str, typer.Argument(help="A program: a file, or a preset's name.")],
    objective: Objective = None,
    guard: Guards = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="A param to search; all by default.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="Programs to try.")] = 40,
    loop: Loop = None,
    lived: Annotated[int, typer.Option(min=1, help="Days before, with --loop.")] = 3,
    days: Annotated[int, typer.Option(min=1, help="Days of each trial, with --loop.")] = 1,
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
    """Search a program's params for one figure under guards; write it back if that held elsewhere.

    Half of some requests of the past choose, and the later half checks. With --loop a simulated
    society chooses, by how satisfied its people truly are, and another one checks.
    """
    from bowerbird.app.tuning import Goal
    from bowerbird.cli.opening import params_of

    _refuse_idle(context, LIVED if loop is None else PAST, loop)
    target = _target(program, out)
    guards = {name: float(margin) for name, margin in params_of(guard).items()}
    goal, only = Goal(objective or ("satisfied" if loop else "hits"), guards), param or ()
    with Steps() as steps:
        if loop is not None:
            how = InLoop(loop, lived, days, trials, only, seed)
            found = _in_loop(program, goal, how, steps)
        else:
            from bowerbird.app.tuning_past import tune as search

            found = search(
                data,
                program,
                goal,
                trials=trials,
                only=only,
                requests=requests,
                hours=hours,
                version=version,
                seed=seed,
                tell=lambda share: steps.share("trials", share),
            )
    if found.better:
        target.write_text(found.text)
    say(found, lambda: tuned_table(found, target), as_json=as_json)


def _refuse_idle(context: typer.Context, names: Sequence[str], loop: str | None) -> None:
    """Refuse options that would say nothing.

    Raises:
        InputError: one of `names` was given on the command line.
    """
    from bowerbird.core.errors import InputError

    sources = {name: context.get_parameter_source(name) for name in names}
    given = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    if given:
        options = ", ".join(f"--{name}" for name in given)
        raise InputError(
            f"{options} says nothing {'without' if loop is None else 'with'} --loop",
            "leave it out: requests of the past have a data folder, simulated people live days",
        )


def _target(program: str, out: Path | None) -> Path:
    """Return the file that is written to.

    Raises:
        InputError: `program` is none, and no other was given.
    """
    from bowerbird.core.errors import InputError

    if out is not None:
        return out
    if Path(program).is_file():
        return Path(program)
    raise InputError(f"{program!r} is no file to write to", "give one with --out")


class InLoop(NamedTuple):
    """What `--loop` was asked for."""

    society: str
    lived: int
    days: int
    trials: int
    only: Sequence[str]
    seed: int


def _in_loop(program: str, goal: Goal, how: InLoop, steps: Steps) -> Tuned:
    from bowerbird.app.tuning_loop import tune_in_loop

    with TemporaryDirectory(prefix="bowerbird-tune-") as folder:
        return tune_in_loop(
            program,
            goal,
            how.society,
            Path(folder),
            lived=how.lived,
            days=how.days,
            trials=how.trials,
            only=how.only,
            seed=how.seed,
            tell=lambda share: steps.share("trials", share),
        )


def tuned_table(found: Tuned, target: Path) -> RenderableType:
    """Return what was found, and what it is worth where nothing was chosen by."""
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
    return table(title, ("", "where it was chosen>", "elsewhere>", ""), rows)
