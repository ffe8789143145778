"""Fetching what a later event will touch while an earlier one is folded.

The rows of an event lie anywhere in gigabytes, and waiting for memory is most of the fold of a
large World. Nothing is changed here: without this file the World is the same, and slower.
"""

from __future__ import annotations

from bowerbird.core.facts import I32
from bowerbird.core.kernels import fused
from bowerbird.core.prefetch import fetch
from bowerbird.world.incoming import Facts
from bowerbird.world.probe import Whole, media_slot, pair_slot
from bowerbird.world.records import Lines

FAR = 16
"""Events ahead of which the lines of media and people are fetched."""

NEAR = 8
"""Events ahead of which what those lines point at is fetched."""


@fused
def fetch_far(facts: Facts, i: Whole, media: Lines, users: Lines) -> None:
    """Fetch the lines of the media and the person of fact `i`, if there is one."""
    if i < len(facts.kind):
        if facts.media[i] >= 0:
            fetch(media, facts.media[i], 128)
        if facts.user[i] >= 0:
            fetch(users, facts.user[i], 197)


@fused
def fetch_near(
    facts: Facts,
    i: Whole,
    media: Lines,
    accounts: Lines,
    users: Lines,
    history: Lines,
    pairs: Lines,
    seen: I32,
) -> None:
    """Fetch what the lines of fact `i` point at: account, pair, end of history, place in seen."""
    if i >= len(facts.kind):
        return
    m, a, u = facts.media[i], facts.account[i], facts.user[i]
    if a < 0 and m >= 0:
        a = media.account[m]
    if a >= 0:
        fetch(accounts, a, 256)
    if u < 0:
        return
    if a >= 0:
        key = (u << 32) | a
        fetch(pairs, pair_slot(key, len(pairs) - 1), 96)  # of three, that the probe may pass
    if users.history_cap[u] > 0:
        end = users.history_at[u] + users.history_len[u]
        fetch(history, min(end, len(history) - 1), 24)
    if users.seen_cap[u] > 0 and m >= 0:
        fetch(seen, users.seen_at[u] + media_slot(m, users.seen_cap[u] - 1), 4)
