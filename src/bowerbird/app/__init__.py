"""Composition: Bowerbird itself, its configuration, the order of training."""
