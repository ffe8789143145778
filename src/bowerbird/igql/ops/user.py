"""`user`: the person the page is for."""

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
class User(Node):
    """One row, or none for a person never seen."""

    op: ClassVar[str] = "user"


def _rule(call: Call) -> Stream:
    return Stream(User(), Kind.USERS, rows=1)


def run_user(node: User, run: Run) -> Frame:
    """Return the row of the request's person."""
    person = run.context.user
    return Frame(Kind.USERS, np.array([person] if person >= 0 else [], np.int32))


USER = Op("user", (), Kind.USERS, (), _rule, User, run_user)
