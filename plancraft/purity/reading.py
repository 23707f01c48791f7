"""From files to what each of their top-level names stands for, without running them."""

import ast
import io
import os
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

from plancraft.purity.modules import WHOLE_FILE, Source, cell_of, imported_names, module_of
from plancraft.purity.notebooks import NOTEBOOK, code_of_notebook

__all__ = ["UnreadableFile", "python_files", "read_source"]

SKIPPED = {
    *(".venv", "venv", ".git", ".hg", "node_modules", "__pycache__", ".tox", ".nox", ".eggs"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", "site-packages"),
}
_WORD = re.compile(r"\w+")
_CODES = r"(?P<codes>:\s*[A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)?"
_NOQA = re.compile(rf"#\s*noqa{_CODES}", re.IGNORECASE)
_FILE_NOQA = re.compile(rf"#\s*plancraft:\s*noqa{_CODES}\s*", re.IGNORECASE)


class UnreadableFile(ValueError):
    """A file that is not Python, or cannot be read. Says which and where."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


def python_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The Python files under the paths, in order; environments and caches are left out."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if name not in SKIPPED)
            found = (Path(folder) / name for name in sorted(files) if name.endswith(".py"))
            yield from (one for one in found if one.exists())  # no links that lead nowhere


def read_source(path: Path, text: str | None = None) -> Source:
    """The parsed file, or the text as if it stood there.

    Raises:
        UnreadableFile: it cannot be read, or is not Python.
    """
    shown = str(path)
    cells: tuple[int, ...] = ()
    try:
        if text is None:
            with tokenize.open(path) as file:
                text = file.read()
        if path.suffix == NOTEBOOK:
            text, cells = code_of_notebook(text)
        tree = ast.parse(text, shown)
        quiet = dict(_quiet_lines(text))
    except SyntaxError as error:
        where = f"{_line_in_cell(error.lineno, cells)}: " if error.lineno else ""
        raise UnreadableFile(shown, f"{where}{error.msg}") from error
    except (OSError, ValueError, RecursionError, tokenize.TokenError) as error:
        raise UnreadableFile(shown, str(error)) from error
    module, least = module_of(path)
    words = frozenset(_WORD.findall(text))
    source = Source(shown, module, least, tree, quiet, words, cells)
    for statement in _top_level(tree.body):
        _bind(source, statement, is_package=path.name == "__init__.py")
    source.changing = _changed_by_functions(tree) & source.values.keys()
    return source


def _line_in_cell(line: int, cells: tuple[int, ...]) -> str:
    cell, line = cell_of(line, cells)
    return f"cell {cell}:{line}" if cell else str(line)


def _quiet_lines(text: str) -> Iterator[tuple[int, frozenset[str]]]:
    if "noqa" not in text.lower():
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        if (match := _FILE_NOQA.fullmatch(token.string)) and not token.line[
            : token.start[1]
        ].strip():
            yield WHOLE_FILE, _codes(match)
        elif match := _NOQA.search(token.string):
            yield token.start[0], _codes(match)


def _codes(match: re.Match[str]) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Z]+\d+", (match["codes"] or "").upper()))


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        for name in ("body", "orelse", "finalbody"):
            if isinstance(statement, ast.If | ast.Try | ast.With):
                yield from _top_level(getattr(statement, name, []))
        if isinstance(statement, ast.Try):
            for handler in statement.handlers:
                yield from _top_level(handler.body)


def _bind(source: Source, statement: ast.stmt, *, is_package: bool) -> None:
    match statement:
        case ast.Import() | ast.ImportFrom():
            imported, stars = imported_names(statement, source.module, is_package=is_package)
            source.imports.update(imported)
            source.stars += stars
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            source.functions[statement.name] = statement
        case ast.ClassDef():
            source.classes[statement.name] = statement
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            source.values[name] = value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            source.values[name] = value


def _changed_by_functions(node: ast.AST) -> set[str]:
    changed: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for one in ast.walk(child):
                changed.update(_changed_names(one))
        elif not isinstance(child, ast.expr):
            changed |= _changed_by_functions(child)
    return changed


def _changed_names(node: ast.AST) -> Iterator[str]:
    from plancraft.purity.knowledge import MUTATORS

    match node:
        case ast.Global(names=names):
            yield from names
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
            if method in MUTATORS:
                yield name
