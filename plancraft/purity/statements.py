"""Following statements: branches, loops, returns, assignments, in the order they run."""

import ast
from collections.abc import Callable

from plancraft.purity.calls import Calls
from plancraft.purity.expressions import in_order
from plancraft.purity.following import Arguments
from plancraft.purity.modules import imported_names
from plancraft.purity.spelling import text_of, written
from plancraft.purity.values import (
    NOTHING,
    ClassRef,
    Closure,
    Flow,
    Frame,
    Guard,
    Taint,
    Value,
    join,
    part_name,
)
from plancraft.purity.walking import CHANGING, names_of

__all__ = ["Statements"]


class Statements(Calls):
    """The part of the walk that follows statements."""

    def run(self, body: list[ast.stmt], flow: Flow) -> None:
        """Follow the statements; the flow ends where they end."""
        for statement in body:
            if not flow.alive:
                return
            method: Callable[[ast.stmt, Flow], None] | None = getattr(
                self, f"_do_{type(statement).__name__.lower()}", None
            )
            if method:
                method(statement, flow)
            else:
                self._evaluate(statement, flow)

    def _evaluate(self, statement: ast.stmt, flow: Flow) -> None:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.expr):
                self.value(child, flow)

    def _do_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, flow: Flow) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.value(default, flow)
        closure = Closure(node, self.source, self.frame)
        self.frame.nested.append(closure)
        flow.env[node.name] = Value(refs=frozenset({closure}))
        flow.env[node.name] = self.decorate(flow.env[node.name], node, self.source)

    _do_asyncfunctiondef = _do_functiondef

    def _do_classdef(self, node: ast.ClassDef, flow: Flow) -> None:
        flow.env[node.name] = Value(refs=frozenset({ClassRef(node, self.source)}))

    def _do_import(self, node: ast.Import | ast.ImportFrom, flow: Flow) -> None:
        is_package = self.source.path.endswith("__init__.py")
        imported, _ = imported_names(node, self.source.module, is_package=is_package)
        flow.env.update({name: self.resolve(dotted) for name, dotted in imported.items()})

    _do_importfrom = _do_import

    def _do_global(self, node: ast.Global, _flow: Flow) -> None:
        self.frame.shared.update(node.names)

    def _do_nonlocal(self, node: ast.Nonlocal, _flow: Flow) -> None:
        # A variable of a function that is running is new in each run.
        around = [one for one in self.frames[:-1] if _is_around(one, self.frame)]
        running = {name for one in around for name in one.local}
        self.frame.shared.update(name for name in node.names if name not in running)

    def _do_return(self, node: ast.Return, flow: Flow) -> None:
        value = self.value(node.value, flow) if node.value else NOTHING
        self.frame.exits.append((flow.copy(), self._controlled(value)))
        flow.alive = False

    def _do_raise(self, node: ast.Raise, flow: Flow) -> None:
        self._evaluate(node, flow)
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if raised is not None and written(raised).rpartition(".")[2] == "NodeInterrupt":
            self.show(self.value(node.exc, flow) if node.exc else NOTHING)
            self.pause(node.exc or node, flow, typed=False)
        flow.alive = False

    def _do_break(self, _node: ast.Break, flow: Flow) -> None:
        if self.frame.breaks:
            self.frame.breaks[-1].append(flow.copy())
        flow.alive = False

    def _do_continue(self, _node: ast.Continue, flow: Flow) -> None:
        if self.frame.continues:
            self.frame.continues[-1].append(flow.copy())
        flow.alive = False

    # Branches.

    def _do_if(self, node: ast.If, flow: Flow) -> None:
        test = self.value(node.test, flow)
        self._branch(node.test, test, [node.body, node.orelse], flow)

    def _do_match(self, node: ast.Match, flow: Flow) -> None:
        subject = self.value(node.subject, flow)
        for case in node.cases:
            for name in _captured(case.pattern):
                flow.env[name] = subject.part()
            if case.guard is not None:
                subject = join(subject, self.value(case.guard, flow))
        branches = [case.body for case in node.cases]
        last = node.cases[-1]
        if (
            not (isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None)
            or last.guard
        ):
            branches.append([])
        self._branch(node.subject, subject, branches, flow)

    def _branch(
        self, test: ast.expr, value: Value, branches: list[list[ast.stmt]], flow: Flow
    ) -> None:
        taints = value.has(*CHANGING)
        ways = [flow.copy() for _ in branches]
        with self.decided_by(test, taints):
            for body, way in zip(branches, ways, strict=True):
                if not _is_never(test, first=body is branches[0]):
                    self.run(body, way)
                else:
                    way.alive = False
        flow.become(ways)
        left = [way for way in ways if not way.alive]
        if taints and left and flow.alive:
            reasons = ", ".join(sorted({one.what for one in taints}))
            self.act(flow, test, text_of(test), reasons, code="PC403")

    # Loops.

    def _do_for(self, node: ast.For | ast.AsyncFor, flow: Flow) -> None:
        drawn = self.value(node.iter, flow)
        ordered = in_order(drawn, self, node.iter)

        def begin(round_: Flow) -> None:
            self.assign(node.target, ordered.part(), round_)

        self._loop(node, ordered.has("order", *CHANGING), begin, flow)
        self.run(node.orelse, flow)

    _do_asyncfor = _do_for

    def _do_while(self, node: ast.While, flow: Flow) -> None:
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        test = self.value(node.test, flow.copy())

        def begin(round_: Flow) -> None:
            self.value(node.test, round_)

        self._loop(node, test.has(*CHANGING), begin, flow, endless=endless)
        if flow.alive:
            self.run(node.orelse, flow)

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.While, taints: frozenset[Taint],
        begin: Callable[[Flow], None], flow: Flow, *, endless: bool = False,
    ) -> None:  # fmt: skip
        leaving: list[Flow] = [] if endless else [flow.copy()]
        again = flow.copy()
        for _ in range(2):
            guard = Guard()
            self.frame.guards.append(guard)
            self.frame.control.append(taints)
            self.frame.breaks.append([])
            self.frame.continues.append([])
            round_ = again.copy()
            round_.pauses = flow.pauses
            begin(round_)
            self.run(node.body, round_)
            ends = [round_, *self.frame.continues.pop()]
            leaving += self.frame.breaks.pop()
            self.frame.control.pop()
            self.frame.guards.remove(guard)
            self._judge_rounds(guard, ends, flow.pauses)
            again.become([again.copy(), *ends])
        pauses = again.pauses
        flow.become([*leaving, *([] if endless else [again])])
        flow.pauses = max(flow.pauses, pauses) if flow.alive else flow.pauses

    def _judge_rounds(self, guard: Guard, ends: list[Flow], before: int) -> None:
        # A pause that always leaves the loop is reached once.
        if any(one.alive and one.pauses > before for one in ends):
            for node, _ in guard.pauses:
                self.report("PC401", self.place(node), text_of(node))

    # Assignments.

    def _do_assign(self, node: ast.Assign, flow: Flow) -> None:
        value = self._controlled(self.value(node.value, flow))
        for target in node.targets:
            self.assign(target, value, flow, node)

    def _do_annassign(self, node: ast.AnnAssign, flow: Flow) -> None:
        if node.value is not None:
            self.assign(node.target, self._controlled(self.value(node.value, flow)), flow, node)

    def _do_augassign(self, node: ast.AugAssign, flow: Flow) -> None:
        value = self._controlled(self.value(node.value, flow))
        if isinstance(node.target, ast.Name):
            old = self.look_up(node.target.id, flow)
            if isinstance(node.value, ast.List | ast.ListComp | ast.Set | ast.Dict):
                self.change(old, node, flow)
            self.assign(node.target, join(old, value), flow, node)
        else:
            self.assign(node.target, value, flow, node)

    def _do_delete(self, node: ast.Delete, flow: Flow) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                flow.env.pop(target.id, None)
            else:
                self.assign(target, NOTHING, flow, node)

    def assign(
        self, target: ast.expr, value: Value, flow: Flow, node: ast.AST | None = None
    ) -> None:
        """Give a target its value."""
        match target:
            case ast.Name(id=name):
                if name in self.frame.shared:
                    self.act(flow, node or target, text_of(target), f"`{name}` outlives the run")
                self._bind_name(name, value, flow, node)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for one in parts:
                    self.assign(one, value.part() if value.held else value, flow, node)
            case ast.Starred(value=inner):
                self.assign(inner, value, flow, node)
            case ast.Attribute(value=holder) | ast.Subscript(value=holder):
                self._store(target, holder, value, flow)

    def _bind_name(self, name: str, value: Value, flow: Flow, node: ast.AST | None) -> None:
        for old in [one for one in flow.env if one.startswith((f"{name}[", f"{name}."))]:
            del flow.env[old]
        flow.env[name] = value
        self.frame.stains.pop(name, None)
        written = getattr(node, "value", None)
        for key, part in self.parts.get(written, {}).items() if written else ():
            flow.env[name + key] = part

    def _store(self, target: ast.expr, holder: ast.expr, value: Value, flow: Flow) -> None:
        owner = self.value(holder, flow)
        if isinstance(target, ast.Subscript):
            self.value(target.slice, flow)
        names = list(names_of(owner))
        if any(name in ("os.environ", "builtins.globals()") for name in names):
            self.act(flow, target, text_of(target), "environment")
        elif isinstance(target, ast.Attribute) and self.is_shared_object(owner):
            self.act(flow, target, text_of(target), f"`{written(holder)}` outlives the run")
        else:
            self.change(owner, target, flow)
        if not owner.alias:
            self.take_in(holder, "", Arguments([value], {}, NOTHING), flow)
        if (part := part_name(target)) and not owner.alias:
            flow.env[part] = value

    def _controlled(self, value: Value) -> Value:
        control = frozenset().union(*self.frame.control) if self.frame.control else frozenset()
        return value.tainted(control)


def _is_around(outer: Frame, frame: Frame) -> bool:
    around = frame.closure.outer
    while around is not None and around is not outer:
        around = around.closure.outer
    return around is not None


def _captured(pattern: ast.pattern) -> list[str]:
    return [
        name
        for one in ast.walk(pattern)
        for name in [getattr(one, "name", None) or getattr(one, "rest", None)]
        if isinstance(name, str)
    ]


def _is_never(test: ast.expr, *, first: bool) -> bool:
    if not first:
        return False
    if isinstance(test, ast.Constant) and not test.value:
        return True
    return written(test).rpartition(".")[2] == "TYPE_CHECKING"
