"""`bowerbird check`: say what is wrong with a program, and where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say, table

if TYPE_CHECKING:
    from bowerbird.core.signals import Catalog


def check(
    file: Annotated[Path | None, typer.Argument(help="An IGQL program; - for stdin.")] = None,
    names: Annotated[
        bool, typer.Option("--names", help="List every name that a program can use here.")
    ] = False,
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Check a program against what bowerbird.toml declares, without running it."""
    from bowerbird.app.config import read_config
    from bowerbird.cli.opening import read_text
    from bowerbird.igql.check import check as diagnose
    from bowerbird.page.reading import catalog

    config = read_config(data)
    declared = catalog(config.neighbourhoods(), config.models)
    if names or file is None:
        if file is not None or not names:
            raise typer.BadParameter("either a program or --names")
        _list_names(declared, as_json=as_json)
        return
    text = read_text(file)
    found = diagnose(text, declared)
    wrong = any(diagnostic.severity == "error" for diagnostic in found)
    fine = f"{file}: nothing to say against it"
    say(
        {"file": str(file), "ok": not wrong, "diagnostics": found},
        lambda: "\n\n".join(diagnostic.show(text) for diagnostic in found) or fine,
        as_json=as_json,
    )
    raise typer.Exit(1 if wrong else 0)


def _list_names(declared: Catalog, *, as_json: bool) -> None:
    from bowerbird.igql.reference import known

    found = known(declared)
    rows = [
        (name.what, name.written, name.means, name.package or "bowerbird", name.doc)
        for name in found
    ]
    headings = ("", "written", "means", "of", "")
    say(found, lambda: table("names", headings, rows), as_json=as_json)
