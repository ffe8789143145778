"""`bowerbird simulate`: make up a society and write down what it does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.options import Json
from bowerbird.cli.output import say, table
from bowerbird.cli.progress import Steps


def simulate(
    preset: Annotated[str, typer.Argument(help="How large a society: tiny, small, medium, large.")] = "small",
    out: Annotated[Path, typer.Option("--out", help="Folder for the facts.")] = Path("society"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 0,
    as_json: Json = False,
) -> None:
    """Make up people, accounts and media, and write what they do as files of facts.

    OUT/facts is for `bowerbird ingest`; OUT/truth is for judging what was learned, by nothing else.
    """
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
