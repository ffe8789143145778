"""Progress on stderr: bars where a person looks on, a line a step where not."""

from __future__ import annotations

import sys
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


QUIET = 5.0
"""Seconds without a line after which a long step says how far it is, where there are no bars."""


class Steps:
    """The steps of a verb, told as they go; use it as a context manager.

    A step begins when it is first named, and ends when the next one begins.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._bars: Progress | None = _bars() if sys.stderr.isatty() else None
        self._step, self._began, self._told = "", 0.0, 0.0
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._end()
        if self._bars:
            self._bars.stop()

    def share(self, step: str, share: float) -> None:
        """Say that `share` of `step`, in [0, 1], is done."""
        self._turn(step)
        self._show(f"{share:.0%}", total=1.0, completed=share)

    def count(self, step: str, done: int) -> None:
        """Say how many things of `step` are done, of nobody knows how many."""
        self._turn(step)
        self._show(f"{done:,}", note=f"{done:,}")

    def begin(self, step: str) -> None:
        """Say that `step` has begun."""
        self._turn(step)

    def finish(self) -> None:
        """End the step at work and take the bars down, so that others can print."""
        self._end()
        if self._bars:
            self._bars.stop()

    def note(self, text: str) -> None:
        """Print a line between the steps."""
        self._told = perf_counter()
        if self._bars:
            self._bars.console.print(text, highlight=False, markup=False)
        else:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def _turn(self, step: str) -> None:
        if step == self._step:
            return
        self._end()
        self._step, self._began = step, perf_counter()
        if self._bars:
            self._task = self._bars.add_task(step, total=None, note="")
        else:
            self.note(f"{step} …")

    def _show(self, words: str, **fields: object) -> None:
        if self._bars and self._task is not None:
            self._bars.update(self._task, **fields)  # type: ignore[arg-type]  # total, completed, note
        elif not self._bars and perf_counter() - self._told > QUIET:
            self.note(f"{self._step}: {words}")

    def _end(self) -> None:
        if not self._step:
            return
        took = perf_counter() - self._began
        self.seconds[self._step] = round(self.seconds.get(self._step, 0.0) + took, 2)
        if self._bars:
            self._show("", total=1.0, completed=1.0)
        else:
            self.note(f"{self._step}: {took:.1f} s")
        self._step, self._task = "", None


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description:<24}", markup=False),
        BarColumn(bar_width=32),
        TextColumn("{task.fields[note]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
