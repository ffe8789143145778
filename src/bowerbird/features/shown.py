"""What the person's last pages showed, so that a refresh is not the same page again."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.kernels import kernel
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import log_count
from bowerbird.features.topics import topic_of
from bowerbird.world.probe import Whole
from bowerbird.world.tables import SHOWN as SLOTS
from bowerbird.world.tables import Accounts, Media, Users

SHOWN = Family(
    "shown",
    (
        Feature("shown_before", "1 / pages ago it was last on, 0 where not on the last 3"),
        Feature("shown_account", "ln(1 + slots of the last 3 pages with its account)"),
        Feature("shown_topic", "share of the slots of the last 3 pages with its first topic"),
        Feature("shown_type", "share of the slots of the last 3 pages with its media type"),
    ),
    Cost.HISTORY,
)


@kernel
def fill_shown(
    media: Media, accounts: Accounts, users: Users, user: Whole, rows: I32, owners: I32, out: F32
) -> None:
    """Write the columns of the media `rows` of `owners` ([n], NONE for unknown) into `out`.

    `out` is [n, 4]; the media of pages that were exposed before the request count, each slot once.
    """
    slots = 0
    while user != NONE and slots < SLOTS and users.shown[user, slots] != NONE:
        slots += 1
    known = np.full((3, SLOTS), NONE, np.int64)  # owner, topic, type of what was shown
    for slot in range(slots):
        other = users.shown[user, slot]
        if 0 <= other < len(media.account):
            owner = media.account[other]
            known[0, slot] = owner
            known[1, slot] = topic_of(media, accounts, other, owner, 0)
            known[2, slot] = media.media_type[other]
    for i in range(len(rows) if slots else 0):
        if rows[i] == NONE:
            continue
        topic = topic_of(media, accounts, rows[i], owners[i], 0)
        same_account = same_topic = same_type = 0
        for slot in range(slots):
            other = users.shown[user, slot]
            if other == rows[i] and out[i, 0] == 0.0:
                ago = users.pages[user] - users.shown_page[user, slot]
                out[i, 0] = 1.0 / (1.0 + max(ago, 0))
            same_account += known[0, slot] != NONE and known[0, slot] == owners[i]
            same_topic += topic != NONE and known[1, slot] == topic
            same_type += known[2, slot] == media.media_type[rows[i]]
        out[i, 1] = log_count(same_account)
        out[i, 2] = same_topic / slots
        out[i, 3] = same_type / slots
