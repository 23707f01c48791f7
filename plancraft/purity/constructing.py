"""Making objects of linted classes: what `__init__` does, and what it leaves in the object."""

import ast

from plancraft.purity.following import Arguments, Following
from plancraft.purity.values import (
    NOTHING,
    ClassRef,
    Flow,
    Instance,
    Taint,
    Value,
)

__all__ = ["Constructing"]

_MAKERS = ("__init__", "__post_init__", "model_post_init")
_OPTIONAL = {"Optional", "Annotated", "ClassVar", "Final"}
Kept = tuple[tuple[str, Value], ...]


class Constructing(Following):
    """The part of the walk that makes objects."""

    def construct(self, node: ast.AST, owner: ClassRef, given: Arguments, flow: Flow) -> Value:
        """An object of the class, with what is known of its attributes."""
        made = Value(given.all.taints).tainted(self._default_taints(owner, given))
        kept: dict[str, Value] = dict(self._fields(owner, given))
        me = Value(refs=frozenset({Instance(owner, ())}))
        for name in _MAKERS:
            method = self.find_method(owner, name)
            if method is None:
                continue
            given_here = given if name == "__init__" else Arguments([], {}, NOTHING)
            outcome = self.follow_method(node, method, me, given_here, flow)
            if outcome is None:
                continue
            made = made.tainted(outcome.value.taints)
            stains = dict(outcome.stains)
            made = made.tainted(stains.get("self", frozenset()))
            kept |= dict(outcome.kept)
        return made.pointing(Instance(owner, _worth_keeping(kept)))

    def _fields(self, owner: ClassRef, given: Arguments) -> Kept:
        """What a class without `__init__`, as a dataclass, does with its arguments."""
        if self.find_method(owner, "__init__") is not None:
            return ()
        names = [
            one.target.id
            for base in reversed(self.line_of(owner))
            for one in base.node.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        ]
        return (*zip(names, given.positional, strict=False), *given.named.items())

    def kept_by(self, owner: ClassRef) -> Kept:
        """What the attributes hold of an object that was made somewhere else."""
        if owner not in self._kept:
            self._kept[owner] = ()  # while it is being found out
            self._kept[owner] = self._kept_at_least(owner)
        return self._kept[owner]

    def _kept_at_least(self, owner: ClassRef) -> Kept:
        init = self.find_method(owner, "__init__")
        if init is None:
            fields = {
                one.target.id: self.annotated(one.annotation, base)
                for base in reversed(self.line_of(owner))
                for one in base.node.body
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
            }
            return _worth_keeping(fields)
        arguments = init.node.args
        given = {
            one.arg: self.annotated(one.annotation, init.owner or owner)
            for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
            if one.annotation is not None
        }
        before = dict(self.findings)
        with self.in_file(owner.source) as flow:
            me = Value(refs=frozenset({Instance(owner, ())}))
            outcome = self.follow_method(init.node, init, me, Arguments([], given, NOTHING), flow)
        self.findings = before  # whoever makes the object is blamed for that
        return _worth_keeping(dict(outcome.kept)) if outcome else ()

    def annotated(self, node: ast.expr | None, of: ClassRef) -> Value:
        """An object as its annotation describes it: of a linted class, or unknown."""
        match node:
            case ast.Constant(value=str() as text):
                try:
                    return self.annotated(ast.parse(text, mode="eval").body, of)
                except SyntaxError:
                    return NOTHING
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                sides = (self.annotated(one, of) for one in (left, right))
                return Value(refs=frozenset(ref for one in sides for ref in one.refs))
            case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _OPTIONAL:
                first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
                return self.annotated(first, of)
            case ast.Name() | ast.Attribute():
                return Value(refs=frozenset(Instance(one) for one in self.classes_named(node, of)))
        return NOTHING

    def _default_taints(self, owner: ClassRef, given: Arguments) -> set[Taint]:
        """Clocks and ids in the default factories of fields that the call does not set."""
        found: set[Taint] = set()
        for base in self.line_of(owner):
            for statement in base.node.body:
                match statement:
                    case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as field_):
                        if name in given.named:
                            continue
                        factories = [k.value for k in field_.keywords if k.arg == "default_factory"]
                        for factory in factories:
                            found |= self._factory_taints(factory, base)
        return found

    def _factory_taints(self, factory: ast.expr, owner: ClassRef) -> frozenset[Taint]:
        with self.in_file(owner.source) as flow:
            call = ast.copy_location(ast.Call(func=factory, args=[], keywords=[]), factory)
            return self.value(call, flow).taints


def _worth_keeping(kept: dict[str, Value]) -> Kept:
    """Only functions, objects and outside things: the rest is judged where it is used."""
    return tuple(
        (name, Value(refs=value.refs))
        for name, value in sorted(kept.items())
        if value.refs and name.isidentifier()
    )
