"""The kernel of the Overlay: who was engaged with beside whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bowerbird.core.facts import F32, I32, I64, NONE, U8, FactKind, Flag
from bowerbird.core.kernels import kernel

EVENT = int(FactKind.EVENT)
MEDIA = int(FactKind.MEDIA)
TIME_KNOWN = int(Flag.TIME_KNOWN)
HANDFUL = 3
"""People who must have engaged before an account is given a vector; again at each doubling."""

ActionMask = U8
"""[256] uint8, 1 for the actions an embedding learns from."""


class People(NamedTuple):
    """The running session of each person."""

    ring: I32  # [U, RING] accounts, oldest first
    length: I32  # [U]
    ts: I64  # [U] epoch ms of its newest event


class Young(NamedTuple):
    """Accounts the Version has no vector for."""

    found: I32  # [A] line once there is a vector, NONE before
    line: I32  # [A] line from the first event on
    sums: F32  # [L, d] of the vectors beside it
    vectors: F32  # [L, d] unit length
    people: I32  # [L] runs of one person's events that added to the sum
    last: I32  # [L] the person who added last


class Near(NamedTuple):
    """Who is near whom: of young accounts those of the Version, and the other way round."""

    line: I32  # [A] line of each account, NONE for one with no list
    rows: I32  # [N, NEAR] accounts
    scores: F32  # [N, NEAR] cosine, descending
    length: I32  # [N]


YOUNG_LINES, NEAR_LINES = 0, 1
"""Where `Lines` counts the lines in use."""

Lines = I64
"""[2] int64."""

EXTRAS = 16
"""Young accounts kept in the list of one that the Version knows."""


@kernel
def _place(rows: I32, scores: F32, length: int, row: int, score: float) -> int:
    """Put (row, score) into a descending line, replacing `row`'s older place; return the length."""
    kept = 0
    for i in range(length):  # take the older place out
        if rows[i] != row:
            rows[kept] = rows[i]
            scores[kept] = scores[i]
            kept += 1
    at = kept
    while at > 0 and scores[at - 1] < score:
        at -= 1
    if at >= len(rows):
        return kept
    grown = min(kept + 1, len(rows))
    for i in range(grown - 1, at, -1):
        rows[i] = rows[i - 1]
        scores[i] = scores[i - 1]
    rows[at] = row
    scores[at] = score
    return grown


@kernel
def _near_line(near: Near, account: int, lines: Lines) -> int:
    """Return the account's line in `near`, a new one if it has none."""
    if near.line[account] == NONE:
        near.line[account] = lines[NEAR_LINES]
        lines[NEAR_LINES] += 1
    line: int = near.line[account]
    return line


@kernel
def _point(line: int, young: Young) -> bool:
    """Set the vector of a young line to its sum at length 1; false where the sum is nothing."""
    square = np.float32(0)
    for d in range(young.sums.shape[1]):
        square += young.sums[line, d] * young.sums[line, d]
    if square <= 0:
        return False
    norm = np.sqrt(square)
    for d in range(young.sums.shape[1]):
        young.vectors[line, d] = young.sums[line, d] / norm
    return True


@kernel
def _refresh(
    account: int, line: int, known: tuple[I32, I32, F32], young: Young, near: Near, lines: Lines
) -> None:
    """Give the young account its vector and neighbours, and tell the neighbours."""
    if not _point(line, young):
        return
    _, accounts, vectors = known
    young.found[account] = line
    mine = _near_line(near, account, lines)
    near.length[mine] = 0
    for i in range(len(accounts)):
        dot = np.float32(0)
        for d in range(vectors.shape[1]):
            dot += vectors[i, d] * young.vectors[line, d]
        filled = near.length[mine]
        if filled < near.rows.shape[1] or dot > near.scores[mine, filled - 1]:
            near.length[mine] = _place(
                near.rows[mine], near.scores[mine], filled, accounts[i], float(dot)
            )
    for n in range(near.length[mine]):
        theirs = _near_line(near, near.rows[mine, n], lines)
        near.length[theirs] = _place(
            near.rows[theirs, :EXTRAS],
            near.scores[theirs, :EXTRAS],
            near.length[theirs],
            account,
            near.scores[mine, n],
        )


