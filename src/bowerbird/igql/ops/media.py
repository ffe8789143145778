"""`media`: every media there is, the newest or the best by a number first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bowerbird.core.candidates import Kind
from bowerbird.igql.frame import Frame
from bowerbird.igql.op import Op
from bowerbird.igql.ops.accounts import ARGS, Accounts, rule, whole
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Media(Accounts):
    """The `k` media with the most of `by`, the newest where None."""

    op: ClassVar[str] = "media"


def run_media(node: Media, run: Run) -> Frame:
    """Return media, best first."""
    return whole(node, Kind.MEDIA, run)


MEDIA = Op("media", (), Kind.MEDIA, ARGS, rule(Kind.MEDIA, Media), Media, run_media)
