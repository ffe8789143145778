"""Columns of text out of DuckDB without a Python object each: through Arrow's C data interface.

https://arrow.apache.org/docs/format/CStreamInterface.html; only what text needs is read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I32, NONE, U8
from bowerbird.core.texts import Texts, joined

OFFSETS: dict[bytes, np.dtype[Any]] = {b"u": np.dtype(np.int32), b"U": np.dtype(np.int64)}


class _Schema(Structure):
    pass


class _Array(Structure):
    pass


class _Stream(Structure):
    pass


_Schema._fields_ = [
    *(("format", c_char_p), ("name", c_char_p), ("metadata", c_char_p)),
    *(("flags", c_int64), ("n_children", c_int64), ("children", POINTER(POINTER(_Schema)))),
    ("dictionary", POINTER(_Schema)),
    *(("release", ctypes.CFUNCTYPE(None, POINTER(_Schema))), ("private_data", c_void_p)),
]
_Array._fields_ = [
    *((name, c_int64) for name in ("length", "null_count", "offset", "n_buffers", "n_children")),
    *(("buffers", POINTER(c_void_p)), ("children", POINTER(POINTER(_Array)))),
    ("dictionary", POINTER(_Array)),
    *(("release", ctypes.CFUNCTYPE(None, POINTER(_Array))), ("private_data", c_void_p)),
]
_Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Schema))),
    ("get_next", ctypes.CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Array))),
    ("get_last_error", ctypes.CFUNCTYPE(c_char_p, POINTER(_Stream))),
    *(("release", ctypes.CFUNCTYPE(None, POINTER(_Stream))), ("private_data", c_void_p)),
]

_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = c_void_p, [ctypes.py_object, c_char_p]


def texts_of(relation: Any) -> list[Texts]:
    """Return the columns of a relation of DuckDB, all of which are text.

    Raises:
        ValueError: DuckDB failed, or handed over something else.
    """
    capsule = relation.__arrow_c_stream__()
    stream = ctypes.cast(_pointer(capsule, b"arrow_array_stream"), POINTER(_Stream))
    offsets = _offsets(stream)
    batches = list(_batches(stream, offsets))
    return [joined(parts) for parts in zip(*batches, strict=True)]


def _offsets(stream: Any) -> np.dtype[Any]:
    schema = _Schema()
    _require(stream, stream.contents.get_schema(stream, byref(schema)))
    formats: set[bytes] = {schema.children[i].contents.format for i in range(schema.n_children)}
    schema.release(byref(schema))
    if len(formats) != 1 or not formats <= OFFSETS.keys():
        raise ValueError(f"DuckDB handed over columns of {formats}, expected text")
    return OFFSETS[formats.pop()]


def _batches(stream: Any, offsets: np.dtype[Any]) -> Iterator[list[Texts]]:
    while True:
        array = _Array()
        _require(stream, stream.contents.get_next(stream, byref(array)))
        if not array.release:
            return
        try:
            yield [_column(array.children[i].contents, offsets) for i in range(array.n_children)]
        finally:
            array.release(byref(array))


def _require(stream: Any, failed: int) -> None:
    if failed:
        told = stream.contents.get_last_error(stream) or b""
        raise ValueError(f"DuckDB failed: {told.decode(errors='replace')}")


def _column(array: Any, offsets: np.dtype[Any]) -> Texts:
    """Return a copy of one column."""
    first, stop = array.offset, array.offset + array.length
    if not array.length:
        return Texts.of([])
    bounds = _memory(array.buffers[1], (stop + 1) * offsets.itemsize).view(offsets)[first:]
    data = _memory(array.buffers[2], int(bounds[-1]))[bounds[0] :].copy()
    size: I32 = np.diff(bounds).astype(np.int32)
    if array.null_count and array.buffers[0]:
        packed = _memory(array.buffers[0], (stop + 7) // 8)
        there = np.unpackbits(packed, count=stop, bitorder="little")[first:]
        size[there == 0] = NONE
    return Texts(data, (bounds[:-1] - bounds[0]).astype(np.int64), size)


def _memory(address: int | None, size: int) -> U8:
    if not size or address is None:
        return np.zeros(0, np.uint8)
    found: NDArray[np.uint8] = np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(address))
    return found
