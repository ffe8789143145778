"""The fold of exposures: what a person's last pages held."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import NONE
from bowerbird.core.kernels import fused
from bowerbird.world.incoming import Facts
from bowerbird.world.probe import Whole
from bowerbird.world.records import Lines
from bowerbird.world.tables import PAGES, REMOVED, SHOWN

_NOT_REMOVED = np.uint8(0xFF ^ REMOVED)


@fused
def turn_page(users: Lines, user: Whole, request: Whole) -> Whole:
    """Return how many media of the page are there already: some only if the request goes on."""
    if request != 0 and users.request[user] == request and users.pages[user] > 0:
        held = 0
        page = users.pages[user]
        while held < SHOWN and users.shown[user, held] != NONE:
            if users.shown_page[user, held] != page:
                break
            held += 1
        return held
    users.pages[user] += 1
    users.request[user] = request
    return 0


@fused
def make_way(users: Lines, user: Whole, held: Whole, wanted: Whole) -> Whole:
    """Move what follows `held` media of the page back by `wanted`, and drop pages too old.

    Returns how many find a place.
    """
    room, oldest = min(wanted, SHOWN - held), users.pages[user] - PAGES
    kept = 0
    while held + room + kept < SHOWN and users.shown[user, held + kept] != NONE:
        if users.shown_page[user, held + kept] <= oldest:
            break
        kept += 1
    for i in range(kept - 1, -1, -1):
        users.shown[user, held + room + i] = users.shown[user, held + i]
        users.shown_page[user, held + room + i] = users.shown_page[user, held + i]
    for i in range(held + room + kept, SHOWN):
        users.shown[user, i] = NONE
        users.shown_page[user, i] = 0
    return room


@fused
def fold_exposure(facts: Facts, i: Whole, users: Lines) -> None:
    """Fold a page, or one slot of a page that an importer knew row by row."""
    user, first, last = facts.user[i], facts.items_at[i], facts.items_at[i + 1]
    if user < 0:
        return
    users.bits[user] &= _NOT_REMOVED
    held = turn_page(users, user, facts.request[i])
    single = facts.media[i] >= 0
    room = make_way(users, user, held, last - first + single)
    for slot in range(room):
        item = facts.items[first + slot] if first + slot < last else facts.media[i]
        users.shown[user, held + slot] = item
        users.shown_page[user, held + slot] = users.pages[user]
