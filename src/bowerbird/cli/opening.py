"""Opening the data folder for a verb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bowerbird.core.clock import FixedClock
from bowerbird.core.errors import InputError, NotFound

if TYPE_CHECKING:
    from bowerbird.app.bowerbird import Bowerbird
    from bowerbird.page.programs import Programs


@contextmanager
def opened(
    data: Path,
    mode: Literal["write", "read"],
    now: str | None = None,
    programs: Programs | None = None,
) -> Iterator[Bowerbird]:
    """Open the data folder and close it in the end.

    Args:
        data: the folder; writing makes one that is not there.
        mode: "read" works beside a process that writes, and writes nothing.
        now: the time for everything that depends on it; the journal's own clock by default.
        programs: of the folder, where some were compiled already.

    Raises:
        NotFound: there is nothing to read.
        JournalLocked: another process writes to it and `mode` is "write".
    """
    if mode == "read" and not data.is_dir():
        raise NotFound(
            f"there is no data folder at {data}",
            "make one with `bowerbird init`, or name another with --data",
        )
    from bowerbird.app.bowerbird import Bowerbird
    from bowerbird.service.scalars import instant

    at = instant(now)
    clock = None if at is None else FixedClock(at)
    with Bowerbird(data, mode=mode, clock=clock, programs=programs) as bb:
        yield bb


def params_of(given: Sequence[str] | None) -> dict[str, bool | int | float | str]:
    """Return `NAME=VALUE` pairs as params of a program.

    Raises:
        InputError: one has no `=`.
    """
    from bowerbird.service.scalars import scalar

    found = {}
    for pair in given or ():
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"--param {pair!r} has no value", "write --param NAME=VALUE")
        found[name] = scalar(value)
    return found


def read_text(file: Path) -> str:
    """Return what is in `file`, or on stdin for `-`.

    Raises:
        NotFound: there is no such file.
        InputError: it is not text.
    """
    import sys

    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text()
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not text: {error}") from error
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from error
