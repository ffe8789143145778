"""OpenAPI from the Structs that are encoded, so that the text cannot drift from the bytes."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from bowerbird.service import shapes
from bowerbird.service.bodies import JSON, LINES
from bowerbird.service.faults import FaultAnswer

REF = "#/components/schemas/{name}"

SHAPES = (
    shapes.Written,
    shapes.Explored,
    shapes.ExploredPlain,
    shapes.People,
    shapes.SimilarAccounts,
    shapes.Versions,
    shapes.Diagnostics,
    shapes.Rows,
    shapes.Explanation,
    shapes.Trace,
    shapes.Question,
    shapes.ToExplain,
    shapes.Text,
    shapes.Health,
    FaultAnswer,
)
"""Every body that is described by name."""

ROW = {"type": "object", "additionalProperties": True}


def gives(shape: type[msgspec.Struct]) -> dict[int | str, dict[str, Any]]:
    """Return the answers of an endpoint: `shape`, or the one shape of errors."""
    fault = {"description": "what went wrong", "content": _content(FaultAnswer)}
    said = (shape.__doc__ or "").split("\n")[0]
    return {
        200: {"description": said, "content": _content(shape)},
        422: fault,
        "default": fault,
    }


def takes(shape: type[msgspec.Struct] | None = None) -> dict[str, Any]:
    """Return the body of an endpoint: `shape`, or an object with the columns of a fact."""
    content = _content(shape) if shape else {JSON: {"schema": ROW}}
    return {"requestBody": {"required": True, "content": content}}


def takes_rows(key: str) -> dict[str, Any]:
    """Return the body of an endpoint that takes many rows."""
    rows = {"type": "array", "items": ROW}
    named = {"type": "object", "required": [key], "properties": {key: rows}}
    lines = {"type": "string", "description": "a JSON object a line"}
    content = {JSON: {"schema": {"oneOf": [rows, named]}}, LINES: {"schema": lines}}
    return {"requestBody": {"required": True, "content": content}}


def describe(app: FastAPI) -> None:
    """Give `app` its description, made when first asked for."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _made(app)
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]  # the documented way to replace it


def _made(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title="bowerbird",
        version=version("bowerbird"),
        description="The Explore page for anyone's app.",
        routes=app.routes,
    )
    _, components = msgspec.json.schema_components(SHAPES, ref_template=REF)
    made.setdefault("components", {}).setdefault("schemas", {}).update(components)
    return made


def _content(shape: type[msgspec.Struct]) -> dict[str, Any]:
    return {JSON: {"schema": {"$ref": REF.format(name=shape.__name__)}}}
