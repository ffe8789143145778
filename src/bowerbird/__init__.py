"""bowerbird: the Explore page for anyone's app."""

from bowerbird.core.kernels import choose_cache

choose_cache()
