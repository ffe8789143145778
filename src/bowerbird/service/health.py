"""Whether the server is up, whether it is ready, and what it has counted."""

from __future__ import annotations

from fastapi import APIRouter, Response

from bowerbird.service.answers import answer
from bowerbird.service.faults import Fault, fault_answer
from bowerbird.service.metrics import CONTENT_TYPE
from bowerbird.service.openapi import gives
from bowerbird.service.runtime import Shared
from bowerbird.service.shapes import Health

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=gives(Health))
async def healthz(runtime: Shared) -> Response:
    """Answer, for as long as the process is up."""
    return answer(Health(runtime.offset, runtime.version))


@router.get("/readyz", responses=gives(Health))
async def readyz(runtime: Shared) -> Response:
    """Say whether to send requests here (200), or why not (503)."""
    ready, why = await runtime.call(runtime.ready)
    if not ready:
        return fault_answer(503, Fault("not_ready", why))
    return answer(Health(runtime.offset, runtime.version))


@router.get("/metrics", response_class=Response)
async def metrics(runtime: Shared) -> Response:
    """Return the counters as Prometheus reads them."""
    text = runtime.metrics.text(offset=runtime.offset, version=runtime.version)
    return Response(text, headers={"Content-Type": CONTENT_TYPE})
