"""Every name that a program can use here, those of the app and of other packages too."""

from __future__ import annotations

from dataclasses import dataclass

from bowerbird.core.signals import Catalog
from bowerbird.igql.extend import extensions
from bowerbird.igql.functions import CALLED, FUNCTIONS
from bowerbird.igql.op import REQUIRED, Arg, Op, Rest
from bowerbird.igql.ops import BY_NAME


@dataclass(frozen=True, slots=True)
class Known:
    """One name.

    Attributes:
        what: `operator`, `function` or `signal`.
        written: how it is used.
        means: what it takes and gives.
        package: where it comes from; empty for the language and the app.
        doc: a sentence, where its package has one.
    """

    name: str
    what: str
    written: str
    means: str
    package: str = ""
    doc: str = ""


REST = {
    Rest.COLUMNS: "name=expression, ...",
    Rest.THRESHOLDS: "condition, NAME_threshold=x, ...",
    Rest.PLACED: "column, ...",
    Rest.BRANCHES: "pipeline, ...",
    Rest.WEIGHTED: "weight * pipeline, ...",
}


def known(catalog: Catalog) -> list[Known]:
    """Return operators, functions and signals, each in the order of its list."""
    origins = extensions().origins
    found = [
        Known(op.name, "operator", _written(op), _way(op), origins.get(op.name, ""), op.doc)
        for op in BY_NAME.values()
    ]
    found += [
        Known(name, "function", f"{name}(...)", f"takes {FUNCTIONS[name].wants}") for name in CALLED
    ]
    for kind, names in catalog.signals.items():
        found += [Known(name, "signal", name, f"{type} of {kind}") for name, type in names.items()]
    for (kind, name), signal in extensions().signals.items():
        if name not in catalog.signals.get(kind, {}):
            means = f"{signal.type} of {kind}"
            found.append(Known(name, "signal", name, means, origins[name], signal.doc))
    return found


def _way(op: Op) -> str:
    if not op.takes:
        return f"source of {op.gives}" if op.gives else "combiner"
    takes = " or ".join(op.takes)
    return f"{takes} to {op.gives}" if op.gives else takes


def _written(op: Op) -> str:
    rest = [REST[op.rest]] if op.rest in REST else []
    return f"{op.name}({', '.join([*rest, *(_argument(arg) for arg in op.args)])})"


def _argument(arg: Arg) -> str:
    if arg.default is REQUIRED:
        return arg.name if arg.placed else f"{arg.name}="
    default = f"{arg.default:g}" if isinstance(arg.default, float) else arg.default
    return f"{arg.name}={'' if arg.default is None else default}"
