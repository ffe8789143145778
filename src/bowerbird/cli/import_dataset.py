"""`bowerbird import`: take in a published data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowerbird.cli.ingest import summary_table
from bowerbird.cli.options import DEFAULT, Data, Json
from bowerbird.cli.output import say
from bowerbird.cli.progress import Steps


def import_dataset(
    dataset: Annotated[
        str, typer.Argument(help="The importer: kuairand, lastfm, recbole, activitystreams.")
    ],
    source: Annotated[Path, typer.Argument(help="The folder with its files.")],
    data: Data = DEFAULT,
    as_json: Json = False,
) -> None:
    """Take in a published data set; running it again adds nothing.

    A new data folder gets the data set's own page and settings, and the journal's clock.
    """
    from bowerbird.app.bowerbird import Bowerbird
    from bowerbird.cli.opening import opened
    from bowerbird.core.clock import ClockName
    from bowerbird.page.programs import presets

    if dataset in presets():
        Bowerbird.init(data, clock=ClockName.JOURNAL, program=dataset)

    with Steps() as steps, opened(data, "write") as bb:
        summary = bb.import_dataset(
            dataset, source, progress=lambda n: steps.count(f"import {dataset}", n)
        )
    say(summary, lambda: summary_table(f"{dataset}: {source}", summary), as_json=as_json)
