"""`bowerbird serve`: answer over HTTP until Ctrl-C."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now
from bowerbird.cli.output import json_line
from bowerbird.core.errors import BowerbirdError

if TYPE_CHECKING:
    from bowerbird.app.bowerbird import Bowerbird
    from bowerbird.app.config import Config
    from bowerbird.page.programs import Programs

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")]

LOCAL = "127.0.0.1"
PORT = 8377


def serve(
    host: Host = LOCAL,
    port: Port = PORT,
    data: Data = DEFAULT,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Serve pages, take facts, and swap in new Versions, until Ctrl-C."""
    gc.disable()  # until all is loaded, which stays

    from bowerbird.app.config import read_config
    from bowerbird.app.opening import programs_of
    from bowerbird.app.warming import warm_opening
    from bowerbird.cli.opening import opened

    config = read_config(data)
    warm_opening()
    programs, given_up = programs_of(data, config), Event()
    loading = Thread(target=_load, args=(data, config, programs, given_up))
    loading.start()
    try:
        with opened(data, "write", now, programs) as bb:
            loading.join()
            run(bb, host, port, as_json=as_json)
    finally:
        given_up.set()


def _load(data: Path, config: Config, programs: Programs, given_up: Event) -> None:
    """Load what answers need, beside the opening of the folder, which mostly needs no GIL.

    The server still warms up once it has both: what fails here fails there, and is told.
    """
    import bowerbird.service.serve  # noqa: F401
    from bowerbird.app.warming import warm_up

    if not given_up.is_set():
        with suppress(BowerbirdError):
            page, fallback = config.programs.page, config.programs.fallback
            warm_up(programs.named(page, data), programs.named(fallback, data))


def run(bb: Bowerbird, host: str, port: int, *, as_json: bool) -> None:
    """Serve `bb`, and print the address of somebody's page once it is ready."""
    from bowerbird.service.serve import serve as answer

    gc.freeze()  # no collection looks at it again, which would hold up a page
    gc.enable()

    def ready(address: str) -> None:
        busiest = next(iter(bb.people(limit=1)), None)
        page = f"{address}/?user={quote(busiest.user_id)}" if busiest else f"{address}/"
        told = {"address": address, "page": page}
        text = json_line(told) if as_json else f"\n  {page}\n\nCtrl-C ends the server.\n"
        sys.stdout.write(text)
        sys.stdout.flush()

    answer(bb, host, port, ready)
