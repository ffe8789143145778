"""The tree as text on one line, with the brackets it needs and no others."""

from __future__ import annotations

from decimal import Decimal

from bowerbird.igql import ast

OR, AND, NOT, COMPARE, SUM, PRODUCT, UNARY, PIPELINE, ATOM = range(9)
"""How tightly an expression holds together; a looser one inside a tighter one has brackets."""

LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))


def level(node: ast.Expr) -> int:
    """Return how tightly `node` holds together."""
    match node:
        case ast.Logic(op=op):
            return OR if op == "or" else AND
        case ast.Unary(op="not", operand=operand):
            return COMPARE if isinstance(operand, ast.Member) else NOT
        case ast.Binary(op=op):
            return LEVELS.get(op, COMPARE)
        case ast.Member() | ast.Between():
            return COMPARE
        case ast.Unary():
            return UNARY
        case ast.Pipe():
            return PIPELINE
        case _:
            return ATOM


def number_text(value: float) -> str:
    """Return a number so that reading it gives the very same one."""
    return (
        str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
    )


def duration_text(ms: float) -> str:
    """Return a duration in its largest whole unit, so that reading it gives the very same one."""
    for unit, size in UNITS:
        if ms and ms % size == 0:
            return f"{int(ms // size)}{unit}"
    return f"{Decimal(ms):f}ms"


def flat(node: ast.Expr, least: int = OR, text: str = "") -> str:
    """Return `node` as one line.

    Args:
        node: the expression.
        least: in brackets where it is looser than this.
        text: what it was read from, so that numbers stay as they were written.
    """
    written = _flat(node, text)
    return f"({written})" if level(node) < least else written


def _flat(node: ast.Expr, text: str) -> str:
    match node:
        case ast.Number() | ast.Duration():
            return _literal(node, text)
        case ast.Truth(value=value):
            return "true" if value else "false"
        case ast.Name(id=id):
            return id
        case ast.Listing(items=items):
            return f"[{', '.join(flat(item, OR, text) for item in items)}]"
        case ast.Call(name=name, args=args):
            return f"{name}{arguments(args, text)}"
        case ast.Pipe(input=input, name=name, args=args):
            return f"{flat(input, PIPELINE, text)}.{name}{arguments(args, text)}"
        case _:
            return _operation(node, text)


def _operation(node: ast.Expr, text: str) -> str:
    match node:
        case ast.Unary(op="not", operand=ast.Member(item=item, options=options)):
            return f"{flat(item, SUM, text)} not in {flat(options, SUM, text)}"
        case ast.Unary(op=op, operand=operand):
            return op + (
                flat(operand, UNARY, text) if op == "-" else f" {flat(operand, NOT, text)}"
            )
        case ast.Logic(op=op, parts=parts):
            tighter = level(node) + 1
            return f" {op} ".join(flat(part, tighter, text) for part in parts)
        case ast.Member(item=item, options=options):
            return f"{flat(item, SUM, text)} in {flat(options, SUM, text)}"
        case ast.Between(item=item, low=low, high=high):
            ends = f"{flat(low, SUM, text)} and {flat(high, SUM, text)}"
            return f"{flat(item, SUM, text)} between {ends}"
        case ast.Binary(op=op, left=left, right=right):
            own = level(node)
            least = SUM if own == COMPARE else own
            return f"{flat(left, least, text)} {op} {flat(right, own + 1, text)}"
        case _:
            raise TypeError(f"{type(node).__name__} is not an expression")


def _literal(node: ast.Number | ast.Duration, text: str) -> str:
    written = text[node.span.start : node.span.end]
    if written:
        return written
    return number_text(node.value) if isinstance(node, ast.Number) else duration_text(node.ms)


def argument(arg: ast.Arg, text: str = "") -> str:
    """Return one argument of a call."""
    return f"{arg.name}={flat(arg.value, OR, text)}" if arg.name else flat(arg.value, OR, text)


def arguments(args: tuple[ast.Arg, ...], text: str = "") -> str:
    """Return the arguments of a call in their brackets."""
    return f"({', '.join(argument(arg, text) for arg in args)})"


def param(node: ast.Param, text: str = "") -> str:
    """Return the statement that declares a param."""
    line = f"param {node.name}: {node.type} = {flat(node.default, UNARY, text)}"
    if node.low is None or node.high is None:
        return line
    return f"{line} in {flat(node.low, UNARY, text)}..{flat(node.high, UNARY, text)}"
