"""`account_nn`: from accounts to the accounts nearest to them in an embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bowerbird.core.candidates import SCORE, SIMILARITY, VIA, Kind
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.kernels.links import expand
from bowerbird.igql.op import Arg, Call, Op, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class AccountNn(Node):
    """At most `k` neighbours of each account."""

    op: ClassVar[str] = "account_nn"

    input: Node
    embedding_config: str
    k: int


def _rule(call: Call) -> Stream:
    node = AccountNn(call.input.node, call.values["embedding_config"], call.values["k"])
    return call.input.then(node, rows=call.input.rows * node.k, unique=False)


def run_account_nn(node: AccountNn, run: Run) -> Frame:
    """Return a row for each seed and neighbour; one neighbour of two seeds is two rows."""
    seeds = run.frame(node.input)
    parts = run.links(f"account_nn.{node.embedding_config}")
    at, rows, near, score = expand(seeds.rows, seeds.score, node.k, parts)
    return seeds.hop(Kind.ACCOUNTS, rows, at, {SCORE: score, SIMILARITY: near, VIA: rows})


ACCOUNT_NN = Op(
    "account_nn",
    (Kind.ACCOUNTS,),
    Kind.ACCOUNTS,
    (
        Arg("embedding_config", Shape.EMBEDDING, "default"),
        Arg("k", Shape.WHOLE, 50, 1, 500),
    ),
    _rule,
    AccountNn,
    run_account_nn,
)
