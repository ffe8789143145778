"""Every exception this package raises on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class BowerbirdError(Exception):
    """Base of every error raised by this package.

    Attributes:
        message: what is wrong, what was given and what was expected, in one sentence.
        help: what a person can do about it; empty when the message already says so.
    """

    def __init__(self, message: str, help: str = "") -> None:
        self.message, self.help = message, help
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}\nhelp: {self.help}" if self.help else self.message


class ShapeError(BowerbirdError):
    """An array does not have the shape or type its contract names."""


class ConfigError(BowerbirdError):
    """`bowerbird.toml` or an option says something that cannot be."""


class InputError(BowerbirdError):
    """A file or a request as a whole cannot be read; single bad rows go to quarantine instead."""


class NotFound(BowerbirdError):
    """A person, an account, a media, a trace or a file that nobody has named yet."""


class JournalError(BowerbirdError):
    """The journal cannot be read or written."""


class JournalLocked(JournalError):
    """Another process holds the write lock."""


class JournalDamaged(JournalError):
    """A part of the journal is not what the manifest says it is."""


class WorldError(BowerbirdError):
    """Facts do not follow on what is folded, or a frozen World cannot be read."""


class WorldDamaged(WorldError):
    """A frozen World is incomplete, or not what its manifest says it is."""


class VersionError(BowerbirdError):
    """A Version is absent, incomplete, or failed its exam."""


class ModelLate(VersionError):
    """A model took longer than a page can wait."""


class TrainingError(BowerbirdError):
    """There is not enough to learn from, or the training extra is not installed."""


class QueryError(BowerbirdError):
    """An IGQL program is wrong; what `bowerbird.igql` raises points at the text."""


class Overloaded(BowerbirdError):
    """More work waits than there is room for; the same request may do later."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a help line naming the closest known word, then all of them.

    Example:
        >>> did_you_mean("likd", ["liked", "saved"])
        'did you mean `liked`? known here: liked, saved'
    """
    names = sorted(known)
    close = get_close_matches(word, names, n=1)
    hint = f"did you mean `{close[0]}`? " if close else ""
    return f"{hint}known here: {', '.join(names) or 'none'}"
