"""The published vectors of an embedding, with the ids of their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bowerbird.core.errors import VersionError, did_you_mean

if TYPE_CHECKING:
    from bowerbird.app.bowerbird import Bowerbird
    from bowerbird.ig2vec.embedding import Embedding


def published(bb: Bowerbird, name: str) -> tuple[Embedding, list[str]]:
    """Return the current Version's embedding `name`, and the id of each of its lines.

    Raises:
        VersionError: nothing was published yet, or not this embedding.
    """
    reading = bb.reading()
    known = reading.version.embeddings if reading.version else {}
    if name not in known:
        raise VersionError(f"no embedding `{name}` was published", did_you_mean(name, known))
    found = known[name]
    return found, [reading.ids.accounts.id(row) for row in found.accounts.tolist()]
