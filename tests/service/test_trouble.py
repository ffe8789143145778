from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.core.errors import ConfigError, Overloaded
from bowerbird.service.metrics import Metrics
from bowerbird.service.serve import check_free
from bowerbird.service.writer import WAITING, Writer

FULL = """
import resource, signal, sys
from bowerbird.app.bowerbird import Bowerbird
from tests.service.running import running

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Bowerbird(sys.argv[1]) as bb, running(bb) as client:
    likes = [{"user_id": f"u{i}", "action": "like", "media_id": f"m{i}"} for i in range(5_000)]
    assert client.post("/v1/events", json=likes[:9]).status_code == 200
    end = bb.journal.end
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
    full = client.post("/v1/events", json=likes)
    assert full.status_code == 503, full.text
    assert full.headers["Retry-After"] == "1"
    assert full.json()["error"]["code"] == "journal", full.text
    assert client.get("/v1/explore/u1").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503, ready.text
    assert "failed" in ready.json()["error"]["message"], ready.text
    assert bb.journal.end == end
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert client.get("/readyz").status_code == 200
    assert client.post("/v1/events", json=likes[9:]).json()["accepted"] == 4_991
"""


def test_a_full_disk_is_told_while_pages_go_on(data: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FULL, data],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


NOT_TO_START = (
    {"torch", "onnx", "onnxruntime", "duckdb", "faiss", "scipy", "pandas", "pyarrow", "optuna"}
    | {"sklearn", "fastapi", "pydantic", "rich", "bowerbird.app.training", "bowerbird.simulate"}
    | {"bowerbird.journal.ingest", "bowerbird.journal.importers", "bowerbird.igql.builder"}
)
"""What a server may load when it is asked for something that needs it, and not before."""


def test_a_server_starts_with_little() -> None:
    program = (
        f"import sys, bowerbird.service.serve;print(sorted({NOT_TO_START!r} & sys.modules.keys()))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.stdout.strip(), ended.stderr) == ("[]", "")


def test_a_request_is_refused_when_too_many_rows_wait(bb: Bowerbird) -> None:
    writer = Writer(bb, Metrics())  # never started, so nothing leaves the queue
    writer.submit([{}] * WAITING)
    with pytest.raises(Overloaded, match=str(WAITING)):
        writer.submit([{}])


def test_a_writer_that_ends_writes_what_waits(bb: Bowerbird) -> None:
    writer = Writer(bb, Metrics())
    rows = [{"kind": "event", "user_id": "late", "action": "like", "media_id": "m", "ts": bb.now()}]
    waiting = [writer.submit([{**row, "event_id": f"late-{n}"}]) for n in range(9) for row in rows]
    writer.start()
    writer.stop()
    assert [job.result(0).accepted for job in waiting] == [1] * 9


def test_an_address_in_use_is_a_sentence() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="cannot listen"):
            check_free("127.0.0.1", taken.getsockname()[1])
