"""Text from an address or a command line as values: numbers, booleans, times."""

from __future__ import annotations

from datetime import UTC, datetime

from bowerbird.core.errors import InputError

BOOLEANS = {"true": True, "false": False}


def scalar(text: str) -> bool | int | float | str:
    """Return `text` as the narrowest of boolean, whole number, number, text.

    Example:
        >>> [scalar(t) for t in ("true", "3", "0.5", "30d")]
        [True, 3, 0.5, '30d']
    """
    if text in BOOLEANS:
        return BOOLEANS[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def instant(given: str | int | None) -> int | None:
    """Return a time as epoch milliseconds; None stays None. A time without a zone is UTC.

    Raises:
        InputError: it is neither ISO 8601 nor epoch milliseconds.

    Example:
        >>> instant("2026-05-01T00:00:00Z") == instant("1777593600000")
        True
    """
    if given is None or isinstance(given, int):
        return given
    if given.lstrip("-").isdigit():
        return int(given)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise InputError(
            f"{given!r} is not a time", "write 2026-05-01T12:00:00Z, or epoch milliseconds"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
