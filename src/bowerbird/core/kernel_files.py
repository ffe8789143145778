"""What is kept of a compiled kernel on disk, read back without what only compiling needs.

Before it looks for a kernel on disk, numba loads every function that a kernel could call (a fifth
of a second a process, with the GIL held), which it does again before it compiles one. A process
that finds all its kernels compiled can do without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys

P = ParamSpec("P")
R = TypeVar("R")


class KernelFiles(FunctionCache):  # type: ignore[misc]  # numba ships no types
    """The files of one kernel, one for each combination of types that it was called with."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what is on disk for the types of `sig`, or None: numba then compiles it."""
        rtsys.initialize(target_context)  # which kernels that make arrays call by address
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


def keep(compiled: Callable[P, R]) -> Callable[P, R]:
    """Let a function of `numba.njit` be read from disk, and written there once compiled."""
    compiled._cache = KernelFiles(compiled.py_func)  # type: ignore[attr-defined]  # as numba does
    return compiled
