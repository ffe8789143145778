"""Rows that an importer made of a data set, checked like anyone's and committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from bowerbird.core.errors import InputError
from bowerbird.journal.ingest import Load
from bowerbird.journal.parquet import engine
from bowerbird.journal.receipt import Reject
from bowerbird.journal.validate import RawRow, check, text_of

PIECE = 32_768
"""Rows checked at a time."""


def take(
    load: Load,
    file: str,
    rows: Iterable[RawRow],
    *,
    now: int,
    progress: Callable[[int], None],
) -> None:
    """Commit `rows`, which name their `kind` and `ts`, in their order; bad ones to quarantine.

    A quarantined row is written as the row of facts it would have been, so that it can be mended
    and taken again.

    Args:
        load: at work.
        file: what the quarantine calls their source.
        rows: in order of time.
        now: wall time, epoch ms.
        progress: told the number of rows so far.
    """
    left, done = iter(rows), 0
    while piece := list(islice(left, PIECE)):
        checked = check(piece, now=now, untimed=now)
        faults = sorted(checked.faults.items())
        rejects = [Reject(done + at + 1, why, text_of(piece[at])) for at, why in faults]
        load.quarantine.add(file, rejects)
        load.commit(checked.draft)
        done += len(piece)
        progress(done)


def fetched(query: str, what: str, **files: Path) -> list[tuple[Any, ...]]:
    """Return the rows of a query over files, given to it as $name.

    Raises:
        InputError: a file is missing, or is not one of `what`.
    """
    import duckdb

    for path in files.values():
        if not path.exists():
            raise InputError(f"{path} is missing", f"give the folder of {what}")
    try:
        told = {name: str(path) for name, path in files.items()}
        return engine().cursor().execute(query, told).fetchall()
    except duckdb.Error as error:
        raise InputError(f"{files} is not of {what}: {error}") from error
