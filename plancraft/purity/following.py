"""Following calls into functions of the linted files."""

import ast
from dataclasses import dataclass

from plancraft.purity import knowledge
from plancraft.purity.expressions import Expressions
from plancraft.purity.spelling import text_of, written
from plancraft.purity.values import (
    NOTHING,
    Bound,
    ClassRef,
    Closure,
    Flow,
    FunctionNode,
    Instance,
    Outcome,
    Ref,
    Symbol,
    Taint,
    Value,
    is_generator,
    join,
)

__all__ = ["Arguments", "Following"]

DEEPEST = 100
"""So many calls inside each other are followed; each takes dozens of our own."""

MOST = 2000
"""So many functions are entered for one that is judged."""

_GENERATOR = Symbol("generator()")


@dataclass
class Arguments:
    """The arguments of a call as values."""

    positional: list[Value]
    named: dict[str, Value]
    rest: Value
    """What `*` and `**` may hold."""

    @property
    def all(self) -> Value:
        """Whatever the call gets."""
        return join(*self.positional, *self.named.values(), self.rest)


class Following(Expressions):
    """The part of the walk that goes into functions of the linted files."""

    def follow(self, node: ast.AST, ref: Ref, given: Arguments, flow: Flow) -> Value | None:
        """Into a function of the linted files; None when there is nothing to follow."""
        match ref:
            case Closure():
                return self._follow_function(node, ref, given, flow)
            case Bound(closure=closure, self_value=owner):
                with_self = Arguments([owner, *given.positional], given.named, given.rest)
                return self._follow_function(node, closure, with_self, flow)
            case ClassRef():
                made = self.construct(node, ref, given, flow)
                self._remember_wrappers(made, given)
                return made
            case Instance(of=owner):
                method = self.find_method(owner, "__call__")
                me = Value(refs=frozenset({ref}))
                return self.follow(node, Bound(method, me), given, flow) if method else None
        return None

    def follow_property(self, node: ast.AST, ref: Bound, flow: Flow) -> Value:
        """What a property gives; what it does goes into the flow."""
        return self.follow(node, ref, Arguments([], {}, NOTHING), flow) or NOTHING

    def follow_method(
        self, node: ast.AST, method: Closure, me: Value, given: Arguments, flow: Flow
    ) -> Outcome | None:
        """Into a method of an object that is being made."""
        with_self = Arguments([me, *given.positional], given.named, given.rest)
        return self._outcome_of(node, method, with_self, flow)

    def construct(self, node: ast.AST, owner: ClassRef, given: Arguments, flow: Flow) -> Value:
        """An object of the class, with what is known of its attributes."""
        raise NotImplementedError

    def _follow_function(
        self, node: ast.AST, closure: Closure, given: Arguments, flow: Flow
    ) -> Value | None:
        if _is_stub(closure):
            return None
        if "langgraph.func.task" in self._decorators(closure):
            return given.all.derived()  # its result is kept, so that the replay does not repeat it
        outcome = self._outcome_of(node, closure, given, flow)
        if outcome is None:
            return given.all.derived()
        value = outcome.value
        self._remember_wrappers(value, given)
        if outcome.pauses and isinstance(closure.node, ast.AsyncFunctionDef):
            value = value.tainted([self.stain(node, "pausing")])
        is_plain = isinstance(closure.node, ast.Lambda) or not closure.node.decorator_list
        return value.pointing(_GENERATOR) if is_plain and is_generator(closure.node) else value

    def _outcome_of(
        self, node: ast.AST, closure: Closure, given: Arguments, flow: Flow
    ) -> Outcome | None:
        """What the call does; None where it leads back into a function that runs already."""
        if len(self.frames) > DEEPEST or self.entered > MOST:
            return None
        if any(one.closure.node is closure.node for one in self.frames):
            # Paused already, and round again to the same pause.
            if flow.pauses and self.frame.closure.node is closure.node:
                self.report("PC401", self.place(node), text_of(node))
            return None
        self.followed.add(closure)
        if self.is_local_run(closure) or closure.outer is None:
            self.inlined.add(closure.node)
        outcome = self.enter(closure, _bind(closure.node, given))
        self._settle(node, outcome, flow)
        for name, taints in outcome.stains:
            self._stain_argument(node, closure, name, taints, flow)
        if _is_of_same_object(node):
            flow.env.update((f"self.{name}", value) for name, value in outcome.kept)
        return outcome

    def _remember_wrappers(self, value: Value, given: Arguments) -> None:
        """A function made around another one may run later, for example as a node."""
        wraps = any(
            not isinstance(ref, Symbol) or knowledge.PAUSES.fullmatch(ref.name)
            for ref in given.all.refs
        )
        if wraps:
            self.made.update(dict.fromkeys(ref for ref in value.refs if _runs_later(ref)))

    def _settle(self, node: ast.AST, outcome: Outcome, flow: Flow) -> None:
        if outcome.pauses:
            self.pause(node, flow, typed=outcome.typed)
        for effect in sorted(outcome.effects, key=lambda one: (one.place, one.code)):
            if effect.code in ("PC101", "PC501"):
                where = f"{effect.what} at {effect.place.path}:{effect.place.line}"
                same = effect.place.path == self.source.path
                detail = f"{effect.what} in line {effect.place.line}" if same else where
                self.act(flow, node, text_of(node), detail, effect.code)
        if not outcome.returns:
            flow.alive = False

    def _stain_argument(
        self, node: ast.AST, closure: Closure, name: str, taints: frozenset[Taint], flow: Flow
    ) -> None:
        if not isinstance(node, ast.Call):
            return
        names = [one.arg for one in (*closure.node.args.posonlyargs, *closure.node.args.args)]
        index = names.index(name) if name in names else -1
        if closure.owner is not None and isinstance(node.func, ast.Attribute):
            index -= 1
        argument = node.args[index] if 0 <= index < len(node.args) else None
        if isinstance(argument, ast.Name):
            old = flow.env.get(argument.id, NOTHING)
            flow.env[argument.id] = old.tainted(taints)

    def _decorators(self, closure: Closure) -> set[str]:
        if isinstance(closure.node, ast.Lambda):
            return set()
        found: set[str] = set()
        for one in closure.node.decorator_list:
            dotted = written(one.func if isinstance(one, ast.Call) else one)
            root, _, rest = dotted.partition(".")
            full = closure.source.imports.get(root, root)
            found.add(f"{full}.{rest}" if rest else full)
        return found


def _runs_later(ref: Ref) -> bool:
    return isinstance(ref, Instance) or (isinstance(ref, Closure) and ref.outer is not None)


def _is_of_same_object(node: ast.AST) -> bool:
    """Whether a call is to `self.…()` or `super().…()`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"))):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")))):
            return True
    return False


def _is_stub(closure: Closure) -> bool:
    if isinstance(closure.node, ast.Lambda):
        return False
    return all(
        isinstance(one, ast.Pass | ast.Raise)
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in closure.node.body
    )


def _bind(node: FunctionNode, given: Arguments) -> dict[str, Value]:
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    bound = dict(zip(names, given.positional, strict=False))
    bound |= given.named
    for one in (*names, *(arg.arg for arg in node.args.kwonlyargs)):
        bound.setdefault(one, given.rest)
    further = given.positional[len(names) :]
    left = join(*further, given.rest)
    if node.args.vararg:
        bound[node.args.vararg.arg] = left
        # One by one too, for a wrapper that hands them on: `fn(*args)`.
        bound |= {f"*{index}": value for index, value in enumerate(further)}
    if node.args.kwarg:
        bound[node.args.kwarg.arg] = join(left, *given.named.values())
    return bound
