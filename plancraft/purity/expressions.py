"""Following expressions: what each gives, in the order Python evaluates it."""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from plancraft.purity import knowledge
from plancraft.purity.members import Members
from plancraft.purity.spelling import text_of
from plancraft.purity.values import (
    NOTHING,
    Closure,
    Flow,
    Guard,
    Ref,
    Symbol,
    Taint,
    Value,
    join,
    part_name,
)
from plancraft.purity.walking import CHANGING, Walking, names_of

__all__ = ["Expressions", "functions_in", "in_order", "unordered"]

_RESUMED = {"last_resume_value", "last_human_event", "step_history", "resume_value", "resumed"}
"""State fields that keep the last answer for good, so that they skip the next question too."""


class Expressions(Members):
    """The part of the walk that gives expressions their values."""

    def value(self, node: ast.expr, flow: Flow) -> Value:
        """What the expression gives; its effects go into the flow."""
        method: Callable[[ast.expr, Flow], Value] | None = getattr(
            self, f"_{type(node).__name__.lower()}", None
        )
        return method(node, flow) if method else self._parts(node, flow)

    def call(self, node: ast.Call, flow: Flow) -> Value:
        """What a call gives."""
        raise NotImplementedError

    def _call(self, node: ast.Call, flow: Flow) -> Value:
        return self.call(node, flow)

    def _parts(self, node: ast.AST, flow: Flow) -> Value:
        children = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]
        return join(*(self.value(one, flow) for one in children)).derived()

    def _constant(self, _node: ast.Constant, _flow: Flow) -> Value:
        return NOTHING

    def _name(self, node: ast.Name, flow: Flow) -> Value:
        return self.look_up(node.id, flow)

    def _await(self, node: ast.Await, flow: Flow) -> Value:
        value = self.value(node.value, flow)
        if not isinstance(node.value, ast.Call):
            self._meets_guards(node, value)
        awaited = frozenset(one for one in value.taints if one.kind != "pausing")
        return Value(awaited, value.refs, value.held)

    def _meets_guards(self, node: ast.AST, value: Value) -> None:
        # The coroutine was made elsewhere; here is where it raises.
        if value.has("pausing"):
            for guard in self.frame.guards:
                guard.pauses.append((node, True))

    def _attribute(self, node: ast.Attribute, flow: Flow) -> Value:
        if (name := part_name(node)) in flow.env:
            return flow.env[name or ""]
        return self.attribute(node, self.value(node.value, flow), node.attr, flow)

    def _subscript(self, node: ast.Subscript, flow: Flow) -> Value:
        if (name := part_name(node)) in flow.env:
            return flow.env[name or ""]
        value = self.value(node.value, flow)
        index = self.value(node.slice, flow)
        if isinstance(node.slice, ast.Slice):
            return join(value.copied(), index.derived())
        names = frozenset(Symbol(f"{name}[]") for name in names_of(value))
        taints = set(index.taints)
        if any(name == "os.environ" for name in names_of(value)):
            taints.add(self.stain(node, "outside"))
        taints |= self.resumed_field(value, node.slice, node)
        return join(value.part(), Value(frozenset(taints), functions_in(value) | names))

    def resumed_field(self, value: Value, key: ast.expr, node: ast.AST) -> set[Taint]:
        """The reason why a field that keeps the last answer must not decide on a pause."""
        of_state = any(root.kind == "state" for root in value.alias)
        if of_state and isinstance(key, ast.Constant) and key.value in _RESUMED:
            return {self.stain(node, "resumed")}
        return set()

    def _joinedstr(self, node: ast.JoinedStr, flow: Flow) -> Value:
        return in_order(self._parts(node, flow), self, node)

    def _formattedvalue(self, node: ast.FormattedValue, flow: Flow) -> Value:
        return self._parts(node, flow)

    def _set(self, node: ast.Set, flow: Flow) -> Value:
        parts = [self.value(one, flow) for one in node.elts]
        return join(*(one.inside() for one in parts)).tainted([self.stain(node, "set")])

    def _list(self, node: ast.List | ast.Tuple, flow: Flow) -> Value:
        return join(*(self._element(one, flow) for one in node.elts))

    _tuple = _list

    def _element(self, node: ast.expr, flow: Flow) -> Value:
        if isinstance(node, ast.Starred):
            return in_order(self.value(node.value, flow).copied(), self, node)
        return self.value(node, flow).inside()

    def _dict(self, node: ast.Dict, flow: Flow) -> Value:
        parts: list[Value] = []
        by_key = self.parts[node] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                parts.append(self.value(key, flow).derived())
            found = self.value(value, flow)
            parts.append(found.copied() if key is None else found.inside())
            if isinstance(key, ast.Constant):
                by_key[f"[{key.value!r}]"] = found
        return join(*parts)

    def _starred(self, node: ast.Starred, flow: Flow) -> Value:
        return in_order(self.value(node.value, flow), self, node)

    def _boolop(self, node: ast.BoolOp, flow: Flow) -> Value:
        values = [self.value(node.values[0], flow)]
        for one in node.values[1:]:
            # What stands behind `and` may not happen.
            taints = frozenset().union(*(value.has(*CHANGING) for value in values))
            with self.decided_by(node.values[0], taints):
                other = flow.copy()
                values.append(self.value(one, other))
                flow.become([flow.copy(), other])
        return join(*values)

    def _ifexp(self, node: ast.IfExp, flow: Flow) -> Value:
        test = self.value(node.test, flow)
        taints = test.has(*CHANGING)
        then, other = flow.copy(), flow.copy()
        with self.decided_by(node.test, taints):
            values = join(self.value(node.body, then), self.value(node.orelse, other))
        flow.become([then, other])
        return values.tainted(taints)

    @contextmanager
    def decided_by(self, test: ast.expr, taints: frozenset[Taint]) -> Iterator[Guard]:
        """Around code that runs or not by a test that may turn out otherwise."""
        guard = Guard()
        self.frame.guards.append(guard)
        self.frame.control.append(taints)
        try:
            yield guard
        finally:
            self.frame.control.pop()
            self.frame.guards.remove(guard)
        if taints and guard.pauses:
            self.report("PC403", self.place(test), text_of(test), _reasons(taints))

    def _compare(self, node: ast.Compare, flow: Flow) -> Value:
        return unordered(self._parts(node, flow))

    def _binop(self, node: ast.BinOp, flow: Flow) -> Value:
        left, right = self.value(node.left, flow), self.value(node.right, flow)
        both = join(left, right)
        if isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor) and (
            _is_view(node.left) or _is_view(node.right)
        ):
            return both.copied().tainted([self.stain(node, "set")])
        return both if isinstance(node.op, ast.BitOr) else both.copied()

    def _namedexpr(self, node: ast.NamedExpr, flow: Flow) -> Value:
        value = self.value(node.value, flow)
        flow.env[node.target.id] = value
        return value

    def _lambda(self, node: ast.Lambda, _flow: Flow) -> Value:
        closure = Closure(node, self.source, self.frame)
        self.frame.nested.append(closure)
        return _ref(closure)

    def _listcomp(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, flow: Flow
    ) -> Value:
        inner, guard = flow.copy(), Guard()
        self.frame.guards.append(guard)
        drawn = [self._comprehended(one, inner) for one in node.generators]
        if isinstance(node, ast.DictComp):
            value = join(self.value(node.key, inner).derived(), self._element(node.value, inner))
        else:
            value = self._element(node.elt, inner)
        self.frame.guards.remove(guard)
        if guard.pauses:
            self.report("PC401", self.place(guard.pauses[0][0]), text_of(guard.pauses[0][0]))
        flow.effects, flow.pauses = inner.effects, inner.pauses
        value = value.tainted(frozenset().union(*(one.taints for one in drawn)))
        if isinstance(node, ast.SetComp):
            return unordered(value).tainted([self.stain(node, "set")])
        return in_order(value, self, node) if not isinstance(node, ast.GeneratorExp) else value

    _setcomp = _generatorexp = _dictcomp = _listcomp

    def _comprehended(self, generator: ast.comprehension, flow: Flow) -> Value:
        drawn = self.value(generator.iter, flow)
        self.assign(generator.target, drawn.part(), flow)
        tests = [self.value(test, flow).derived() for test in generator.ifs]
        return join(Value(drawn.taints), *(unordered(one) for one in tests))

    def assign(
        self, target: ast.expr, value: Value, flow: Flow, node: ast.AST | None = None
    ) -> None:
        """Give a target its value."""
        raise NotImplementedError


def in_order(value: Value, walk: Walking, node: ast.AST) -> Value:
    """The value after the order of the sets in it became visible."""
    sets = value.has("set")
    if not sets:
        return value
    return unordered(value).tainted([walk.stain(node, "order")])


def unordered(value: Value) -> Value:
    """The value after the order of the sets in it stopped to matter."""
    kept = frozenset(one for one in value.taints if one.kind not in ("set", "order"))
    return Value(kept, value.refs, value.held)


def _is_view(node: ast.expr) -> bool:
    """Whether it is `x.keys()` or `x.items()`, which make sets when they are combined."""
    match node:
        case ast.Call(func=ast.Attribute(attr="keys" | "items"), args=[]):
            return True
    return False


def functions_in(value: Value) -> frozenset[Ref]:
    """The functions that a container may hold."""
    return frozenset(
        ref
        for ref in value.refs
        if not isinstance(ref, Symbol) or knowledge.PAUSES.fullmatch(ref.name)
    )


def _reasons(taints: frozenset[Taint]) -> str:
    return ", ".join(sorted({one.what for one in taints}))


def _ref(ref: Ref) -> Value:
    return Value(refs=frozenset({ref}))
