"""`bowerbird.toml`: what an app may set, with the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from bowerbird.core.clock import ClockName
from bowerbird.core.errors import ConfigError

NAME = "bowerbird.toml"

LEARNING = {
    "kuairand": """
[co_engagement]  # what was shown was chosen for the person: all that was watched is evidence
k = 500
[co_engagement.weights]
view = 1.0
long_view = 1.0
like = 1.0

[linear]  # the catalogue is small enough to solve; weights of media and of accounts, for `linear()`
ridge = 60.0
[linear.weights]
view = 1.0
long_view = 1.0
like = 1.0
""",
}
"""What `bowerbird.toml` sets further for the page of a data set, by the name of its program."""

DEFAULT = "default"
"""The embedding that is always declared."""

CAPTIONS = "captions"
"""The table that asks for media alike by their captions, and what `media_nn` calls them."""


class Programs(Struct, frozen=True, forbid_unknown_fields=True):
    """Which programs make the page: names of presets, or files beside `bowerbird.toml`."""

    page: str = "explore"
    fallback: str = "fallback"


class Training(Struct, frozen=True, forbid_unknown_fields=True):
    """How a Version is trained.

    Attributes:
        vectors_share: share of the engagements, oldest first, from which the vectors are learned
            that the ranking's examples read; the examples come from the rest.
        max_examples: impressions the ranking learns from at most, whole requests left out by hash.
        log_requests: requests asked again for the ranking log, which the first passes learn from.
        seed: of everything random.
        publish_failing: publish a Version though its default embedding failed the exam, or though
            it is worse than the last (see `Gates`).
    """

    vectors_share: float = 0.6
    max_examples: int = 400_000
    log_requests: int = 300
    seed: int = 0
    publish_failing: bool = False


class Gates(Struct, frozen=True, forbid_unknown_fields=True):
    """By how much a Version may be worse than the last and still be published.

    Attributes:
        normalised_entropy: of a head, on the same later impressions.
        calibration: of a head: by what factor it is off, as a logarithm.
        ndcg: of a head, within requests.
        overlap: the least share that pages must have in common, on recorded requests.
        least_positives: heads with fewer among those impressions are not compared.
    """

    normalised_entropy: float = 0.05
    calibration: float = 0.3
    ndcg: float = 0.05
    overlap: float = 0.1
    least_positives: int = 50


class Versions(Struct, frozen=True, forbid_unknown_fields=True):
    """How many Versions stay.

    Attributes:
        keep: the newest; older ones are deleted once another is published.
    """

    keep: int = 10

    def __post_init__(self) -> None:
        if self.keep < 1:
            raise ValueError(f"`keep` is {self.keep}, expected at least 1: one serves")


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in `bowerbird.toml`.

    Attributes:
        clock: `wall` for a live app, `journal` for an imported or simulated history.
        seal_facts: facts the journal's tail holds before it becomes a segment.
        embeddings: name -> settings of `ig2vec`; `default` is always there.
        co_engagement: settings of what counts as being engaged with together.
        linear: settings of the linear models behind `linear()`; none are solved without.
        captions: settings of `media_nn(embedding_config=captions)`; none are compared without.
        models: names programs may rank with, besides the three passes; declared ones bind before
            they are trained.
        patience_ms: milliseconds that a model may take on a page before it is done without.
    """

    clock: ClockName = ClockName.WALL
    seal_facts: int = 200_000
    programs: Programs = Programs()
    training: Training = Training()
    gates: Gates = Gates()
    versions: Versions = Versions()
    embeddings: Mapping[str, Mapping[str, Any]] = msgspec.field(
        default_factory=lambda: {"default": {}}
    )
    co_engagement: Mapping[str, Any] = {}
    linear: Mapping[str, Any] | None = None
    captions: Mapping[str, Any] | None = None
    models: tuple[str, ...] = ("default",)
    patience_ms: float = 250.0

    def neighbourhoods(self) -> tuple[str, ...]:
        """Return what programs may name as `embedding_config`."""
        return (*self.embeddings, *([] if self.captions is None else [CAPTIONS]))


def read_config(folder: Path) -> Config:
    """Return what `bowerbird.toml` in `folder` says, defaults where there is no file.

    Raises:
        ConfigError: it is not TOML, names a setting nobody knows, or gives one a wrong value.
    """
    path = folder / NAME
    if not path.is_file():
        return Config()
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=Config)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ConfigError(
            f"{path} cannot be used: {error}", "see docs/architecture.md for every setting"
        ) from error
    if CAPTIONS in found.embeddings:
        raise ConfigError(
            f"{path} names an embedding {CAPTIONS!r}, the name of what compares captions",
            f"call it something else; the table [{CAPTIONS}] asks for captions",
        )
    return msgspec.structs.replace(found, embeddings={DEFAULT: {}} | dict(found.embeddings))


def write_config(folder: Path, clock: ClockName, program: str) -> None:
    """Write a `bowerbird.toml` with the settings people change first; an existing one stays.

    Args:
        folder: of the data; made if need be.
        clock: how the journal tells the time.
        program: the page's program; one that comes with a data set brings settings for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    if path.exists():
        return
    path.write_text(
        f'# "wall" for a live app, "journal" for an imported or simulated history\n'
        f'clock = "{clock.value}"\n\n'
        f"[programs]  # a preset's name, or a file beside this one\n"
        f'page = "{program}"\n\n'
        f"[embeddings.default]  # all actions, all media types\n" + LEARNING.get(program, "")
    )
