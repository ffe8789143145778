"""Programs by name and by hash: presets, files of the app, and those that old pages ran."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path

from bowerbird.core.errors import NotFound, did_you_mean
from bowerbird.core.signals import Catalog
from bowerbird.igql.program import Program, compile_program

SUFFIX = ".igql"


@cache
def presets() -> Mapping[str, str]:
    """Return the text of each program that comes with the package, by name without the suffix.

    Read once a process: every page asks for two of them.
    """
    folder = resources.files("bowerbird.page") / "presets"
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(SUFFIX): file.read_text()
        for file in files
        if file.name.endswith(SUFFIX)
    }


class Programs:
    """Compiled programs of one app; compiles each text once.

    A program that a page ran is kept under its hash, so that `replay` finds the very text.
    """

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        """`folder` keeps texts by hash; `catalog` is what they are bound against."""
        self.catalog = catalog
        self._folder = folder
        self._compiled: dict[str, Program] = {}

    def named(self, name: str, beside: Path) -> Program:
        """Return the preset `name`, or the program in the file `name` (from `beside`).

        Raises:
            NotFound: neither is there.
            QueryError: it does not compile.
        """
        known = presets()
        text = known.get(name.removesuffix(SUFFIX))
        path = beside / name
        if path.is_file():  # an app's own file wins over the preset it grew from
            text = path.read_text()
        if text is None:
            raise NotFound(f"there is no program {name!r}", did_you_mean(name, known))
        return self.compiled(text)

    def compiled(self, text: str) -> Program:
        """Return the program of `text`, compiled once.

        Raises:
            QueryError: it does not compile.
        """
        key = sha256(text.encode()).hexdigest()
        if key not in self._compiled:
            self._compiled[key] = compile_program(text, self.catalog)
        return self._compiled[key]

    def keep(self, digest: str) -> None:
        """Store the text of a program compiled here under its hash, once."""
        path = self._folder / f"{digest}{SUFFIX}"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            aside = path.with_suffix(".part")
            aside.write_text(self._compiled[digest].text)
            aside.rename(path)

    def kept(self, digest: str) -> Program:
        """Return the program a page ran, by its hash.

        Raises:
            NotFound: it was not kept here.
        """
        if digest in self._compiled:
            return self._compiled[digest]
        path = self._folder / f"{digest}{SUFFIX}"
        if not path.is_file():
            raise NotFound(
                f"no program with sha256 {digest[:12]}… is kept in {self._folder}",
                "the page came from another data folder, or the file was removed",
            )
        return self.compiled(path.read_text())
