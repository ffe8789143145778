"""Impressions to examples, examples to a net, the net to probabilities."""
