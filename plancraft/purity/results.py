"""What a call into code that is not at hand gives, and what it puts into a variable."""

import ast

from plancraft.purity import knowledge
from plancraft.purity.constructing import Constructing
from plancraft.purity.expressions import functions_in, in_order, unordered
from plancraft.purity.following import Arguments
from plancraft.purity.outside import source_of
from plancraft.purity.values import NOTHING, Flow, Instance, Symbol, Value, join

__all__ = ["Results"]

_FIELDS = {"get", "setdefault", "getattr", "pop", "popleft"}
_WRAPPERS = {"RunnableLambda", "partial", "with_config", "bind", "to_thread", "staticmethod"}
_FILLING = {"extend", "update", "extendleft"}


class Results(Constructing):
    """The part of the walk that knows what calls give."""

    def result(
        self, node: ast.Call, called: list[str], receiver: Value, given: Arguments, flow: Flow
    ) -> Value:
        """What the call gives, by what is known of its name."""
        method = called[0].rpartition(".")[2]
        if called[0] == "functools.wraps()" and given.positional:
            return given.positional[0]
        if called[0] == "builtins.type" and len(given.positional) == 1:
            made = (ref for ref in given.positional[0].refs if isinstance(ref, Instance))
            return Value(refs=frozenset(ref.of for ref in made))
        value = self._by_method(node, method, receiver, given)
        value = self._ordered(node, method, value)
        for name in called:
            if kind := source_of(node, name):
                value = value.tainted([self.stain(node, kind)])
                if method == "shuffle" and node.args and isinstance(node.args[0], ast.Name):
                    self.spread(node.args[0].id, value, flow)
                break
        return join(value, Value(refs=frozenset(Symbol(f"{name}()") for name in called)))

    def _by_method(
        self, node: ast.Call, method: str, receiver: Value, given: Arguments
    ) -> Value:  # fmt: skip
        everything = join(given.all, receiver)
        if method in knowledge.PARTS:
            return join(given.all.part(), receiver.part())
        if method in ("items", "enumerate", "zip"):
            return everything.inside()
        if method in knowledge.COPIES or method == "values":
            return everything.copied()
        if method == "cast" and given.positional:
            return given.positional[-1]
        if method in _FIELDS:
            base = receiver if isinstance(node.func, ast.Attribute) else given.all
            first, *others = given.positional or [NOTHING]
            value = join(base.part(), first.derived(), *others, given.rest)
            taints = self.resumed_field(base, node.args[0], node) if node.args else set()
            return Value(value.taints | taints, value.refs | functions_in(base), value.held)
        if method in _WRAPPERS:
            return Value(everything.taints, everything.refs)
        return everything.derived()

    def _ordered(self, node: ast.Call, method: str, value: Value) -> Value:
        if method in ("set", "frozenset"):
            return unordered(value).tainted([self.stain(node, "set")])
        by_length = any(
            one.arg == "key" and isinstance(one.value, ast.Name) and one.value.id == "len"
            for one in node.keywords
        )
        if method in knowledge.SETTLING and not by_length:
            return unordered(value)
        if method in knowledge.ORDERING or by_length or method in ("list", "tuple"):
            return in_order(value, self, node)
        return value

    def take_in(self, node: ast.expr, method: str, given: Arguments, flow: Flow) -> None:
        """The object of a variable takes in what a method like `append` gets."""
        name, depth = _variable_of(node)
        if name is None:
            return
        taken = given.all
        if method in ("setdefault", "insert", "__setitem__"):  # a key is no part of the object
            taken = join(*given.positional[1:], given.rest)
            taken = taken.tainted(join(*given.positional[:1]).taints)
        taken = taken.copied() if method in _FILLING else taken.inside()
        self.spread(name, taken.inside(depth) if depth else taken, flow)

    def spread(self, name: str, value: Value, flow: Flow) -> None:
        """A variable's object takes in a value."""
        control = frozenset().union(*self.frame.control) if self.frame.control else frozenset()
        taints = value.taints | control
        old = self.look_up(name, flow)
        flow.env[name] = Value(old.taints | taints, old.refs | value.refs, old.held | value.held)
        self.frame.stains[name] = self.frame.stains.get(name, frozenset()) | taints


def _variable_of(node: ast.expr) -> tuple[str | None, int]:
    """The variable that an expression leads into, and how deep: `x["a"].get("b")` two deep."""
    depth = 0
    while not isinstance(node, ast.Name):
        match node:
            case ast.Attribute(value=inner) | ast.Subscript(value=inner):
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr="get" | "setdefault")):
                node = inner
            case _:
                return None, 0
        depth += 1
    return node.id, depth
