"""How near the candidate's account is to the accounts the person engaged with last."""

from __future__ import annotations

import math

import numpy as np

from bowerbird.core.facts import F32, I32, NONE, U8
from bowerbird.core.kernels import inner, kernel
from bowerbird.core.prefetch import fetch
from bowerbird.features.family import Cost, Family, Feature
from bowerbird.features.scales import VIEW
from bowerbird.features.vectors import Part
from bowerbird.world.probe import Whole
from bowerbird.world.tables import Arenas, Users

SEEDS = 20
LANES = 21  # the seeds, and their mean
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
    there: U8,
    turned: F32,
    nearest_too: bool,
    out: F32,
    seed: I32,
) -> None:
    """Write the columns of accounts with the vectors `turned` ([d, n]) into `out` ([n, 5]).

    `there` ([n]) is 1 for each that has one. The nearest of the person's accounts goes into `seed`
    ([n], NONE where there is none). It, and the columns that tell of it, are nine tenths of the
    work, and left out unless `nearest_too`.
    """
    width, n = turned.shape
    lanes = np.zeros((LANES, width), np.float32)
    accounts = np.empty(SEEDS, np.int32)
    seeds = fill_lanes(users, arenas, parts, user, lanes, accounts)
    for i in range(n):
        if there[i]:
            out[i, 3] = 0.0
        if seeds:
            out[i, 4] = 0.0
    if not seeds or width == 0:
        return
    near = np.empty((LANES, n), np.float32)
    product(turned, lanes[MEAN], near[MEAN])
    for lane in range(seeds if nearest_too else 0):
        product(turned, lanes[lane], near[lane])
    for i in range(n):
        if there[i]:
            out[i, 0] = near[MEAN, i]
            if nearest_too:
                best = nearest(near, i, seeds)
                out[i, 1] = near[best, i]
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
def turn(parts: tuple[Part, Part], accounts: I32) -> tuple[U8, F32]:
    """Return [n] 1 for each of `accounts` with a vector, and the vectors as columns ([d, n]).

    An account without one has zeros. All are asked for before any is read, so as to wait for memory
    once.
    """
    width, n = max(parts[0].vectors.shape[1], parts[1].vectors.shape[1]), len(accounts)
    which, line, there = np.empty(n, np.int64), np.empty(n, np.int64), np.zeros(n, np.uint8)
    for i in range(n):
        which[i], line[i] = where(parts, accounts[i])
        if line[i] != NONE:
            there[i] = 1
            fetch(parts[which[i]].vectors, line[i], 256)
    turned = np.empty((width, n), np.float32)
    for i in range(n):
        if line[i] == NONE:
            turned[:, i] = np.float32(0.0)
            continue
        vector = parts[which[i]].vectors[line[i]]
        for j in range(width):
            turned[j, i] = vector[j]
    return there, turned


@inner
def product(turned: F32, vector: F32, out: F32) -> None:
    """Write the product of each column of `turned` ([d, n]) with `vector` ([d]) into `out` ([n]).

    Candidates lie side by side, so that a processor works on eight at a time: three times as fast
    as one after the other. Each sum is added up in the order of the numbers of the vector, alone.
    """
    for i in range(len(out)):
        out[i] = np.float32(0.0)
    whole = len(vector) - len(vector) % 4
    for j in range(0, whole, 4):
        a, b, c, d = vector[j], vector[j + 1], vector[j + 2], vector[j + 3]
        for i in range(len(out)):
            total = (out[i] + a * turned[j, i]) + b * turned[j + 1, i]
            out[i] = (total + c * turned[j + 2, i]) + d * turned[j + 3, i]
    for j in range(whole, len(vector)):
        for i in range(len(out)):
            out[i] += vector[j] * turned[j, i]


@inner
def nearest(near: F32, i: Whole, seeds: Whole) -> int:
    """Return the first lane with the greatest cosine to candidate `i`."""
    best = 0
    for lane in range(1, seeds):
        if near[lane, i] > near[best, i]:
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
        if arenas.history_action[at] == VIEW:
            continue  # a short look is no engagement
        which, line = where(parts, account)
        if line == NONE or met_before(accounts, seeds, account):
            continue
        for j in range(lanes.shape[1]):
            lanes[seeds, j] = parts[which].vectors[line, j]
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
    for j in range(lanes.shape[1]):
        total = np.float32(0.0)
        for lane in range(seeds):
            total += lanes[lane, j]
        lanes[MEAN, j] = total
        square += float(total) * float(total)
    if square > 0.0:
        for j in range(lanes.shape[1]):
            lanes[MEAN, j] = lanes[MEAN, j] / math.sqrt(square)
