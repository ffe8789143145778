"""`bowerbird doctor`: what is wrong with a data folder, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say, table
from bowerbird.cli.progress import Steps

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.journal.doctor import Diagnosis


def doctor(
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild-tail", help="Make a lost tail again from the segments; see the docs."
        ),
    ] = False,
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Check segments, hashes, offsets and the tail; ends with status 1 where one is damaged."""
    from bowerbird.core.errors import NotFound
    from bowerbird.journal.doctor import diagnose, rebuild_tail
    from bowerbird.journal.layout import Layout

    if not Layout(data).manifest.exists():
        raise NotFound(f"there is no journal in {data}", "name the data folder with --data")
    if rebuild:
        end, kept = rebuild_tail(data)
        told = {"facts": end, "kept": kept}
        say(told, lambda: f"{end:,} facts; the old tail: {kept or 'none'}", as_json=as_json)
        return
    with Steps() as steps:
        found = diagnose(data, lambda n: steps.count("facts", n))
    say(found, lambda: _shown(str(data), found), as_json=as_json)
    if found.findings:
        raise typer.Exit(1)


def _shown(title: str, found: Diagnosis) -> RenderableType | str:
    if found.findings:
        rows = [(finding.file, finding.wrong, finding.help) for finding in found.findings]
        return table(title, ("file", "what is wrong", "what to do"), rows)
    notes = "".join(f"\n{note}" for note in found.notes)
    return (
        f"{title} is whole: {found.facts:,} facts in {found.segments} segments and the tail, "
        f"format {found.format}{notes}"
    )
