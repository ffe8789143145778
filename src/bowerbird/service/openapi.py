"""OpenAPI from the Structs that are read and encoded, so that the text cannot drift from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from inspect import getdoc
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from bowerbird.service import shapes
from bowerbird.service.answers import answer
from bowerbird.service.bodies import JSON, LINES
from bowerbird.service.endpoint import Endpoint
from bowerbird.service.faults import FaultAnswer
from bowerbird.service.runtime import Runtime

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
ONE_ROW = {JSON: ROW}
"""The body of an endpoint that takes an object with the columns of a fact."""


def body_of(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the body of an endpoint that takes a `shape`."""
    return {JSON: {"$ref": REF.format(name=shape.__name__)}}


def rows_under(key: str) -> dict[str, Any]:
    """Return the body of an endpoint that takes many rows."""
    rows = {"type": "array", "items": ROW}
    named = {"type": "object", "required": [key], "properties": {key: rows}}
    lines = {"type": "string", "description": "a JSON object a line"}
    return {JSON: {"oneOf": [rows, named]}, LINES: lines}


def description(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Return the description of all `endpoints` that have a tag."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        if endpoint.tag:
            address = compile_path(endpoint.path)[1]
            paths.setdefault(address, {})[endpoint.method.lower()] = _operation(endpoint)
    _, components = msgspec.json.schema_components(SHAPES, ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "bowerbird",
            "description": "The Explore page for anyone's app.",
            "version": version("bowerbird"),
        },
        "paths": paths,
        "components": {"schemas": components},
    }


def described(endpoints: Sequence[Endpoint]) -> Endpoint:
    """Return the endpoint that gives the description of `endpoints`, made when first asked for."""
    made = cache(lambda: description(endpoints))

    async def give(request: Request, runtime: Runtime) -> Response:
        return answer(made())

    return Endpoint("GET", "/openapi.json", give)


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    body = {"required": True, "content": _content(endpoint.takes)}
    return {
        "tags": [endpoint.tag],
        "operationId": endpoint.answer.__name__,
        "description": getdoc(endpoint.answer),
        "parameters": [*_in_path(endpoint.path), *_in_query(endpoint.query)],
        **({"requestBody": body} if endpoint.takes else {}),
        "responses": _responses(endpoint.gives),
    }


def _in_path(path: str) -> list[dict[str, Any]]:
    names = compile_path(path)[2]
    string = {"type": "string"}
    return [{"name": name, "in": "path", "required": True, "schema": string} for name in names]


def _in_query(shape: type[msgspec.Struct]) -> list[dict[str, Any]]:
    schema = msgspec.json.schema(shape)["$defs"][shape.__name__]
    return [
        {"name": name, "in": "query", "required": name in schema["required"], "schema": of_one}
        for name, of_one in schema["properties"].items()
    ]


def _responses(gives: type[msgspec.Struct] | None) -> dict[str, Any]:
    fault = {"description": "what went wrong", "content": _content(body_of(FaultAnswer))}
    given: dict[str, Any] = {"description": "text"}
    if gives:
        said = (gives.__doc__ or "").split("\n")[0]
        given = {"description": said, "content": _content(body_of(gives))}
    return {"200": given, "422": fault, "default": fault}


def _content(schemas: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: {"schema": schema} for kind, schema in schemas.items()}
