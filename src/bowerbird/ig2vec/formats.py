"""The files vectors can be written to; by itself, so that the command line need not wait."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """How vectors lie in a file."""

    TEXT = "word2vec-text"  # gensim's KeyedVectors.load_word2vec_format(path)
    BINARY = "word2vec-binary"  # the same with binary=True
    NPY = "npy"  # [m, d] float32, and the ids line by line in PATH.ids.txt
    PARQUET = "parquet"  # columns account_id, vector FLOAT[d]
