"""The linter: which functions are followed, and what was found."""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath

from plancraft.purity import knowledge
from plancraft.purity.entering import Entering, parameters
from plancraft.purity.findings import Finding
from plancraft.purity.modules import WHOLE_FILE, Project, Source
from plancraft.purity.reaching import Reach
from plancraft.purity.reading import UnreadableFile, python_files, read_source
from plancraft.purity.spelling import called_name, written
from plancraft.purity.values import (
    NOTHING,
    Bound,
    ClassRef,
    Closure,
    FunctionNode,
    Instance,
    Outcome,
    Ref,
    Root,
    Value,
)

__all__ = ["Linted", "lint"]

_STATE = re.compile(r"state", re.IGNORECASE)
_OTHERS = {"config", "runtime", "store", "writer", "self", "cls"}
_TESTS = re.compile(r"test_.*|.*_test|conftest")
_RECURSION = 20_000


class Linted:
    """What linting gave: the findings in order, and the files that could not be read."""

    def __init__(self, findings: list[Finding], unread: list[UnreadableFile], files: int) -> None:
        self.findings, self.unread, self.files = findings, unread, files


def lint(
    paths: Iterable[Path],
    *,
    watch: Callable[[Iterable[Path]], Iterable[Path]] = iter,
    texts: Mapping[Path, str] | None = None,
) -> Linted:
    """Every breach of the rules in the Python files under the paths; nothing is run.

    Args:
        paths: Files, and folders that are searched.
        watch: Gets the files and gives them on, so that progress can be shown.
        texts: What is to be read instead of a file.
    """
    sources: dict[str, Source] = {}
    unread: list[UnreadableFile] = []
    with _deep():
        for path in watch(list(python_files(paths))):
            try:
                source = read_source(path, (texts or {}).get(path))
            except UnreadableFile as error:
                unread.append(error)
                continue
            sources.setdefault(source.module, source)
        linting = Linting(Project(sources))
        linting.look_at_all()
    by_path = {source.path: source for source in sources.values()}
    found = [
        one for one in linting.findings.values() if not _is_quiet(one, by_path[one.place.path])
    ]
    found.sort(key=lambda one: (one.place.path, one.place.cell, one))
    return Linted(found, unread, len(sources) + len(unread))


@contextmanager
def _deep() -> Iterator[None]:
    # Calls are followed by calls: what is nested deep in the code is nested deeper here.
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _is_quiet(finding: Finding, source: Source) -> bool:
    place = finding.place
    start = source.cells[place.cell - 1] if place.cell else 0
    for line in (WHOLE_FILE, start + place.line, start + place.last_line):
        codes = source.quiet.get(line)
        if codes is not None and (not codes or finding.code in codes):
            return True
    return False


