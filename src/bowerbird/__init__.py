"""bowerbird: the Explore page for anyone's app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bowerbird.core.cache import choose_cache

if TYPE_CHECKING:
    from bowerbird.app.bowerbird import Bowerbird as Bowerbird

choose_cache()


def __getattr__(name: str) -> object:
    """Import `Bowerbird` when it is first asked for, so that `bowerbird --help` need not wait."""
    if name == "Bowerbird":
        from bowerbird.app.bowerbird import Bowerbird

        return Bowerbird
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
