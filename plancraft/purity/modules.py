"""Which file a dotted name leads to: packages with and without `__init__.py`, and scripts."""

import ast
import sys
from dataclasses import dataclass, field
from pathlib import Path

__all__ = [
    "WHOLE_FILE",
    "Project",
    "Source",
    "cell_of",
    "imported_names",
    "module_of",
    "shown_name",
]

WHOLE_FILE = 0
"""The line of a comment that silences a whole file."""


@dataclass(eq=False)
class Source:
    """One parsed file and what its top level binds."""

    path: str
    module: str
    """Its name from the root of the disk, after a dot."""
    least: int
    """How many parts of that name Python needs at least to import it."""
    tree: ast.Module
    quiet: dict[int, frozenset[str]]
    """By line, the codes that a `noqa` comment silences; empty means all."""
    words: frozenset[str] = frozenset()
    """Every word that the file says."""
    cells: tuple[int, ...] = ()
    """In a notebook, the line before each code cell."""
    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    values: dict[str, ast.expr] = field(default_factory=dict)
    changing: set[str] = field(default_factory=set)
    """Top-level names that some function changes."""


def cell_of(line: int, cells: tuple[int, ...]) -> tuple[int, int]:
    """The number of the code cell, from 1, and the line in it; cell 0 outside of notebooks."""
    before = [(number, start) for number, start in enumerate(cells, 1) if start < line]
    number, start = before[-1] if before else (0, 0)
    return number, line - start


def module_of(path: Path) -> tuple[str, int]:
    """The module's name from the root of the disk, after a dot, and how many of its last parts
    Python needs at least to import it: the packages around it that have an `__init__.py`.
    """
    path = path.resolve()
    is_package = path.name == "__init__.py"
    folder = path.parent
    parts = list(folder.parts[1:]) if is_package else [*folder.parts[1:], path.stem]
    packages = 0
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        packages += 1
        folder = folder.parent
    name = "".join(f".{one.replace('.', '_')}" for one in parts)
    return name, max(packages + (0 if is_package else 1), 1)


def shown_name(dotted: str) -> str:
    """A name from the root of the disk, short enough to be judged and shown."""
    return ".".join(dotted.rsplit(".", 2)[-2:]) if dotted.startswith(".") else dotted


@dataclass(eq=False)
class Project:
    """The linted files; names are followed from one into another."""

    sources: dict[str, Source]
    """By module name from the root of the disk."""
    _by_end: dict[str, list[Source]] = field(default_factory=dict)
    _found: dict[tuple[str, str], tuple[Source, str] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for source in self.sources.values():
            parts = source.module[1:].split(".")
            for length in range(1, len(parts) + 1):
                self._by_end.setdefault(".".join(parts[-length:]), []).append(source)

    def find(self, dotted: str, by: Source) -> tuple[Source, str] | None:
        """The file and the rest of the name, for a dotted name in the file `by`."""
        folder = by.module.rpartition(".")[0]
        if (dotted, folder) not in self._found:
            self._found[dotted, folder] = self._find(dotted, folder)
        return self._found[dotted, folder]

    def _find(self, dotted: str, folder: str) -> tuple[Source, str] | None:
        parts = dotted.split(".")
        for cut in range(len(parts), 0, -1):
            name, rest = ".".join(parts[:cut]), ".".join(parts[cut:])
            found = self.sources.get(name) if dotted[0] == "." else self._closest(name, folder)
            if found is not None:
                return found, rest
        return None

    def _closest(self, name: str, folder: str) -> Source | None:
        """The file that an absolute import means: the one whose root is closest above."""
        best, best_root = None, ""
        length = name.count(".") + 1
        for source in self._by_end.get(name, ()):
            root = source.module[: -len(name) - 1]
            is_above = f"{folder}.".startswith(f"{root}.")
            if length < source.least and not (length > 1 and is_above):
                continue
            if length == 1 and source.least == 1 and name in sys.stdlib_module_names:
                continue
            if length > source.least and not is_above:
                continue
            if best is None or (is_above and len(root) >= len(best_root)):
                best, best_root = source, root if is_above else ""
        return best


def imported_names(
    statement: ast.Import | ast.ImportFrom, module: str, *, is_package: bool = False
) -> tuple[dict[str, str], list[str]]:
    """What an import binds, name to dotted name, and the modules of its stars."""
    if isinstance(statement, ast.Import):
        found = {
            one.asname or one.name.split(".")[0]: one.name if one.asname else one.name.split(".")[0]
            for one in statement.names
        }
        return found, []
    parts = module.split(".")
    up = statement.level - (1 if is_package else 0)
    kept = parts[: len(parts) - up] if statement.level else []
    start = ".".join([*kept, *([statement.module] if statement.module else [])])
    prefix = f"{start}." if start else ""
    named = {one.asname or one.name: prefix + one.name for one in statement.names}
    stars = [start] if named.pop("*", None) else []
    return named, stars
