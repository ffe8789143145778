"""A Version in memory: every artefact of one folder, checked and opened, never written again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bowerbird.core.errors import VersionError
from bowerbird.core.facts import I32
from bowerbird.core.signals import Links
from bowerbird.ig2vec.embedding import Embedding
from bowerbird.ig2vec.links_io import load_links, save_links
from bowerbird.ranking.passes import DEFAULT, FINAL
from bowerbird.ranking.runtime import Model
from bowerbird.version.manifest import Manifest, read_manifest, verify
from bowerbird.version.overlay import Overlay

CO_ENGAGED = ("accounts", "media", "accounts_linear", "media_linear", "media_captions")


@dataclass(frozen=True, slots=True)
class Version:
    """What was learned from the facts before `manifest.offset`.

    Attributes:
        embeddings: by the name of their config.
        neighbours: the same names -> account to similar accounts.
        co_engaged: `accounts` and `media` -> row to rows engaged with by the same people;
            `accounts_linear` and `media_linear`, where they were asked for -> to its weights;
            `media_captions`, where asked for -> to media with captions like it.
        models: by the name a program calls them.
        failures: name -> why that model could not be loaded; a page does without it.
        account_of: [M] int32, the owner of each media at the offset.
    """

    manifest: Manifest
    embeddings: Mapping[str, Embedding]
    neighbours: Mapping[str, Links]
    co_engaged: Mapping[str, Links]
    account_of: I32
    models: Mapping[str, Model] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The number it was published under."""
        return self.manifest.number


def save_artefacts(
    folder: Path,
    *,
    embeddings: Mapping[str, Embedding],
    neighbours: Mapping[str, Links],
    co_engaged: Mapping[str, Links],
    account_of: I32,
) -> None:
    """Write what `load` reads, except the models, which training writes itself."""
    for name, embedding in embeddings.items():
        embedding.save(folder / "embeddings" / name)
        save_links(folder / "neighbours" / name, neighbours[name])
    for name, links in co_engaged.items():
        save_links(folder / "co_engaged" / name, links)
    np.save(folder / "account_of.npy", account_of)


def model_folder(folder: Path, name: str) -> Path:
    """Return where a Version keeps the model `name`."""
    return folder / "models" / name


def load(folder: Path) -> Version:
    """Return the Version in `folder`, its files checked against the manifest first.

    Raises:
        VersionError: a file is missing or differs.
    """
    manifest = read_manifest(folder)
    verify(folder, manifest)
    models, failures = load_models(folder)
    names = [path.name for path in sorted((folder / "embeddings").glob("*"))]
    return Version(
        manifest=manifest,
        embeddings={name: Embedding.load(folder / "embeddings" / name) for name in names},
        neighbours={name: load_links(folder / "neighbours" / name) for name in names},
        co_engaged={
            name: load_links(folder / "co_engaged" / name)
            for name in CO_ENGAGED
            if (folder / "co_engaged" / name).exists()
        },
        account_of=np.load(folder / "account_of.npy", allow_pickle=False),
        models=models,
        failures=failures,
    )


def load_models(folder: Path) -> tuple[dict[str, Model], dict[str, str]]:
    """Return the models of a Version by name, and why the others could not be loaded.

    The final pass also answers to `DEFAULT`, where no model of that name is there.
    """
    models: dict[str, Model] = {}
    failures: dict[str, str] = {}
    for path in sorted((folder / "models").glob("*")):
        try:
            models[path.name] = Model.load(path)
        except VersionError as error:  # the pass before decides; a page's answer says so
            failures[path.name] = error.message
    if FINAL in models:
        models.setdefault(DEFAULT, models[FINAL])
    return models, failures


def overlays_of(version: Version) -> dict[str, Overlay]:
    """Return an Overlay for each embedding of `version`, at the Version's offset."""
    return {
        name: Overlay(embedding, version.account_of, version.manifest.offset)
        for name, embedding in version.embeddings.items()
    }
