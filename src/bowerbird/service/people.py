"""The people: whom to make a page for, what they ask for, and their leaving."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from bowerbird.service.answers import answer
from bowerbird.service.bodies import read_object
from bowerbird.service.openapi import gives, takes
from bowerbird.service.runtime import Shared
from bowerbird.service.shapes import People, Written
from bowerbird.service.writing import removed, written_one

router = APIRouter(prefix="/v1/users", tags=["people"])


@router.get("", responses=gives(People))
async def people(
    runtime: Shared,
    query: Annotated[str, Query(max_length=200, description="a part of the id")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Return people by activity, the most active first."""
    found = await runtime.call(runtime.bb.people, limit=limit, query=query)
    return answer(People(runtime.offset, runtime.version, found))


@router.post("/{id:path}/controls", openapi_extra=takes(), responses=gives(Written))
async def control(id: str, request: Request, runtime: Shared) -> Response:
    """Take a wish of a person: `{"control": "mute", "account_id": …}`.

    Controls: `mute`, `unmute` (an account), `hide_topic`, `show_topic` (a topic).
    """
    body = await read_object(request)
    return await written_one(runtime, {**body, "kind": "control", "user_id": id})


@router.delete("/{id:path}", responses=gives(Written))
async def delete_user(id: str, runtime: Shared, reason: str = "") -> Response:
    """Remove a person: from the next page on nothing of theirs is read."""
    return await removed(runtime, "user_id", id, reason)
