"""`bowerbird explain`: what a program will do, what it costs, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now, Params
from bowerbird.cli.output import say

if TYPE_CHECKING:
    from bowerbird.igql.explain import Explained


def explain(
    file: Annotated[Path, typer.Argument(help="An IGQL program; - for stdin.")],
    analyze: Annotated[
        bool, typer.Option("--analyze", help="Run it: real rows and microseconds of each step.")
    ] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="Say what each rule of the optimiser changed.")
    ] = False,
    user: Annotated[str | None, typer.Option(help="Who is `user` in it, for --analyze.")] = None,
    param: Params = None,
    data: Data = DEFAULT,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Print the optimised plan of a program with estimated rows and cost.

    Estimates are from what is in the data folder, or from the caps alone where there is none.
    """
    from bowerbird.cli.opening import opened, params_of, read_text

    text, params = read_text(file), params_of(param)
    if data.is_dir() or analyze:
        with opened(data, "read", now) as bb:
            if analyze:  # a first run loads the kernels: their time is not the program's
                bb.query(text, user=user, params=params)
            found = bb.explain(text, user=user, params=params, analyze=analyze, rules=rules)
    else:
        found = _of_caps(text, data, params, rules=rules)
    say(found.to_json(), lambda: str(found), as_json=as_json)


def _of_caps(
    text: str, data: Path, params: Mapping[str, bool | int | float | str], *, rules: bool
) -> Explained:
    from bowerbird.app.config import read_config
    from bowerbird.igql.explain import explain as explained
    from bowerbird.igql.program import compile_program
    from bowerbird.page.reading import catalog

    config = read_config(data)
    program = compile_program(text, catalog(config.neighbourhoods(), config.models))
    return explained(program, params=params, rules=rules)
