"""`engaged_media`: from a person to the media they showed interest in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bowerbird.core.candidates import Kind
from bowerbird.igql.frame import Frame
from bowerbird.igql.op import Op
from bowerbird.igql.ops.engaged import ARGS, Engaged, reach, rule
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class EngagedMedia(Engaged):
    """The `max_num_to_retrieve` media with the strongest engagement."""

    op: ClassVar[str] = "engaged_media"


def run_engaged_media(node: EngagedMedia, run: Run) -> Frame:
    """Return media, strongest engagement first, the newest first among equals."""
    return reach(node, Kind.MEDIA, run)


ENGAGED_MEDIA = Op(
    "engaged_media",
    (Kind.USERS,),
    Kind.MEDIA,
    ARGS,
    rule(Kind.MEDIA, EngagedMedia),
    EngagedMedia,
    run_engaged_media,
)
