"""Which functions may lead to a pause, by the names they mention: the others are not judged.

Too many are no harm, for each is followed before anything is said of it. A method is known by its
name alone, whatever it is called on.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import PurePath

from plancraft.purity import knowledge
from plancraft.purity.modules import Project, Source, imported_names
from plancraft.purity.spelling import called_name, written

__all__ = ["Reach"]

Key = tuple[str, str]
"""A module and a name at its top; without a module, the name of an attribute."""

_PAUSE: Key = ("", "")
_FIRST = {"interrupt", "ask", "NodeInterrupt"} | {
    f"{kind}_pause_node" for kind in ("option", "form", "confirm", "approval")
}
_RAISED = re.compile(r"NodeInterrupt\b")
_COMMON = frozenset(name for kind in (list, dict, set, str, bytes) for name in dir(kind))
"""Names of methods that lists and texts have too: what is called so on anything but `self`."""
_OF_ITSELF = {"self", "cls", "super"}
_OF_THE_CLASS = {"__init__", "__call__", "__enter__", "__aenter__", "__exit__", "__aexit__"}


class Reach:
    """What leads to a pause in some linted files."""

    def __init__(self, project: Project) -> None:
        self.sources: list[Source] = []
        """The files that say one of the names."""
        self._project = project
        self._mentioned: dict[ast.AST, frozenset[Key]] = {}
        self._leading = {_PAUSE}
        words, waiting = set(_FIRST), list(project.sources.values())
        left: list[tuple[Key, frozenset[Key]]] = []
        while said := [one for one in waiting if not words.isdisjoint(one.words)]:
            self.sources += said
            waiting = [one for one in waiting if one not in said]
            left += [(key, self._mentions(one, node)) for one in said for key, node in _givers(one)]
            left = self._spread(left)
            words |= {name for _, name in self._leading}

    def _spread(self, left: list[tuple[Key, frozenset[Key]]]) -> list[tuple[Key, frozenset[Key]]]:
        """Take in what mentions what is known; give what is left."""
        size = 0
        while size != len(self._leading):
            size = len(self._leading)
            self._leading |= {key for key, names in left if not self._leading.isdisjoint(names)}
            left = [(key, names) for key, names in left if key not in self._leading]
        return left

    def leads_to_pause(self, source: Source, node: ast.AST) -> bool:
        """Whether the code of that file mentions something that leads to a pause."""
        return not self._leading.isdisjoint(self._mentions(source, node))

    def _mentions(self, source: Source, node: ast.AST) -> frozenset[Key]:
        if node not in self._mentioned:
            self._mentioned[node] = frozenset(self._names(source, node))
        return self._mentioned[node]

    def _names(self, source: Source, node: ast.AST) -> Iterator[Key]:
        names, attributes, imports = set(), set(), _imports(source)
        for one in ast.walk(node):
            kind = type(one)
            if kind is ast.Name:
                names.add(one.id)  # type: ignore[attr-defined]
            elif kind is ast.Attribute:
                attributes.add(_way_to(one))  # type: ignore[arg-type]
            elif kind is ast.Raise or kind is ast.alias:
                yield from self._said_by(source, one, is_whole=one is node)
        for name in names:
            yield from self._top_level(source, name)
        for root, dotted in attributes:
            attribute = dotted.rpartition(".")[2]
            if attribute not in _COMMON or root in _OF_ITSELF:
                yield "", attribute
            if root in imports:
                yield from self._meant(source, f"{imports[root]}.{dotted}")

    def _said_by(self, source: Source, node: ast.AST, *, is_whole: bool) -> Iterator[Key]:
        match node:
            case ast.alias(name=dotted, asname=other) if is_whole:
                yield from self._meant(source, _imports(source).get(other or dotted, dotted))
            case ast.Raise(exc=ast.expr() as raised) if _RAISED.search(written(raised)):
                yield _PAUSE

    def _top_level(self, source: Source, name: str) -> Iterator[Key]:
        yield source.module, name
        if name not in _bound(source):
            if knowledge.PAUSES.fullmatch(name):
                yield _PAUSE
            for star in source.stars:
                yield from self._meant(source, f"{star}.{name}")

    def _meant(self, source: Source, dotted: str, depth: int = 5) -> Iterator[Key]:
        if knowledge.PAUSES.fullmatch(dotted):
            yield _PAUSE
        elif found := self._project.find(dotted, source):
            other, rest = found
            name = rest.partition(".")[0]
            yield other.module, name
            if depth and name not in _bound(other):
                for star in other.stars:
                    yield from self._meant(other, f"{star}.{rest}", depth - 1)


def _way_to(node: ast.Attribute) -> tuple[str, str]:
    """The variable before the first dot, "" for another expression, and what is behind it."""
    path = [node.attr]
    holder = node.value
    while isinstance(holder, ast.Attribute):
        path.append(holder.attr)
        holder = holder.value
    root = called_name(holder.func if isinstance(holder, ast.Call) else holder)
    return root, ".".join(reversed(path))


@cache
def _bound(source: Source) -> frozenset[str]:
    """Every name that the file gives a meaning, wherever."""
    return frozenset(
        one.arg if isinstance(one, ast.arg) else one.id
        for one in ast.walk(source.tree)
        if isinstance(one, ast.arg)
        or (isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load))
    ).union(source.functions, source.classes, _imports(source))


@cache
def _imports(source: Source) -> dict[str, str]:
    """What the imports of the file bind, also those inside functions."""
    is_package = PurePath(source.path).name == "__init__.py"
    found: dict[str, str] = {}
    for one in ast.walk(source.tree):
        if isinstance(one, ast.Import | ast.ImportFrom):
            found |= imported_names(one, source.module, is_package=is_package)[0]
    return found


def _givers(source: Source) -> Iterator[tuple[Key, ast.AST]]:
    """Each name at the top and each attribute, with the code that it may stand for."""
    for name, function in source.functions.items():
        yield (source.module, name), function
    for name, value in source.values.items():
        yield (source.module, name), value
    for node in ast.walk(source.tree):
        match node:
            case ast.ClassDef():
                yield from _of_class(source, node)
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=value):
                yield ("", name), value
            case ast.keyword(arg=str() as name, value=ast.Name() | ast.Attribute() as value):
                yield ("", name), value
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    yield (source.module, alias.asname or alias.name), alias


def _of_class(source: Source, node: ast.ClassDef) -> Iterable[tuple[Key, ast.AST]]:
    for base in node.bases:
        yield (source.module, node.name), base
    for one in node.body:
        match one:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if name in _OF_THE_CLASS:
                    yield (source.module, node.name), one
                else:
                    yield ("", name), one
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield ("", name), value
