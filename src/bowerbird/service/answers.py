"""Answers as bytes: msgspec encodes, nothing is validated on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
from starlette.responses import Response


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"a {type(value).__name__} has no JSON")


ENCODER = msgspec.json.Encoder(enc_hook=_plain)


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `body` (Structs, mappings, lists, numpy values) as a JSON answer."""
    return Response(ENCODER.encode(body), status, headers, "application/json")
