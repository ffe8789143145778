"""What the person engages with more often than with other things that they saw.

A share of engagements says as much about what a person was shown as about what they like. Here
each engagement is held against what was seen: a topic that makes up a tenth of what a person saw
and a third of what they engaged with lifts its media, one they pass over lowers them. Once over all
that is known of the person, and once over the running session: what they are in the mood for.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.kernels import fused, inner
from bowerbird.core.prefetch import peek
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.geometry import ask_vector, product, where
from bowerbird.features.scales import VIEW
from bowerbird.features.taste import TYPES
from bowerbird.features.topics import topic_of
from bowerbird.features.vectors import Part
from bowerbird.world.probe import Whole
from bowerbird.world.rules import SESSION_GAP
from bowerbird.world.tables import HISTORY, SHOWN, TOPICS, Accounts, Arenas, Media, Tables, Users

SAMPLE = 512
"""Slots of the person's set of seen media that are looked at: hashed, so a fair sample."""

SURE, SOON = 6.0, 1.0
"""Engagements as expected that everything is given for nothing: ever, and in a session."""

VECTORS = ("lift_vector", "lift_now_vector")
"""The columns that depend on a Version: pages log them with their exposure."""

LIFT = Family(
    "lift",
    (
        Feature("lift_topic", "ln(engagements / as many as its share of the seen), of its topics"),
        Feature("lift_type", "the same of its media type"),
        Feature(VECTORS[0], "cosine to the mean of the engaged, less that to the mean seen"),
        Feature("lift_now_topic", "as lift_topic, of the running session and the last 3 pages"),
        Feature("lift_now_type", "as lift_type, of the same"),
        Feature(VECTORS[1], "as lift_vector, of the same"),
    ),
    Cost.HISTORY,
)


@inner
def fill_lift(
    tables: Tables,
    parts: tuple[Part, Part],
    turned: F32,
    user: Whole,
    rows: I32,
    owners: I32,
    now: Whole,
    out: F32,
) -> None:
    """Write the columns of the media `rows` of `owners` ([n], NONE for unknown) into `out`.

    Their accounts' vectors are `turned` ([d, n]); `out` is [n, 6]. All are 0 where nothing was
    seen, or nothing engaged with.
    """
    if user == NONE:
        return
    users, arenas, media, accounts = tables.users, tables.arenas, tables.media, tables.accounts
    past = np.empty(max(SAMPLE, SHOWN) + HISTORY, np.int32)
    seen = sample_seen(users, arenas, user, past)
    stop = seen + engaged(users, arenas, user, 0, past[seen:])
    fill_lifts(media, accounts, parts, turned, past[:stop], seen, SURE, rows, owners, out[:, :3])
    if users.session_ts[user] <= 0 or now - users.last_ts[user] > SESSION_GAP:
        return
    seen = shown(media, users, user, past)
    stop = seen + engaged(users, arenas, user, users.session_ts[user], past[seen:])
    fill_lifts(media, accounts, parts, turned, past[:stop], seen, SOON, rows, owners, out[:, 3:])


@inner
def sample_seen(users: Users, arenas: Arenas, user: Whole, past: I32) -> int:
    """Write media that the person saw into `past`, and return how many."""
    found, first = 0, users.seen_at[user]
    for slot in range(min(users.seen_cap[user], SAMPLE)):
        row = arenas.seen[first + slot]
        if row != NONE:
            past[found] = row
            found += 1
    return found


@inner
def shown(media: Media, users: Users, user: Whole, past: I32) -> int:
    """Write the media of the person's last pages into `past`, and return how many."""
    found = 0
    for slot in range(SHOWN):
        row = users.shown[user, slot]
        if 0 <= row < len(media.account):
            past[found] = row
            found += 1
    return found


@inner
def engaged(users: Users, arenas: Arenas, user: Whole, since: Whole, past: I32) -> int:
    """Write the media of the history that were more than looked at; return how many.

    Since when they count is in epoch ms, 0 for all, those of made-up times among them.
    """
    found, first = 0, users.history_at[user]
    for at in range(first, first + users.history_len[user]):
        late = since > 0 and (arenas.history_known[at] == 0 or arenas.history_ts[at] < since)
        if arenas.history_action[at] != VIEW and arenas.history_media[at] != NONE and not late:
            past[found] = arenas.history_media[at]
            found += 1
    return found


