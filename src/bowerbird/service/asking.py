"""Questions about the engine: similar accounts, programs, Versions."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from fastapi import APIRouter, Query, Request, Response

from bowerbird.core.errors import InputError
from bowerbird.service.answers import answer
from bowerbird.service.bodies import read_object
from bowerbird.service.openapi import gives, takes
from bowerbird.service.runtime import Shared
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

router = APIRouter(prefix="/v1", tags=["questions"])

T = TypeVar("T")


@router.get("/accounts/{id:path}/similar", responses=gives(SimilarAccounts))
async def similar(
    id: str,
    runtime: Shared,
    k: Annotated[int, Query(ge=1, le=200)] = 20,
    embedding: str = "default",
) -> Response:
    """Return the accounts nearest to one, the nearest first."""
    found = await runtime.call(runtime.bb.similar, id, k=k, embedding=embedding)
    return answer(SimilarAccounts(runtime.offset, runtime.version, id, embedding, found))


@router.post("/query", openapi_extra=takes(Question), responses=gives(Rows))
async def query(request: Request, runtime: Shared) -> Response:
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


@router.post("/query/check", openapi_extra=takes(Text), responses=gives(Diagnostics))
async def check(request: Request, runtime: Shared) -> Response:
    """Say what is wrong with an IGQL program, and where, without running it."""
    asked = await _read(request, Text)
    found = await runtime.call(runtime.bb.check, asked.text)
    return answer(Diagnostics(runtime.offset, runtime.version, list(found)))


@router.post("/query/explain", openapi_extra=takes(ToExplain), responses=gives(Explanation))
async def explain(request: Request, runtime: Shared) -> Response:
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


@router.get("/versions", responses=gives(Versions))
async def versions(runtime: Shared) -> Response:
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
