"""What a fact is recognised by when it comes again: 128 bits of its id, or of what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bowerbird.core.facts import I64
from bowerbird.core.ids import hash64
from bowerbird.core.texts import Texts
from bowerbird.journal.body import HASH, U64
from bowerbird.journal.cells import Bits
from bowerbird.journal.content import hash_contents, hash_names, hash_texts

NUMBERS = ("kind", "ts", "code", "value", "flags", "session", "request", "position", "expires")
TEXTS = ("user", "account", "media", "name", "surface", "items", "details")


def identities(columns: Mapping[str, NDArray[Any]], event_ids: Sequence[str | None]) -> U64:
    """Return [n, 2] hashes: of kind and event id where there is one, else of the content.

    Args:
        columns: of a `Draft`; `ts` still 0 where the row had none, so that telling the same about
            an account twice is once.
        event_ids: [n].
    """
    if not any(event_ids):
        return _packed(_contents(columns))
    if all(event_ids):
        return _packed(_named(columns["kind"].tolist(), event_ids))
    named = _named(columns["kind"].tolist(), event_ids)
    pairs = zip(event_ids, named, _contents(columns), strict=True)
    return _packed(name if id else content for id, name, content in pairs)


def derived(parents: U64, labels: Sequence[str]) -> U64:
    """Return [k, 2] hashes of what came along with facts of hashes `parents`, told by label."""
    return _packed(p.tobytes() + b"/" + t.encode() for p, t in zip(parents, labels, strict=True))


def hashes64(texts: Iterable[str | None]) -> list[int]:
    """Return `hash64` of each text, 0 for None."""
    known: dict[str | None, int] = {None: 0}
    found = []
    for text in texts:
        value = known.get(text)
        if value is None:
            known[text] = value = hash64(text or "")
        found.append(value)
    return found


def hashes_of_texts(texts: Texts, wanted: Bits) -> I64:
    """Return [n] `hash64` of each text where `wanted` ([n]), 0 for none: `hashes64` of a column."""
    found = np.zeros(len(texts), np.int64)
    if texts.there.any():
        hash_texts(texts.data, texts.at, texts.size, wanted, found)
    return found


def identities_of_texts(
    columns: Mapping[str, NDArray[Any]], texts: Mapping[str, Texts], event_ids: Texts, wanted: Bits
) -> U64:
    """Return what `identities` does where `wanted` ([n]), of ids that lie in one buffer.

    Args:
        columns: of a `Draft` without names, items and details.
        texts: user, account, media and surface.
        event_ids: [n], in the same buffer.
        wanted: the ids of other rows may be anything.
    """
    hashes = np.zeros((len(wanted), 2), np.uint64)
    there = event_ids.there
    if (wanted & there).any():
        data, at, size = event_ids.data, event_ids.at, event_ids.size
        hash_names(columns["kind"], data, at, size, wanted & there, hashes)
    if (wanted & ~there).any():
        numbers = np.rec.fromarrays([columns[name] for name in NUMBERS])
        packed = np.frombuffer(bytearray(numbers.tobytes()), np.uint8).reshape(len(wanted), -1)
        of_row = [texts[name] for name in ("user", "account", "media", "surface")]
        at = np.stack([column.at for column in of_row], axis=1)
        size = np.stack([column.size for column in of_row], axis=1)
        hash_contents(packed, event_ids.data, at, size, wanted & ~there, hashes)
    return hashes


def _named(kinds: Sequence[int], event_ids: Sequence[str | None]) -> list[bytes]:
    return [f"{kind}/{id}".encode() for kind, id in zip(kinds, event_ids, strict=True)]


def _contents(columns: Mapping[str, NDArray[Any]]) -> list[bytes]:
    numbers = np.rec.fromarrays([columns[name] for name in NUMBERS])
    width, packed = numbers.dtype.itemsize, numbers.tobytes()
    encode = msgspec.msgpack.Encoder().encode
    texts = zip(*(columns[name].tolist() for name in TEXTS), strict=True)
    # The leading byte keeps contents apart from event ids, which start with a digit.
    return [b"=" + packed[i * width : (i + 1) * width] + encode(t) for i, t in enumerate(texts)]


def _packed(keys: Iterable[bytes]) -> U64:
    digests = b"".join([blake2b(key, digest_size=HASH).digest() for key in keys])
    return np.frombuffer(digests, np.uint64).reshape(-1, 2)
