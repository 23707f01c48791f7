"""What the parts of the walk through a function share: names, places, reporting a pause."""

import ast
import builtins
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from plancraft.purity import knowledge
from plancraft.purity.findings import Finding, Place
from plancraft.purity.modules import Project, Source, cell_of, shown_name
from plancraft.purity.spelling import text_of
from plancraft.purity.values import (
    NOTHING,
    Bound,
    ClassRef,
    Closure,
    Effect,
    Flow,
    Frame,
    Outcome,
    Ref,
    Root,
    Symbol,
    Taint,
    Value,
    join,
)

__all__ = ["CHANGING", "UNREPEATABLE", "Walking", "names_of"]

UNREPEATABLE = frozenset({"clock", "random", "uuid", "identity"})
CHANGING = UNREPEATABLE | {"outside", "changing", "resumed"}
_BUILTINS = frozenset(dir(builtins))


class Walking:
    """The state of a walk. Its parts are mixed in by `Linting`."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.findings: dict[tuple[str, Place], Finding] = {}
        self.frames: list[Frame] = []
        self.memo: dict[Closure, dict[object, Outcome]] = {}
        self.inlined: set[ast.AST] = set()
        self.entered = 0
        """How many functions were entered for the one that is being judged."""
        self.followed: set[Closure] = set()
        self.made: dict[Ref, None] = {}
        """Functions and objects made around others, which may run later."""
        self.parts: dict[ast.AST, dict[str, Value]] = {}
        self._closures: dict[ast.AST, Closure] = {}
        self._classes: dict[ast.ClassDef, ClassRef] = {}
        self._lines: dict[ClassRef, list[ClassRef]] = {}
        self._kept: dict[ClassRef, tuple[tuple[str, Value], ...]] = {}
        self._globals: dict[tuple[Source, str], Value] = {}

    @property
    def frame(self) -> Frame:
        """The function that is being followed."""
        return self.frames[-1]

    @property
    def source(self) -> Source:
        """The file of that function."""
        return self.frame.closure.source

    def value(self, node: ast.expr, flow: Flow) -> Value:
        """What the expression gives; its effects go into the flow."""
        raise NotImplementedError

    def run(self, body: list[ast.stmt], flow: Flow) -> None:
        """Follow the statements; the flow ends where they end."""
        raise NotImplementedError

    def enter(self, closure: Closure, bound: dict[str, Value]) -> Outcome:
        """What calling the function with these arguments does."""
        raise NotImplementedError

    def place(self, node: ast.AST) -> Place:
        """Where the node stands."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        last = getattr(node, "end_lineno", None) or line
        if not self.source.cells:
            return Place(self.source.path, line, column, last)
        cell, in_cell = cell_of(line, self.source.cells)
        return Place(self.source.path, in_cell, column, in_cell + last - line, cell)

    def report(self, code: str, place: Place, what: str, detail: str = "") -> None:
        """Keep a finding; the first one at a place stands."""
        self.findings.setdefault((code, place), Finding(place, code, what, detail))

    def act(
        self, flow: Flow, node: ast.AST, what: str, detail: str = "", code: str = "PC101"
    ) -> None:
        """An effect, which is wrong if a pause follows."""
        effect = Effect(code, self.place(node), what, detail)
        flow.effects |= {effect}
        self.frame.everything.add(effect)

    def pause(self, node: ast.AST, flow: Flow, *, typed: bool) -> None:
        """A pause is reached: what came before it is wrong, and whoever is around is told."""
        for effect in flow.effects:
            self.report(effect.code, effect.place, effect.what, effect.detail)
        if flow.pauses:
            self.report("PC402", self.place(node), text_of(node))
        flow.pauses += 1
        self.frame.count += 1
        self.frame.typed |= typed
        for guard in self.frame.guards:
            guard.pauses.append((node, typed))

    def show(self, payload: Value) -> None:
        """A value becomes part of a question."""
        for taint in payload.taints:
            if taint.kind in UNREPEATABLE:
                self.report("PC201", taint.place, taint.what)
            elif taint.kind in ("set", "order"):
                self.report("PC202", taint.place, taint.what)

    def stain(self, node: ast.AST, kind: str, what: str = "") -> Taint:
        """A reason why another run gets another value."""
        return Taint(kind, what or text_of(node), self.place(node))

    def change(self, target: Value, node: ast.AST, flow: Flow) -> None:
        """A value is changed in place."""
        for root in target.alias:
            if root.kind == "state":
                self.act(flow, node, text_of(node), code="PC501")
            else:
                self.act(flow, node, text_of(node), f"{root.name} outlives the run")

    def is_shared_object(self, owner: Value) -> bool:
        """Whether it is a class, module or function that other runs see too."""
        return any(
            isinstance(ref, ClassRef | Bound)
            or (isinstance(ref, Closure) and ref.outer is None)
            or (
                isinstance(ref, Symbol)
                and not ref.name.endswith(("()", "[]"))
                and "()" not in ref.name
            )
            for ref in owner.refs
        )

    @contextmanager
    def in_file(self, source: Source) -> Iterator[Flow]:
        """Within the block, code is followed that stands at the top of a file."""
        frame = Frame(Closure(_NO_FUNCTION, source), Flow())
        self.frames.append(frame)
        try:
            yield frame.flow
        finally:
            self.frames.pop()

    # Names.

    def look_up(self, name: str, flow: Flow) -> Value:
        """What a name stands for here."""
        if name in flow.env:
            return flow.env[name]
        frame = self.frame
        if name in frame.local:
            return NOTHING
        outer = frame.closure.outer
        while outer is not None:
            if name in outer.flow.env:
                captured = outer.flow.env[name]
                return captured if outer in self.frames else self.outliving(captured, name)
            outer = outer.closure.outer
        return self.look_up_global(frame.closure.source, name)

    def look_up_global(self, source: Source, name: str) -> Value:
        """What a top-level name of a file stands for."""
        if (source, name) not in self._globals:
            self._globals[source, name] = NOTHING  # while it is being found out
            self._globals[source, name] = self._find_global(source, name)
        return self._globals[source, name]

    def _find_global(self, source: Source, name: str) -> Value:
        # A name may be bound in more than one way: `try: import … except: name = None`.
        found = []
        if name in source.functions:
            found.append(self._decorated(source, source.functions[name]))
        if name in source.classes:
            found.append(_only(self.class_of(source.classes[name], source)))
        if name in source.values:
            found.append(self._top_level_value(source, name))
        if name in source.imports:
            found.append(self.resolve(source.imports[name], source))
        if found:
            return join(*found)
        for star in source.stars:
            if (one := self.resolve(f"{star}.{name}", source)) and self._is_known(one):
                return one
        return _only(Symbol(f"builtins.{name}" if name in _BUILTINS else name))

    def _is_known(self, found: Value) -> bool:
        return any(
            not isinstance(ref, Symbol) or knowledge.PAUSES.fullmatch(ref.name)
            for ref in found.refs
        )

    def resolve(self, dotted: str, source: Source | None = None) -> Value:
        """What a dotted name in a file stands for: code of the linted files, or a symbol."""
        if knowledge.PAUSES.fullmatch(dotted):
            return _only(Symbol(dotted))
        found = self.project.find(dotted, source or self.source)
        if found is None:
            return _only(Symbol(shown_name(dotted)))
        source, rest = found
        if not rest:
            return _only(Symbol(source.module))
        first, *more = rest.split(".")
        if not _binds(source, first):
            return _only(Symbol(shown_name(dotted)))
        value = self.look_up_global(source, first)
        for attribute in more:
            value = self.member(value, attribute)
        return value

    def member(self, value: Value, name: str) -> Value:
        """The attribute of a class, instance or module."""
        raise NotImplementedError

    def closure_of(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, source: Source,
        owner: ClassRef | None = None,
    ) -> Closure:  # fmt: skip
        """The one closure of a function without surroundings."""
        return self._closures.setdefault(node, Closure(node, source, owner=owner))

    def class_of(self, node: ast.ClassDef, source: Source) -> ClassRef:
        """The one reference to a class."""
        return self._classes.setdefault(node, ClassRef(node, source))

    def _decorated(
        self, source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> Value:  # fmt: skip
        return self.decorate(_only(self.closure_of(node, source)), node, source)

    def decorate(
        self, function: Value, node: ast.FunctionDef | ast.AsyncFunctionDef, source: Source
    ) -> Value:
        """What the decorators leave of a function."""
        raise NotImplementedError

    def _top_level_value(self, source: Source, name: str) -> Value:
        with self.in_file(source) as flow:
            value = self.value(source.values[name], flow)
        value = self.outliving(value, name)
        if name not in source.changing:
            return value
        return value.tainted([Taint("changing", name, Place(source.path, 1, 1))])

    def outliving(self, value: Value, name: str) -> Value:
        """The value as part of something that outlives the run."""
        return Value(value.taints, value.refs, frozenset({(Root("shared", f"`{name}`"), 0)}))

    def is_local_run(self, closure: Closure) -> bool:
        """Whether the function was made in the run that calls it."""
        return closure.outer is not None and closure.outer in self.frames


_NO_FUNCTION = ast.Lambda(
    args=ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]),
    body=ast.Constant(value=None),
)


def _only(ref: Ref) -> Value:
    return Value(refs=frozenset({ref}))


def _binds(source: Source, name: str) -> bool:
    return any(
        name in names for names in (source.functions, source.classes, source.values, source.imports)
    ) or bool(source.stars)


def names_of(value: Value) -> Iterable[str]:
    """The names of outside code that the value may be."""
    return (ref.name for ref in value.refs if isinstance(ref, Symbol))
