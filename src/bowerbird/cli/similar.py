"""`bowerbird similar`: the accounts nearest to one."""

from __future__ import annotations

from typing import Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say, table


def similar(
    account: Annotated[str, typer.Argument(help="The account to start from.")],
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many.")] = 20,
    embedding: Annotated[str, typer.Option(help="The embedding to ask.")] = "default",
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Print the accounts nearest to one, the nearest first."""
    from bowerbird.cli.opening import opened

    with opened(data, "read") as bb:
        found = bb.similar(account, k=k, embedding=embedding)
    say(
        found,
        lambda: table(
            f"like {account}, by {embedding}",
            ("account", "similarity>", "posts>", "topics"),
            [(s.account_id, f"{s.similarity:.3f}", s.posts, ", ".join(s.topics)) for s in found],
        ),
        as_json=as_json,
    )
