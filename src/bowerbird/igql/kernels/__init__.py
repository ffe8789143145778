"""Kernels that several operators share; those of one operator live with it."""
