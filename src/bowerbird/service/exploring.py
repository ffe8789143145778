"""`GET /v1/explore/{user}`: the page; and the trace of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.background import BackgroundTask

from bowerbird.core.page import Item, Page
from bowerbird.service.answers import answer
from bowerbird.service.openapi import gives
from bowerbird.service.runtime import Shared
from bowerbird.service.scalars import instant, scalar
from bowerbird.service.shapes import Explored, ExploredPlain, PlainItem, Shown, Trace

router = APIRouter(prefix="/v1", tags=["pages"])

NAMED = frozenset({"size", "why", "trace", "now", "program", "seed", "cursor"})
"""Query parameters of the endpoint itself; every other one is a param of the program."""

PROGRAM = r"^[A-Za-z0-9_-]{1,64}(\.igql)?$"
"""A program is asked for by name: an address must not reach into folders."""


@router.get("/explore/{user:path}", responses=gives(Explored))
async def explore(
    user: str,
    request: Request,
    runtime: Shared,
    size: Annotated[int | None, Query(ge=1, le=100, description="slots")] = None,
    why: Annotated[bool, Query(description="reasons, signals and values")] = True,
    trace: Annotated[bool, Query(description="every step of the page")] = False,
    now: Annotated[str | None, Query(description="ISO 8601 or epoch ms")] = None,
    program: Annotated[str | None, Query(pattern=PROGRAM, description="name")] = None,
    seed: Annotated[int | None, Query(ge=0, description="of every random draw")] = None,
    cursor: Annotated[str, Query(description="of the page before: the next one")] = "",
) -> Response:
    """Return the page of a person; anyone gets one, also who was never heard of.

    What it shows is journaled after the answer has left. Query parameters not named here are params
    of the program, such as `w_save=5`.
    """
    params = {k: scalar(v) for k, v in request.query_params.items() if k not in NAMED}
    page = await runtime.call(
        runtime.bb.explore,
        user,
        now=instant(now),
        size=size,
        program=program,
        params=params,
        seed=seed,
        cursor=cursor,
    )
    runtime.metrics.page(page)
    steps = await runtime.call(runtime.bb.trace, page.request_id) if trace else None
    given = answer(_explored(page, why=why, trace=steps))
    if runtime.writable:
        given.background = BackgroundTask(runtime.writer.expose, page)
    return given


@router.get("/traces/{id}", responses=gives(Trace))
async def trace(
    id: str,
    runtime: Shared,
    passes: Annotated[bool, Query(description="rows kept and dropped by each step")] = False,
) -> Response:
    """Return how the page with this `request_id` came about.

    With `passes`, and for a page that is not of late, it is made again, which can take a while.
    """
    steps = await runtime.call(runtime.bb.trace, id, passes=passes)
    return answer(Trace(runtime.offset, runtime.version, steps))


def _explored(
    page: Page, *, why: bool, trace: Mapping[str, Any] | None
) -> Explored | ExploredPlain:
    said = {name: getattr(page, name) for name in Shown.__struct_fields__}
    if why:
        return Explored(**said, items=page.items, trace=trace)
    return ExploredPlain(**said, items=tuple(_plain(item) for item in page.items), trace=trace)


def _plain(item: Item) -> PlainItem:
    return PlainItem(**{name: getattr(item, name) for name in PlainItem.__struct_fields__})
