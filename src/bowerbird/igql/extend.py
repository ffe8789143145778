"""Operators and signals of other packages, found by their entry points.

A package names them in its metadata, in the group `bowerbird.igql`; each entry point is an `Op` or
an `AddedSignal`. From then on they are part of the language, bound and typed like any other. Where
the app has a signal of the same name, the app's is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from bowerbird.core.candidates import Column, Kind, Rows
from bowerbird.core.signals import Context, Signals, Type
from bowerbird.igql.functions import CALLED

if TYPE_CHECKING:
    from bowerbird.igql.op import Op

GROUP = "bowerbird.igql"


@dataclass(frozen=True, slots=True)
class AddedSignal:
    """A signal that is computed of other signals.

    Attributes:
        kind: of the rows that have it.
        compute: signals, rows [n], request -> values [n] of a dtype that fits `type`.
        doc: a sentence about it.
    """

    name: str
    kind: Kind
    type: Type
    compute: Callable[[Signals, Rows, Context], Column]
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Extensions:
    """What other packages add.

    Attributes:
        ops: by name.
        signals: by kind and name.
        origins: the name of an operator or signal -> the package it comes from.
        failures: what could not be loaded, a sentence each.
    """

    ops: Mapping[str, Op] = field(default_factory=dict)
    signals: Mapping[tuple[Kind, str], AddedSignal] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    failures: tuple[str, ...] = ()


@cache
def extensions() -> Extensions:
    """Return what the packages installed here add, found once."""
    from bowerbird.igql.ops import OPS  # which asks this module for more

    return load(entry_points(group=GROUP), [op.name for op in OPS])


def load(entries: Iterable[EntryPoint], taken: Iterable[str]) -> Extensions:
    """Return what `entries` lead to; what fails is noted and leaves the rest as it is.

    Args:
        entries: in the order in which a name is first come, first served.
        taken: names of operators that there are already.
    """
    from bowerbird.igql.op import Op  # which asks this module for signals

    ops: dict[str, Op] = {}
    signals: dict[tuple[Kind, str], AddedSignal] = {}
    origins: dict[str, str] = {}
    failures: list[str] = []
    names = {*taken, *CALLED}
    for entry in entries:
        package = entry.dist.name if entry.dist else entry.value.split(":")[0]
        try:
            found = entry.load()
        except (
            Exception
        ) as error:  # somebody else's code: whatever it raises is said, not passed on
            failures.append(f"`{entry.name}` of {package} cannot be loaded: {error}")
            continue
        if isinstance(found, Op) and found.name not in names:
            ops[found.name] = found
            names.add(found.name)
        elif isinstance(found, AddedSignal) and (found.kind, found.name) not in signals:
            signals[found.kind, found.name] = found
        else:
            failures.append(f"`{entry.name}` of {package} {_refused(found)}")
            continue
        origins[found.name] = package
    return Extensions(ops, signals, origins, tuple(failures))


def _refused(found: object) -> str:
    from bowerbird.igql.op import Op  # as above

    if isinstance(found, Op | AddedSignal):
        return f"adds `{found.name}`, which there is already"
    return f"is of type {type(found).__name__}, expected an Op or an AddedSignal"
