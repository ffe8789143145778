"""Media alike by their captions: a name that binds, and leads somewhere, where it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from bowerbird.app.bowerbird import Bowerbird
from bowerbird.app.config import NAME, read_config
from bowerbird.app.learning import learn_captions
from bowerbird.app.warming import made_up_ids
from bowerbird.core.signals import Links
from bowerbird.igql.check import check
from bowerbird.page.reading import Reading, catalog
from bowerbird.version.publish import folder_of, publish
from bowerbird.version.version import load, save_artefacts
from bowerbird.world.world import World

ALIKE = "user.engaged_media().media_nn(embedding_config=captions)"
LINKS = Links(
    index=np.array([0, -1], np.int32),
    rows=np.array([[1]], np.int32),
    length=np.ones(1, np.int32),
    scores=np.ones((1, 1), np.float32),
)


def codes(folder: Path) -> list[str]:
    config = read_config(folder)
    return [found.code for found in check(ALIKE, catalog(config.neighbourhoods(), config.models))]


def test_the_name_binds_where_captions_are_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    assert codes(tmp_path) == ["unknown-embedding"]
    (tmp_path / NAME).write_text("[captions]\n")
    assert codes(tmp_path) == []


def test_a_page_reads_the_links_that_a_version_was_published_with(tmp_path: Path) -> None:
    def write(folder: Path) -> None:
        save_artefacts(
            folder,
            embeddings={},
            neighbours={},
            co_engaged={"media_captions": LINKS},
            account_of=np.zeros(2, np.int32),
        )

    told = publish(tmp_path, write, offset=0, newest=0, config={}, metrics={}, now=0)
    reading = Reading(World(), made_up_ids(), load(folder_of(tmp_path, told.number)), {})
    (found,) = reading.links("media_nn.captions")
    assert np.array_equal(found.rows, LINKS.rows)
    assert reading.links("media_nn.default") == ()


def test_training_compares_the_captions_of_the_journal_where_that_is_asked_for(
    tmp_path: Path,
) -> None:
    texts = {"a": "steam trains", "b": "old steam", "c": "ink"}
    rows = [
        {
            "kind": "media",
            "media_id": media,
            "account_id": "x",
            "ts": 1_700_000_000_000,
            "text": text,
        }
        for media, text in texts.items()
    ]
    facts = tmp_path / "media.jsonl"
    facts.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Bowerbird(tmp_path / "data") as bowerbird:
        bowerbird.ingest(facts)
        journal, config = bowerbird.journal, bowerbird.config
        assert learn_captions(journal, journal.end, config) == {}
        asked = replace(config, captions={"common": 1.0})
        found = learn_captions(journal, journal.end, asked)["media_captions"]
    assert found.rows[found.index[0], 0] == 1
    assert found.length.tolist() == [1, 1, 0]
