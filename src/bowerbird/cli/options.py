"""The options that verbs share, each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT = Path("bowerbird-data")

Data = Annotated[
    Path,
    typer.Option("--data", envvar="BOWERBIRD_DATA", help="The data folder."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, errors too.")]
Now = Annotated[
    str | None,
    typer.Option("--now", help="The time to act at: ISO 8601 or epoch ms."),
]
Params = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="A param of the program."),
]
