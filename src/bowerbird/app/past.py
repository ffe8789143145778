"""The newest Version whose facts the training at hand may know: to go on from, and to examine."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bowerbird.core.errors import BowerbirdError
from bowerbird.core.signals import Links
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.links_io import load_links
from bowerbird.version.manifest import read_manifest, verify
from bowerbird.version.publish import folder_of, numbers


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier Version knew of accounts.

    Attributes:
        number: of the Version.
        offset: the journal offset after the last fact it learned from.
        embeddings: by name, left on disk.
        neighbours: the same names -> lists.
    """

    number: int
    offset: int
    embeddings: Mapping[str, Embedding]
    neighbours: Mapping[str, Links]


def newest_past(versions: Path, stop: int) -> Past | None:
    """Return the newest Version under `versions` that learned from no fact at or after `stop`.

    One that cannot be read is passed over with a warning: training starts afresh then.
    """
    for number in reversed(numbers(versions)):
        folder = folder_of(versions, number)
        try:
            manifest = read_manifest(folder)
            if manifest.offset > stop:
                continue
            verify(folder, manifest)
            return _read(folder, number, manifest.offset)
        except BowerbirdError as error:
            logging.getLogger(__name__).warning("not going on from Version %d: %s", number, error)
    return None


def _read(folder: Path, number: int, offset: int) -> Past:
    names = [path.name for path in sorted((folder / "embeddings").glob("*"))]
    return Past(
        number=number,
        offset=offset,
        embeddings={n: Embedding.load(folder / "embeddings" / n, mapped=True) for n in names},
        neighbours={n: load_links(folder / "neighbours" / n, mapped=True) for n in names},
    )
