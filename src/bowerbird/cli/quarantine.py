"""`bowerbird quarantine`: rows that were not taken, and the way back for those that were mended."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now
from bowerbird.cli.output import say, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.journal.quarantine import Entry


def quarantine(
    reason: Annotated[str | None, typer.Option(help="Only rows refused for this reason.")] = None,
    rows: Annotated[int, typer.Option(help="Print so many rows instead of counts.")] = 0,
    export: Annotated[
        Path | None, typer.Option(help="Write the rows to this file, to be mended there.")
    ] = None,
    mended: Annotated[
        Path | None, typer.Option(help="Take the rows of such a file again, once mended.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Take all rows again as they are.")
    ] = False,
    data: Data = DEFAULT,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Print what was refused and why; or take it again, after somebody mended it."""
    from bowerbird.journal.layout import Layout
    from bowerbird.journal.quarantine import counts_in, rows_in
    from bowerbird.journal.quarantine import export as write

    folder = Layout(data).quarantine
    if mended is not None or again:
        _retry(data, mended, now, as_json=as_json)
    elif export is not None:
        written = write(folder, export, reason)
        say(
            {"rows": written, "file": export},
            lambda: f"{written:,} rows in {export}",
            as_json=as_json,
        )
    elif rows:
        found = list(islice(rows_in(folder, reason), rows))
        say(found, lambda: _rows(found), as_json=as_json)
    else:
        counts = counts_in(folder)
        say(counts, lambda: _counts(counts, reason), as_json=as_json)


def _retry(data: Path, mended: Path | None, now: str | None, *, as_json: bool) -> None:
    from bowerbird.cli.ingest import summary_table
    from bowerbird.cli.opening import opened

    with opened(data, "write", now) as bb:
        summary = bb.retry(mended)
    say(summary, lambda: summary_table(str(mended or "quarantine"), summary), as_json=as_json)


def _counts(counts: dict[str, dict[str, int]], reason: str | None) -> RenderableType | str:
    found = [
        (name, why, f"{n:,}")
        for name, reasons in counts.items()
        for why, n in reasons.items()
        if reason in (None, why)
    ]
    return table("quarantine", ("load", "reason", "rows>"), found) if found else "no rows"


def _rows(found: list[Entry]) -> RenderableType | str:
    shown = [(e.file, e.line, e.reason, e.raw[:80]) for e in found]
    return table("quarantine", ("file", "line>", "reason", "row"), shown) if shown else "no rows"
