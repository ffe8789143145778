"""`bowerbird export`: the vectors of an embedding, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say
from bowerbird.ig2vec.formats import Format


def export(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    embedding: Annotated[str, typer.Option(help="The embedding to write.")] = "default",
    form: Annotated[
        Format, typer.Option("--format", help="How vectors lie in the file.")
    ] = Format.TEXT,
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Write a vector for each account, the account with the most engagements first."""
    import numpy as np

    from bowerbird.cli.opening import opened
    from bowerbird.cli.vectors import published
    from bowerbird.ig2vec.interchange import write_vectors

    with opened(data, "read") as bb:
        found, ids = published(bb, embedding)
    order = np.argsort(-found.counts, kind="stable")
    write_vectors(out, form, [ids[line] for line in order.tolist()], found.vectors[order])
    told = {"file": str(out), "accounts": len(found), "dim": found.vectors.shape[1]}
    say(
        told,
        lambda: f"{out}: {len(found):,} vectors of width {told['dim']}, as {form.value}",
        as_json=as_json,
    )
