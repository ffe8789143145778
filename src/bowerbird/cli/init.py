"""`bowerbird init`: make a data folder."""

from __future__ import annotations

from typing import Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say
from bowerbird.core.clock import ClockName


def init(
    data: Data = DEFAULT,
    clock: Annotated[
        ClockName, typer.Option(help="wall for a live app, journal for a history.")
    ] = ClockName.WALL,
    as_json: Json = False,
) -> None:
    """Make a data folder with a bowerbird.toml; one that is there stays as it is."""
    from bowerbird.app.bowerbird import Bowerbird

    there = (data / "bowerbird.toml").exists()
    Bowerbird.init(data, clock=clock)
    made = {"path": str(data), "created": not there}
    what = "was there already" if there else "is ready: `bowerbird ingest PATH` comes next"
    say(made, lambda: f"{data} {what}", as_json=as_json)
