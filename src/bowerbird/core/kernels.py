"""How numba kernels are compiled, the same for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` at its first call: no GIL, no fastmath, so that replay equals serve."""
    import numba  # here, so that the command line answers before numba is loaded

    from bowerbird.core.kernel_files import keep

    compiled: Callable[P, R] = numba.njit(nogil=True, error_model="numpy")(function)
    return keep(compiled)


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` for other kernels only: without a door for Python it costs a third less.

    It is part of what its callers keep on disk, and is not kept by itself.
    """
    import numba

    compiled: Callable[P, R] = numba.njit(
        nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
    )(function)
    return compiled


def fused(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` into each kernel that calls it; it may not make arrays.

    It does not count references to the arrays it is handed, which would otherwise be most of the
    time of a small function called for each of millions of facts.
    """
    import numba

    compiled: Callable[P, R] = numba.njit(
        nogil=True,
        error_model="numpy",
        forceinline=True,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        _nrt=False,
    )(function)
    return compiled


def learner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` for training only, with fastmath: sums vectorise in any order.

    What is trained is kept in a Version and read from there, so no replay depends on these bits; on
    one machine and build they are the same for the same seed all the same.
    """
    import numba

    compiled: Callable[P, R] = numba.njit(
        cache=True, nogil=True, error_model="numpy", fastmath=True
    )(function)
    return compiled


def fast(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` into each `learner` that calls it; it may not make arrays."""
    import numba

    compiled: Callable[P, R] = numba.njit(
        nogil=True,
        error_model="numpy",
        fastmath=True,
        forceinline=True,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        _nrt=False,
    )(function)
    return compiled
