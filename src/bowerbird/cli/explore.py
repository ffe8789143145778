"""`bowerbird explore`: the page of a person, with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now, Params
from bowerbird.cli.output import say, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.core.page import Item, Page


def explore(
    user: Annotated[str, typer.Argument(help="Whose page; anyone gets one.")],
    size: Annotated[int | None, typer.Option(min=1, max=100, help="Slots; 25 by default.")] = None,
    program: Annotated[str | None, typer.Option(help="A preset, or a file in the folder.")] = None,
    param: Params = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of every random draw.")] = None,
    cursor: Annotated[str, typer.Option(help="Of the page before, for the next one.")] = "",
    expose: Annotated[
        bool, typer.Option("--expose", help="Journal that the person was shown this.")
    ] = False,
    data: Data = DEFAULT,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Print the page of a person; looking at it is not showing it to them."""
    from bowerbird.cli.opening import opened, params_of

    with opened(data, "write" if expose else "read", now) as bb:
        page = bb.explore(
            user,
            size=size,
            program=program,
            params=params_of(param),
            seed=seed,
            cursor=cursor,
        )
        if expose:
            bb.expose(page)
    say(page, lambda: shown(page), as_json=as_json)


def shown(page: Page) -> RenderableType:
    """Return the page as a table, what it was made from above, warnings below."""
    from rich.console import Group

    made = f"Version {page.version or 'none'}, offset {page.offset:,}, {page.took_ms:.1f} ms"
    fallen = sum(item.fallback for item in page.items)
    title = f"Explore for {page.user_id}: {made}, fallback {fallen} of {len(page.items)}"
    headings = ("#>", "media", "account", "type", "topic", "value>", "why")
    rows = table(title, headings, [_row(item) for item in page.items])
    further = [f"the next page: --cursor {page.cursor}"] if page.cursor else []
    return Group(rows, *further, *(f"warning: {text}" for text in page.warnings))


def _row(item: Item) -> tuple[object, ...]:
    topic = item.topics[0].split("/")[-1] if item.topics else ""
    reason = f"{item.reason.text} (fallback)" if item.fallback else item.reason.text
    value = f"{item.value - item.penalty:.3f}"
    return (
        item.position + 1,
        item.media_id,
        item.account_id,
        item.media_type,
        topic,
        value,
        reason,
    )
