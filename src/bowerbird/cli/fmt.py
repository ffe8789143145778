"""`bowerbird fmt`: lay programs out the one way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.options import Json
from bowerbird.cli.output import say


def fmt(
    files: Annotated[list[Path], typer.Argument(help="IGQL programs; - for stdin.")],
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if something would.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Change the files.")] = False,
    as_json: Json = False,
) -> None:
    """Lay programs out the one way: they stay the same programs, with their comments.

    Without --check or --write the programs are printed as they would be.
    """
    from bowerbird.cli.opening import read_text
    from bowerbird.igql.format import format_text

    texts = {file: read_text(file) for file in files}
    laid = {file: format_text(text) for file, text in texts.items()}
    changed = [file for file in files if laid[file] != texts[file]]
    for file in changed if write and not check else ():
        file.write_text(laid[file])
    found = [{"file": str(file), "changed": file in changed, "text": laid[file]} for file in texts]
    quiet = check or write
    listed = "\n".join(f"{file}: {'laid out' if write else 'not laid out'}" for file in changed)
    whole = "".join(laid.values()).removesuffix("\n")
    shown = (listed or f"{len(files)} as they should be") if quiet else whole
    say(found, lambda: shown, as_json=as_json)
    raise typer.Exit(1 if check and changed else 0)
