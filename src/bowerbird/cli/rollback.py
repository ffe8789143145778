"""`bowerbird rollback`: serve an earlier Version again."""

from __future__ import annotations

from typing import Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now
from bowerbird.cli.output import say


def rollback(
    number: Annotated[
        int | None, typer.Argument(help="The Version to go back to; by default the one before.")
    ] = None,
    data: Data = DEFAULT,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Publish an earlier Version again; a running server swaps it in by itself."""
    from bowerbird.cli.opening import opened
    from bowerbird.version.retain import original, roll_back

    with opened(data, "read", now) as bb:
        manifest = roll_back(bb.path / "versions", bb.now(), number)
    say(
        {"version": manifest.number, "is": original(manifest), "offset": manifest.offset},
        lambda: f"Version {manifest.number} is Version {original(manifest)} again",
        as_json=as_json,
    )
