"""One endpoint: its address, what it reads and gives, and who answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bowerbird.service.runtime import Runtime

Handler = Callable[[Request, Runtime], Awaitable[Response]]

Shape = TypeVar("Shape", bound=msgspec.Struct)


class NoQuery(msgspec.Struct, frozen=True):
    """An endpoint without query parameters."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is served at one address by one method, and described at `/docs`.

    Attributes:
        path: as Starlette writes it, `{id:path}` where an id may hold slashes.
        answer: its docstring is the description.
        tag: under which it is described; "" leaves it out.
        gives: the body of a success; None for one that is not JSON.
        query: its query parameters, as `read_query` reads them.
        takes: media type -> schema of the body; none takes no body.
    """

    method: str
    path: str
    answer: Handler
    tag: str = ""
    gives: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] = NoQuery
    takes: Mapping[str, Any] = field(default_factory=dict)

    def route(self, runtime: Runtime) -> Route:
        """Return the route that answers with what `runtime` shares."""

        async def answered(request: Request) -> Response:
            return await self.answer(request, runtime)

        return Route(self.path, answered, methods=[self.method])


def read_query(request: Request, shape: type[Shape]) -> Shape:
    """Return the query parameters that `shape` names; others are not looked at.

    Raises:
        HTTPException: 422, one does not fit.
    """
    asked = request.query_params
    given = {name: asked[name] for name in shape.__struct_fields__ if name in asked}
    try:
        return msgspec.convert(given, shape, strict=False)  # "3" and "true" become what they say
    except msgspec.ValidationError as error:
        what, _, name = str(error).rpartition(" - at `$.")
        raise HTTPException(422, f"{name.rstrip('`')}: {what}") from error
