"""Several conditions on whole columns, asked in one loop: gather, compare, keep, block by block.

A condition is asked of the rows that the ones before it left. No branch depends on what is read,
so that the reads of many rows are under way at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from bowerbird.core.candidates import Rows
from bowerbird.core.facts import F64, I64
from bowerbird.core.kernels import fused, kernel
from bowerbird.core.prefetch import fetch_at
from bowerbird.core.signals import Condition

BLOCK = 512
"""Rows that go through all conditions before the next ones: what is left stays in the cache.

Two buffers of twice as many are a page of memory apart, and what is written to one then holds up
what is read from the other.
"""

TRUTH, REAL, DOUBLE, WHOLE, LONG = range(5)
CODES = {"?": TRUTH, "B": TRUTH, "f": REAL, "d": DOUBLE, "i": WHOLE, "l": LONG, "q": LONG}
"""Character of a column's dtype -> how the kernels read it."""


class Sieve(NamedTuple):
    """Conditions as kernels take them: a value passes where it is in a closed range.

    Columns are handed over by address, so that one compiled kernel takes any number of any layout.
    A closed range says what any comparison says: x < v is x <= the next number below v. A missing
    number is in no range.

    Attributes:
        column: [k, 4] int64, a `Place` each; the caller keeps the columns alive.
        passes: [k, 2] float64, `Passes` each.
        size: how many rows every column has; a row beyond cannot be asked.
    """

    column: I64
    passes: F64
    size: int


Place = tuple[int, int, int, int]
"""Address of a column's first value, bytes to the next, code of its dtype, length."""

Passes = tuple[float, float]
"""Smallest and largest value that passes."""


def place_of(column: NDArray[Any]) -> Place | None:
    """Return where kernels find `column`, which has to be kept alive; None for another dtype."""
    code = CODES.get(column.dtype.char)
    if code is None:
        return None
    return column.__array_interface__["data"][0], column.strides[0], code, len(column)


def passes_of(asked: Condition) -> Passes:
    """Return a comparison, or a truth, as a closed range."""
    value = asked.value
    match asked.compare:
        case "<":
            return -math.inf, math.nextafter(value, -math.inf)
        case "<=":
            return -math.inf, value
        case ">":
            return math.nextafter(value, math.inf), math.inf
        case ">=":
            return value, math.inf
        case _:
            return (1.0, 255.0) if value else (0.0, 0.0)


def sieve_of(places: Sequence[Place], passes: Sequence[Passes]) -> Sieve:
    """Return conditions put together, in the order to be asked."""
    if not places:
        return NOTHING_ASKED
    return Sieve(
        np.array(places, np.int64), np.array(passes, np.float64), min(place[3] for place in places)
    )


NOTHING_ASKED = Sieve(np.empty((0, 4), np.int64), np.empty((0, 2)), 0)


@intrinsic(prefer_literal=True)
def _value(typing: Any, address: Any, code: Any) -> Any:
    """Return the number of kind `code` (a literal of `CODES`) at `address`, as a float64."""
    del typing
    if not isinstance(code, types.IntegerLiteral):
        return None
    real = ir.DoubleType()
    stored = (ir.IntType(8), ir.FloatType(), real, ir.IntType(32), ir.IntType(64))
    kind = stored[code.literal_value]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = builder.load(builder.inttoptr(arguments[0], kind.as_pointer()))
        if code.literal_value == TRUTH:
            return builder.uitofp(found, real)
        if code.literal_value == REAL:
            return builder.fpext(found, real)
        return found if kind is real else builder.sitofp(found, real)

    return types.float64(types.int64, code), generate


def _cut_of(code: int) -> Any:
    """Return the loop of one condition over a column of kind `code`."""

    @fused
    def cut(rows: Any, at: Any, n: Any, column: Any, passes: Any) -> Any:
        (address, stride), (low, high) = column, passes
        kept = np.uint64(0)
        for i in range(n):
            row = rows[i]
            found = _value(address + stride * np.int64(row), code)
            rows[kept], at[kept] = row, at[i]
            kept += np.uint64((found >= low) & (found <= high))
        return kept

    return cut


_cut_truth, _cut_real, _cut_double, _cut_whole, _cut_long = (_cut_of(k) for k in range(5))


@fused
def sifted(rows: Any, at: Any, n: Any, sieve: Any) -> Any:
    """Cut the first `n` of `rows`, and `at` along with them, down to what passes, in place.

    Args:
        rows: [m] int32, none beyond the sieve.
        at: [m] int32, anything.
        n: uint64, as the result: an index without a sign is half the work.
        sieve: a `Sieve`.

    Returns:
        How many are left.
    """
    for k in range(len(sieve.column)):
        column = sieve.column[k, 0], sieve.column[k, 1]
        passes = sieve.passes[k, 0], sieve.passes[k, 1]
        code = sieve.column[k, 2]
        if code == TRUTH:
            n = _cut_truth(rows, at, n, column, passes)
        elif code == REAL:
            n = _cut_real(rows, at, n, column, passes)
        elif code == DOUBLE:
            n = _cut_double(rows, at, n, column, passes)
        elif code == WHOLE:
            n = _cut_whole(rows, at, n, column, passes)
        else:
            n = _cut_long(rows, at, n, column, passes)
    return n


@fused
def first_of(sieve: Any) -> Any:
    """Return address and step of the column asked first, to be fetched ahead; 0 for none.

    What is asked later often lies beside it, as fields of one record.
    """
    if len(sieve.column) == 0:
        return np.int64(0), np.int64(0)
    return sieve.column[0, 0], sieve.column[0, 1]


@fused
def beyond(rows: Any, size: Any) -> bool:
    """Return whether any of `rows` is negative or not below `size`."""
    highest = np.uint32(0)
    for i in range(len(rows)):
        highest = max(highest, np.uint32(rows[i]))  # a negative one is huge
    return len(rows) > 0 and np.int64(highest) >= size


@kernel
def _sift(rows: Any, sieve: Any) -> Any:
    out = np.empty(len(rows), np.int64)
    row, at = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    order = np.arange(BLOCK).astype(np.int32)
    found = np.uint64(0)
    first, step = first_of(sieve)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        if beyond(block, sieve.size):
            return out[:0], False
        row[: len(block)], at[: len(block)] = block, order[: len(block)]
        for i in range(len(block)):
            fetch_at(first + step * np.int64(block[i]))
        for i in range(sifted(row, at, np.uint64(len(block)), sieve)):
            out[found] = start + at[i]
            found += np.uint64(1)
    return out[:found], True


def sift(rows: Rows, sieve: Sieve) -> NDArray[np.int64] | None:
    """Return the positions of the rows ([n]) that pass, in order; None where one is beyond."""
    found, known = _sift(rows, sieve)
    return found if known else None
