"""What the binder knows of rows that no one has fetched yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bowerbird.core.candidates import Kind
from bowerbird.core.signals import Type
from bowerbird.igql.frame import TYPED
from bowerbird.igql.plan import Node


@dataclass(frozen=True, slots=True)
class Stream:
    """The type of a pipeline.

    Attributes:
        node: the plan so far.
        kind: None after a mistake that leaves it open.
        rows: at most this many, from caps alone.
        columns: what the rows carry, with types.
        unique: whether each row number comes once.
        ways: branches that rows can have come through, all combiners taken together.
        constant: columns that hold one value for all rows.
        vague: a mistake was made on the way: unknown names are not worth a second message.
    """

    node: Node
    kind: Kind | None
    rows: int
    columns: Mapping[str, Type] = field(default_factory=lambda: dict(TYPED))
    unique: bool = True
    ways: int = 1
    constant: frozenset[str] = frozenset()
    vague: bool = False

    def then(
        self,
        node: Node,
        *,
        kind: Kind | None = None,
        rows: int | None = None,
        columns: Mapping[str, Type] | None = None,
        unique: bool | None = None,
    ) -> Stream:
        """Return the stream after one more step; what is not named stays."""
        return replace(
            self,
            node=node,
            kind=kind or self.kind,
            rows=self.rows if rows is None else rows,
            columns={**self.columns, **(columns or {})},
            unique=self.unique if unique is None else unique,
        )

    def with_constant(self, fixed: set[str], named: set[str]) -> Stream:
        """Return the stream where, of the columns `named` just now, `fixed` are constant."""
        return replace(self, constant=(self.constant - named) | fixed)
