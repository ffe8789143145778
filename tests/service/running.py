"""A server on a free port, in a thread, with a client."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.service.app import create_app
from bowerbird.service.serve import KEEP_ALIVE, LOCAL

JSON = {"content-type": "application/json"}


@contextmanager
def running(bb: Bowerbird, *, writable: bool = True) -> Iterator[httpx.Client]:
    """Serve `bb` until the block ends; by then every fact and exposure is written."""
    ready = threading.Event()
    app = create_app(bb, writable=writable, hosts=LOCAL, on_ready=ready.set)
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, timeout_keep_alive=KEEP_ALIVE
    )
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(120), "the server did not become ready"
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with httpx.Client(base_url=address, timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
