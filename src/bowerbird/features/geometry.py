"""How near the candidate's account is to the accounts the person engaged with last."""

from __future__ import annotations

import math

import numpy as np

from bowerbird.core.facts import F32, I32, NONE
from bowerbird.core.kernels import inner, kernel
from bowerbird.core.prefetch import fetch
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.vectors import Part
from bowerbird.world.probe import Whole
from bowerbird.world.tables import Arenas, Users

SEEDS = 20
LANES = 24  # the seeds, their mean, and padding to whole vector registers
MEAN = 20

GEOMETRY = Family(
    "geometry",
    (
        Feature("geometry_mean", "cosine to the mean of the person's last 20 accounts"),
        Feature("geometry_best", "cosine to the nearest of them"),
        Feature("geometry_recency", "1 / (1 + how many accounts ago that one was)"),
        Feature("geometry_unknown", "1 where the account has no vector", 1.0),
        Feature("geometry_person_unknown", "1 where none of the 20 has one", 1.0),
    ),
    Cost.HISTORY,
)


@kernel
def fill_geometry(
    users: Users,
    arenas: Arenas,
    parts: tuple[Part, Part],
    user: Whole,
    owners: I32,
    nearest_too: bool,
    out: F32,
    seed: I32,
) -> None:
    """Write the columns of the accounts `owners` ([n], NONE for unknown) into `out` ([n, 5]).

    The nearest of the person's accounts goes into `seed` ([n], NONE where there is none). It, and
    the columns that tell of it, are nine tenths of the work, and left out unless `nearest_too`.

    The cosines of one candidate with all seeds run side by side, number by number of the vector:
    as fast as a product of matrices, and each sum is always added up in the same order.
    """
    width = max(parts[0].vectors.shape[1], parts[1].vectors.shape[1])
    lanes = np.zeros((width, LANES), np.float32)
    accounts = np.empty(SEEDS, np.int32)
    seeds = fill_lanes(users, arenas, parts, user, lanes, accounts)
    near = np.empty(LANES, np.float32)
    for i in range(len(owners)):  # all at once, so as to wait for memory once
        which, line = where(parts, owners[i])
        if line != NONE:
            fetch(parts[which].vectors, line, 256)
    for i in range(len(owners)):
        if seeds:
            out[i, 4] = 0.0
        which, line = where(parts, owners[i])
        if line == NONE:
            continue
        out[i, 3] = 0.0
        if seeds and not nearest_too:
            out[i, 0] = cosine(parts[which].vectors[line], lanes[:, MEAN])
        elif seeds:
            cosines(parts[which].vectors[line], lanes, near, seeds)
            best = nearest(near, seeds)
            out[i, 0] = near[MEAN]
            out[i, 1] = near[best]
            out[i, 2] = 1.0 / (1.0 + best)
            seed[i] = accounts[best]


@inner
def where(parts: tuple[Part, Part], account: Whole) -> tuple[int, int]:
    """Return which part has a vector of `account` and on which line, NONE where neither has."""
    if account != NONE:
        for which in range(2):
            lines = parts[which].lines
            if account < len(lines) and 0 <= lines[account] < len(parts[which].vectors):
                return which, lines[account]
    return 0, NONE


@inner
def cosine(vector: F32, lane: F32) -> np.float32:
    """Return the product of two vectors, added up in the order that `cosines` adds a lane up in."""
    total = np.float32(0.0)
    for j in range(len(vector)):
        total += vector[j] * lane[j]
    return total


@inner
def cosines(vector: F32, lanes: F32, near: F32, seeds: Whole) -> None:
    """Write the product of `vector` ([d]) with each lane of `lanes` ([d, LANES]) into `near`.

    Eight lanes at a time, in as many numbers by name, which a compiler keeps in one register of
    the processor: twice as fast as through an array, and the sums are the same to the bit. Lanes
    beyond `seeds` other than the mean's are not worked out.
    """
    for at in range(0, LANES, 8):
        if seeds <= at and not at <= MEAN < at + 8:
            continue
        a = b = c = d = e = f = g = h = np.float32(0.0)
        for j in range(len(vector)):
            v = vector[j]
            a += v * lanes[j, at]
            b += v * lanes[j, at + 1]
            c += v * lanes[j, at + 2]
            d += v * lanes[j, at + 3]
            e += v * lanes[j, at + 4]
            f += v * lanes[j, at + 5]
            g += v * lanes[j, at + 6]
            h += v * lanes[j, at + 7]
        near[at], near[at + 1], near[at + 2], near[at + 3] = a, b, c, d
        near[at + 4], near[at + 5], near[at + 6], near[at + 7] = e, f, g, h


@inner
def nearest(near: F32, seeds: Whole) -> int:
    """Return the first lane with the greatest cosine."""
    best = 0
    for lane in range(1, seeds):
        if near[lane] > near[best]:
            best = lane
    return best


@inner
def fill_lanes(
    users: Users,
    arenas: Arenas,
    parts: tuple[Part, Part],
    user: Whole,
    lanes: F32,
    accounts: I32,
) -> int:
    """Write the vectors of the person's last distinct accounts, newest first, and their mean.

    `accounts` ([SEEDS]) is room to note which they are.
    Returns how many of the first `SEEDS` lanes are filled; accounts without a vector are passed
    over, those between keep no place.
    """
    seeds = 0
    if user == NONE:
        return seeds
    first, last = users.history_at[user], users.history_at[user] + users.history_len[user]
    for at in range(last - 1, first - 1, -1):
        account = arenas.history_account[at]
        which, line = where(parts, account)
        if line == NONE or met_before(accounts, seeds, account):
            continue
        for j in range(len(lanes)):
            lanes[j, seeds] = parts[which].vectors[line, j]
        accounts[seeds] = account
        seeds += 1
        if seeds == SEEDS:
            break
    add_mean(lanes, seeds)
    return seeds


@inner
def met_before(accounts: I32, filled: Whole, account: Whole) -> bool:
    """Return whether `account` is among the first `filled`."""
    met = False
    for k in range(filled):
        met |= accounts[k] == account
    return met


@inner
def add_mean(lanes: F32, seeds: Whole) -> None:
    """Write the mean of the filled lanes, at length 1, into lane `MEAN`."""
    square = 0.0
    for j in range(len(lanes)):
        total = np.float32(0.0)
        for lane in range(seeds):
            total += lanes[j, lane]
        lanes[j, MEAN] = total
        square += float(total) * float(total)
    if square > 0.0:
        for j in range(len(lanes)):
            lanes[j, MEAN] = lanes[j, MEAN] / math.sqrt(square)
