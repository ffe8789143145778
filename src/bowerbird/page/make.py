"""From a request to a page: run the program, fill what it left empty, say why, write the recipe."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from time import perf_counter

import numpy as np

from bowerbird.core.candidates import Candidates, Kind
from bowerbird.core.page import Item, Page, Recipe
from bowerbird.core.signals import Context
from bowerbird.features.compute import NAMES, SPARSE, Inputs
from bowerbird.features.geometry import GEOMETRY
from bowerbird.features.lift import VECTORS as LIFTS
from bowerbird.features.origin import ORIGIN
from bowerbird.features.seed import SEED
from bowerbird.igql.program import Program
from bowerbird.igql.run import Result, run
from bowerbird.page.cursor import MOST, write_cursor
from bowerbird.page.history import Engagement, newest_engagements
from bowerbird.page.items import items_of
from bowerbird.page.known import among
from bowerbird.page.reading import Reading
from bowerbird.page.request import Request

SIZE = "page_size"
"""The param of a program that `Request.size` overrides, where it has one."""


@dataclass(frozen=True, slots=True)
class Slate:
    """What a page shows, still as columns.

    Attributes:
        rows: [k] media, top slot first.
        sources: labels of the program's branches.
        fallen: [k] whether the fallback program filled the slot.
    """

    rows: Candidates
    sources: tuple[str, ...]
    fallen: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A page, and the runs that made it, for its trace.

    Attributes:
        page: the answer.
        runs: of the program, then of the fallback where it was needed.
        history: the person's newest engagements as the page read them, newest first.
    """

    page: Page
    runs: tuple[Result, ...]
    history: tuple[Engagement, ...]


def make_page(request: Request, reading: Reading) -> Made:
    """Return the page for `request`; never raises for what a person or the data did.

    A program that fails at run time leaves its page to the fallback, with a warning that says so.

    Raises:
        InputError: the cursor is not one that a page of this person gave.
    """
    started = perf_counter()
    context = Context(reading.ids.users.find(request.user_id), request.now, request.seed)
    reading.begin(request.user_id, request.cursor, request.late)
    result = _attempt(request.program, request.params, request, reading, context)
    runs = [result] if result else []
    slate = _slate(result, request.size, reading, context)
    if len(slate.rows) < request.size:
        filler = _attempt(request.fallback, {}, request, reading, context)
        runs += [filler] if filler else []
        slate = _filled(slate, filler, request.size, reading, context)
    items = items_of(slate.rows, slate.sources, slate.fallen, reading, context)
    warnings = [warning for run in runs for warning in run.warnings] + reading.warnings
    page = Page(
        request_id=request.request_id,
        user_id=request.user_id,
        now=request.now,
        offset=reading.offset,
        version=reading.version_number,
        items=items,
        fallback=any(item.fallback for item in items) or not items,
        warnings=tuple(dict.fromkeys(warnings)),
        recipe=_recipe(request, items, slate.rows, reading, context),
        cursor=_next(request, slate.rows, reading),
        took_ms=round(1_000 * (perf_counter() - started), 3),
    )
    return Made(page, tuple(runs), newest_engagements(reading, context.user))


def _attempt(
    program: Program,
    params: Mapping[str, float | int | str | bool],
    request: Request,
    reading: Reading,
    context: Context,
) -> Result | None:
    """Run `program`, or say in the page's warnings why it could not."""
    given = dict(params)
    if SIZE in program.params:
        given[SIZE] = request.size
    try:
        return run(program, reading, context, given)
    except Exception as error:  # whatever broke, the person gets a page and the operator a reason
        logging.getLogger(__name__).exception("program %s failed", program.sha256[:12])
        reading.warnings.append(f"the program failed and was skipped: {error}")
        return None


def _slate(result: Result | None, size: int, reading: Reading, context: Context) -> Slate:
    """Return the first `size` media of `result` that were not taken down nor shown, each once."""
    if result is None or result.rows.kind is not Kind.MEDIA:
        return Slate(Candidates(Kind.MEDIA, np.zeros(0, np.int32)), (), ())
    rows = result.rows
    gone = reading.compute(Kind.MEDIA, "removed", rows.rows, context).astype(np.bool_)
    gone |= among(reading.before, rows.rows)
    once = {row: at for at, row in reversed([*enumerate(rows.rows.tolist())])}
    known = np.zeros(len(rows), np.bool_)
    known[list(once.values())] = True
    kept = rows.take(np.flatnonzero(known & ~gone)[:size])
    return Slate(kept, result.sources, (False,) * len(kept))


