"""`bowerbird demo`: a made-up society, from nothing to its Explore page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Json
from bowerbird.cli.output import json_line, say
from bowerbird.cli.progress import Steps
from bowerbird.cli.serve import LOCAL, PORT, Host, Port, run

if TYPE_CHECKING:
    from bowerbird.app.bowerbird import Bowerbird

SOCIETY = "society"
INGESTED = "ingested.json"
"""Written into the data folder when all facts are in; a second ingest would only take time."""


def demo(
    data: Annotated[
        Path, typer.Option("--data", help="Its data folder; kept for the next time.")
    ] = Path("demo-data"),
    host: Host = LOCAL,
    port: Port = PORT,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="End with a server.")] = True,
    preset: Annotated[str, typer.Option(help="How large a society.")] = "small",
    seed: Annotated[int, typer.Option(min=0, help="Of the society.")] = 0,
    as_json: Json = False,
) -> None:
    """Simulate a small society, train on it, serve its Explore page; what is done is not redone."""
    from bowerbird.app.bowerbird import Bowerbird
    from bowerbird.core.clock import ClockName
    from bowerbird.service.serve import check_free

    if serve:
        check_free(host, port)
    Bowerbird.init(data, clock=ClockName.JOURNAL)
    with Steps() as steps, kernels_beside(data):
        simulated(preset, data / SOCIETY, seed, steps)
        steps.begin("opening")
        with Bowerbird(data) as bb:
            prepared(bb, data, steps)
            steps.finish()
            if serve:
                run(bb, host, port, as_json=as_json)
                return
            made = {
                "data": str(data),
                "version": bb.versions()[-1].number,
                "seconds": steps.seconds,
            }
    say(made, lambda: f"{data} is ready: `bowerbird serve --data {data}`", as_json=as_json)


@contextmanager
def kernels_beside(data: Path) -> Iterator[None]:
    """Compile what pages need on a second core, while society and facts keep one at work.

    In a first demo that is a minute that nobody waits for. One whose facts are in has no such work.
    """
    if (data / INGESTED).is_file() or (os.cpu_count() or 1) < 2:
        yield
        return
    from bowerbird.app.warming import warm_folder

    beside = get_context("spawn").Process(target=warm_folder, args=(data,), daemon=True)
    beside.start()
    try:
        yield
    finally:
        beside.terminate()
        beside.join()


def simulated(preset: str, folder: Path, seed: int, steps: Steps) -> None:
    """Let a society live in `folder`; one that is there is complete."""
    if folder.is_dir():
        return
    from bowerbird.simulate import simulate

    aside = folder.with_suffix(".part")
    if aside.exists():
        shutil.rmtree(aside)  # of a run that was cut short
    simulate(preset, aside, seed, lambda day, days: steps.share("simulate", day / days))
    aside.rename(folder)


def prepared(bb: Bowerbird, data: Path, steps: Steps) -> None:
    """Ingest the facts and train on them, unless that was done."""
    marker = data / INGESTED
    if not (marker.is_file() and bb.journal.end > 0):
        summary = bb.ingest(data / SOCIETY / "facts", progress=lambda n: steps.count("ingest", n))
        marker.write_text(json_line(summary))
    if not bb.versions():
        bb.train(progress=steps.share)
