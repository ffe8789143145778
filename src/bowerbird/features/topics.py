"""Whether the candidate is about what the person engages with."""

from __future__ import annotations

import numpy as np

from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.kernels import fused, inner, kernel
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import VIEW
from bowerbird.world.probe import Whole
from bowerbird.world.tables import HIDDEN, TOPICS, Accounts, Arenas, Media, Users

LOOK_BACK = 64
POSTS = 8
"""Newest media of an account without topics that are asked for theirs."""
SMOOTHING = 4.0  # engagements with nothing in particular everyone is given

TOPIC = Family(
    "topics",
    (
        Feature("topic_main", "share of the last 64 engagements about its first topic"),
        Feature("topic_best", "the same, of its best matching topic"),
        Feature("topic_unknown", "1 where neither media nor account has a topic", 1.0),
        Feature("topic_hidden", "1 where the person hid one of its topics"),
    ),
    Cost.HISTORY,
)


@kernel
def fill_topics(
    media: Media,
    accounts: Accounts,
    users: Users,
    arenas: Arenas,
    user: Whole,
    rows: I32,
    owners: I32,
    out: F32,
) -> None:
    """Write the columns of the media `rows` of `owners` ([n], NONE for unknown) into `out`.

    A media without topics has those of its account, one of an account without topics those of the
    account's newest media that has some. `out` is [n, 4].
    """
    known = np.empty(LOOK_BACK * TOPICS, np.int32)
    times = np.zeros(LOOK_BACK * TOPICS, np.int32)
    filled, told = recent_topics(media, accounts, users, arenas, user, known, times)
    for i in range(len(rows)):
        for t in range(TOPICS):
            topic = topic_of(media, accounts, rows[i], owners[i], t)
            if topic == NONE:
                break
            share = count_of(topic, known, times, filled) / (told + SMOOTHING)
            if t == 0:
                out[i, 0] = share
                out[i, 2] = 0.0
            out[i, 1] = max(out[i, 1], np.float32(share))
            if is_hidden(users, user, topic):
                out[i, 3] = 1.0


@fused
def topic_of(media: Media, accounts: Accounts, row: Whole, owner: Whole, t: Whole) -> Whole:
    """Return topic number `t` of a media, or of its account where it has none; NONE after them."""
    if row != NONE and media.topics[row, 0] != NONE:
        return int(media.topics[row, t])
    if owner == NONE:
        return NONE
    if accounts.topics[owner, 0] != NONE:
        return int(accounts.topics[owner, t])
    for k in range(min(accounts.posted_len[owner], POSTS)):
        post = accounts.posted[owner, k]
        if media.topics[post, 0] != NONE:
            return int(media.topics[post, t])
    return NONE


@fused
def is_hidden(users: Users, user: Whole, topic: Whole) -> bool:
    """Return whether the person asked not to see `topic`."""
    hidden = False
    for k in range(HIDDEN if user != NONE else 0):
        hidden |= users.hidden_topics[user, k] == topic
    return hidden


@fused
def count_of(topic: Whole, known: I32, times: I32, filled: Whole) -> int:
    """Return how often `topic` was met."""
    for k in range(filled):
        if known[k] == topic:
            return int(times[k])
    return 0


@inner
def recent_topics(
    media: Media,
    accounts: Accounts,
    users: Users,
    arenas: Arenas,
    user: Whole,
    known: I32,
    times: I32,
) -> tuple[int, int]:
    """Fill `known` and `times` with the distinct topics of the last `LOOK_BACK` engagements.

    A short look is none. Returns how many are filled, and how many engagements had a topic at all.
    """
    filled = told = met = 0
    if user == NONE:
        return filled, told
    first = users.history_at[user]
    for at in range(first + users.history_len[user] - 1, first - 1, -1):
        if arenas.history_action[at] == VIEW:
            continue
        met += 1
        row, owner = arenas.history_media[at], arenas.history_account[at]
        told += topic_of(media, accounts, row, owner, 0) != NONE
        for t in range(TOPICS):
            topic = topic_of(media, accounts, row, owner, t)
            if topic == NONE:
                break
            k = 0
            while k < filled and known[k] != topic:
                k += 1
            known[k] = topic
            times[k] += 1
            filled = max(filled, k + 1)
        if met == LOOK_BACK:
            break
    return filled, told
