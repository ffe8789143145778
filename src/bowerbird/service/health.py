"""Whether the server is up, whether it is ready, and what it has counted."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bowerbird.service.answers import answer
from bowerbird.service.endpoint import Endpoint
from bowerbird.service.faults import Fault, fault_answer
from bowerbird.service.metrics import CONTENT_TYPE
from bowerbird.service.runtime import Runtime
from bowerbird.service.shapes import Health


async def healthz(request: Request, runtime: Runtime) -> Response:
    """Answer, for as long as the process is up."""
    return answer(Health(runtime.offset, runtime.version))


async def readyz(request: Request, runtime: Runtime) -> Response:
    """Say whether to send requests here (200), or why not (503)."""
    ready, why = await runtime.call(runtime.ready)
    if not ready:
        return fault_answer(503, Fault("not_ready", why))
    return answer(Health(runtime.offset, runtime.version))


async def metrics(request: Request, runtime: Runtime) -> Response:
    """Return the counters as Prometheus reads them."""
    text = runtime.metrics.text(offset=runtime.offset, version=runtime.version)
    return Response(text, headers={"Content-Type": CONTENT_TYPE})


TAG = "health"

ENDPOINTS = (
    Endpoint("GET", "/healthz", healthz, TAG, Health),
    Endpoint("GET", "/readyz", readyz, TAG, Health),
    Endpoint("GET", "/metrics", metrics, TAG),
)
