from __future__ import annotations

import numpy as np

from bowerbird.ig2vec.aligned import CACHE_LINE, aligned_rows


def test_rows_are_copied_in_the_order_asked_for_and_begin_at_a_cache_line() -> None:
    rng = np.random.default_rng(0)
    for width in (16, 64, 128):
        matrix = rng.random((50, width), np.float32)
        lines = rng.permutation(50)[:20]
        rows = aligned_rows(matrix, lines)
        assert np.array_equal(rows, matrix[lines])
        assert all(row.ctypes.data % CACHE_LINE == 0 for row in rows)
        assert rows.flags.c_contiguous
        assert rows.flags.writeable
