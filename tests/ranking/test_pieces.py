"""Each dense feature speaks for itself, by a line in each piece of its range."""

import numpy as np
import torch

from bowerbird.ranking.pieces import PIECES, Pieces, edges_of


def pieces(edges: list[list[float]], weights: list[float]) -> Pieces:
    """Return the pieces between `edges` ([pieces + 1, F]) with the weights of one head."""
    made = Pieces(np.array(edges, np.float32), heads=1)
    with torch.no_grad():
        made.lines.weight.copy_(torch.tensor([weights]))
    return made


def said(made: Pieces, values: list[list[float]]) -> list[float]:
    with torch.no_grad():
        found: list[float] = made(torch.tensor(values)).flatten().tolist()
    return found


def test_a_line_of_its_own_in_each_piece_by_hand() -> None:
    """From 0 to 1 it rises by 2, from 1 to 3 it falls by 4; each piece counts from its middle."""
    made = pieces([[0.0], [1.0], [3.0]], [2.0, -4.0])
    assert said(made, [[0.0], [0.5], [1.0], [2.0], [3.0]]) == [1.0, 2.0, 3.0, 1.0, -1.0]


def test_beyond_the_rows_it_learned_from_it_stays_as_at_the_end() -> None:
    made = pieces([[0.0], [1.0], [3.0]], [2.0, -4.0])
    assert said(made, [[-50.0], [50.0]]) == said(made, [[0.0], [3.0]])


def test_what_never_varied_says_the_same_of_every_value() -> None:
    made = pieces([[42.0, 0.0], [42.0, 1.0], [42.0, 2.0]], [5.0, 1.0, 5.0, 1.0])
    assert said(made, [[42.0, 1.0]]) == said(made, [[41.0, 1.0]]) == said(made, [[99.0, 1.0]])


def test_a_new_one_says_nothing() -> None:
    made = Pieces(np.array([[0.0], [1.0]], np.float32), heads=3)
    assert not made(torch.tensor([[0.3]])).any()


def test_edges_cut_rows_into_pieces_of_as_many() -> None:
    rows = np.random.default_rng(0).lognormal(0, 2, (120_000, 2)).astype(np.float32)
    edges = edges_of(rows)
    assert edges.shape == (PIECES + 1, 2)
    assert (np.diff(edges, axis=0) > 0).all()
    for k in range(2):
        counts, _ = np.histogram(rows[:, k], edges[:, k])
        assert np.abs(counts * PIECES / len(rows) - 1).max() < 0.1
