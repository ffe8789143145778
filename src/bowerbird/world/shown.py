"""The fold of exposures: what a person's last pages held."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import NONE
from bowerbird.core.kernels import kernel
from bowerbird.world.incoming import Facts
from bowerbird.world.probe import Whole
from bowerbird.world.tables import PAGES, REMOVED, SHOWN, Users

_NOT_REMOVED = np.uint8(0xFF ^ REMOVED)


@kernel
def turn_page(users: Users, user: Whole, request: Whole) -> Whole:
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


@kernel
def fold_exposure(facts: Facts, i: Whole, users: Users) -> None:
    """Fold a page, or one slot of a page that an importer knew row by row."""
    user, single = facts.user[i], facts.media[i]
    if user < 0:
        return
    users.flags[user] &= _NOT_REMOVED
    held = turn_page(users, user, facts.request[i])
    shown, pages = users.shown[user], users.shown_page[user]
    old, old_pages = shown[held:].copy(), pages[held:].copy()
    page, length = users.pages[user], held
    for item in facts.items[facts.items_at[i] : facts.items_at[i + 1]]:
        if length < SHOWN and item >= 0:
            shown[length], pages[length] = item, page
            length += 1
    if single >= 0 and length < SHOWN:
        shown[length], pages[length] = single, page
        length += 1
    for j in range(len(old)):
        if length < SHOWN and old[j] != NONE and old_pages[j] > page - PAGES:
            shown[length], pages[length] = old[j], old_pages[j]
            length += 1
    shown[length:] = NONE
    pages[length:] = 0
