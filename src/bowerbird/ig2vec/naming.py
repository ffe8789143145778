"""Settings by name, as `bowerbird.toml` spells them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TypeVar

from bowerbird.core.errors import ConfigError, did_you_mean

Named = TypeVar("Named", bound=IntEnum)


def named(enum: type[Named], word: str) -> Named:
    """Return the member that `word` names, in lower case.

    Raises:
        ConfigError: there is none.
    """
    names = {member.name.lower(): member for member in enum}
    if word not in names:
        raise ConfigError(f"{word!r} is no {enum.__name__}", did_you_mean(word, names))
    return names[word]


def choice(words: Iterable[str], word: str, what: str) -> str:
    """Return `word`, which must be among `words`; `what` says what it chooses.

    Raises:
        ConfigError: it is not.
    """
    known = list(words)
    if word not in known:
        raise ConfigError(f"{word!r} is no {what}", did_you_mean(word, known))
    return word
