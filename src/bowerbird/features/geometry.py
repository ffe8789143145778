"""How near the candidate's account is to the accounts the person engaged with last."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bowerbird.core.facts import F32, I32, NONE, U8
from bowerbird.core.kernels import fused, inner, kernel
from bowerbird.core.prefetch import peek
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
    near = np.empty(n, np.float32)
    product(turned, lanes[MEAN], near)
    for i in range(n):
        if there[i]:
            out[i, 0] = near[i]
    if nearest_too:
        fill_nearest(turned, lanes[:seeds], accounts, there, near, out, seed)


@inner
def fill_nearest(
    turned: F32, lanes: F32, accounts: I32, there: U8, near: F32, out: F32, seed: I32
) -> None:
    """Write the nearest of `lanes` ([k, d], of `accounts`), by `near` ([n], room for cosines)."""
    high, best = np.full(len(near), np.float32(-np.inf)), np.zeros(len(near), np.int32)
    for lane in range(len(lanes)):
        product(turned, lanes[lane], near)
        keep_nearer(near, lane, high, best)
    for i in range(len(near)):
        if there[i]:
            out[i, 1] = high[i]
            out[i, 2] = 1.0 / (1.0 + best[i])
            seed[i] = accounts[best[i]]


@fused
def line_in(part: Part, account: Whole) -> Any:
    """Return the line of the vector of `account` in one part, NONE where it has none."""
    if 0 <= account < len(part.lines):
        line = part.lines[account]
        if 0 <= line < len(part.vectors):
            return line
    return np.int32(NONE)


@fused
def where(parts: tuple[Part, Part], account: Whole) -> tuple[Any, Any]:
    """Return the line of `account` in either part, NONE for none; of the first part, if in both."""
    one, two = parts
    line = line_in(one, account)
    if line != NONE:
        return line, np.int32(NONE)
    return np.int32(NONE), line_in(two, account)


@fused
def ask_vector(parts: tuple[Part, Part], lines: tuple[Whole, Whole]) -> None:
    """Ask for the vector that `where` found."""
    one, two = parts
    if lines[0] != NONE:
        peek(one.vectors, lines[0], 256)
    elif lines[1] != NONE:
        peek(two.vectors, lines[1], 256)


@fused
def turn_in(part: Part, line: Any, turned: F32, i: Any) -> None:
    """Write one vector into column `i` of `turned`."""
    for j in range(np.uint64(turned.shape[0])):
        turned[j, i] = part.vectors[line, j]


@inner
def turn(parts: tuple[Part, Part], accounts: I32) -> tuple[U8, F32]:
    """Return [n] 1 for each of `accounts` with a vector, and the vectors as columns ([d, n]).

    An account without one has zeros. All are asked for before any is read, so as to wait for memory
    once.
    """
    one, two = parts
    width, n = max(one.vectors.shape[1], two.vectors.shape[1]), len(accounts)
    first, second = np.empty(n, np.int32), np.empty(n, np.int32)
    there = np.zeros(n, np.uint8)
    for i in range(n):
        first[i], second[i] = where(parts, accounts[i])
        ask_vector(parts, (first[i], second[i]))
        there[i] = first[i] != NONE or second[i] != NONE
    turned = np.empty((width, n), np.float32)
    for i in range(np.uint64(n)):
        if first[i] != NONE:
            turn_in(one, np.uint64(first[i]), turned, i)
        elif second[i] != NONE:
            turn_in(two, np.uint64(second[i]), turned, i)
        else:
            for j in range(width):
                turned[j, i] = np.float32(0.0)
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
def keep_nearer(near: F32, lane: Whole, high: F32, best: I32) -> None:
    """Note the greatest cosine so far of each candidate ([n]), and the first lane that has it."""
    for i in range(len(near)):
        nearer = near[i] > high[i]
        high[i] = near[i] if nearer else high[i]
        best[i] = np.int32(lane) if nearer else best[i]


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
    seeds, (one, two) = 0, parts
    if user == NONE:
        return seeds
    first, last = users.history_at[user], users.history_at[user] + users.history_len[user]
    for at in range(last - 1, first - 1, -1):
        account = arenas.history_account[at]
        if arenas.history_action[at] == VIEW:
            continue  # a short look is no engagement
        first_line, second_line = where(parts, account)
        known = first_line != NONE or second_line != NONE
        if not known or met_before(accounts, seeds, account):
            continue
        for j in range(lanes.shape[1]):
            if first_line != NONE:
                lanes[seeds, j] = one.vectors[first_line, j]
            else:
                lanes[seeds, j] = two.vectors[second_line, j]
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
