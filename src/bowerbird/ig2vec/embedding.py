"""What training gives: a vector an account, and the folder it is kept in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from bowerbird.core.errors import InputError
from bowerbird.core.facts import F32, I32, I64
from bowerbird.ig2vec.config import EmbeddingConfig

ARRAYS = ("index", "accounts", "vectors", "out", "counts")
OPTIONAL = ("learned", "shared")
CONFIG = "config.json"


@dataclass(frozen=True, slots=True)
class Embedding:
    """One vector for each of m accounts, in lines.

    Attributes:
        index: [A] int32 line of each account row, NONE for one without a vector; rows beyond A
            have none.
        accounts: [m] int32 account row of each line, ascending.
        vectors: [m, d] float32, what sentences and people taught (see `joined`), smoothed (see
            `smoothing`), unit length.
        out: [m, d] float32 output vectors, as learned.
        counts: [m] int64 words in the corpus.
        config: what it was trained with.
        learned: [m, d] float32 input vectors as learned, to go on from; None where they are not
            known.
        shared: [m, k] float32 what accounts share in people (see `spectral`), to go on from; None
            where it is not known.
    """

    index: I32
    accounts: I32
    vectors: F32
    out: F32
    counts: I64
    config: EmbeddingConfig
    learned: F32 | None = None
    shared: F32 | None = None

    def __len__(self) -> int:
        return len(self.accounts)

    def save(self, folder: Path) -> None:
        """Write one .npy an array and the config as JSON, making the folder if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        for name in OPTIONAL:
            if (rows := getattr(self, name)) is not None:
                np.save(folder / f"{name}.npy", rows, allow_pickle=False)
        (folder / CONFIG).write_bytes(msgspec.json.encode(self.config.to_dict()))

    @staticmethod
    def load(folder: Path, *, mapped: bool = False) -> Embedding:
        """Return what `save` wrote; `mapped` leaves the arrays on disk, read as they are used.

        Raises:
            InputError: a file is missing or cannot be read.
        """
        mode: Literal["r"] | None = "r" if mapped else None
        present = [*ARRAYS, *(n for n in OPTIONAL if (folder / f"{n}.npy").exists())]
        try:
            arrays = {
                name: np.load(folder / f"{name}.npy", mmap_mode=mode, allow_pickle=False)
                for name in present
            }
            config = msgspec.json.decode((folder / CONFIG).read_bytes())
        except (OSError, ValueError) as error:
            raise InputError(f"no embedding can be read from {folder}: {error}") from error
        return Embedding(**arrays, config=EmbeddingConfig.from_dict(config))
