"""The web page: three files of the package, nothing from elsewhere."""

from __future__ import annotations

from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bowerbird.service.endpoint import Endpoint
from bowerbird.service.runtime import Runtime

FOLDER = resources.files("bowerbird.service") / "web"

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}

FILES = {
    file.name: (file.read_bytes(), TYPES[file.name.rsplit(".", 1)[1]]) for file in FOLDER.iterdir()
}
"""Name -> bytes and type; read once, so that an address can only name what is here."""


def _file(name: str) -> Response:
    body, kind = FILES[name]
    return Response(body, media_type=kind, headers={"Cache-Control": "no-cache"})


async def page(request: Request, runtime: Runtime) -> Response:
    """Return the page of a person."""
    return _file("page.html")


async def docs(request: Request, runtime: Runtime) -> Response:
    """Return the reader of `/openapi.json`."""
    return _file("docs.html")


async def file(request: Request, runtime: Runtime) -> Response:
    """Return a part of the pages."""
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(404)
    return _file(name)


ENDPOINTS = (
    Endpoint("GET", "/", page),
    Endpoint("GET", "/docs", docs),
    Endpoint("GET", "/web/{name}", file),
)