@inner
def fill_lifts(
    media: Media,
    accounts: Accounts,
    parts: tuple[Part, Part],
    turned: F32,
    past: I32,
    seen: Whole,
    strength: float,
    rows: I32,
    owners: I32,
    out: F32,
) -> None:
    """Write 3 columns; the first `seen` of `past` ([p]) were seen, the rest engaged with."""
    if seen == 0 or len(past) == seen:
        return
    posters = np.empty(len(past), np.int32)
    for i in range(len(past)):  # all are asked for before any is read
        peek(media.account, past[i], 4)
        peek(media.topics, past[i], 16)
    for i in range(len(past)):
        posters[i] = media.account[past[i]]
        ask_vector(parts, where(parts, posters[i]))
    fill_topic_lift(media, accounts, past, posters, seen, strength, rows, owners, out)
    fill_type_lift(media, past, seen, strength, rows, out)
    fill_vector_lift(parts, turned, posters, seen, strength, out)


@inner
def fill_topic_lift(
    media: Media,
    accounts: Accounts,
    past: I32,
    posters: I32,
    seen: Whole,
    strength: float,
    rows: I32,
    owners: I32,
    out: F32,
) -> None:
    """Write column 0: the mean over the topics of each media."""
    slots = 64
    while slots <= TOPICS * len(past):
        slots *= 2  # a power of two, and more than there can be topics
    known, sums, told = np.full(slots, NONE, np.int32), np.zeros((slots, 2)), np.zeros(2)
    for i in range(len(past)):
        which, topics = int(i >= seen), topics_of(media, accounts, past[i], posters[i])
        told[which] += 1.0 if topics else 0.0
        for t in range(topics):
            topic = topic_of(media, accounts, past[i], posters[i], t)
            slot = slot_of(topic, known)
            known[slot] = topic
            sums[slot, which] += 1.0 / topics
    lifts = np.zeros(slots)
    for slot in range(slots):
        if known[slot] != NONE:
            lifts[slot] = lift(sums[slot, 1], sums[slot, 0], told[1], told[0], strength)
    for i in range(len(rows)):
        topics, total = 0, 0.0
        while topics < TOPICS:
            topic = topic_of(media, accounts, rows[i], owners[i], topics)
            if topic == NONE:
                break
            total += lifts[slot_of(topic, known)]
            topics += 1
        if topics:
            out[i, 0] = total / topics


@inner
def fill_type_lift(
    media: Media, past: I32, seen: Whole, strength: float, rows: I32, out: F32
) -> None:
    """Write column 1."""
    sums, told, lifts = np.zeros((TYPES, 2)), np.zeros(2), np.empty(TYPES)
    for i in range(len(past)):
        form = media.media_type[past[i]]
        if form < TYPES:
            sums[form, int(i >= seen)] += 1.0
            told[int(i >= seen)] += 1.0
    for form in range(TYPES):
        lifts[form] = lift(sums[form, 1], sums[form, 0], told[1], told[0], strength)
    for i in range(len(rows)):
        form = media.media_type[rows[i]] if rows[i] != NONE else TYPES
        if form < TYPES:
            out[i, 1] = lifts[form]


@inner
def fill_vector_lift(
    parts: tuple[Part, Part], turned: F32, posters: I32, seen: Whole, strength: float, out: F32
) -> None:
    """Write column 2; few engagements count for less."""
    width, n = turned.shape
    if width == 0:
        return
    toward, engagements = np.zeros(width, np.float32), len(posters) - seen
    one, two = parts
    for i in range(len(posters)):
        first, second = where(parts, posters[i])
        share = np.float32(-1.0 / seen if i < seen else 1.0 / engagements)
        if first != NONE:
            add_vector(one, first, share, toward)
        elif second != NONE:
            add_vector(two, second, share, toward)
    for j in range(width):
        toward[j] *= np.float32(engagements / (engagements + strength))
    near = np.empty(n, np.float32)
    product(turned, toward, near)
    for i in range(n):
        out[i, 2] = near[i]


@fused
def add_vector(part: Part, line: Whole, share: Any, toward: F32) -> None:
    """Add the share of one vector to `toward` ([d])."""
    for j in range(part.vectors.shape[1]):
        toward[j] += share * part.vectors[line, j]


@fused
def lift(done: float, met: float, all_done: float, all_met: float, strength: float) -> float:
    """Return ln of engagements over those expected of its share of the seen, both smoothed."""
    expected = met * all_done / all_met if all_met > 0.0 else 0.0
    return math.log((done + strength) / (expected + strength))


@fused
def topics_of(media: Media, accounts: Accounts, row: Whole, owner: Whole) -> int:
    """Return how many topics a media has, or its account where it has none."""
    topics = 0
    while topics < TOPICS and topic_of(media, accounts, row, owner, topics) != NONE:
        topics += 1
    return topics


@fused
def slot_of(topic: Whole, known: I32) -> int:
    """Return the slot of `topic`, or the free one that it would take."""
    mask = len(known) - 1
    slot = int(topic * 40_503) & mask
    while known[slot] != NONE and known[slot] != topic:
        slot = (slot + 1) & mask
    return slot
