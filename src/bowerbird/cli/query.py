"""`bowerbird query`: run a program and print its rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now, Params
from bowerbird.cli.output import say, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bowerbird.app.answers import QueryAnswer


def query(
    file: Annotated[Path, typer.Argument(help="An IGQL program; - for stdin.")],
    user: Annotated[str | None, typer.Option(help="Who is `user` in it.")] = None,
    param: Params = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to print.")] = 100,
    data: Data = DEFAULT,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Run a program and print its rows, and what each of its steps did."""
    from bowerbird.cli.opening import opened, params_of, read_text

    text = read_text(file)
    with opened(data, "read", now) as bb:
        found = bb.query(text, user=user, params=params_of(param), limit=limit)
    say(found, lambda: _shown(file, found), as_json=as_json)


def _shown(file: Path, found: QueryAnswer) -> RenderableType:
    from rich.console import Group

    rows = _table(f"{file}: {found.kind}", found.rows)
    steps = _table("steps", found.steps)
    return Group(rows, steps, *(f"warning: {text}" for text in found.warnings))


def _table(title: str, rows: list[dict[str, Any]]) -> RenderableType:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return table(title, names, [_cells(row, names) for row in rows])


def _cells(row: Mapping[str, Any], names: list[str]) -> list[str]:
    return [f"{v:.4g}" if isinstance(v := row.get(n, ""), float) else str(v) for n in names]