def _filled(
    slate: Slate, filler: Result | None, size: int, reading: Reading, context: Context
) -> Slate:
    """Return `slate` with the media of `filler` that it lacks, up to `size`."""
    other = _slate(filler, size + len(slate.rows), reading, context)
    fresh = ~np.isin(other.rows.rows, slate.rows.rows)
    more = other.rows.take(np.flatnonzero(fresh)[: size - len(slate.rows)])
    rows = _concatenated(slate.rows, _shifted(more, len(slate.sources)))
    return Slate(rows, slate.sources + other.sources, slate.fallen + (True,) * len(more))


def _shifted(rows: Candidates, sources: int) -> Candidates:
    """Return `rows` with their branch numbers moved behind those of `sources` other branches."""
    if "source" not in rows.columns:
        return rows
    column = rows.columns["source"]
    moved = np.where(column >= 0, column + sources, column).astype(column.dtype)
    return rows.with_columns({"source": moved})


def _concatenated(first: Candidates, second: Candidates) -> Candidates:
    """Return both, with the columns of either; what one lacks is NaN, or -1 for whole numbers."""
    if not len(first):
        return second
    columns = {}
    for name in {**first.columns, **second.columns}:
        one, two = first.columns.get(name), second.columns.get(name)
        one = _absent(two, len(first)) if one is None else one
        two = _absent(one, len(second)) if two is None else two
        columns[name] = np.concatenate([one, two])
    return Candidates(Kind.MEDIA, np.concatenate([first.rows, second.rows]), columns)


def _absent(like: np.ndarray | None, n: int) -> np.ndarray:
    """Return [n] of "no value" in the dtype of `like`."""
    dtype = like.dtype if like is not None else np.dtype(np.float32)
    if dtype.kind == "f":
        return np.full(n, np.nan, dtype)
    return np.full(n, 255 if dtype.kind == "u" else (0 if dtype.kind == "b" else -1)).astype(dtype)


def _recipe(
    request: Request,
    items: Sequence[Item],
    rows: Candidates,
    reading: Reading,
    context: Context,
) -> Recipe:
    inputs = reading.inputs(rows, context)
    return Recipe(
        program=request.program.sha256,
        fallback_program=request.fallback.sha256,
        params=request.params,
        version=reading.version_number,
        offset=reading.offset,
        now=request.now,
        seed=request.seed,
        user=request.user_id,
        size=request.size,
        slate=tuple(item.media_id for item in items),
        fallback=tuple(item.fallback for item in items),
        propensity=tuple(item.propensity for item in items),
        cursor=request.cursor,
        late=tuple(reading.late),
        features=blake2b(
            inputs.dense.tobytes() + inputs.sparse.tobytes(), digest_size=16
        ).hexdigest(),
        logged=logged(inputs),
    )


def _next(request: Request, rows: Candidates, reading: Reading) -> str | None:
    """Return the cursor of the next page; None where this one found too little to fill it."""
    shown = np.concatenate([reading.before, rows.rows])
    if len(rows) < request.size or len(shown) >= MOST:
        return None
    return write_cursor(request.user_id, shown)


LOGGED = {name: NAMES.index(name) for name in (*(f.name for f in GEOMETRY.features), *LIFTS)}
LOGGED_SPARSE = {f.name: SPARSE.index(f.name) for f in (*SEED.features, *ORIGIN.features)}
"""The columns that depend on the Version or the program, by name: where they are."""


def logged(inputs: Inputs) -> dict[str, tuple[float, ...]]:
    """Return the columns of `LOGGED` and `LOGGED_SPARSE`: training cannot redo them."""
    dense = {name: inputs.dense[:, at] for name, at in LOGGED.items()}
    sparse = {name: inputs.sparse[:, at] for name, at in LOGGED_SPARSE.items()}
    return {name: tuple(column.tolist()) for name, column in {**dense, **sparse}.items()}
