"""`bowerbird`: every verb in one place, and every error as a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from bowerbird.cli.backup import backup
from bowerbird.cli.check import check
from bowerbird.cli.compact import compact
from bowerbird.cli.demo import demo
from bowerbird.cli.doctor import doctor
from bowerbird.cli.evaluate import evaluate
from bowerbird.cli.exam import exam
from bowerbird.cli.explain import explain
from bowerbird.cli.explore import explore
from bowerbird.cli.export import export
from bowerbird.cli.fmt import fmt
from bowerbird.cli.get import get
from bowerbird.cli.import_dataset import import_dataset
from bowerbird.cli.ingest import ingest
from bowerbird.cli.init import init
from bowerbird.cli.map import draw_map
from bowerbird.cli.output import complain, json_line
from bowerbird.cli.quarantine import quarantine
from bowerbird.cli.query import query
from bowerbird.cli.restore import restore
from bowerbird.cli.rollback import rollback
from bowerbird.cli.serve import serve
from bowerbird.cli.similar import similar
from bowerbird.cli.simulate import simulate
from bowerbird.cli.train import train
from bowerbird.cli.tune import tune
from bowerbird.cli.versions import versions
from bowerbird.core.errors import BowerbirdError

VERBS = (
    ("demo", demo),
    ("init", init),
    ("simulate", simulate),
    ("ingest", ingest),
    ("import", import_dataset),
    ("train", train),
    ("explore", explore),
    ("similar", similar),
    ("evaluate", evaluate),
    ("tune", tune),
    ("exam", exam),
    ("map", draw_map),
    ("export", export),
    ("check", check),
    ("fmt", fmt),
    ("explain", explain),
    ("query", query),
    ("serve", serve),
    ("versions", versions),
    ("rollback", rollback),
    ("get", get),
    ("quarantine", quarantine),
    ("doctor", doctor),
    ("compact", compact),
    ("backup", backup),
    ("restore", restore),
)
"""The verbs in the order of a first day with them; what is heavy they import when they run."""

INTERRUPTED = 130
DEBUG = "BOWERBIRD_DEBUG"


def app_of(first: str) -> typer.Typer:
    """Return the program with the verb `first` alone, or with all where it is none.

    To describe a verb to the parser takes a millisecond and more: a server need not wait for 26.
    """
    app = typer.Typer(
        name="bowerbird",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_whole)
    alone = [pair for pair in VERBS if pair[0] == first]
    for name, verb in alone or VERBS:
        app.command(name)(verb)
    return app


def _whole() -> None:
    """An Explore page for your own app."""  # with this, a verb alone is still a verb


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status: 0, 1 for an error, 2 for wrong usage.

    Args:
        arguments: those after the program's name; the process's own by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        return _run(given, as_json=as_json)
    except BowerbirdError as error:
        complain(error, as_json=as_json)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has had enough
        sys.stderr.close()
        return 0
    except Exception as error:  # a fault of ours: people get a sentence, and the way to more
        if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
            return INTERRUPTED  # what DuckDB makes of a Ctrl-C
        if os.environ.get(DEBUG):
            raise
        complain(_unexpected(error), as_json=as_json)
        return 1


def _unexpected(error: Exception) -> BowerbirdError:
    said = f"{type(error).__name__}: {error}".split("\n")[0]
    return BowerbirdError(
        f"this should not have happened: {said}", f"set {DEBUG}=1 to see where, and report it"
    )


def _run(given: list[str], *, as_json: bool) -> int:
    """Run typer; it writes usage errors for people itself, for programs we do."""
    try:
        found = app_of(given[0] if given else "")(given, standalone_mode=not as_json)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except TyperException as error:
        message = getattr(error, "message", "") or str(error)
        sys.stderr.write(json_line({"error": {"code": "usage", "message": message, "help": ""}}))
        return 2
    except (typer.Exit, typer.Abort) as ended:
        return getattr(ended, "exit_code", INTERRUPTED)
    return found if isinstance(found, int) else 0
