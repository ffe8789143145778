"""Random programs on random Worlds: the engine, the engine without its optimiser, plain Python."""

from __future__ import annotations

import math
import sys
from random import Random
from time import perf_counter, process_time

import numpy as np
import pytest

from bowerbird.core.signals import Context
from bowerbird.igql.check import check as diagnose
from bowerbird.igql.diagnostics import ProgramError, Severity
from bowerbird.igql.estimate import estimates
from bowerbird.igql.frame import absent
from bowerbird.igql.program import NO_PARAMS, Program, compile_program
from bowerbird.igql.run import RUNNERS, Result, execute, finish
from bowerbird.igql.running import Run
from tests.igql.naive import Naive
from tests.igql.random_programs import Programs
from tests.igql.test_properties import WORDS, equal
from tests.igql.tiny import CATALOG, NOW, Tiny, society

TOO_LARGE = {"too-long", "too-deep", "too-many-steps", "too-many-rows", "too-much-work"}
WORLDS = [society(seed, users=6, accounts=24, per_account=4) for seed in range(12)]


def naive(
    program: Program, world: Tiny, context: Context
) -> tuple[list[int], dict[str, list[float]]]:
    bound = program.ready(NO_PARAMS).bound
    rows = Naive(world, context, bound.sources).rows(bound.stream.node)
    columns = {}
    for name, type in bound.stream.columns.items():
        values = [row.get(name) for row in rows]
        columns[name] = np.array(values, absent(name, type)[0]).tolist()
    return [row.row for row in rows], columns


def close(one: float, two: float) -> bool:
    """Equal as float32, or one rounding apart: a sum of logarithms may round either way."""
    return (
        one == two or (math.isnan(one) and math.isnan(two)) or math.isclose(one, two, rel_tol=3e-7)
    )


def agrees(text: str, result: Result, program: Program, world: Tiny, context: Context) -> None:
    rows, columns = naive(program, world, context)
    assert result.rows.rows.tolist() == rows, text
    for name, values in columns.items():
        found = result.rows.columns[name].tolist()
        assert all(map(close, found, values)), (text, name, found, values)


def check(seed: int) -> int:
    """Hold one program and World to everything; return the rows it gave."""
    random = Random(seed)
    text = Programs(seed).program()
    world = random.choice(WORLDS)
    context = Context(random.choice([-1, 0, 1, 2, 3, 4, 5]), NOW, random.randrange(2**31))
    try:
        program = compile_program(text, CATALOG)
    except ProgramError as error:
        errors = [found for found in error.diagnostics if found.severity is Severity.ERROR]
        if not {found.code.value for found in errors} <= TOO_LARGE:
            raise
        return 0
    ready = program.ready(NO_PARAMS)

    plain = execute(ready.bound.stream.node, ready.bound, world, context)
    running = Run(world, context, ready.bound.sources, RUNNERS)
    fast = finish(ready.plan, ready.bound, running)

    equal(fast, plain)
    agrees(text, plain, program, world, context)
    assert len(plain.rows) <= ready.bound.stream.rows
    for node, known in estimates(ready.plan).items():
        if node in running.ran:
            assert running.steps[running.ran[node]].rows_out <= known.most, text
    return len(plain.rows)


def pairs(start: int, stop: int) -> int:
    """Hold many programs and Worlds to everything; return how many gave rows."""
    gave = 0
    for seed in range(start, stop):
        try:
            gave += check(seed) > 0
        except Exception as error:
            raise AssertionError(f"program {seed}") from error
    return gave


def test_optimised_equals_plain_equals_plain_python() -> None:
    assert pairs(0, 300) > 150


@pytest.mark.slow
def test_optimised_equals_plain_equals_plain_python_for_20_000_programs() -> None:
    started = perf_counter()
    gave = pairs(1_000, 21_000)
    sys.stdout.write(f"20,000 programs, {gave:,} with rows, {perf_counter() - started:.0f} s")
    assert gave > 10_000


def mutated(random: Random, text: str) -> str:
    """Return the text with a few pieces cut, doubled, moved, or replaced by noise."""
    for _ in range(random.randint(1, 4)):
        at, to = sorted(random.randrange(len(text) + 1) for _ in range(2))
        to = min(to, at + random.choice([0, 1, 3, 12, 40]))
        piece = random.choice(
            ["", "", text[at:to] * 2, random.choice(WORDS), random_text(random), text[to : to + 9]]
        )
        text = text[:at] + piece + text[to:]
    return text


def random_text(random: Random) -> str:
    code = [32, 126] if random.random() < 0.8 else [0, 0x10FFFF]
    return "".join(chr(random.randint(*code)) for _ in range(random.randint(1, 6)))


def any_text(random: Random) -> str:
    roll = random.random()
    if roll < 0.6:
        return mutated(random, Programs(random.randrange(10**9)).program())
    if roll < 0.8:
        return " ".join(random.choice(WORDS) for _ in range(random.randint(0, 60)))
    if roll < 0.9:
        return random.choice(["(", "[", "-", "not ", "1+", "a.b(", "blend("]) * random.randint(
            1, 3_000
        )
    return "".join(random_text(random) for _ in range(random.randint(0, 40)))


def texts(start: int, stop: int) -> tuple[float, int]:
    """Check many texts; return the longest that one took, in seconds of a core, and its number."""
    slowest = (0.0, start)
    for number in range(start, stop):
        text = any_text(Random(number))
        started = process_time()
        try:
            for found in diagnose(text, CATALOG):
                assert 0 <= found.start <= found.end <= len(text)
                assert found.message
                found.show(text)
        except Exception as error:
            raise AssertionError(f"text {number}: {text[:300]!r}") from error
        slowest = max(slowest, (process_time() - started, number))
    return slowest


def test_any_text_is_a_plan_or_diagnostics() -> None:
    took, number = texts(0, 2_000)
    sys.stdout.write(f"the slowest of 2,000 texts: {1_000 * took:.0f} ms, number {number}")
    assert took < 2


@pytest.mark.slow
def test_any_of_100_000_texts_is_a_plan_or_diagnostics() -> None:
    took, number = texts(10_000, 110_000)
    sys.stdout.write(f"the slowest of 100,000 texts: {1_000 * took:.0f} ms, number {number}")
    assert took < 5
