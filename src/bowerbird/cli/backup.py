"""`bowerbird backup`: the data folder as it is now, also while it is served."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say
from bowerbird.cli.progress import Steps


def backup(
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Copy journal, Versions, programs and settings; the server may go on meanwhile."""
    from bowerbird.journal.backup import backup as copy

    with Steps() as steps:
        made = copy(data, target, lambda n: steps.count("backup", n))
    say(
        made,
        lambda: f"{made.facts:,} facts in {made.files} files, {made.bytes:,} bytes: {made.path}",
        as_json=as_json,
    )
