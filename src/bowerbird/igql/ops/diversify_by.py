"""`diversify_by`: not the same account, or the same reason, again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.candidates import SEED, Candidates, Kind
from bowerbird.core.errors import did_you_mean
from bowerbird.core.facts import F32, F64, I64
from bowerbird.core.kernels import kernel
from bowerbird.core.signals import AGO, Context, Type
from bowerbird.igql.bind.scope import WORDS
from bowerbird.igql.bind.stream import Stream
from bowerbird.igql.diagnostics import Code
from bowerbird.igql.evaluate import stored
from bowerbird.igql.expression import Column, Expression, Literal, Signal, text_of
from bowerbird.igql.frame import PENALTY, SEED_ID, Frame
from bowerbird.igql.kernels.mmr import mmr
from bowerbird.igql.op import Arg, Call, Op, Rest, Shape
from bowerbird.igql.plan import Node
from bowerbird.igql.running import Run

LEAST, MOST = np.float32(np.finfo(np.float32).min), np.float32(np.finfo(np.float32).max)
METHODS = ("round_robin", "max_per", "penalty", "mmr")
IDS = (Type.ACCOUNT, Type.MEDIA, Type.USER)


@dataclass(frozen=True)
class DiversifyBy(Node):
    """The first `keep` rows, chosen so that no value of the columns crowds the others out.

    Attributes:
        at_most: rows that may share a value, for `max_per`.
        strength: share of a score's lead that each repeat takes off, for `penalty`; weight of
            likeness beside score, for `mmr`.
        memory: how much of a repeat one on the page before is, for `penalty`, and by how much less
            with each page further back; None for not at all.
        type_strength: as `strength`, of each row of the same media type; None for none.
        seed_strength: as `strength`, of the column `seed_id`; None for the same.
        media_type: of each row, where `type_strength` asks for it.
        embedding_config: whose vectors tell what is alike, for `mmr`; else None.
    """

    op: ClassVar[str] = "diversify_by"

    input: Node
    columns: tuple[Expression, ...]
    method: str
    keep: int
    at_most: int
    strength: float
    embedding_config: str | None = None
    memory: float | None = None
    type_strength: float | None = None
    seed_strength: float | None = None
    media_type: Expression | None = None


def _rule(call: Call) -> Stream | None:
    columns = tuple(call.expression(node, call.input) for node in call.placed)
    known = tuple(column for column in columns if column is not None)
    report = call.binder.report
    if not columns:
        message = "`diversify_by` names at least one column, such as `diversify_by(account_id)`"
        report.error(Code.MISSING_ARGUMENT, message, call.span)
    if not known or len(known) < len(columns):
        return None
    alike = call.values["method"] == "mmr"
    embedding = _embedding(call, known) if alike else None
    if alike and embedding is None:
        return None
    for column, place in zip(known, call.placed, strict=True):
        if isinstance(column, Literal) or (
            isinstance(column, Column) and column.name in call.input.constant
        ):
            message = f"`{text_of(column)}` is the same for every row: nothing to tell apart by it"
            help = "set it after the hop: `.liked().let(seed_id=account_id)`"
            report.warning(Code.CONSTANT_COLUMN, message, place.span, help)
    values = call.values
    keep: int = values["keep"]
    node = DiversifyBy(
        call.input.node,
        known,
        values["method"],
        keep,
        values["at_most"],
        values["strength"],
        embedding,
        values["memory"],
        values["type_strength"],
        _seed_strength(call, known),
        _media_type(call) if values["type_strength"] is not None else None,
    )
    rows = min(call.input.rows, keep)
    return call.input.then(node, rows=rows, columns={PENALTY: Type.NUMBER})


def _embedding(call: Call, columns: tuple[Expression, ...]) -> str | None:
    """Return the embedding that `mmr` compares by, None after noting what is wrong."""
    report, known = call.binder.report, call.binder.catalog.embeddings
    for column, place in zip(columns, call.placed, strict=True):
        if column.type is not Type.ACCOUNT:
            message = f"`mmr` compares accounts, and `{text_of(column)}` is {WORDS[column.type]}"
            help = "such as `diversify_by(account_id, method=mmr)`; other methods take any column"
            report.error(Code.WRONG_TYPE, message, place.span, help)
            return None
    name: str = call.values["embedding_config"] or "default"
    if name not in known:
        message = f"there is no embedding `{name}`"
        report.error(Code.UNKNOWN_EMBEDDING, message, call.span, did_you_mean(name, known))
        return None
    return name


def _seed_strength(call: Call, columns: tuple[Expression, ...]) -> float | None:
    """Return what a repeat of a seed takes; None, with a warning, where no column is a seed."""
    strength: float | None = call.values["seed_strength"]
    if strength is not None and not any(map(_is_seed, columns)):
        message = "`seed_strength` goes by the column `seed_id`, which is not one of those named"
        help = "such as `diversify_by(account_id, seed_id, seed_strength=0.1)`"
        call.binder.report.warning(Code.UNKNOWN_NAME, message, call.span, help)
        return None
    return strength


def _is_seed(column: Expression) -> bool:
    return isinstance(column, Column) and column.name in (SEED, SEED_ID)


def _media_type(call: Call) -> Expression | None:
    """Return the media type of a row; None, with a warning, where rows have none."""
    known = call.binder.catalog.signals.get(call.input.kind or Kind.MEDIA, {})
    if call.input.kind is Kind.MEDIA and known.get("media_type") is Type.MEDIA_TYPE:
        return Signal(Kind.MEDIA, "media_type", Type.MEDIA_TYPE)
    message = "`type_strength` goes by the signal `media_type`, which these rows do not have"
    call.binder.report.warning(Code.UNKNOWN_NAME, message, call.span)
    return None


@kernel
def _repeats(keys: Any, open: Any, chosen: int, repeats: Any) -> None:
    for c in range(len(keys)):
        value = keys[c, chosen]
        if value != -1:
            for i in range(len(open)):
                if open[i] and keys[c, i] == value:
                    repeats[c, i] += 1.0


@kernel
def _remember(keys: Any, shown: Any, weights: Any, repeats: Any) -> None:
    """Add to `repeats` [columns, n] the `weights` [m] of rows shown before with the same value."""
    for c in range(len(keys)):
        for r in range(len(weights)):
            value = shown[c, r]
            if value != -1:
                for i in range(keys.shape[1]):
                    if keys[c, i] == value:
                        repeats[c, i] += weights[r]


@kernel  # one loop over rows is one loop: to split it would be to pass its whole state
def _choose(  # noqa: C901
    scores: Any, keys: Any, keep: int, at_most: int, left: Any, repeats: Any
) -> Any:
    """Choose greedily; with `at_most` > 0 a value full up shuts a row out, else repeats cost.

    Each repeat in column c leaves the share `left[c]` of a score's lead. `repeats` [columns, n] are
    those at the start, and is written to.
    """
    n, columns = len(scores), len(keys)
    floor = np.float64(np.inf)
    for i in range(n):
        floor = min(floor, np.float64(scores[i]))
    open = np.ones(n, np.bool_)
    picks = np.empty(min(keep, n), np.int64)
    penalty = np.zeros(min(keep, n), np.float32)
    found = 0
    while found < len(picks):
        best, best_score, best_penalty = -1, 0.0, 0.0
        for i in range(n):
            if not open[i]:
                continue
            share, full = 1.0, False
            for c in range(columns):
                if repeats[c, i] > 0.0:
                    share *= left[c] ** repeats[c, i]
                full = full or (at_most > 0 and repeats[c, i] >= at_most)
            if full:
                open[i] = False
                continue
            score, off = np.float64(scores[i]), 0.0
            if at_most == 0 and share < 1.0:
                off = (score - floor) * (1.0 - share)
            if best < 0 or score - off > best_score:
                best, best_score, best_penalty = i, score - off, off
            if at_most > 0:
                break  # the rows stand best first: the first open one is the one
        if best < 0:
            break
        picks[found], penalty[found] = best, best_penalty
        open[best] = False
        found += 1
        _repeats(keys, open, best, repeats)
    return picks[:found], penalty[:found]


def keys_of(columns: tuple[Expression, ...], frame: Frame, run: Run) -> I64:
    """Return [columns, n] integers, equal where the values are; NONE stands for no value."""
    keys = np.empty((len(columns), len(frame)), np.int64)
    for i, column in enumerate(columns):
        values = stored(column, frame, run)
        if values.dtype.kind == "f":
            values = np.where(np.isnan(values), -1, values.astype(np.float64).view(np.int64))
        keys[i] = values
    return keys


def round_robin(keys: I64) -> NDArray[np.intp]:
    """Return positions: the first of every group, then the second of every group, and so on.

    Groups are equal combinations of keys ([columns, n]); they take turns in the order in which
    they appear.
    """
    _, group = np.unique(keys, axis=1, return_inverse=True)
    group = group.reshape(-1)
    by_group = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[by_group], group[by_group], side="left")
    turn = np.empty(len(group), np.int64)
    turn[by_group] = np.arange(len(group)) - starts
    first = np.empty(len(group), np.int64)
    first[by_group] = by_group[starts]
    return np.lexsort((first, turn))


def run_diversify_by(node: DiversifyBy, run: Run) -> Frame:
    """Return the rows chosen, in the order chosen; `penalty` says what was taken off each."""
    frame = run.frame(node.input)
    if not len(frame):
        return frame.set({PENALTY: np.empty(0, np.float32)})
    keys = keys_of(node.columns, frame, run)
    if node.method == "round_robin":
        picks = round_robin(keys)[: node.keep]
        return frame.take(picks, {PENALTY: np.zeros(len(picks), np.float32)})
    if node.embedding_config is not None:
        near = mmr(frame.score, keys, node.embedding_config, node.keep, node.strength, run)
        return frame.take(near[0], {PENALTY: near[1]})
    return _greedy(node, frame, keys, run)


def _greedy(node: DiversifyBy, frame: Frame, keys: I64, run: Run) -> Frame:
    """Return the rows that `max_per` or `penalty` choose."""
    at_most = node.at_most if node.method == "max_per" else 0
    of_seeds = node.strength if node.seed_strength is None else node.seed_strength
    columns = node.columns
    left = [1 - (of_seeds if _is_seed(column) else node.strength) for column in columns]
    if not at_most and node.media_type is not None and node.type_strength is not None:
        columns, left = (*columns, node.media_type), [*left, 1 - node.type_strength]
        keys = np.concatenate([keys, keys_of((node.media_type,), frame, run)])
    repeats = np.zeros(keys.shape)
    if not at_most and node.memory:
        remember(columns, node.memory, frame, keys, repeats, run)
    scores: F32 = np.minimum(np.fmax(frame.score, LEAST), MOST)  # one that is missing is LEAST
    picks, penalty = _choose(scores, keys, node.keep, at_most, np.array(left), repeats)
    return frame.take(picks, {PENALTY: penalty})


def remember(
    columns: tuple[Expression, ...], memory: float, frame: Frame, keys: I64, repeats: F64, run: Run
) -> None:
    """Add to `repeats` [columns, n] what the person's last pages showed of the values of `keys`.

    One on the newest page is `memory` of a repeat, one on the page before that `memory` ** 2.
    """
    known: Callable[[Context], Candidates] | None = getattr(run.signals, "shown", None)
    if known is None or frame.kind is not Kind.MEDIA:
        return
    shown = known(run.context)
    before = Frame(Kind.MEDIA, shown.rows, {SEED: shown.columns[SEED]})
    weights = memory ** (1.0 + shown.columns[AGO])
    _remember(keys, keys_of(columns, before, run), weights, repeats)


DIVERSIFY_BY = Op(
    "diversify_by",
    (Kind.ACCOUNTS, Kind.MEDIA),
    None,
    (
        Arg("method", Shape.OPTION, "penalty", options=METHODS),
        Arg("keep", Shape.WHOLE, 500, 1, 1000),
        Arg("at_most", Shape.WHOLE, 2, 1, 1000),
        Arg("strength", Shape.NUMBER, 0.3, 0, 1),
        Arg("embedding_config", Shape.EMBEDDING, None),
        Arg("memory", Shape.NUMBER, None, 0, 1),
        Arg("type_strength", Shape.NUMBER, None, 0, 1),
        Arg("seed_strength", Shape.NUMBER, None, 0, 1),
    ),
    _rule,
    DiversifyBy,
    run_diversify_by,
    rest=Rest.PLACED,
)
