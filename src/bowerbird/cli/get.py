"""`bowerbird get`: one GET against the application, without a server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote

import typer

from bowerbird.cli.options import DEFAULT, Data, Json, Now

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def get(
    path: Annotated[str, typer.Argument(help="Such as '/v1/explore/ana?size=5'.")],
    data: Data = DEFAULT,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Print what GET PATH answers; nothing is journaled. An answer of 400 or over exits with 1."""
    import asyncio

    from bowerbird.cli.opening import opened
    from bowerbird.service.app import create_app

    with opened(data, "read", now) as bb:
        status, body = asyncio.run(fetch(create_app(bb, writable=False), path))
    sys.stdout.write(_pretty(body) if sys.stdout.isatty() and not as_json else body.decode())
    sys.stdout.write("\n")
    raise typer.Exit(0 if status < 400 else 1)


async def fetch(app: ASGIApp, path: str) -> tuple[int, bytes]:
    """Return the status and body of GET `path`, asked of `app` in this process."""
    raw, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": None,
        "server": ("localhost", 80),
    }
    status, parts = 500, list[bytes]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(parts)


def _pretty(body: bytes) -> str:
    import msgspec

    try:
        return msgspec.json.format(body, indent=2).decode()
    except msgspec.DecodeError:
        return body.decode()
