"""`POST /v1/events`, accounts and media: facts in, acknowledged when durable and folded."""

from __future__ import annotations

from uuid import uuid4

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from bowerbird.core.errors import InputError, NotFound
from bowerbird.core.facts import NONE
from bowerbird.service.answers import answer
from bowerbird.service.bodies import Body, Rejected, Row, read_object, read_rows
from bowerbird.service.endpoint import Endpoint, read_query
from bowerbird.service.openapi import ONE_ROW, rows_under
from bowerbird.service.runtime import Runtime
from bowerbird.service.shapes import Written
from bowerbird.world.tables import KNOWN


class Because(Struct, frozen=True):
    """Why something is taken out."""

    reason: str = ""


async def post_events(request: Request, runtime: Runtime) -> Response:
    """Append facts: events, or of any other `kind` a row names.

    A row without `ts` gets the server's time, or the time its media was first posted. A row that
    cannot be read is listed under `rejected` and keeps no other from being taken. Sending a row
    again adds nothing.
    """
    return await written(runtime, await read_rows(request, "events"), "event")


async def post_accounts(request: Request, runtime: Runtime) -> Response:
    """Describe many accounts."""
    return await written(runtime, await read_rows(request, "accounts"), "account")


async def post_media(request: Request, runtime: Runtime) -> Response:
    """Describe many media; each is findable by the next page."""
    return await written(runtime, await read_rows(request, "media"), "media")


async def put_account(request: Request, runtime: Runtime) -> Response:
    """Describe one account: `text`, `topics`, `user_id`, `recommendable`."""
    return await written_one(runtime, {"kind": "account", **await _named(request, "account")})


async def put_media(request: Request, runtime: Runtime) -> Response:
    """Describe one media: `account_id`, `ts`, `media_type`, `text`, `topics`, `url` and so on.

    Without a `ts`, a media described before keeps the time it was posted.
    """
    return await written_one(runtime, {"kind": "media", **await _named(request, "media")})


async def delete_account(request: Request, runtime: Runtime) -> Response:
    """Take an account and its media out of every page."""
    return await removed(request, runtime, "account_id")


async def delete_media(request: Request, runtime: Runtime) -> Response:
    """Take a media out of every page."""
    return await removed(request, runtime, "media_id")


async def written(runtime: Runtime, body: Body, kind: str) -> Response:
    """Append the rows of `body`, as `kind` where a row names none, and say what became of them."""
    now = runtime.bb.now()
    rows = [_timed(runtime, {"kind": kind, **row}, now) for row in body.rows]
    receipt = await runtime.append(rows)
    refused = [Rejected(body.lines[r.line - 1], r.reason.value) for r in receipt.rejected]
    rejected = tuple(sorted([*body.rejected, *refused], key=lambda r: r.line))
    return answer(
        Written(receipt.accepted, receipt.duplicates, rejected, runtime.offset, runtime.version)
    )


async def written_one(runtime: Runtime, row: Row) -> Response:
    """Append one row as a fact of its own, even where an earlier one said the same.

    Raises:
        InputError: the row was refused.
    """
    fact = {"event_id": f"http:{uuid4().hex}", **row}
    receipt = await runtime.append([_timed(runtime, fact, runtime.bb.now())])
    if receipt.rejected:
        reason = receipt.rejected[0].reason
        raise InputError(f"the {row['kind']} was refused: {reason}", "docs/journal.md explains it")
    return answer(
        Written(receipt.accepted, receipt.duplicates, (), runtime.offset, runtime.version)
    )


async def removed(request: Request, runtime: Runtime, column: str) -> Response:
    """Append the removal of what the address names, a `user_id`, `account_id` or `media_id`.

    Raises:
        NotFound: nobody has named it.
    """
    id, why = request.path_params["id"], read_query(request, Because)
    table = getattr(runtime.bb.journal.ids, SPACES[column])
    if table.find(id) == NONE:
        raise NotFound(f"{column} {id!r} is not known", "no fact has named it yet")
    return await written_one(runtime, {"kind": "removal", column: id, "reason": why.reason})


SPACES = {"user_id": "users", "account_id": "accounts", "media_id": "media"}


async def _named(request: Request, what: str) -> dict[str, object]:
    """Return the body with the id of the address; one that says another id is refused."""
    body, column, id = await read_object(request), f"{what}_id", request.path_params["id"]
    if body.get(column, id) != id:
        raise InputError(f"the body says {column} {body[column]!r}, the address says {id!r}")
    if body.get("kind", what) != what:
        raise InputError(f"the body says kind {body['kind']!r}, the address says {what!r}")
    return {**body, column: id}


def _timed(runtime: Runtime, row: Row, now: int) -> Row:
    """Return `row` with a time: its own, that of a media's first post, or `now`."""
    if "ts" in row:
        return row
    posted = _posted(runtime, row.get("media_id")) if row["kind"] == "media" else 0
    return {"ts": posted or now, **row}


def _posted(runtime: Runtime, id: object) -> int:
    """Return when a media that was described before was posted, else 0."""
    row = runtime.bb.journal.ids.media.find(str(id))
    media = runtime.bb.world.tables.media
    if row == NONE or row >= len(media.ts) or not media.flags[row] & KNOWN:
        return 0
    return int(media.ts[row])


TAG = "facts"

ENDPOINTS = (
    Endpoint("POST", "/v1/events", post_events, TAG, Written, takes=rows_under("events")),
    Endpoint("POST", "/v1/accounts", post_accounts, TAG, Written, takes=rows_under("accounts")),
    Endpoint("POST", "/v1/media", post_media, TAG, Written, takes=rows_under("media")),
    Endpoint("PUT", "/v1/accounts/{id:path}", put_account, TAG, Written, takes=ONE_ROW),
    Endpoint("PUT", "/v1/media/{id:path}", put_media, TAG, Written, takes=ONE_ROW),
    Endpoint("DELETE", "/v1/accounts/{id:path}", delete_account, TAG, Written, query=Because),
    Endpoint("DELETE", "/v1/media/{id:path}", delete_media, TAG, Written, query=Because),
)
