"""The World: what is true now."""

from __future__ import annotations

from pathlib import Path

from bowerbird.core.errors import WorldError
from bowerbird.core.facts import FactBatch
from bowerbird.world import ledger as at
from bowerbird.world.constants import Constants
from bowerbird.world.forget import forget_person
from bowerbird.world.frozen import digest, read_frozen, write_frozen
from bowerbird.world.growth import make_room, make_rows, sizes_of
from bowerbird.world.held import Held, hold
from bowerbird.world.incoming import incoming
from bowerbird.world.kernel import fold_facts
from bowerbird.world.records import Store, empty_store, tables_of
from bowerbird.world.tables import Tables
from bowerbird.world.trending import refresh_pool


class World:
    """The fold of the journal up to `offset`, the same to the bit however batches are cut.

    One thread folds; whoever reads meanwhile holds a lock that keeps it from folding.

    Attributes:
        tables: the columns as of now; a later fold writes to them, or replaces them by longer ones.
        constants: arrays that say nothing, kept for `WorldSignals`.
    """

    def __init__(self) -> None:
        self.constants = Constants()
        self._due = (at.NEED_NOTHING, 0)  # what must grow before the next fact, and how long
        self._held: tuple[Tables, Held] | None = None
        self._hold(empty_store())

    def _hold(self, store: Store) -> None:
        self._store = store
        self.tables: Tables = tables_of(store, sizes_of(store.ledger))

    @property
    def held(self) -> Held:
        """The tables as of now, for kernels that are called often between two folds.

        Kept with the tables it is of: `prepare` may replace those while a page asks.
        """
        tables, kept = self.tables, self._held
        if kept is None or kept[0] is not tables:
            kept = self._held = tables, hold(tables)
        return kept[1]

    @property
    def offset(self) -> int:
        """The journal offset of the next fact to fold."""
        return int(self._store.ledger[at.OFFSET])

    @property
    def newest(self) -> int:
        """The largest known time of the facts folded, epoch ms; 0 before any."""
        return int(self._store.ledger[at.NEWEST])

    def fold(self, batch: FactBatch) -> None:
        """Fold the facts of `batch`, which must start at `offset`.

        Raises:
            WorldError: it starts elsewhere; nothing was folded.
        """
        while True:
            self.prepare(batch)
            folded = self.fold_prepared(batch)
            if folded == len(batch):
                break
            batch = batch.slice(folded, len(batch))

    def prepare(self, batch: FactBatch) -> None:
        """Make room for facts of `batch`; whoever reads meanwhile sees nothing of it.

        Growing copies, and takes as long as there is to copy. So a server does it before it keeps
        readers out for `fold_prepared`.

        Raises:
            WorldError: it does not start at `offset`; nothing was changed.
        """
        if batch.start != self.offset:
            raise WorldError(
                f"these facts start at offset {batch.start}, the World goes on at {self.offset}",
                "read the journal from `world.offset` on",
            )
        self._hold(make_room(self._store, *self._due))
        self._due = (at.NEED_NOTHING, 0)
        self._hold(make_rows(self._store, incoming(batch)))

    def fold_prepared(self, batch: FactBatch) -> int:
        """Fold the facts of a prepared `batch` as far as there is room; return how many.

        When it is not all of them, prepare the others and go on.
        """
        facts, position = incoming(batch), 0
        while position < len(batch) and self._due[0] == at.NEED_NOTHING:
            store = self._store
            position = int(fold_facts(facts, position, *store[:-1]))
            need, amount = int(store.ledger[at.NEED]), int(store.ledger[at.AMOUNT])
            store.ledger[[at.NEED, at.AMOUNT]] = at.NEED_NOTHING, 0
            if need & at.NEED_FORGET:
                forget_person(store, int(facts.user[position - 1]))
            if need & at.NEED_REFRESH:
                refresh_pool(self.tables)
            elif need == at.NEED_COMPACT:  # moves what rows point at, so nobody may look
                self._hold(make_room(store, need, amount))
            elif need in at.NEEDS_ROOM:
                self._due = (need, amount)
        return position

    def freeze(self, path: Path) -> None:
        """Write the World to the folder `path`, in place of one frozen there before.

        Raises:
            WorldError: the disk did not take it; what was frozen before stands.
        """
        write_frozen(self._store, path)

    @staticmethod
    def thaw(path: Path) -> World:
        """Return the World frozen at `path`, which folds on as if it had never been frozen.

        Raises:
            WorldDamaged: a part is missing, or is not what the manifest says.
        """
        world = World()
        world._hold(read_frozen(path))
        return world

    def digest(self) -> str:
        """Return a hash of everything in the World; equal facts give equal digests."""
        return digest(self._store)
