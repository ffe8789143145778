"""Text to tree: `parse` gives the Ast of a program, or says where it stops making sense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lark import Lark, Token, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from bowerbird.core.cache import kept
from bowerbird.igql import ast
from bowerbird.igql.ast import Span
from bowerbird.igql.diagnostics import Code, Report
from bowerbird.igql.functions import CALLED
from bowerbird.igql.limits import Limits, too_deep

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d|w)")
STATEMENT = re.compile(r"^(?:param[ \t]|[A-Za-z_][A-Za-z0-9_]*[ \t]*=(?!=))", re.MULTILINE)
"""A line that starts like a statement; an argument on a line of its own is indented."""
VISIBLE = re.compile(r"[^\r\n]")
MISTAKES = 10
"""Mistakes of syntax that are noted at most."""
WORD = re.compile(r"[A-Za-z0-9_.]+")
STARTS_A_VALUE = {"NAME", "NUMBER", "DURATION"}


def milliseconds(text: str) -> float | None:
    """Return the length of a duration such as `1.5h`, None for any other text."""
    match = DURATION.fullmatch(text)
    return float(match[1]) * UNITS[match[2]] if match else None


def parse(text: str, report: Report, limits: Limits) -> ast.Source | None:
    """Return the tree of `text`, None after noting why there is none."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.size:
        message = f"the program has {size:,} bytes, at most {limits.size:,} are read"
        report.error(Code.TOO_LONG, message, Span(0, 1))
        return None
    if deep := too_deep(text, limits.depth):
        message = f"brackets are more than {limits.depth} deep here"
        report.error(Code.TOO_DEEP, message, deep, "give the inner part a name of its own")
        return None
    source = _read(text, report)
    return source if source and _within(source, report, limits) else None


def _read(text: str, report: Report) -> ast.Source | None:
    """Return the tree, None after noting the first mistake of every statement it can tell apart.

    After a mistake it goes on where the next line starts like a statement, with all before it
    blanked out, so that places stay what they are.
    """
    start = 0
    for _ in range(MISTAKES):
        try:
            read = _parser().parse(VISIBLE.sub(" ", text[:start]) + text[start:])
        except UnexpectedInput as error:
            stopped = _explain(error, text, report)
            after = STATEMENT.search(text, max(start + 1, stopped))
            if after is None:
                return None
            start = after.start()
        else:
            source: ast.Source = _Tree().transform(read)
            return source if start == 0 else None
    return None


def _within(source: ast.Source, report: Report, limits: Limits) -> bool:
    steps: list[Span] = []
    for statement in source.statements:
        for part in _expressions(statement):
            for node, level in ast.walk(part):
                if isinstance(node, ast.Pipe) or (
                    isinstance(node, ast.Call) and node.name not in CALLED
                ):
                    steps.append(node.name_span)
                if level > limits.tree:
                    message = f"this expression has more than {limits.tree} levels"
                    report.error(Code.TOO_DEEP, message, node.span, "give a part of it a name")
                    return False
    if len(steps) > limits.steps:
        message = f"the program has {len(steps)} steps, at most {limits.steps} are run"
        report.error(Code.TOO_MANY_STEPS, message, sorted(steps)[limits.steps])
    return len(steps) <= limits.steps


def _expressions(statement: ast.Statement) -> Iterator[ast.Expr]:
    if not isinstance(statement, ast.Param):
        yield statement.value
        return
    yield statement.default
    yield from (part for part in (statement.low, statement.high) if part is not None)


@cache
def _parser() -> Lark:
    """Return the parser; its tables are kept on disk, under a hash of the grammar."""
    return Lark.open_from_package(
        "bowerbird.igql",
        "grammar.lark",
        parser="lalr",
        lexer="basic",
        propagate_positions=True,
        maybe_placeholders=True,
        cache=kept("grammar") or False,
    )


def _span(meta: Meta) -> Span:
    return NOTHING if meta.empty else Span(meta.start_pos, meta.end_pos)


