"""A mapping that is made when somebody first looks, so that importing it loads nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Later(Mapping[K, V]):
    """The mapping that `make` returns; `make` remembers it."""

    def __init__(self, make: Callable[[], Mapping[K, V]]) -> None:
        self._make = make

    def __getitem__(self, key: K) -> V:
        return self._make()[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())