class Linting(Entering):
    """The walk through all functions of a project."""

    def __init__(self, project: Project) -> None:
        super().__init__(project)
        self._reach = Reach(project)
        self._called = {
            called_name(node.func)
            for source in self._reach.sources
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Call)
        }

    def look_at_all(self) -> None:
        """Follow every function from which a pause may be reached."""
        for source in self._reach.sources:
            if _TESTS.fullmatch(PurePath(source.path).stem):
                continue  # what a test does around a node is no part of the node
            for node, owner in _outer_functions(source.tree):
                if self._reach.leads_to_pause(source, node):
                    self._look_at(source, node, owner)
            for class_ in _classes(source.tree):
                self._look_at_inherited(self.class_of(class_, source))
            plain: list[ast.stmt] = [
                one
                for one in source.tree.body
                if isinstance(one, ast.Expr | ast.Assign)
                and self._reach.leads_to_pause(source, one)
            ]
            with self.in_file(source) as flow:
                self.run(plain, flow)
        self._look_at_wrappers()

    def _look_at(self, source: Source, node: FunctionNode, owner: ast.ClassDef | None) -> None:
        name = getattr(node, "name", "")
        if knowledge.PAUSES.fullmatch(f"{_package_name(source)}.{name}") or name.startswith(
            "test_"
        ):
            return  # the pause itself
        of = self.class_of(owner, source) if owner else None
        closure = self.closure_of(node, source, of)
        outcome = self._start(closure, of)
        if isinstance(node, ast.Lambda):
            return
        if outcome.pauses:
            with self.in_file(source):
                self.judge_decorators(node)
        if of is not None and node.decorator_list:
            value = self.method_value(of, node, self._object(of))
            self.follow_refs(value, closure, of)
        elif owner is None and source.functions.get(name) is node:
            self.follow_refs(self.look_up_global(source, name), closure, None)

    def follow_refs(self, value: Value, but: Closure, of: ClassRef | None) -> None:
        """Follow what the decorators made of a function."""
        for ref in value.refs:
            made = ref.closure if isinstance(ref, Bound) else ref
            if isinstance(made, Closure) and made is not but:
                self._start(made, of)

    def _look_at_inherited(self, owner: ClassRef) -> None:
        """Follow the methods that the class gets from others, which meet its own ones here."""
        names = {name for name, _ in _methods_of(owner)}
        for base in self.line_of(owner)[1:]:
            for name, node in _methods_of(base):
                if name not in names and self._reach.leads_to_pause(base.source, node):
                    self._start(self.closure_of(node, base.source, base), owner)
                names.add(name)

    def _look_at_wrappers(self) -> None:
        looked_at: set[Ref] = set()
        while waiting := [one for one in self.made if one not in looked_at]:
            looked_at.update(waiting)
            for ref in waiting:
                if isinstance(ref, Closure) and ref not in self.followed:
                    self._start(ref)
                elif isinstance(ref, Instance):
                    self._look_at_object(ref)

    def _look_at_object(self, instance: Instance) -> None:
        method = self.find_method(instance.of, "__call__")
        if method is None:
            return
        bound = {name: self._given(method, name, None) for name in parameters(method.node)[1:]}
        root = frozenset({(Root("shared", "`self`"), 0)})
        me = Value(refs=frozenset({instance}), held=root)
        self.entered = 0
        self.follow_frame(method, {parameters(method.node)[0]: me, **bound})

    def _start(self, closure: Closure, of: ClassRef | None = None) -> Outcome:
        """Follow a function as LangGraph calls it, and then the functions made in it."""
        bound = {name: self._given(closure, name, of) for name in parameters(closure.node)}
        vararg = closure.node.args.vararg
        if of is not None and vararg is not None and not closure.node.args.args:
            bound["*0"] = self._object(of)
        self.followed.add(closure)
        self.entered = 0
        outcome, frame = self.follow_frame(closure, bound)
        for nested in frame.nested:
            if nested.node in self.inlined:
                continue
            inner = self._start(nested)
            if inner.pauses and not isinstance(nested.node, ast.Lambda):
                with self.in_file(closure.source):
                    self.judge_decorators(nested.node)
        return outcome

    def _object(self, of: ClassRef) -> Value:
        root = frozenset({(Root("shared", "`self`"), 0)})
        return Value(refs=frozenset({Instance(of)}), held=root)

    def _given(self, closure: Closure, name: str, of: ClassRef | None) -> Value:
        first = next((one for one in parameters(closure.node) if one not in ("self", "cls")), None)
        if name in ("self", "cls") and of is not None:
            return self._object(of)
        if self._is_state(closure, name, is_first=name == first):
            return Value(held=frozenset({(Root("state", name), 0)}))
        return NOTHING

    def _is_state(self, closure: Closure, name: str, *, is_first: bool) -> bool:
        node = closure.node
        annotation = next(
            (
                one.annotation
                for one in ast.walk(node.args)
                if isinstance(one, ast.arg) and one.arg == name
            ),
            None,
        )
        said = f"{name} {written(annotation) if annotation else ''}"
        if _STATE.search(said):
            return True
        if not is_first or name in _OTHERS or isinstance(node, ast.Lambda):
            return False
        others = [one for one in parameters(node) if one not in (name, *_OTHERS)]
        is_tool = any("tool" in written(one) for one in node.decorator_list)
        return not others and not is_tool and node.name not in self._called


def _package_name(source: Source) -> str:
    return ".".join(source.module.split(".")[-source.least :])


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (one for one in ast.walk(tree) if isinstance(one, ast.ClassDef))


def _methods_of(owner: ClassRef) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for one in owner.node.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield one.name, one


def _outer_functions(tree: ast.Module) -> Iterator[tuple[FunctionNode, ast.ClassDef | None]]:
    def within(
        node: ast.AST, owner: ast.ClassDef | None
    ) -> Iterator[tuple[FunctionNode, ast.ClassDef | None]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                yield child, owner
            elif isinstance(child, ast.ClassDef):
                yield from within(child, child)
            else:
                yield from within(child, owner)

    yield from within(tree, None)
