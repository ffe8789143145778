"""Programs laid out the one way: the same tree, its comments kept, nothing over the width.

A pipeline that does not fit on a line has a line for each step, a call one for each argument, a sum
or a condition one for each operand. Line ends mean nothing, so this changes nothing else.
"""

from __future__ import annotations

from bowerbird.core.signals import Catalog
from bowerbird.igql import ast
from bowerbird.igql.comments import Comments, chain, gather, key, steps
from bowerbird.igql.diagnostics import ProgramError, Report
from bowerbird.igql.flat import OR, PIPELINE, SUM, argument, flat, level, param
from bowerbird.igql.limits import Limits
from bowerbird.igql.parse import parse

__all__ = ["format_source", "format_text"]

WIDTH = 100
INDENT = 4
NO_NAMES = Catalog({})


def format_text(text: str, limits: Limits | None = None) -> str:
    """Return the program laid out; what it lays out once it leaves alone.

    Raises:
        ProgramError: it cannot be read.
    """
    report, bounds = Report(text), limits or Limits()
    source = parse(text, report, bounds)
    if source is None:
        raise ProgramError(text, report.diagnostics)
    written = _Layout(text, gather(source, text)).source(source)
    # Brackets can hold two statements apart: `a = 3 (-b)`. No such program means anything.
    same = parse(written, Report(written), Limits(size=8 * bounds.size)) == source
    return written if same else text


def format_source(source: ast.Source) -> str:
    """Return the text of a tree that was made without one."""
    return _Layout("", Comments()).source(source)


def _apart(statement: ast.Statement) -> bool:
    """Say whether a statement that nobody wrote gets an empty line before it."""
    return not isinstance(statement, ast.Param)


