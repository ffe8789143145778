"""The World's tables handed to kernels as one thing.

A kernel that takes `Tables` is handed a hundred arrays one by one, 30 to 80 µs at each call. `Held`
has been through that once, and costs a kernel one µs.
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.experimental import structref

from bowerbird.core.kernels import kernel
from bowerbird.world.tables import Tables


@structref.register
class HeldType(types.StructRef):  # type: ignore[misc, name-defined]  # numba ships no types
    """What `Held` is to the compiler."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Return the fields as types of arrays and whole numbers, not as values."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)  # type: ignore[attr-defined]


class Held(structref.StructRefProxy):  # type: ignore[misc]  # numba ships no types
    """Tables as they were when `hold` was called; kernels find them under `tables`.

    The arrays are those of the World: what a fold writes to them later is there, but for the sizes,
    and for arrays that it has replaced by longer ones.
    """

    tables: Tables


structref.define_proxy(Held, HeldType, ["tables"])


@kernel
def hold(tables: Tables) -> Held:
    """Return `tables` to be handed to kernels many times."""
    return Held(tables)
