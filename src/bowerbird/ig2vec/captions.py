"""Media alike by what is written of them: TF-IDF of captions, nearest by cosine.

The content-based peer of everything else here: it knows a post before anybody has met it, and
nothing of what people make of it. Weights are (1 + log tf) log(n / df), as in Salton and Buckley
(1988).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import msgspec
import numpy as np

from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import F32, I32, I64, NONE, FactBatch, FactKind
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import Links
from bowerbird.ig2vec.most import keep_most, sort_most
from bowerbird.ig2vec.naming import choice

WORD = re.compile(r"\w\w+")


@dataclass(frozen=True, slots=True)
class CaptionConfig:
    """How captions are compared.

    Attributes:
        k: media kept for each.
        words: of each caption that count, the rarest; they bound the work.
        common: a word in more than this share of the captions says nothing.
        rare: nor does one in fewer captions than this.

    Raises:
        ConfigError: a value that cannot be.
    """

    k: int = 100
    words: int = 32
    common: float = 0.1
    rare: int = 2

    def __post_init__(self) -> None:
        if min(self.k, self.words, self.rare) < 1 or not 0 < self.common <= 1:
            raise ConfigError(
                f"captions have k {self.k}, words {self.words}, rare {self.rare} and common "
                f"{self.common}, expected whole numbers over 0, the last in (0, 1]"
            )

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Return the config that `table` says, as in `bowerbird.toml`; the rest by default.

        Raises:
            ConfigError: an unknown key.
        """
        for key in table:
            choice(cls.__slots__, key, "setting of captions")
        return cls(**table)


@dataclass(frozen=True, slots=True)
class Captions:
    """The words of d captions, by caption; each word once.

    Attributes:
        media: [d] int32.
        words: [e] int64, numbered from 0.
        times: [e] int64 how often each is in its caption.
        starts: [d + 1] int64.
    """

    media: I32
    words: I64
    times: I64
    starts: I64


def read_captions(batches: Iterable[FactBatch]) -> Captions:
    """Return the words of every media that has a text, as it was last described."""
    said: dict[int, Counter[int]] = {}
    numbers: dict[str, int] = {}
    for batch in batches:
        described = (batch.kind == FactKind.MEDIA) & (np.diff(batch.details_at) > 0)
        for at in np.flatnonzero(described).tolist():
            text = msgspec.json.decode(batch.details_of(at)).get("text")
            words = WORD.findall(str(text).lower()) if text else []
            said[int(batch.media[at])] = Counter(
                numbers.setdefault(word, len(numbers)) for word in words
            )
    media = sorted(row for row, words in said.items() if words)
    return Captions(
        media=np.array(media, np.int32),
        words=np.array([word for row in media for word in said[row]], np.int64),
        times=np.array([n for row in media for n in said[row].values()], np.int64),
        starts=np.append(0, np.cumsum([len(said[row]) for row in media])).astype(np.int64),
    )


DEFAULT = CaptionConfig()


def caption_links(captions: Captions, config: CaptionConfig = DEFAULT) -> Links:
    """Return for each media with a caption those whose captions are most like it, best first."""
    d = len(captions.media)
    index = np.full(int(captions.media.max(initial=NONE)) + 1, NONE, np.int32)
    index[captions.media] = np.arange(d)
    frequency = np.bincount(captions.words, minlength=1)
    caption = np.repeat(np.arange(d), np.diff(captions.starts))
    telling = (frequency >= config.rare) & (frequency <= max(config.common * d, config.rare))
    kept = telling[captions.words] & (_rareness(captions, frequency) < config.words)
    caption, words = caption[kept], captions.words[kept]
    weights = (1 + np.log(captions.times[kept])) * np.log(max(d, 1) / frequency[words])
    norms = np.sqrt(np.bincount(caption, weights**2, minlength=d))
    weights = (weights / np.maximum(norms[caption], 1e-12)).astype(np.float32)
    by_word = np.argsort(words, kind="stable")
    found, scores, length = _nearest(
        (words, weights, _bounds(caption, d)),
        (caption[by_word].astype(np.int32), weights[by_word], _bounds(words, len(frequency))),
        min(config.k, max(d - 1, 0)),
    )
    rows = np.where(found == NONE, np.int32(NONE), captions.media[found] if d else found)
    return Links(index, rows.astype(np.int32), length, scores)


def _rareness(captions: Captions, frequency: I64) -> I64:
    """Return [e], how many words of the same caption come before each, the rarest first."""
    caption = np.repeat(np.arange(len(captions.media)), np.diff(captions.starts))
    order = np.lexsort((captions.words, frequency[captions.words], caption))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order)) - captions.starts[caption]
    return place


def _bounds(keys: I64, size: int) -> I64:
    return np.append(0, np.cumsum(np.bincount(keys, minlength=size))).astype(np.int64)


@kernel
def _nearest(
    captions: tuple[I64, F32, I64], words: tuple[I32, F32, I64], k: int
) -> tuple[I32, F32, I32]:
    """Return the best of each caption, their cosines, and how many: [d, k], [d, k], [d].

    Args:
        captions: by caption: word [e], weight [e], bounds [d + 1].
        words: by word: caption [e], weight [e], bounds [words + 1].
        k: kept for each.
    """
    word, mine, starts = captions
    holder, theirs, bounds = words
    d = len(starts) - 1
    found = np.full((d, k), NONE, np.int32)
    scores = np.zeros((d, k), np.float32)
    length = np.zeros(d, np.int32)
    alike = np.zeros(d, np.float32)
    touched = np.empty(d, np.int32)
    for line in range(d):
        met = 0
        for at in range(starts[line], starts[line + 1]):
            for other in range(bounds[word[at]], bounds[word[at] + 1]):
                j = holder[other]
                if alike[j] == 0:
                    touched[met] = j
                    met += 1
                alike[j] += mine[at] * theirs[other]
        for n in range(met):
            j = touched[n]
            if j != line and k > 0:
                length[line] = keep_most(found[line], scores[line], length[line], j, alike[j])
            alike[j] = 0
        sort_most(found[line], scores[line], length[line])
    return found, scores, length
