"""The people: whom to make a page for, what they ask for, and their leaving."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from bowerbird.service.answers import answer
from bowerbird.service.bodies import read_object
from bowerbird.service.endpoint import Endpoint, read_query
from bowerbird.service.openapi import ONE_ROW
from bowerbird.service.runtime import Runtime
from bowerbird.service.shapes import People, Written
from bowerbird.service.writing import Because, removed, written_one


class Sought(Struct, frozen=True):
    """Which people, and how many."""

    query: Annotated[str, Meta(max_length=200, description="a part of the id")] = ""
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


async def people(request: Request, runtime: Runtime) -> Response:
    """Return people by activity, the most active first."""
    sought = read_query(request, Sought)
    found = await runtime.call(runtime.bb.people, limit=sought.limit, query=sought.query)
    return answer(People(runtime.offset, runtime.version, found))


async def control(request: Request, runtime: Runtime) -> Response:
    """Take a wish of a person: `{"control": "mute", "account_id": …}`.

    Controls: `mute`, `unmute` (an account), `hide_topic`, `show_topic` (a topic).
    """
    body, user = await read_object(request), request.path_params["id"]
    return await written_one(runtime, {**body, "kind": "control", "user_id": user})


async def delete_user(request: Request, runtime: Runtime) -> Response:
    """Remove a person: from the next page on nothing of theirs is read."""
    return await removed(request, runtime, "user_id")


TAG = "people"

ENDPOINTS = (
    Endpoint("GET", "/v1/users", people, TAG, People, query=Sought),
    Endpoint("POST", "/v1/users/{id:path}/controls", control, TAG, Written, takes=ONE_ROW),
    Endpoint("DELETE", "/v1/users/{id:path}", delete_user, TAG, Written, query=Because),
)
