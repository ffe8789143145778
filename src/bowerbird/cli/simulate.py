"""`bowerbird simulate`: make up a society and write down what it does, or let it use real pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.options import Json
from bowerbird.cli.output import say, table
from bowerbird.cli.progress import Steps

DATA = "data"
"""Folder below OUT with the journal and Versions of a closed loop."""


def simulate(
    preset: Annotated[
        str, typer.Argument(help="How large a society: tiny, small, medium, large.")
    ] = "small",
    out: Annotated[Path, typer.Option("--out", help="Folder for the facts.")] = Path("society"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 0,
    loop: Annotated[
        bool, typer.Option("--loop", help="Live on pages made here, trained every night.")
    ] = False,
    policy: Annotated[
        str,
        typer.Option(
            help="Whose pages, with --loop: explore, a program's file, or a rule: popularity, "
            "fresh, following, random, oracle."
        ),
    ] = "explore",
    days: Annotated[
        int | None, typer.Option(min=1, help="Of the loop; all of the society's by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make up people, accounts and media, and write what they do as files of facts.

    OUT/facts is for `bowerbird ingest`; OUT/truth is for judging what was learned, by nothing else.
    With --loop the people use real pages instead, day after day, and what is written is how
    satisfied they truly were.
    """
    if loop:
        live(preset, out, seed, policy, days, as_json=as_json)
        return
    from bowerbird.simulate import simulate as run

    with Steps() as steps:
        report = run(preset, out, seed, lambda day, days: steps.share("simulate", day / days))
    say(
        report,
        lambda: table(
            f"{preset}, seed {seed}: {out / 'facts'}",
            ("kind", "facts>"),
            [(kind, f"{count:,}") for kind, count in report.rows.items()],
        ),
        as_json=as_json,
    )


def live(
    preset: str, out: Path, seed: int, policy: str, days: int | None, *, as_json: bool
) -> None:
    """Run the closed loop and print its outcome by day."""
    from bowerbird.app.closed_loop import live_with

    with Steps() as steps:
        outcome = live_with(
            policy,
            preset,
            out / DATA,
            seed,
            lambda day, days: steps.share(f"{policy}, day by day", day / days),
            days=days,
        )
    headings = ("day>", "pages>", "satisfied>", "interests>", "gini>", "newcomers>", "age, h>")
    rows = zip(
        outcome.pages,
        outcome.satisfied,
        outcome.interests,
        outcome.gini,
        outcome.newcomers,
        outcome.age_h,
        strict=True,
    )
    say(
        outcome,
        lambda: table(
            f"{policy} on {preset}, seed {seed}: {outcome.mean('satisfied'):.2f} a page",
            headings,
            [
                (day + 1, f"{pages:,}", *(f"{figure:.2f}" for figure in figures))
                for day, (pages, *figures) in enumerate(rows)
            ],
        ),
        as_json=as_json,
    )
