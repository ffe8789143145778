"""`bowerbird map`: the accounts of an embedding on one page, to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import json_line, say

if TYPE_CHECKING:
    from bowerbird.app.bowerbird import Bowerbird

PAGE = Path(__file__).with_name("map.html")
NEAREST = 8


def draw_map(
    out: Annotated[Path, typer.Argument(help="The HTML file to write.")] = Path("map.html"),
    embedding: Annotated[str, typer.Option(help="The embedding to draw.")] = "default",
    most: Annotated[
        int, typer.Option(min=2, max=50_000, help="Accounts drawn: the best known ones.")
    ] = 5_000,
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Write one HTML page with the accounts laid out in two dimensions, near ones together."""
    from bowerbird.cli.opening import opened
    from bowerbird.core.errors import InputError

    with opened(data, "read") as bb:
        drawn = points(bb, embedding, most)
    filled = json_line(drawn).replace("<", "\\u003c")  # an id may not end the script
    page = PAGE.read_text(encoding="utf-8").replace("/*POINTS*/null", filled.strip())
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}") from error
    told = {"file": str(out), "accounts": len(drawn["ids"]), "topics": len(drawn["topics"])}
    say(
        told, lambda: f"{out}: {told['accounts']:,} accounts; open it in a browser", as_json=as_json
    )


def points(bb: Bowerbird, embedding: str, most: int) -> dict[str, Any]:
    """Return what the page draws of the `most` best known accounts: places, topics, the nearest."""
    import numpy as np

    from bowerbird.cli.vectors import published
    from bowerbird.core.facts import NONE
    from bowerbird.ig2vec.layout import layout
    from bowerbird.ig2vec.neighbours import nearest_lines

    found, ids = published(bb, embedding)
    lines = np.argsort(-found.counts, kind="stable")[:most]
    vectors = found.vectors[lines]
    declared = bb.world.tables.accounts.topics[found.accounts[lines], 0]
    rows, place = np.unique(declared, return_inverse=True)
    names = bb.journal.ids.topics
    return {
        "embedding": embedding,
        "ids": [ids[line] for line in lines.tolist()],
        "at": np.round(layout(vectors), 4).tolist(),
        "words": found.counts[lines].tolist(),
        "topic": place.tolist(),
        "topics": ["" if row == NONE else names.id(row) for row in rows.tolist()],
        "near": nearest_lines(vectors, vectors, min(NEAREST, len(vectors) - 1))[0].tolist(),
    }
