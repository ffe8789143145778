"""The web page: three files of the package, nothing from elsewhere."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

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


@router.get("/")
async def page() -> Response:
    """Return the page of a person."""
    return _file("page.html")


@router.get("/docs")
async def docs() -> Response:
    """Return the reader of `/openapi.json`."""
    return _file("docs.html")


@router.get("/web/{name}")
async def file(name: str) -> Response:
    """Return a part of the pages."""
    if name not in FILES:
        raise HTTPException(404)
    return _file(name)