def _at(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


NOTHING = Span(0, 0)


@v_args(inline=True, meta=True)
class _Tree(Transformer_NonRecursive):  # type: ignore[type-arg,misc,unused-ignore]
    """Makes the Ast of lark's tree, without recursion: a long sum is a deep tree."""

    def start(self, meta: Meta, *statements: ast.Statement) -> ast.Source:
        return ast.Source(statements)

    def param(
        self,
        meta: Meta,
        name: Token,
        type: Token,
        default: ast.Expr,
        low: ast.Expr | None,
        high: ast.Expr | None,
    ) -> ast.Param:
        spans = (_span(meta), _at(name), _at(type))
        return ast.Param(str(name), str(type), default, low, high, *spans)

    def binding(self, meta: Meta, name: Token, value: ast.Expr) -> ast.Binding:
        return ast.Binding(str(name), value, _span(meta), _at(name))

    def output(self, meta: Meta, value: ast.Expr) -> ast.Output:
        return ast.Output(value, _span(meta))

    def any(self, meta: Meta, *parts: ast.Expr) -> ast.Expr:
        return ast.Logic("or", parts, _span(meta)) if len(parts) > 1 else parts[0]

    def all(self, meta: Meta, *parts: ast.Expr) -> ast.Expr:
        return ast.Logic("and", parts, _span(meta)) if len(parts) > 1 else parts[0]

    def negated(self, meta: Meta, operand: ast.Expr) -> ast.Expr:
        return ast.Unary("not", operand, _span(meta))

    def compared(self, meta: Meta, left: ast.Expr, op: Token, right: ast.Expr) -> ast.Expr:
        return ast.Binary(str(op), left, right, _span(meta))

    def member(self, meta: Meta, item: ast.Expr, options: ast.Expr) -> ast.Expr:
        return ast.Member(item, options, _span(meta))

    def stranger(self, meta: Meta, item: ast.Expr, options: ast.Expr) -> ast.Expr:
        return ast.Unary("not", ast.Member(item, options, _span(meta)), _span(meta))

    def between(self, meta: Meta, item: ast.Expr, low: ast.Expr, high: ast.Expr) -> ast.Expr:
        return ast.Between(item, low, high, _span(meta))

    def binary(self, meta: Meta, left: ast.Expr, op: Token, right: ast.Expr) -> ast.Expr:
        return ast.Binary(str(op), left, right, _span(meta))

    def minus(self, meta: Meta, op: Token, operand: ast.Expr) -> ast.Expr:
        return ast.Unary("-", operand, _span(meta))

    def pipe(
        self, meta: Meta, input: ast.Expr, name: Token, args: tuple[ast.Arg, ...] | None
    ) -> ast.Expr:
        return ast.Pipe(input, str(name), args or (), _span(meta), _at(name))

    def name(self, meta: Meta, token: Token) -> ast.Expr:
        return ast.Name(str(token), _at(token))

    def number(self, meta: Meta, token: Token) -> ast.Expr:
        return ast.Number(float(token), _at(token))

    def duration(self, meta: Meta, token: Token) -> ast.Expr:
        return ast.Duration(milliseconds(token) or 0.0, _at(token))

    def true(self, meta: Meta) -> ast.Expr:
        return ast.Truth(True, _span(meta))

    def false(self, meta: Meta) -> ast.Expr:
        return ast.Truth(False, _span(meta))

    def call(self, meta: Meta, name: Token, args: tuple[ast.Arg, ...] | None) -> ast.Expr:
        return ast.Call(str(name), args or (), _span(meta), _at(name))

    def listing(self, meta: Meta, items: tuple[ast.Expr, ...] | None) -> ast.Expr:
        return ast.Listing(items or (), _span(meta))

    def bracketed(self, meta: Meta, inside: ast.Expr) -> ast.Expr:
        return inside

    def args(self, meta: Meta, *args: ast.Arg | None) -> tuple[ast.Arg, ...]:
        return tuple(arg for arg in args if isinstance(arg, ast.Arg))

    def named(self, meta: Meta, name: Token, value: ast.Expr) -> ast.Arg:
        return ast.Arg(str(name), value, _span(meta), _at(name))

    def positional(self, meta: Meta, value: ast.Expr) -> ast.Arg:
        return ast.Arg("", value, _span(meta), _span(meta))

    def items(self, meta: Meta, *items: ast.Expr | None) -> tuple[ast.Expr, ...]:
        return tuple(item for item in items if item is not None)


def _explain(error: UnexpectedInput, text: str, report: Report) -> int:
    """Note where reading stopped, in words rather than in names of terminals; return the place."""
    start: int = getattr(error, "pos_in_stream", None) or 0  # lark types it as None
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        start = end = len(text.rstrip())
        message = f"the program stops in the middle: expected {_expected(error.accepts)}"
        help = _open(text, end, error.accepts)
        report.error(Code.SYNTAX, message, Span(max(0, end - 1), end), help)
    elif isinstance(error, UnexpectedToken):
        span = _at(error.token)
        start, found = span.start, text[span.start : span.end]
        message = f"`{found}` cannot stand here: expected {_expected(error.accepts)}"
        help = BRACKETS if error.accepts == {"LPAR"} else _hint(found)
        if text[max(0, start - 1) : span.end] == "->":
            help = "steps are chained by dots: `user.liked().account_nn()`"
        help = help or _open(text, start, error.accepts)
        report.error(Code.SYNTAX, message, span, help)
    elif isinstance(error, UnexpectedCharacters) and (word := WORD.match(text, start)):
        message = f"`{word.group()}` is neither a number nor a duration"
        help = "durations are written 500ms, 90s, 5m, 12h, 30d or 2w; names start with a letter"
        report.error(Code.SYNTAX, message, Span(start, word.end()), help)
    else:
        message = f"the character {text[start]!r} means nothing here"
        report.error(Code.SYNTAX, message, Span(start, start + 1), _hint(text[start]))
    return start


BRACKETS = "every step has brackets, also without arguments: `.liked()`"

HINTS = {
    "<": "comparisons do not chain; write `x between low and high`",
    "<=": "comparisons do not chain; write `x between low and high`",
    "=": "`==` compares; `=` gives a name to a whole statement or to an argument",
    "'": "names stand without quotes",
    '"': "names stand without quotes",
    ";": "a statement ends where the next one starts; leave the `;` out",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`",
}


BRACKET = re.compile(r"#[^\n]*|[()\[\]]")


def _open(text: str, stopped: int, accepts: set[str] | None) -> str:
    """Return which bracket was never closed, where that is on an earlier line and may be why."""
    if not {"RPAR", "RSQB"} & (accepts or set()):
        return ""
    pending: list[int] = []
    for match in BRACKET.finditer(text, 0, stopped):
        if match.group() in "([":
            pending.append(match.start())
        elif match.group() in ")]" and pending:
            pending.pop()
    if not pending or "\n" not in text[pending[-1] : stopped]:
        return ""
    at = pending[-1]
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return f"the `{text[at]}` of line {line}, column {column} is still open"


def _hint(found: str) -> str:
    return HINTS.get(found, "")


WORDS = {
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "COMMA": "`,`",
    "EQUAL": "`=`",
    "COLON": "`:`",
    "DOT": "`.`",
    "NAME": "a name",
    "__ANON_0": "`..`",
    "AND": "`and`",
    "IN": "`in`",
}


def _expected(accepts: set[str] | None) -> str:
    known = accepts or set()
    if known >= STARTS_A_VALUE:
        return "a value, a name or a pipeline"
    words = [word for terminal, word in WORDS.items() if terminal in known]
    if "`,`" in words:  # inside brackets an operator could follow too, which helps nobody
        words = [word for word in words if word in ("`,`", "`)`", "`]`")]
    return " or ".join(words[:4]) or "something else"
