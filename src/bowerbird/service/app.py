"""The application: endpoints, their shared state, what starts and ends with the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.service import asking, exploring, faults, health, openapi, people, web, writing
from bowerbird.service.outermost import Outermost
from bowerbird.service.runtime import LOG, Runtime

DESCRIBED = (
    *health.ENDPOINTS,
    *exploring.ENDPOINTS,
    *asking.ENDPOINTS,
    *people.ENDPOINTS,
    *writing.ENDPOINTS,
)
"""What is served, in the order of `/docs`."""

ENDPOINTS = (*DESCRIBED, openapi.described(DESCRIBED), *web.ENDPOINTS)


def create_app(
    bb: Bowerbird,
    *,
    writable: bool = True,
    hosts: Sequence[str] = (),
    on_ready: Callable[[], None] | None = None,
) -> Starlette:
    """Return the application that serves `bb`, which stays the caller's to close.

    Args:
        bb: the engine.
        writable: whether it takes facts and journals exposures.
        hosts: names it answers under; none for any.
        on_ready: called once, when `/readyz` says yes for the first time.
    """
    runtime = Runtime(bb, writable=writable)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if writable:
            runtime.writer.start()
        background = [
            asyncio.create_task(_warm(runtime, on_ready)),
            asyncio.create_task(runtime.watch()),
        ]
        yield
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await asyncio.to_thread(runtime.close)

    return Starlette(
        routes=[endpoint.route(runtime) for endpoint in ENDPOINTS],
        middleware=[Middleware(Outermost, runtime=runtime, hosts=hosts)],
        exception_handlers=faults.HANDLERS,
        lifespan=lifespan,
    )


async def _warm(runtime: Runtime, on_ready: Callable[[], None] | None) -> None:
    try:
        await runtime.call(runtime.warm_up)
    except Exception:  # the server stays up, and says at /readyz that it is of no use
        LOG.exception("the kernels could not be warmed")
        runtime.cold = "the kernels could not be warmed; the log says why"
        return
    if on_ready:
        await runtime.call(on_ready)  # not here: requests are answered by now
