"""What surrounds every request: hosts, headers, counts, and errors nobody expected."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bowerbird.service.faults import INTERNAL, LOG, Fault, fault_answer
from bowerbird.service.runtime import Runtime

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: http: https:; media-src 'self' http: https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What our pages may load; pictures and films may come from wherever the app has them."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Outermost:
    """Wraps the application; nothing escapes it."""

    def __init__(self, app: ASGIApp, runtime: Runtime, hosts: Sequence[str] = ()) -> None:
        """`hosts`: the names under which the server answers; none means any.

        A server on this machine must name them: a strange web page can make its own name point
        here, and would then read as if it were ours.
        """
        self._app, self._runtime, self._hosts = app, runtime, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def outgoing(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._mark(message)
            await send(message)

        if not self._known(Headers(scope=scope).get("host", "")):
            fault = Fault("host", "this server does not answer under that name")
            await fault_answer(400, fault)(scope, receive, outgoing)
            return
        try:
            await self._app(scope, receive, outgoing)
        except Exception:
            LOG.exception("%s %s failed", scope["method"], scope["path"])
            if not started:
                await fault_answer(500, INTERNAL)(scope, receive, outgoing)

    def _known(self, host: str) -> bool:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return not self._hosts or name.strip("[]").lower() in self._hosts

    def _mark(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        headers.update({**HEADERS, "X-Bowerbird-Version": str(self._runtime.version)})
        if message["status"] >= 400:
            self._runtime.metrics.errors.labels(str(message["status"])).inc()
