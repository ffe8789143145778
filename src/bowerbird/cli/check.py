"""`bowerbird check`: say what is wrong with a program, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say


def check(
    file: Annotated[Path, typer.Argument(help="An IGQL program; - for stdin.")],
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Check a program against what bowerbird.toml declares, without running it."""
    from bowerbird.app.config import read_config
    from bowerbird.cli.opening import read_text
    from bowerbird.igql.check import check as diagnose
    from bowerbird.page.reading import catalog

    text, config = read_text(file), read_config(data)
    found = diagnose(text, catalog(tuple(config.embeddings), config.models))
    wrong = any(diagnostic.severity == "error" for diagnostic in found)
    fine = f"{file}: nothing to say against it"
    say(
        {"file": str(file), "ok": not wrong, "diagnostics": found},
        lambda: "\n\n".join(diagnostic.show(text) for diagnostic in found) or fine,
        as_json=as_json,
    )
    raise typer.Exit(1 if wrong else 0)
