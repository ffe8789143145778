"""Asking for memory before it is read, from inside kernels; what is computed stays the same."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

_CACHE_LINE = 64
_BYTE, _WHOLE = ir.IntType(8).as_pointer(), ir.IntType(32)


def _fetcher(write: int) -> Any:
    @intrinsic(prefer_literal=True)
    def fetch(typing: Any, lines: Any, row: Any, size: Any) -> Any:
        """Ask for the first `size` bytes (a literal) of `lines[row]`, in cache lines."""
        del typing
        if not isinstance(size, types.IntegerLiteral):
            return None

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array = context.make_array(lines)(context, builder, arguments[0])
            index = [context.cast(builder, arguments[1], row, types.intp)]
            index += [ir.Constant(ir.IntType(64), 0)] * (lines.ndim - 1)
            pointer = cgutils.get_item_pointer(context, builder, lines, array, index)
            start = builder.bitcast(pointer, _BYTE)
            last = size.literal_value - 1  # in a line of its own, where a record straddles lines
            for at in (*range(0, last, _CACHE_LINE), last):
                _ask(builder, builder.gep(start, [ir.Constant(ir.IntType(64), at)]), write)
            return context.get_dummy_value()

        return types.void(lines, row, size), generate

    return fetch


fetch = _fetcher(1)
"""To write to it: no other core keeps a copy."""

peek = _fetcher(0)
"""To read it; other cores may do so too."""


@intrinsic
def fetch_cell(typing: Any, table: Any, row: Any, column: Any) -> Any:
    """Ask for the cache line of `table[row, column]`, to write to it."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(table)(context, builder, arguments[0])
        place = [
            context.cast(builder, given, kind, types.intp)
            for given, kind in zip(arguments[1:], (row, column), strict=True)
        ]
        pointer = cgutils.get_item_pointer(context, builder, table, array, place)
        _ask(builder, builder.bitcast(pointer, _BYTE), 1)
        return context.get_dummy_value()

    return types.void(table, row, column), generate


@intrinsic
def fetch_at(typing: Any, address: Any) -> Any:
    """Ask for the cache line at an address, to read it; one that is nowhere does no harm."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _ask(builder, builder.inttoptr(arguments[0], _BYTE), 0)
        return context.get_dummy_value()

    return types.void(types.int64), generate


def _ask(builder: Any, place: Any, write: int) -> None:
    door = ir.FunctionType(ir.VoidType(), [_BYTE, _WHOLE, _WHOLE, _WHOLE])
    ask = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE], door)
    builder.call(ask, [place, _WHOLE(write), _WHOLE(3), _WHOLE(1)])
