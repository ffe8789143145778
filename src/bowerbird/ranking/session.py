"""A net in ONNX Runtime: one session a model, buffers that are made once a thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import local
from time import perf_counter
from typing import Any, Protocol, cast

import numpy as np

from bowerbird.core.errors import ModelLate, VersionError
from bowerbird.core.facts import F32, I64
from bowerbird.features.compute import SPARSE
from bowerbird.features.recent import RECENT
from bowerbird.ranking.watch import WATCH

PATIENCE = 0.25
"""Seconds that a model may take where nobody says otherwise: a thousand times what it does."""

QUICK = 0.05
"""Share of its time within which a run was quick."""

SIZES = 8
"""Batch sizes a thread keeps buffers for: a pass has the same one on nearly every page."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Buffers of one batch size: a net's inputs are written here, and its answer is found here.

    Attributes:
        features: [n, F] float32.
        sparse: [n, S] int64 lines; not read by a light net.
        recent: [1, L] int64 lines; not read by a light net.
        probabilities: [n, learned heads] float32.
        binding: what ties them to the session.
    """

    features: F32
    sparse: I64
    recent: I64
    probabilities: F32
    binding: Any = None


def empty_feed(n: int, features: int, heads: int) -> Feed:
    """Return buffers that are tied to nothing yet."""
    return Feed(
        np.zeros((n, features), np.float32),
        np.zeros((n, len(SPARSE)), np.int64),
        np.zeros((1, RECENT), np.int64),
        np.zeros((n, heads), np.float32),
    )


class Session(Protocol):
    """What runs a net."""

    def feed(self, n: int) -> Feed:
        """Return the calling thread's buffers for `n` rows."""
        ...

    def run(self, feed: Feed, seconds: float) -> None:
        """Work out `feed.probabilities` from the rest of it.

        Raises:
            ModelLate: it takes longer than `seconds`.
        """
        ...


class OnnxSession:
    """A `Session` of ONNX Runtime, on the calling thread alone."""

    def __init__(self, path: Path, expected: str, features: int, heads: int) -> None:
        """Open the net in `path`, which has the sha256 `expected`.

        Raises:
            VersionError: it is missing, or another one.
        """
        self._session = _open(path, expected)
        self._shape = features, heads
        self._deep = len(self._session.get_inputs()) > 1
        self._options, self._quick = options_of_a_run(), False
        self._threads = local()

    def feed(self, n: int) -> Feed:
        """See `Session`."""
        kept: OrderedDict[int, Feed] = self._threads.__dict__.setdefault("feeds", OrderedDict())
        found = kept.get(n)
        if found is None:
            found = kept[n] = self._bound(empty_feed(n, *self._shape))
            if len(kept) > SIZES:
                kept.popitem(last=False)
        return found

    def run(self, feed: Feed, seconds: float) -> None:
        """See `Session`; a net that was quick the last time is not watched this time.

        To be stoppable costs a run as much as a small net takes.
        """
        if seconds <= 0:
            raise ModelLate("no time is left for it")
        began = perf_counter()
        try:
            if self._quick:
                self._session.run_with_iobinding(feed.binding)
            else:
                self._watched(feed, seconds)
        except ModelLate:
            raise
        except Exception as error:  # ONNX Runtime's own have no base in common
            raise VersionError(f"the net cannot be run: {error}") from error
        self._quick = perf_counter() - began < QUICK * seconds

    def _watched(self, feed: Feed, seconds: float) -> None:
        options = self._options()
        number = WATCH.begin(options, seconds)
        try:
            self._session.run_with_iobinding(feed.binding, options)
        except Exception as error:
            if options.terminate:
                raise ModelLate(f"it took longer than {1_000 * seconds:g} ms") from error
            raise
        finally:
            WATCH.end(number)

    def _bound(self, feed: Feed) -> Feed:
        binding = self._session.io_binding()
        names = ("features", "sparse", "recent") if self._deep else ("features",)
        for name in names:
            array = getattr(feed, name)
            binding.bind_input(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        out = feed.probabilities
        binding.bind_output("probabilities", "cpu", 0, out.dtype, out.shape, out.ctypes.data)
        return Feed(feed.features, feed.sparse, feed.recent, out, binding)


def options_of_a_run() -> Callable[[], Any]:
    """Return what makes the options of one run, by which it can be stopped."""
    from onnxruntime import RunOptions  # here: a page without a model need not wait for it

    return cast(Callable[[], Any], RunOptions)


def _open(path: Path, expected: str) -> Any:
    import onnxruntime  # here: a page without a model need not wait for it

    try:
        content = path.read_bytes()
    except OSError as error:
        raise VersionError(f"the model's net {path} cannot be read: {error}") from error
    if sha256(content).hexdigest() != expected:
        raise VersionError(f"the net {path} is not the one its card was written for")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
