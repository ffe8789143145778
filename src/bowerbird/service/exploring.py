"""`GET /v1/explore/{user}`: the page; and the trace of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from bowerbird.core.page import Item, Page
from bowerbird.service.answers import answer
from bowerbird.service.endpoint import Endpoint, read_query
from bowerbird.service.runtime import Runtime
from bowerbird.service.scalars import instant, scalar
from bowerbird.service.shapes import Explored, ExploredPlain, PlainItem, Shown, Trace

PROGRAM = r"^[A-Za-z0-9_-]{1,64}(\.igql)?$"
"""A program is asked for by name: an address must not reach into folders."""

Slots = Annotated[int, Meta(ge=1, le=100)]
Name = Annotated[str, Meta(pattern=PROGRAM)]
Seed = Annotated[int, Meta(ge=0)]


class Asked(Struct, frozen=True):
    """What a page is asked for by name; every other query parameter is a param of its program."""

    size: Annotated[Slots | None, Meta(description="slots")] = None
    why: Annotated[bool, Meta(description="reasons, signals and values")] = True
    trace: Annotated[bool, Meta(description="every step of the page")] = False
    now: Annotated[str | None, Meta(description="ISO 8601 or epoch ms")] = None
    program: Annotated[Name | None, Meta(description="name")] = None
    seed: Annotated[Seed | None, Meta(description="of every random draw")] = None
    cursor: Annotated[str, Meta(description="of the page before: the next one")] = ""


class HowMuch(Struct, frozen=True):
    """How much of a trace."""

    passes: Annotated[bool, Meta(description="rows kept and dropped by each step")] = False


async def explore(request: Request, runtime: Runtime) -> Response:
    """Return the page of a person; anyone gets one, also who was never heard of.

    What it shows is journaled after the answer has left. Query parameters not named here are params
    of the program, such as `w_save=5`.
    """
    asked, named = read_query(request, Asked), Asked.__struct_fields__
    page = await runtime.call(
        runtime.bb.explore,
        request.path_params["user"],
        now=instant(asked.now),
        size=asked.size,
        program=asked.program,
        params={k: scalar(v) for k, v in request.query_params.items() if k not in named},
        seed=asked.seed,
        cursor=asked.cursor,
    )
    runtime.metrics.page(page)
    steps = await runtime.call(runtime.bb.trace, page.request_id) if asked.trace else None
    given = answer(_explored(page, why=asked.why, trace=steps))
    if runtime.writable:
        given.background = BackgroundTask(runtime.writer.expose, page)
    return given


async def trace(request: Request, runtime: Runtime) -> Response:
    """Return how the page with this `request_id` came about.

    With `passes`, and for a page that is not of late, it is made again, which can take a while.
    """
    id, much = request.path_params["id"], read_query(request, HowMuch)
    steps = await runtime.call(runtime.bb.trace, id, passes=much.passes)
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


ENDPOINTS = (
    Endpoint("GET", "/v1/explore/{user:path}", explore, "pages", Explored, query=Asked),
    Endpoint("GET", "/v1/traces/{id}", trace, "pages", Trace, query=HowMuch),
)
