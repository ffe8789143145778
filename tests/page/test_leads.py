import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.core.facts import NONE
from bowerbird.igql.kernels.links import expand
from bowerbird.page.leads import strongest


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(0, 40))
def test_the_lead_of_an_account_is_the_seed_with_the_most_evidence_for_it(
    seed: int, seeds: int, wanted: int
) -> None:
    rng, accounts, width = np.random.default_rng(seed), 60, 8
    index = np.arange(accounts, dtype=np.int32)
    rows = rng.integers(0, accounts, (accounts, width)).astype(np.int32)
    length = rng.integers(0, width + 1, accounts).astype(np.int32)
    near = np.round(rng.random((accounts, width)), 1).astype(np.float32)
    one = index, rows, length, near
    two = index, rows[::-1].copy(), np.where(length > 6, 2, 0).astype(np.int32), near
    starts = rng.permutation(accounts)[:seeds].astype(np.int32)
    scores = np.round(rng.random(seeds), 1).astype(np.float32)
    asked = rng.integers(-1, accounts, wanted).astype(np.int32)

    found = strongest(starts, scores, 5, one, two, asked)

    at, reached, _, evidence = expand(starts, scores, 5, (one, two))
    for account, led in zip(asked.tolist(), found.tolist(), strict=True):
        ways = np.flatnonzero(reached == account)
        assert led == (at[ways[np.argmax(evidence[ways])]] if len(ways) else NONE)
