"""`media_nn`: from media to the media nearest to them in an embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bowerbird.core.candidates import Kind
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.ops.co_engaged import follow
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class MediaNn(Node):
    """At most `k` neighbours of each media."""

    op: ClassVar[str] = "media_nn"

    input: Node
    embedding_config: str
    k: int


def _rule(call: Call) -> Stream:
    node = MediaNn(call.input.node, call.values["embedding_config"], call.values["k"])
    return call.input.then(node, rows=call.input.rows * node.k, unique=False)


def run_media_nn(node: MediaNn, run: Run) -> Frame:
    """Return a row for each media and neighbour; one neighbour of two media is two rows."""
    links = run.links(f"media_nn.{node.embedding_config}")
    return follow(run.frame(node.input), node.k, links)


MEDIA_NN = Op(
    "media_nn",
    (Kind.MEDIA,),
    Kind.MEDIA,
    (
        Arg("embedding_config", Shape.EMBEDDING, "default"),
        Arg("k", Shape.WHOLE, 50, 1, 500),
    ),
    _rule,
    MediaNn,
    run_media_nn,
)
