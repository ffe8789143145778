"""Many sources by one scheme: named in `bowerbird.toml`, learned, examined, asked for by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.config import Config
from bowerbird.app.embeddings import embed, prequential, require_fit, settings
from bowerbird.app.learning import catalogue, engagements
from bowerbird.app.past import Past, newest_past
from bowerbird.core.errors import VersionError
from bowerbird.ig2vec.engagements import Engagements
from bowerbird.journal.journal import Journal
from bowerbird.version.publish import folder_of

TABLES = """
[embeddings.hearts]
actions = ["like", "save", "long_view"]
dim = 16

[embeddings.save_photo]
actions = ["save"]
media_types = ["photo"]

[captions]
"""
ASKED = "user.let(seed_id=user_id).liked().account_nn(embedding_config={name}).posted_media()"


@pytest.fixture
def bird(data: Path) -> Iterator[Bowerbird]:
    with (data / "bowerbird.toml").open("a") as file:
        file.write(TABLES)
    with Bowerbird(data) as bowerbird:
        yield bowerbird


def everything(bird: Bowerbird) -> Engagements:
    known = catalogue(bird.world)
    with Journal.open(bird.path, mode="read") as journal:
        return engagements(journal, known, 0, journal.end, bird.config)


def test_a_new_version_has_every_source_that_is_not_too_thin(bird: Bowerbird) -> None:
    metrics = bird.train().metrics
    hearts, photos = metrics["embeddings"]["hearts"], metrics["embeddings"]["save_photo"]
    assert hearts["accounts"] > 50
    assert hearts["faults"] == []
    assert "words in all; expected 20 and 1000" in photos["left_out"]
    assert metrics["embeddings"]["default"]["stability"]["kept"] > 0.8  # it went on from Version 1
    assert "stability" not in hearts
    assert metrics["prequential"]["version"] == 1
    busiest = bird.people(limit=1)[0].user_id
    for name, rows in (("hearts", True), ("save_photo", False)):
        answer = bird.query(ASKED.format(name=name), user=busiest)
        assert bool(answer.rows) is rows
    alike = bird.query("user.engaged_media().media_nn(embedding_config=captions)", user=busiest)
    assert alike.rows


def test_settings_that_changed_start_afresh(bird: Bowerbird) -> None:
    rows = everything(bird)
    config = Config(embeddings={"default": {"epochs": 2}})
    first = embed(rows, config, 0, lambda share: None)
    past = Past(1, 0, first.embeddings, first.neighbours)
    on = embed(rows, config, 0, lambda share: None, past)
    assert not np.array_equal(on.embeddings["default"].vectors, first.embeddings["default"].vectors)
    changed = Config(embeddings={"default": {"epochs": 2, "window": 3}})
    cold = embed(rows, changed, 0, lambda share: None)
    again = embed(rows, changed, 0, lambda share: None, past)
    assert np.array_equal(again.embeddings["default"].vectors, cold.embeddings["default"].vectors)


def test_a_version_from_the_future_is_not_gone_on_from(data: Path) -> None:
    assert newest_past(data / "versions", stop=10**9) is not None
    assert newest_past(data / "versions", stop=1) is None


def test_a_damaged_version_is_passed_over_aloud(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = folder_of(data / "versions", 1) / "embeddings" / "default" / "vectors.npy"
    path.write_bytes(path.read_bytes()[:-1])
    assert newest_past(data / "versions", stop=10**9) is None
    assert "not going on from Version 1" in caplog.text


def test_the_exam_of_a_past_version_asks_only_what_came_later(bird: Bowerbird) -> None:
    past = newest_past(bird.path / "versions", stop=10**9)
    assert past is not None
    rows = everything(bird)
    later = rows.take(rows.ts > np.quantile(rows.ts, 0.9))
    told = prequential(past, later)
    assert 0 < told["default"]["questions"] < len(later)
    assert prequential(past, rows.take(np.zeros(len(rows), np.bool_)))["default"]["questions"] == 0


def test_a_failing_default_stops_publication_unless_told_otherwise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    require_fit({"default": [], "hearts": ["all alike"]}, [], publish_failing=False)
    assert "'hearts' failed its exam: all alike" in caplog.text
    with pytest.raises(VersionError, match="'default' failed its exam: worse than chance"):
        require_fit({"default": []}, ["worse than chance"], publish_failing=False)
    require_fit({"default": []}, ["worse than chance"], publish_failing=True)


def test_a_table_of_settings_keeps_the_default_embedding(bird: Bowerbird) -> None:
    assert list(bird.config.embeddings) == ["default", "hearts", "save_photo"]
    assert settings(bird.config, "hearts", 3).dim == 16
    assert replace(settings(bird.config, "hearts", 3), seed=0).name == "hearts"
