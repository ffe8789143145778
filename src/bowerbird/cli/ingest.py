"""`bowerbird ingest`: take in a file or a folder of facts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now
from bowerbird.cli.output import say, table
from bowerbird.cli.progress import Steps

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.core.facts import FactKind
    from bowerbird.journal.ingest import Summary


def ingest(
    path: Annotated[Path, typer.Argument(help="JSON lines, CSV, Parquet, or a folder of them.")],
    kind: Annotated[
        str | None, typer.Option(help="Of rows that name no kind: event, media, account …")
    ] = None,
    data: Data = DEFAULT,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Take in facts; rows that cannot be read go to a quarantine file and are counted."""
    from bowerbird.cli.opening import opened

    of = _kind(kind)
    with Steps() as steps, opened(data, "write", now) as bb:
        summary = bb.ingest(path, kind=of, progress=lambda n: steps.count("ingest", n))
    say(summary, lambda: summary_table(str(path), summary), as_json=as_json)


def summary_table(title: str, summary: Summary) -> RenderableType:
    """Return what became of the rows of a load."""
    rows = [("accepted", f"{summary.accepted:,}"), ("duplicates", f"{summary.duplicates:,}")]
    rows += [(f"  {kind}", f"{n:,}") for kind, n in summary.by_kind.items()]
    rows += [(f"rejected: {reason}", f"{n:,}") for reason, n in summary.rejected.items()]
    rows += [("not looked at", name) for name in summary.skipped]
    if summary.quarantine:
        rows.append(("quarantine", str(summary.quarantine)))
    return table(title, ("rows", "count>"), rows)


def _kind(given: str | None) -> FactKind | None:
    from bowerbird.core.errors import ConfigError, did_you_mean
    from bowerbird.core.facts import FactKind

    known = {kind.name.lower(): kind for kind in FactKind}
    if given is None:
        return None
    if given not in known:
        raise ConfigError(f"--kind {given!r} is not a kind of fact", did_you_mean(given, known))
    return known[given]