@kernel
def _line_of(index: I32, account: int) -> int:
    return index[account] if account < len(index) else NONE


@kernel
def _learn(
    account: int,
    line: int,
    person: int,
    known: tuple[I32, I32, F32],
    young: Young,
    near: Near,
    lines: Lines,
) -> None:
    """Count one more run of a person's events; refresh at a handful and at each doubling."""
    if young.last[line] == person:
        return
    young.last[line] = person
    young.people[line] += 1
    people = young.people[line]
    while people > HANDFUL and people % 2 == 0:
        people //= 2
    if people == HANDFUL:
        _refresh(account, line, known, young, near, lines)


@kernel
def _add(young: Young, line: int, vector: F32) -> None:
    for d in range(len(vector)):
        young.sums[line, d] += vector[d]


@kernel
def _meet(
    person: int,
    account: int,
    people: People,
    known: tuple[I32, I32, F32],
    young: Young,
    near: Near,
    lines: Lines,
) -> None:
    """Let `account` and the session's accounts before it learn of each other."""
    mine = _line_of(known[0], account)
    for n in range(people.length[person]):
        other = people.ring[person, n]
        if other == account:
            continue
        theirs = _line_of(known[0], other)
        if mine == NONE and theirs != NONE:
            line = young.line[account]
            _add(young, line, known[2][theirs])
            _learn(account, line, person, known, young, near, lines)
        elif mine != NONE and theirs == NONE:
            line = young.line[other]
            _add(young, line, known[2][mine])
            _learn(other, line, person, known, young, near, lines)


@kernel
def _remember(people: People, person: int, account: int, ts: int) -> None:
    """Put `account` at the end of the person's running session."""
    length = people.length[person]
    people.ts[person] = max(people.ts[person], ts)
    if length > 0 and people.ring[person, length - 1] == account:
        return
    if length == people.ring.shape[1]:
        for i in range(length - 1):
            people.ring[person, i] = people.ring[person, i + 1]
        length -= 1
    people.ring[person, length] = account
    people.length[person] = length + 1


@kernel
def fold_overlay(
    columns: tuple[U8, I64, I32, I32, I32, U8, U8],
    config: tuple[ActionMask, int],
    owner: I32,
    people: People,
    known: tuple[I32, I32, F32],
    young: Young,
    near: Near,
    lines: Lines,
) -> None:
    """Fold facts in order.

    Args:
        columns: kind, ts, user, account, media, code, flags of the facts, [n] each.
        config: which actions count [256], and the gap in ms that ends a session.
        owner: [M] account of each media, written to as media facts pass.
        people: running sessions.
        known: the embedding: index [A], accounts [m], unit vectors [m, d].
        young: accounts without a vector of their own.
        near: lists of neighbours.
        lines: [2] lines in use of `young` and of `near`, written to.
    """
    kind, ts, user, account, media, code, flags = columns
    mask, gap = config
    for i in range(len(kind)):
        if kind[i] == MEDIA and media[i] != NONE and account[i] != NONE:
            owner[media[i]] = account[i]
        if kind[i] != EVENT or mask[code[i]] == 0 or user[i] == NONE:
            continue
        target = account[i]
        if target == NONE and media[i] != NONE:
            target = owner[media[i]]
        if target == NONE or flags[i] & TIME_KNOWN == 0:
            continue
        if ts[i] - people.ts[user[i]] > gap:
            people.length[user[i]] = 0
        if _line_of(known[0], target) == NONE and young.line[target] == NONE:
            young.line[target] = lines[YOUNG_LINES]
            lines[YOUNG_LINES] += 1
        _meet(user[i], target, people, known, young, near, lines)
        _remember(people, user[i], target, ts[i])
