"""One person asking for one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bowerbird.igql.program import Program

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Request:
    """Everything a page depends on besides what it reads.

    Attributes:
        request_id: names the exposure and its trace.
        user_id: of the person; nobody has to have heard of them.
        now: epoch ms.
        seed: of every random draw.
        size: slots, from 1.
        program: what to run.
        fallback: what fills the slots that `program` leaves empty.
        params: overrides of the program's params.
        cursor: of the page before, empty for a first page.
        late: models to do without, since they were late when the page was first made.
    """

    request_id: str
    user_id: str
    now: int
    seed: int
    program: Program
    fallback: Program
    size: int = PAGE_SIZE
    params: Mapping[str, float | int | str | bool] = field(default_factory=dict)
    cursor: str = ""
    late: tuple[str, ...] = ()
