"""Columns as long as a log, written part by part: to a file of no name, or to memory.

Training reads the whole log in order, again and again, and never all of it at once. So what grows
with the events lies on disk, and the system keeps of it in memory what there is room for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Generic, TypeVar, cast
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import TrainingError

T = TypeVar("T", bound=np.generic)

ROWS = 1_000_000
"""Rows that are worked on at a time."""


class Column(Generic[T]):
    """A column that is written part by part and then read as one array.

    With a folder its numbers lie in a file there that has no name: it is gone with the last array
    that reads it, or with the process.
    """

    def __init__(self, dtype: type[T] | np.dtype[T], folder: Path | None) -> None:
        self._dtype = np.dtype(dtype)
        self._parts: list[NDArray[T]] = []
        self._folder = folder
        self._size = 0
        self._file = None
        if folder is not None:
            with self._explained():
                self._file = TemporaryFile(dir=folder)  # noqa: SIM115 closed when the column goes
            finalize(self, self._file.close)

    def add(self, part: NDArray[Any]) -> None:
        """Append `part`.

        Raises:
            TrainingError: the disk did not take it.
        """
        numbers = np.ascontiguousarray(part, self._dtype)
        self._size += len(numbers)
        if self._file is None:
            self._parts.append(numbers)
            return
        with self._explained():
            self._file.write(numbers.data)

    def array(self) -> NDArray[T]:
        """Return all that was added; writable, mapped where it lies in a file.

        Raises:
            TrainingError: the disk did not take it.
        """
        if self._file is None:
            return np.concatenate([np.zeros(0, self._dtype), *self._parts])
        if not self._size:
            return np.zeros(0, self._dtype)
        with self._explained():
            self._file.flush()
            mapped = np.memmap(cast(Any, self._file), self._dtype, "r+", shape=(self._size,))
        return np.asarray(mapped)  # a plain array, which keeps the map

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TrainingError(
                f"cannot put {self._size * self._dtype.itemsize:,} bytes aside in "
                f"{self._folder}: {error}",
                "what training reads lies on disk meanwhile, about 60 bytes an engagement; see "
                "that there is room for it and that the folder may be written to",
            ) from error
