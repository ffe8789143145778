"""`bowerbird compact`: fewer, larger files."""

from __future__ import annotations

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say


def compact(data: Data = DEFAULT, as_json: Json = False) -> None:
    """Seal the journal's tail and merge small segments; a server does so by itself, by and by."""
    from bowerbird.core.errors import NotFound
    from bowerbird.journal.journal import Journal
    from bowerbird.journal.layout import Layout

    if not Layout(data).manifest.exists():
        raise NotFound(f"there is no journal in {data}", "name the data folder with --data")
    with Journal.open(data) as journal:
        merged = journal.compact()
        told = {"facts": journal.end, "merged": merged}
    say(told, lambda: f"{told['facts']:,} facts, {merged} files merged away", as_json=as_json)
