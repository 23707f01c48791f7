"""What the attributes of classes, instances and modules stand for."""

import ast
from collections.abc import Iterator
from functools import cache

from plancraft.purity import knowledge
from plancraft.purity.spelling import written
from plancraft.purity.values import (
    NOTHING,
    Bound,
    ClassRef,
    Closure,
    Flow,
    Instance,
    Ref,
    Super,
    Symbol,
    Taint,
    Value,
    join,
)
from plancraft.purity.walking import Walking

__all__ = ["Members"]

_RUNS_IT = {
    *("invoke", "ainvoke", "batch", "abatch", "stream", "astream", "func", "coroutine"),
    *("__call__", "__wrapped__"),
}
_PLAIN = {"staticmethod", "classmethod", "abstractmethod", "override", "overload"}
_PROPERTIES = {"property", "cached_property", "computed_field", "getter"}


class Members(Walking):
    """The part of the walk that looks attributes up."""

    def member(self, value: Value, name: str) -> Value:
        """The attribute of a class, instance or module."""
        if not value.refs:
            return value.part()
        found = [self._member_of(ref, name, value) for ref in value.refs]
        known = join(*(one for one in found if one is not None))
        return join(value.part(), known)

    def _member_of(self, ref: Ref, name: str, of: Value) -> Value | None:
        match ref:
            case Symbol():
                return self.resolve(f"{ref.name}.{name}")
            case Closure() | Bound() if name in _RUNS_IT:
                return _ref(ref)
            case Super():
                line = self.line_of(ref.of)
                later = line[line.index(ref.after) + 1 :] if ref.after in line else []
                return self._method_in(later, name, ref.self_value)
            case Instance():
                line = self.line_of(ref.of)
                method = self._method_in(line, name, of)
                return method if method is not None else self._attribute_of(ref, name)
            case ClassRef():
                line = self.line_of(ref)
                method = self._method_in(line, name, of)
                return method if method is not None else self._class_value(line, name)
        return None

    # Methods.

    def find_method(self, owner: ClassRef, name: str) -> Closure | None:
        """The method of a class or of its bases in the linted files."""
        for one in self.line_of(owner):
            if (method := _methods(one.node).get(name)) is not None:
                return self.closure_of(method, one.source, one)
        return None

    def _method_in(self, line: list[ClassRef], name: str, of: Value) -> Value | None:
        for owner in line:
            method = _methods(owner.node).get(name)
            if method is not None:
                return self.method_value(owner, method, of)
        return None

    def method_value(
        self, owner: ClassRef, method: ast.FunctionDef | ast.AsyncFunctionDef, of: Value
    ) -> Value:
        """What reading a method from an object gives, decorators and all."""
        closure = self.closure_of(method, owner.source, owner)
        names = {written(one).partition("(")[0].rpartition(".")[2] for one in method.decorator_list}
        if names & _PROPERTIES:
            return _ref(Bound(closure, of, is_property=True))
        found = _ref(closure)
        if names - _PLAIN:
            found = self.decorate(found, method, owner.source)
        if "staticmethod" in names:
            return found
        bound = {Bound(ref, of) if isinstance(ref, Closure) else ref for ref in found.refs}
        return Value(found.taints, frozenset(bound))

    # Classes.

    def line_of(self, owner: ClassRef) -> list[ClassRef]:
        """The class and its bases in the linted files, in the order they are searched."""
        if owner not in self._lines:
            self._lines[owner] = [owner]  # while it is being found out
            found = [owner]
            for base in self.bases_of(owner):
                # A base shared by two of the others is searched after both.
                found = [one for one in found if one not in self.line_of(base)]
                found += self.line_of(base)
            self._lines[owner] = found
        return self._lines[owner]

    def bases_of(self, owner: ClassRef) -> Iterator[ClassRef]:
        """The base classes in the linted files."""
        for base in owner.node.bases:
            said = base.value if isinstance(base, ast.Subscript) else base
            yield from (one for one in self.classes_named(said, owner) if one is not owner)

    def classes_named(self, node: ast.expr, of: ClassRef) -> Iterator[ClassRef]:
        """The linted classes that a name, as it stands at a class, may mean."""
        if isinstance(node, ast.Name | ast.Attribute):
            with self.in_file(of.source) as flow:
                refs = self.value(node, flow).refs
            yield from (ref for ref in refs if isinstance(ref, ClassRef))

    # Attributes.

    def kept_by(self, owner: ClassRef) -> tuple[tuple[str, Value], ...]:
        """What the attributes hold of an object that was made somewhere else."""
        raise NotImplementedError

    def _attribute_of(self, instance: Instance, name: str) -> Value | None:
        owner = instance.of
        kept = instance.kept if instance.kept is not None else self.kept_by(owner)
        known = dict(kept).get(name)
        line = self.line_of(owner)
        made = known if known is not None else self._class_value(line, name)
        if not any(
            name in _changed_attributes(one.node) for one in line
        ) and name not in _filled_attributes(self.frame.closure.node):
            return made
        taint = Taint("changing", f"`self.{name}`", self.place(owner.node))
        return (made or NOTHING).tainted([taint])

    def _class_value(self, line: list[ClassRef], name: str) -> Value | None:
        """What a class body gives a name: functions and objects, as far as they are known."""
        for owner in line:
            for statement in owner.node.body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=named)], value=value) if named == name:
                        with self.in_file(owner.source) as flow:
                            return Value(refs=self.value(value, flow).refs)
        return None

    def attribute(self, node: ast.AST, value: Value, name: str, flow: Flow) -> Value:
        """The attribute, with its property run where it is one."""
        found = self.member(value, name)
        properties = [ref for ref in found.refs if isinstance(ref, Bound) and ref.is_property]
        if not properties:
            return found
        others = frozenset(ref for ref in found.refs if ref not in properties)
        results = [self.follow_property(node, ref, flow) for ref in properties]
        return join(Value(found.taints, others, found.held), *results)

    def follow_property(self, node: ast.AST, ref: Bound, flow: Flow) -> Value:
        """What a property gives; what it does goes into the flow."""
        raise NotImplementedError


@cache
def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    found: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    for one in node.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and not any(
            written(decorator).rpartition(".")[2] in ("setter", "deleter", "overload")
            for decorator in one.decorator_list
        ):
            found[one.name] = one
    return found


@cache
def _changed_attributes(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(
        one.attr
        for method in node.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
        and method.name not in ("__init__", "__post_init__", "model_post_init")
        for one in ast.walk(method)
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
    )


@cache
def _filled_attributes(node: ast.AST) -> frozenset[str]:
    """Attributes of `self` to which the function adds something: `self.done.append(…)`."""
    found = set()
    for one in ast.walk(node):
        match one:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Attribute(value=ast.Name(id="self"), attr=name), attr=method
                )
            ) if method in knowledge.MUTATORS:
                found.add(name)
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id="self"), attr=name),
                ctx=ast.Store() | ast.Del(),
            ):
                found.add(name)
    return frozenset(found)


def _ref(ref: Ref) -> Value:
    return Value(refs=frozenset({ref}))
