"""What is wrong with a program, where, and what to do about it: for people and for editors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bowerbird.core.errors import QueryError
from bowerbird.igql.ast import Span

WIDTH = 120
"""Characters of a line that are shown, around the place where it is longer."""


class Severity(StrEnum):
    """Whether the program is refused."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What kind of thing is wrong; each has a section in `docs/igql.md`."""

    TOO_LONG = "too-long"
    TOO_DEEP = "too-deep"
    TOO_MANY_STEPS = "too-many-steps"
    TOO_MANY_ROWS = "too-many-rows"
    TOO_MUCH_WORK = "too-much-work"
    SYNTAX = "syntax"
    NO_RESULT = "no-result"
    SEVERAL_RESULTS = "several-results"
    DUPLICATE_NAME = "duplicate-name"
    RESERVED_NAME = "reserved-name"
    UNKNOWN_OP = "unknown-op"
    UNKNOWN_FUNCTION = "unknown-function"
    UNKNOWN_NAME = "unknown-name"
    UNKNOWN_ARGUMENT = "unknown-argument"
    UNKNOWN_PARAM = "unknown-param"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_OPTION = "unknown-option"
    UNKNOWN_EMBEDDING = "unknown-embedding"
    UNKNOWN_MODEL = "unknown-model"
    MISSING_ARGUMENT = "missing-argument"
    REPEATED_ARGUMENT = "repeated-argument"
    TOO_MANY_ARGUMENTS = "too-many-arguments"
    WRONG_KIND = "wrong-kind"
    WRONG_TYPE = "wrong-type"
    OUT_OF_RANGE = "out-of-range"
    NOT_A_PIPELINE = "not-a-pipeline"
    NOT_A_VALUE = "not-a-value"
    UNUSED_NAME = "unused-name"
    SHADOWED_NAME = "shadowed-name"
    LATE_FILTER = "late-filter"
    CONSTANT_COLUMN = "constant-column"
    WEIGHTS = "weights"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to say about a program.

    Attributes:
        start: first character, from 0.
        end: the one after the last.
        line: of `start`, from 1.
        column: of `start`, from 1.
        end_line: of `end`, from 1.
        end_column: of `end`, from 1.
    """

    severity: Severity
    code: Code
    message: str
    start: int
    end: int
    help: str
    line: int
    column: int
    end_line: int
    end_column: int

    def show(self, text: str) -> str:
        """Return the message with the line it is about and a caret under the place.

        What is not about a place (a param given by the caller) has an empty span and no caret.
        """
        shown = [f"{self.severity}[{self.code}]: {self.message}"]
        if self.end > self.start:
            shown += self._excerpt(text)
        return "\n".join([*shown, f"help: {self.help}"] if self.help else shown)

    def _excerpt(self, text: str) -> list[str]:
        line = text.split("\n")[self.line - 1].rstrip("\r").replace("\t", " ")
        first = self.column - 1
        last = self.end_column - 1 if self.end_line == self.line else len(line)
        cut = 0 if first < WIDTH - 20 else first - WIDTH // 2
        line, first, last = line[cut : cut + WIDTH], first - cut, min(last - cut, WIDTH)
        gutter = " " * len(str(self.line))
        return [
            f"{gutter}--> line {self.line}, column {self.column}",
            f"{self.line} | {line}",
            f"{gutter} | {' ' * first}{'^' * max(1, last - first)}",
        ]


def _place(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - (text.rfind("\n", 0, position) + 1) + 1


class Report:
    """Gathers what is found in one text; the same thing said twice counts once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[Diagnostic, None] = {}

    def _add(self, severity: Severity, code: Code, message: str, span: Span, help: str) -> None:
        start = min(span.start, len(self._text))
        end = min(max(span.end, start), len(self._text))
        places = (*_place(self._text, start), *_place(self._text, end))
        self._found[Diagnostic(severity, code, message, start, end, help, *places)] = None

    def error(self, code: Code, message: str, span: Span, help: str = "") -> None:
        """Note something that makes the program wrong."""
        self._add(Severity.ERROR, code, message, span, help)

    def warning(self, code: Code, message: str, span: Span, help: str = "") -> None:
        """Note something that is probably not meant."""
        self._add(Severity.WARNING, code, message, span, help)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, in the order of the text."""
        return tuple(sorted(self._found, key=lambda d: (d.start, d.end, d.code, d.message)))

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(found.severity is Severity.ERROR for found in self._found)


class ProgramError(QueryError):
    """A program that cannot run.

    Attributes:
        text: the program.
        diagnostics: everything found in it, warnings too, in the order of the text.
    """

    def __init__(self, text: str, diagnostics: Sequence[Diagnostic]) -> None:
        self.text, self.diagnostics = text, tuple(diagnostics)
        self.errors = tuple(d for d in diagnostics if d.severity is Severity.ERROR)
        super().__init__(self.errors[0].message, self.errors[0].help)

    def __str__(self) -> str:
        return "\n\n".join(found.show(self.text) for found in self.errors)
