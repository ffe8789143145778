"""Asking for memory before it is needed, without waiting for it."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

WRITE, KEPT, DATA = 1, 3, 1
"""Of LLVM's `prefetch`: it will be written to; into the first cache; it is data."""


@intrinsic
def prefetch(typing: Any, table: Any, row: Any, column: Any) -> Any:
    """Ask for the cache line of `table[row, column]`; `table` is a C-contiguous matrix."""
    from llvmlite import ir  # type: ignore[import-untyped] # it ships no types

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, args[0])
        place = [
            context.cast(builder, arg, given, types.intp)
            for arg, given in zip(args[1:], signature.args[1:], strict=True)
        ]
        at = cgutils.get_item_pointer(
            context, builder, kind, array, place, wraparound=False, boundscheck=False
        )
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        ask = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [byte, word, word, word]),
            "llvm.prefetch.p0",
        )
        how = [ir.Constant(word, value) for value in (WRITE, KEPT, DATA)]
        builder.call(ask, [builder.bitcast(at, byte), *how])
        return context.get_dummy_value()

    return types.void(table, row, column), build
