"""Programs written in Python: the same tree as the text, with types that an editor checks.

Example:
    >>> from bowerbird.igql.builder import row, user
    >>> near = user.liked(within="30d").account_nn(k=20)
    >>> page = near.posted_media().filter(~row.seen & (row.spam < 0.2)).limit(25)
    >>> print(page.to_text(), end="")
    user
    .liked(within=30d)
    .account_nn(embedding_config=default, k=20)
    .posted_media()
    .filter(not seen and spam < 0.2)
    .limit(25)
"""

from bowerbird.igql.builder.expressions import (
    Expr,
    absolute,
    clip,
    either,
    exp,
    log,
    maximum,
    minimum,
    param,
    row,
    sqrt,
)
from bowerbird.igql.builder.sources import (
    accounts,
    blend,
    first_of,
    fresh,
    media,
    trending,
    union,
    user,
)
from bowerbird.igql.builder.streams import Accounts, Media, Stream, Users

__all__ = [
    "Accounts",
    "Expr",
    "Media",
    "Stream",
    "Users",
    "absolute",
    "accounts",
    "blend",
    "clip",
    "either",
    "exp",
    "first_of",
    "fresh",
    "log",
    "maximum",
    "media",
    "minimum",
    "param",
    "row",
    "sqrt",
    "trending",
    "union",
    "user",
]
