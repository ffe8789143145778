"""A server as an operator starts it: a process of its own, `bowerbird serve`."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is ready.

    Attributes:
        port: that it listens on.
        ready_s: seconds from the start of its process to the first time it said so.
    """

    port: int
    ready_s: float


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(folder: Path, *, end: signal.Signals = signal.SIGTERM) -> Iterator[Serving]:
    """Serve the data folder until the block ends, then send `end` and wait for it."""
    port, program = free_port(), Path(sys.executable).with_name("bowerbird")
    command = [str(program), "serve", "--data", str(folder), "--port", str(port)]
    installed = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    nowhere = subprocess.DEVNULL
    began = perf_counter()  # of a package whose modules are compiled, as pip leaves them
    server = subprocess.Popen(command, env=installed, stdout=nowhere, stderr=nowhere)
    try:
        while not _ready(port):
            if server.poll() is not None:
                raise SystemExit(f"the server ended with status {server.returncode}")
            sleep(0.01)
        yield Serving(port, perf_counter() - began)
    finally:
        server.send_signal(end)
        server.wait()


def _ready(port: int) -> bool:
    asking = http.client.HTTPConnection("127.0.0.1", port)
    try:
        asking.request("GET", "/readyz")
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
