"""`bowerbird restore`: a data folder from its backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say


def restore(
    source: Annotated[Path, typer.Argument(help="What `bowerbird backup` made.")],
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Make a data folder of a backup, once every file of it was found whole."""
    from bowerbird.journal.backup import restore as copy

    made = copy(source, data)
    say(made, lambda: f"{made.facts:,} facts in {made.path}", as_json=as_json)
