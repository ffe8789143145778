from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.errors import ConfigError
from bowerbird.core.facts import DTYPES, FactBatch, FactKind
from bowerbird.ig2vec.captions import CaptionConfig, caption_links, read_captions

TRAIN, INK = "steam trains on a bridge", "ink and a brush, steam of tea"
ALL = CaptionConfig(common=1.0, rare=1)


def described(texts: dict[int, str | None]) -> FactBatch:
    """Facts of media with these texts."""
    n = len(texts)
    told = [msgspec.json.encode({"text": t}) if t is not None else b"" for t in texts.values()]
    columns = {name: np.zeros(n, dtype) for name, dtype in DTYPES.items()}
    columns |= {
        "kind": np.full(n, FactKind.MEDIA, np.uint8),
        "media": np.array(list(texts), np.int32),
        "items_at": np.zeros(n + 1, np.int64),
        "items": np.zeros(0, np.int32),
        "details_at": np.append(0, np.cumsum([len(t) for t in told])).astype(np.int64),
        "details": np.frombuffer(b"".join(told), np.uint8),
    }
    return FactBatch(start=0, **columns)


def test_captions_that_share_words_are_alike_and_those_that_share_none_are_not() -> None:
    texts = {0: TRAIN, 1: "Trains, trains, TRAINS!", 2: INK, 4: "nothing at all", 5: None}
    links = caption_links(read_captions([described(texts)]), ALL)
    assert links.rows[links.index[0], : links.length[links.index[0]]].tolist() == [1, 2]
    assert links.length[links.index[4]] == 0
    assert links.index[3] == -1
    assert len(links.index) == 5  # the last has no text


def test_cosines_are_those_worked_out_by_hand() -> None:
    links = caption_links(
        read_captions([described({0: "red fox", 1: "red hen", 2: "old hen"})]), ALL
    )
    rare, shared = np.log(3.0), np.log(1.5)
    assert links.rows[1].tolist() == [0, 2]
    expected = shared**2 / (np.hypot(rare, shared) * np.hypot(shared, shared))
    assert np.allclose(links.scores[1], expected)


def test_a_media_described_again_has_its_new_words_only() -> None:
    first = described({0: TRAIN, 1: INK, 2: TRAIN})
    links = caption_links(read_captions([first, described({0: INK})]), ALL)
    assert links.rows[0, 0] == 1
    assert links.scores[0, 0] == pytest.approx(1)


def test_words_that_most_captions_hold_say_nothing() -> None:
    texts = {row: f"hello w{row // 2}" for row in range(20)}
    links = caption_links(read_captions([described(dict(texts))]))
    assert links.length.tolist() == [1] * 20
    assert links.rows[:, 0].tolist() == [row ^ 1 for row in range(20)]


@given(st.lists(st.text("abc ", max_size=12), max_size=12))
def test_lists_fall_from_at_most_1_and_never_name_the_media_itself(texts: list[str]) -> None:
    links = caption_links(read_captions([described(dict(enumerate(texts)))]), ALL)
    for media, line in enumerate(links.index.tolist()):
        if line >= 0:
            length = links.length[line]
            assert media not in links.rows[line, :length]
            assert (np.diff(links.scores[line, :length]) <= 0).all()
            assert (links.scores[line, :length] <= 1 + 1e-5).all()


def test_a_setting_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="k 0"):
        CaptionConfig(k=0)
    with pytest.raises(ConfigError, match="setting of captions"):
        CaptionConfig.from_dict({"wrods": 3})
