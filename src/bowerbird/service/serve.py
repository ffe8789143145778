"""Running the application: one process, one port, until it is told to end."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

import uvicorn

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.errors import ConfigError
from bowerbird.service.app import create_app

LOCAL = ("localhost", "127.0.0.1", "::1")
"""Names of this machine; a server bound to one of them answers under these only."""

GRACE = 5
"""Seconds that requests in flight get to finish."""

KEEP_ALIVE = 75
"""Seconds that a connection may idle: longer than proxies and clients keep one (60 s mostly).

Whoever closes first may do so while the other is sending, and that request is reset.
"""


def serve(
    bb: Bowerbird,
    host: str = "127.0.0.1",
    port: int = 8377,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve `bb` until Ctrl-C or SIGTERM; requests in flight are finished, facts written.

    Args:
        bb: the engine, in write mode; it stays the caller's to close.
        host: address to bind; anything but this machine's own is open to whoever reaches it.
        port: 0 takes a free one.
        on_ready: called with the address, such as `http://127.0.0.1:8377`, once pages are warm.

    Raises:
        ConfigError: the address cannot be bound.
    """
    listener = _bound(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}"
    app = create_app(
        bb,
        hosts=LOCAL if host in LOCAL else (),
        on_ready=(lambda: on_ready(address)) if on_ready else None,
    )
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEEP_ALIVE,
    )
    with listener, contextlib.suppress(KeyboardInterrupt):  # uvicorn has ended by then
        uvicorn.Server(config).run(sockets=[listener])


def check_free(host: str, port: int) -> None:
    """Find out now, not after minutes of other work, whether `serve` could listen there.

    Raises:
        ConfigError: the address cannot be bound.
    """
    _bound(host, port).close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            "another server may run there; name another --port, or 0 for a free one",
        ) from error
    return listener
