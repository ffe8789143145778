"""`owner`: from media to the accounts that posted them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bowerbird.core.candidates import Kind
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.frame import Frame
from bowerbird.igql.op import Call, Op
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run


@dataclass(frozen=True)
class Owner(Node):
    """The account behind each media."""

    op: ClassVar[str] = "owner"

    input: Node


def _rule(call: Call) -> Stream:
    return call.input.then(Owner(call.input.node), kind=Kind.ACCOUNTS, unique=False)


def run_owner(node: Owner, run: Run) -> Frame:
    """Return a row for each media whose account is known; the score stays."""
    media = run.frame(node.input)
    accounts = run.array(Kind.MEDIA, "account_id")[media.rows]
    at = np.flatnonzero(accounts >= 0)
    return media.hop(Kind.ACCOUNTS, accounts[at].astype(np.int32), at, {})


OWNER = Op("owner", (Kind.MEDIA,), Kind.ACCOUNTS, (), _rule, Owner, run_owner)
