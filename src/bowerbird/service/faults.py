"""One shape for everything that goes wrong: `{"error": {"code", "message", "help"}}`."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bowerbird.core.errors import (
    BowerbirdError,
    ConfigError,
    InputError,
    JournalError,
    JournalLocked,
    NotFound,
    Overloaded,
    QueryError,
    TrainingError,
    VersionError,
)
from bowerbird.igql.diagnostics import ProgramError
from bowerbird.service.answers import answer

LOG = logging.getLogger("bowerbird.service")


class Fault(Struct, frozen=True):
    """What went wrong: `code` for programs, `message` and `help` for people."""

    code: str
    message: str
    help: str = ""


class FaultAnswer(Struct, frozen=True):
    """The body of every answer that is not a success."""

    error: Fault


INTERNAL = Fault("internal", "the server could not answer this", "its log says why")

STATUS: Mapping[type[BowerbirdError], tuple[int, str]] = {
    NotFound: (404, "not_found"),
    InputError: (400, "input"),
    ConfigError: (400, "config"),
    QueryError: (422, "query"),
    Overloaded: (503, "overloaded"),
    JournalLocked: (503, "journal_locked"),
    JournalError: (503, "journal"),
    VersionError: (503, "version"),
    TrainingError: (503, "training"),
}
"""What each error is over HTTP; one of no class named here is a fault of ours, a 500."""

CODES: Mapping[int, str] = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "media_type",
    422: "invalid",
}
"""Codes of the errors that the router and the readers of bodies raise by status alone."""


def fault_answer(status: int, fault: Fault) -> Response:
    """Return `fault` as an answer; a 503 asks to be tried again in a second."""
    headers = {"Retry-After": "1"} if status == 503 else None
    return answer(FaultAnswer(fault), status, headers)


def of_error(error: BowerbirdError) -> tuple[int, Fault]:
    """Return the status and the fault of `error`, by the nearest of its classes in `STATUS`."""
    for known in type(error).__mro__:
        if known in STATUS:
            status, code = STATUS[known]
            return status, Fault(code, _placed(error), error.help)
    return 500, INTERNAL


def _placed(error: BowerbirdError) -> str:
    """Return the message; of a program's error, the place before it."""
    if not isinstance(error, ProgramError):
        return error.message
    first = error.errors[0]
    return f"line {first.line}, column {first.column}: {error.message}"


async def _raised(request: Request, error: Exception) -> Response:
    if not isinstance(error, BowerbirdError):
        return fault_answer(500, INTERNAL)
    status, fault = of_error(error)
    if status >= 500:
        LOG.warning("%s %s: %s", request.method, request.url.path, error, exc_info=status == 500)
    return fault_answer(status, fault)


async def _routed(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return fault_answer(500, INTERNAL)
    message = str(error.detail)
    if error.status_code == 404:
        message = f"there is nothing at {request.url.path}"
    code = CODES.get(error.status_code, "http")
    return fault_answer(error.status_code, Fault(code, message, "see /docs for what there is"))


HANDLERS = {BowerbirdError: _raised, HTTPException: _routed}
"""What answers every error in the one shape; what nobody expected is caught outside."""
