"""Work on the next item while the last one is used: two cores for one stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield `work(item)` of each item, in order; one is worked on in a thread of its own.

    An error of `work` or of `items` comes after what was before it.
    """
    with ThreadPoolExecutor(1, "ahead") as thread:
        before: Future[R] | None = None
        source = iter(items)
        while True:
            try:
                item = next(source)
            except StopIteration:
                break
            except BaseException:
                if before is not None:
                    yield before.result()
                raise
            following = thread.submit(work, item)
            if before is not None:
                yield before.result()
            before = following
        if before is not None:
            yield before.result()
