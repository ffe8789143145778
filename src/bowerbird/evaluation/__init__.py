"""How good a page is: replay, metrics, baselines."""