class _Layout:
    """Writes lines; `lead` stands before the first one's text, `tail` after the last one's."""

    def __init__(self, text: str, comments: Comments) -> None:
        self.text, self.comments = text, comments

    def source(self, source: ast.Source) -> str:
        lines: list[str] = []
        for statement in source.statements:
            lines += self._before(key(statement), 0, paragraphs=True)
            written = statement.span.end > 0
            if statement.span.start in self.comments.apart if written else _apart(statement):
                lines.append("")
            lines += self._beside(key(statement), self._statement(statement))
        for start, said in self.comments.end:
            lines += [""] * (start in self.comments.apart) + [said]
        return "\n".join(lines).lstrip("\n") + "\n"

    def _statement(self, node: ast.Statement) -> list[str]:
        match node:
            case ast.Param():
                return [param(node, self.text)]
            case ast.Binding(name=name, value=value):
                return self._lay(value, 0, f"{name} = ", "")
            case ast.Output(value=value):
                return self._lay(value, 0, "", "", steps_in=0)

    def _before(self, part: int, indent: int, *, paragraphs: bool = False) -> list[str]:
        lines = []
        for start, said in self.comments.before.get(part, ()):
            if paragraphs and start in self.comments.apart:
                lines.append("")
            lines.append(" " * indent + said)
        return lines

    def _beside(self, part: int, lines: list[str]) -> list[str]:
        said = self.comments.beside.get(part)
        return [*lines[:-1], f"{lines[-1]}  {said}"] if said else lines

    def _on_lines(self, part: int, indent: int, lines: list[str]) -> list[str]:
        return self._before(part, indent) + self._beside(part, lines)

    def _fits(self, node: ast.Expr, line: str) -> bool:
        return len(line) <= WIDTH and not self._told(node)

    def _told(self, node: ast.Expr) -> bool:
        """Say whether a comment stands somewhere inside `node`, so that it takes lines."""
        for part, _ in ast.walk(node):
            inner = part is not node and self.comments.at(key(part))
            if inner or self.comments.at(key(part, step=True)):
                return True
            args = part.args if isinstance(part, ast.Call | ast.Pipe) else ()
            if any(self.comments.at(key(arg)) for arg in args):
                return True
        return key(node) in self.comments.inside

    def _lay(
        self,
        node: ast.Expr,
        indent: int,
        lead: str,
        tail: str,
        *,
        least: int = OR,
        steps_in: int = INDENT,
    ) -> list[str]:
        line = " " * indent + lead + flat(node, least, self.text) + tail
        if self._fits(node, line):
            return [line]
        if level(node) < least:
            lead, tail = f"{lead}(", f"){tail}"
        match node:
            case ast.Pipe():
                return self._pipeline(node, indent, lead, tail, steps_in)
            case ast.Call(name=name, args=args) if args:
                return self._call(node, args, indent, lead + name, tail)
            case ast.Listing(items=items) if items:
                return self._listing(node, indent, lead, tail)
            case ast.Unary(op=op, operand=operand) if not isinstance(operand, ast.Member):
                lead += op if op == "-" else "not "
                return self._lay(operand, indent, lead, tail, least=level(node))
            case ast.Binary(op="*", left=left, right=right):
                lead += f"{flat(left, level(node), self.text)} * "
                return self._lay(right, indent, lead, tail, least=level(node) + 1)
            case ast.Binary() | ast.Logic():
                return self._chain(node, indent, lead, tail)
        return [line]

    def _pipeline(
        self, node: ast.Pipe, indent: int, lead: str, tail: str, steps_in: int
    ) -> list[str]:
        head, after = steps(node)
        first = self._lay(head, indent, lead, "", least=PIPELINE)
        lines = self._on_lines(key(head), indent, first)
        for step in after:
            end = tail if step is after[-1] else ""
            at = indent + steps_in
            lines += self._on_lines(key(step, step=True), at, self._step(step, at, end))
        return lines

    def _step(self, step: ast.Pipe, indent: int, tail: str) -> list[str]:
        written = ", ".join(argument(arg, self.text) for arg in step.args)
        line = f"{' ' * indent}.{step.name}({written}){tail}"
        told = key(step) in self.comments.inside or any(
            self.comments.at(key(arg)) or self._told(arg.value) for arg in step.args
        )
        if not step.args or (len(line) <= WIDTH and not told):
            return [line]
        return self._call(step, step.args, indent, f".{step.name}", tail)

    def _call(
        self, node: ast.Expr, args: tuple[ast.Arg, ...], indent: int, lead: str, tail: str
    ) -> list[str]:
        lines = [f"{' ' * indent}{lead}("]
        comma = "," if len(args) > 1 or args[0].name else ""
        for arg in args:
            name = f"{arg.name}=" if arg.name else ""
            laid = self._lay(arg.value, indent + INDENT, name, comma)
            lines += self._on_lines(key(arg), indent + INDENT, laid)
        return [*lines, *self._inside(node, indent), f"{' ' * indent}){tail}"]

    def _listing(self, node: ast.Listing, indent: int, lead: str, tail: str) -> list[str]:
        lines = [f"{' ' * indent}{lead}["]
        for item in node.items:
            laid = self._lay(item, indent + INDENT, "", ",")
            lines += self._on_lines(key(item), indent + INDENT, laid)
        return [*lines, *self._inside(node, indent), f"{' ' * indent}]{tail}"]

    def _inside(self, node: ast.Expr, indent: int) -> list[str]:
        kept = self.comments.inside.get(key(node), ())
        return [" " * (indent + INDENT) + said for _, said in kept]

    def _chain(self, node: ast.Expr, indent: int, lead: str, tail: str) -> list[str]:
        operands, several = chain(node)
        if not several:
            return [" " * indent + lead + flat(node, OR, self.text) + tail]
        own, lines = level(node), list[str]()
        deeper = indent + INDENT if lead else indent
        for i, (op, operand) in enumerate(operands):
            least = SUM if own == SUM and i == 0 else own + 1
            start, at = (f"{op} ", deeper) if i else (lead, indent)
            end = tail if i == len(operands) - 1 else ""
            laid = self._lay(operand, at, start, end, least=least)
            lines += self._on_lines(key(operand), at, laid)
        return lines
