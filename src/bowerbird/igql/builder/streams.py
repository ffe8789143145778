"""Pipelines as Python objects: which step can follow which is a matter of type.

The methods are those of `OPS`, with the same arguments and defaults; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Generic, Literal, Self, TypeAlias, TypeVar

from bowerbird.core.errors import QueryError
from bowerbird.igql import ast
from bowerbird.igql.builder.calls import arguments
from bowerbird.igql.builder.expressions import Expr, Value, value
from bowerbird.igql.builder.written import Definition, Written, checked, together
from bowerbird.igql.format import format_source

Whole: TypeAlias = int | Expr
Number: TypeAlias = float | Expr
Duration: TypeAlias = str | timedelta | Expr
"""Text such as `30d`, a timedelta, or a param."""
Condition: TypeAlias = bool | Expr
ActionName: TypeAlias = Literal[
    "view", "click", "long_view", "like", "comment", "save", "share", "follow", "profile_visit"
]
MediaTypeName: TypeAlias = Literal["photo", "video", "story", "live"]

StreamT = TypeVar("StreamT", bound="Stream")


class Stream(Written):
    """Rows of one kind, and a program that gives them."""

    __slots__ = ()

    def step(self, into: type[StreamT], op: str, *placed: Any, **given: Any) -> StreamT:
        """Return the rows after one more step, of an operator of anyone's, as an `into`.

        Raises:
            QueryError: there is no such operator, or it has no such argument.
        """
        args, known = arguments(op, placed, given)
        return into(ast.Pipe(self.node, op, args), together(self.definitions, known))

    def named(self, name: str) -> Self:
        """Return the same rows under a name of their own, as `name = ...` gives it."""
        binding = ast.Binding(checked(name), self.node)
        return type(self)(ast.Name(name), together(self.definitions, (binding,)))

    @property
    def source(self) -> ast.Source:
        """The tree of the whole program, params first."""
        first = [part for part in self.definitions if isinstance(part, ast.Param)]
        rest = [part for part in self.definitions if isinstance(part, ast.Binding)]
        return ast.Source((*first, *rest, ast.Output(self.node)))

    def to_text(self) -> str:
        """Return the program as text, which reads back as the same tree."""
        return format_source(self.source)

    def __str__(self) -> str:
        return self.to_text()

    def __rmul__(self, weight: float | Expr) -> Weighted[Self]:
        bound = value(weight)
        node = ast.Binary("*", bound.node, self.node)
        return Weighted(type(self), node, together(bound.definitions, self.definitions))

    def let(self, **columns: Value) -> Self:
        return self.step(type(self), "let", **columns)

    def filter(self, *conditions: Expr | bool, **thresholds: Number) -> Self:
        return self.step(type(self), "filter", *conditions, **thresholds)

    def dedupe(self, *, combine: Literal["sum", "max", "noisy_or"] = "sum") -> Self:
        return self.step(type(self), "dedupe", combine=combine)

    def limit(self, n: Whole) -> Self:
        return self.step(type(self), "limit", n=n)


class Ranked(Stream):
    """Rows that have a score worth going by: accounts or media."""

    __slots__ = ()

    def co_engaged(self, *, k: Whole = 50) -> Self:
        return self.step(type(self), "co_engaged", k=k)

    def linear(self, *, k: Whole = 500) -> Self:
        return self.step(type(self), "linear", k=k)

    def score(self, by: Number) -> Self:
        return self.step(type(self), "score", by=by)

    def sample(self, n: Whole, *, temperature: Number = 1.0) -> Self:
        return self.step(type(self), "sample", n=n, temperature=temperature)

    def rank(
        self,
        *,
        ranking_model: str = "default",
        value: Number | None = None,
        keep: Whole | None = None,
    ) -> Self:
        return self.step(type(self), "rank", ranking_model=ranking_model, value=value, keep=keep)

    def diversify_by(
        self,
        *columns: Expr,
        method: Literal["round_robin", "max_per", "penalty", "mmr"] = "penalty",
        keep: Whole = 500,
        at_most: Whole = 2,
        strength: Number = 0.3,
        embedding_config: str | None = None,
        memory: Number | None = None,
        type_strength: Number | None = None,
        seed_strength: Number | None = None,
    ) -> Self:
        return self.step(
            type(self),
            "diversify_by",
            *columns,
            method=method,
            keep=keep,
            at_most=at_most,
            strength=strength,
            embedding_config=embedding_config,
            memory=memory,
            type_strength=type_strength,
            seed_strength=seed_strength,
        )


class Users(Stream):
    """People."""

    __slots__ = ()

    def engaged(
        self,
        *,
        actions: Sequence[ActionName] | None = None,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_num_to_retrieve: Whole = 30,
    ) -> Accounts:
        return self.step(
            Accounts,
            "engaged",
            actions=actions,
            media_types=media_types,
            within=within,
            max_num_to_retrieve=max_num_to_retrieve,
        )

    def liked(
        self,
        *,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_num_to_retrieve: Whole = 30,
    ) -> Accounts:
        return self.step(
            Accounts,
            "liked",
            media_types=media_types,
            within=within,
            max_num_to_retrieve=max_num_to_retrieve,
        )

    def commented(
        self,
        *,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_num_to_retrieve: Whole = 30,
    ) -> Accounts:
        return self.step(
            Accounts,
            "commented",
            media_types=media_types,
            within=within,
            max_num_to_retrieve=max_num_to_retrieve,
        )

    def saved(
        self,
        *,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_num_to_retrieve: Whole = 30,
    ) -> Accounts:
        return self.step(
            Accounts,
            "saved",
            media_types=media_types,
            within=within,
            max_num_to_retrieve=max_num_to_retrieve,
        )

    def shared(
        self,
        *,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_num_to_retrieve: Whole = 30,
    ) -> Accounts:
        return self.step(
            Accounts,
            "shared",
            media_types=media_types,
            within=within,
            max_num_to_retrieve=max_num_to_retrieve,
        )

    def followed(
        self,
        *,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_num_to_retrieve: Whole = 30,
    ) -> Accounts:
        return self.step(
            Accounts,
            "followed",
            media_types=media_types,
            within=within,
            max_num_to_retrieve=max_num_to_retrieve,
        )

    def viewed(
        self,
        *,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_num_to_retrieve: Whole = 30,
    ) -> Accounts:
        return self.step(
            Accounts,
            "viewed",
            media_types=media_types,
            within=within,
            max_num_to_retrieve=max_num_to_retrieve,
        )

    def engaged_media(
        self,
        *,
        actions: Sequence[ActionName] | None = None,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_num_to_retrieve: Whole = 30,
    ) -> Media:
        return self.step(
            Media,
            "engaged_media",
            actions=actions,
            media_types=media_types,
            within=within,
            max_num_to_retrieve=max_num_to_retrieve,
        )

    def two_hop(self, *, k: Whole = 50) -> Accounts:
        return self.step(Accounts, "two_hop", k=k)


class Accounts(Ranked):
    """Accounts."""

    __slots__ = ()

    def account_nn(self, *, embedding_config: str = "default", k: Whole = 50) -> Accounts:
        return self.step(Accounts, "account_nn", embedding_config=embedding_config, k=k)

    def posted_media(
        self,
        *,
        max_media_per_account: Whole = 10,
        within: Duration | None = None,
        where: Condition | None = None,
    ) -> Media:
        return self.step(
            Media,
            "posted_media",
            max_media_per_account=max_media_per_account,
            within=within,
            where=where,
        )

    def media_engaged_by(
        self,
        *,
        actions: Sequence[ActionName] | None = None,
        media_types: Sequence[MediaTypeName] | None = None,
        within: Duration | None = None,
        max_media_per_account: Whole = 10,
    ) -> Media:
        return self.step(
            Media,
            "media_engaged_by",
            actions=actions,
            media_types=media_types,
            within=within,
            max_media_per_account=max_media_per_account,
        )


class Media(Ranked):
    """Media."""

    __slots__ = ()

    def media_nn(self, *, embedding_config: str = "default", k: Whole = 50) -> Media:
        return self.step(Media, "media_nn", embedding_config=embedding_config, k=k)

    def owner(self) -> Accounts:
        return self.step(Accounts, "owner")

    def mix(
        self,
        *,
        photo: Number = 0.0,
        video: Number = 0.0,
        story: Number = 0.0,
        live: Number = 0.0,
        keep: Whole | None = None,
    ) -> Media:
        return self.step(Media, "mix", photo=photo, video=video, story=story, live=live, keep=keep)

    def explore(
        self,
        *,
        slots: Whole = 1,
        from_: Literal["newcomers"] = "newcomers",
        where: Condition | None = None,
        size: Whole | None = None,
        max_impressions: Whole = 50,
    ) -> Media:
        return self.step(
            Media,
            "explore",
            slots=slots,
            from_=from_,
            where=where,
            size=size,
            max_impressions=max_impressions,
        )


class Weighted(Written, Generic[StreamT]):
    """`0.5 * stream`: a branch of `blend`."""

    __slots__ = ("kind",)

    def __init__(
        self, kind: type[StreamT], node: ast.Expr, definitions: Iterable[Definition]
    ) -> None:
        super().__init__(node, definitions)
        self.kind = kind


def combined(
    name: str, branches: Sequence[Stream | Weighted[Any]], given: dict[str, Any]
) -> tuple[type[Any], ast.Expr, tuple[Definition, ...]]:
    """Return the class, the tree and the definitions of a combiner.

    Raises:
        QueryError: there are no branches.
    """
    if not branches:
        raise QueryError(f"`{name}` needs at least one stream")
    args, known = arguments(name, (), given)
    placed = tuple(ast.Arg("", branch.node) for branch in branches)
    first = branches[0]
    kind = first.kind if isinstance(first, Weighted) else type(first)
    definitions = together(*(branch.definitions for branch in branches), known)
    return kind, ast.Call(name, (*placed, *args)), definitions
