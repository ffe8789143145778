"""Forks writers and kills them; run as a program, so that forks are quick and clean.

Each line of the standard input is `folder life` or `folder die_at`: a writer appends facts to the
journal there, fact n always being of media `m<n>`, and notes the end of every acknowledged append
in `folder/acknowledged`. It is killed after `life` seconds (a number with a point); or it seals
what it wrote and kills itself at that many of the file operations this takes. The answer is how it
went.
"""

import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bowerbird.journal.journal import Journal
from tests.journal.rows import NOW, event

OPERATIONS = {"open", "os.rename", "os.remove"}
SIZES = (1, 2, 5, 17)


def write(folder: Path, until: int | None) -> Journal:
    journal = Journal.open(folder, seal_facts=60)
    notes = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while until is None or journal.end < until:
        end = journal.end
        numbers = range(end, end + SIZES[end % len(SIZES)])
        journal.append([event(n, ts=NOW, event_id=f"e{n}") for n in numbers], now=NOW)
        os.write(notes, f"{journal.end}\n".encode())
    return journal


def seal_and_die(journal: Journal, die_at: int) -> None:
    count = 0

    def watch(name: str, _: object) -> None:
        nonlocal count
        if name in OPERATIONS:
            count += 1
            if count == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    journal.seal()


def run(folder: Path, moment: str) -> None:
    if "." in moment:
        write(folder, None)
    seal_and_die(write(folder, 40), int(moment))


def warm() -> None:
    """Load every kernel before the forks, so that no writer spends its short life on it."""
    with TemporaryDirectory() as folder, Journal.open(Path(folder)) as journal:
        for _ in range(2):
            journal.append([event(0), event(1)], now=NOW)
            journal.seal()


if __name__ == "__main__":
    warm()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for line in sys.stdin:
        folder, moment = line.split()
        child = os.fork()
        if not child:
            run(Path(folder), moment)
            os._exit(0)
        if "." in moment:
            signal.sigtimedwait({signal.SIGCHLD}, float(moment))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        signal.sigtimedwait({signal.SIGCHLD}, 0)  # the one of this child, if it still waits
        sys.stdout.write("killed\n" if os.WIFSIGNALED(status) else f"ended {status}\n")
        sys.stdout.flush()
