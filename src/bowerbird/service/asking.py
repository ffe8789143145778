"""Questions about the engine: similar accounts, programs, Versions."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from bowerbird.core.errors import InputError
from bowerbird.service.answers import answer
from bowerbird.service.bodies import read_object
from bowerbird.service.endpoint import Endpoint, read_query
from bowerbird.service.openapi import body_of
from bowerbird.service.runtime import Runtime
from bowerbird.service.scalars import instant
from bowerbird.service.shapes import (
    Diagnostics,
    Explanation,
    Question,
    Rows,
    SimilarAccounts,
    Text,
    ToExplain,
    Versions,
)

T = TypeVar("T")


class HowSimilar(msgspec.Struct, frozen=True):
    """How many accounts, near by which embedding."""

    k: Annotated[int, msgspec.Meta(ge=1, le=200)] = 20
    embedding: str = "default"


async def similar(request: Request, runtime: Runtime) -> Response:
    """Return the accounts nearest to one, the nearest first."""
    id, how = request.path_params["id"], read_query(request, HowSimilar)
    found = await runtime.call(runtime.bb.similar, id, k=how.k, embedding=how.embedding)
    return answer(SimilarAccounts(runtime.offset, runtime.version, id, how.embedding, found))


async def query(request: Request, runtime: Runtime) -> Response:
    """Run an IGQL program for a person and return its rows and steps."""
    asked = await _read(request, Question)
    found = await runtime.call(
        runtime.bb.query,
        asked.text,
        user=asked.user,
        now=instant(asked.now),
        params=asked.params,
    )
    return answer(
        Rows(
            runtime.offset,
            runtime.version,
            str(found.kind),
            list(found.rows),
            list(found.steps),
            list(found.warnings),
        )
    )


async def check(request: Request, runtime: Runtime) -> Response:
    """Say what is wrong with an IGQL program, and where, without running it."""
    asked = await _read(request, Text)
    found = await runtime.call(runtime.bb.check, asked.text)
    return answer(Diagnostics(runtime.offset, runtime.version, list(found)))


async def explain(request: Request, runtime: Runtime) -> Response:
    """Return the optimised plan of an IGQL program with its cost, and run it if asked to."""
    asked = await _read(request, ToExplain)
    found = await runtime.call(
        runtime.bb.explain,
        asked.text,
        user=asked.user,
        now=instant(asked.now),
        params=asked.params,
        analyze=asked.analyze,
        rules=asked.rules,
    )
    return answer(
        Explanation(
            runtime.offset,
            runtime.version,
            list(found.lines),
            list(found.changes),
            list(found.warnings),
            found.rows,
            str(found),
        )
    )


async def versions(request: Request, runtime: Runtime) -> Response:
    """Return the published Versions."""
    found = await runtime.call(runtime.bb.versions)
    return answer(Versions(runtime.offset, runtime.version, list(found)))


async def _read(request: Request, shape: type[T]) -> T:
    """Return the body as `shape`.

    Raises:
        InputError: it does not fit.
    """
    try:
        return msgspec.convert(await read_object(request), shape)
    except msgspec.ValidationError as error:
        raise InputError(f"the body does not fit: {error}", "see /docs") from error


TAG = "questions"

ENDPOINTS = (
    Endpoint(
        "GET", "/v1/accounts/{id:path}/similar", similar, TAG, SimilarAccounts, query=HowSimilar
    ),
    Endpoint("POST", "/v1/query", query, TAG, Rows, takes=body_of(Question)),
    Endpoint("POST", "/v1/query/check", check, TAG, Diagnostics, takes=body_of(Text)),
    Endpoint("POST", "/v1/query/explain", explain, TAG, Explanation, takes=body_of(ToExplain)),
    Endpoint("GET", "/v1/versions", versions, TAG, Versions),
)
