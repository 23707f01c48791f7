"""What stands around a pause and may catch it: try, with, decorators."""

import ast
import re
from collections.abc import Iterator

from plancraft.purity import knowledge
from plancraft.purity.following import Arguments
from plancraft.purity.spelling import written
from plancraft.purity.statements import Statements
from plancraft.purity.values import (
    NOTHING,
    Closure,
    Effect,
    Flow,
    FunctionNode,
    Guard,
    Instance,
    Value,
)
from plancraft.purity.walking import names_of

__all__ = ["Guarding"]


class Guarding(Statements):
    """The part of the walk that follows try and with, and looks at decorators."""

    def _do_try(self, node: ast.Try, flow: Flow) -> None:
        before = flow.copy()
        guard, known = Guard(), set(self.frame.everything)
        self.frame.guards.append(guard)
        self.run(node.body, flow)
        self.frame.guards.remove(guard)
        raised = before.copy()
        raised.become([before, _living(flow)])
        raised.effects |= self.frame.everything - known
        judged = list(self._judge_handlers(node, guard))
        ways = [self._handle(one, raised, catches=one in judged) for one in node.handlers]
        self.run(node.orelse, flow)
        flow.become([flow.copy(), *ways])
        self._finally(node, guard, flow, raised)

    _do_trystar = _do_try

    def _handle(self, handler: ast.ExceptHandler, raised: Flow, *, catches: bool) -> Flow:
        way, known = raised.copy(), set(self.frame.everything)
        if handler.name:
            way.env[handler.name] = NOTHING
        self.run(handler.body, way)
        if catches:
            self._report(self.frame.everything - known)
        return way

    def _finally(self, node: ast.Try, guard: Guard, flow: Flow, raised: Flow) -> None:
        known = set(self.frame.everything)
        self.run(node.finalbody, flow if flow.alive else raised.copy())
        if not guard.pauses:
            return
        self._report(self.frame.everything - known)
        for one in _leaving(node.finalbody):
            self.report("PC301", self.place(one), f"`{written(one)}` in `finally`")

    def _report(self, effects: set[Effect]) -> None:
        for effect in effects:
            self.report(effect.code, effect.place, effect.what, effect.detail)

    def _judge_handlers(self, node: ast.Try, guard: Guard) -> Iterator[ast.ExceptHandler]:
        """Report the handlers that swallow a pause; give those that a pause passes through."""
        if not guard.pauses:
            return
        typed = any(one for _, one in guard.pauses)
        for handler in node.handlers:
            caught = set(self._caught(handler.type))
            again = _raises_again(handler.body, handler.name)
            if caught & (knowledge.BROAD | knowledge.PAUSE_ERRORS):
                if not again:
                    self._swallows(handler, node)
                yield handler
                return
            if typed and caught & knowledge.REFUSAL_ERRORS and not again:
                self._swallows(handler, node)

    def _swallows(self, handler: ast.ExceptHandler, node: ast.Try) -> None:
        star = "*" if isinstance(node, ast.TryStar) else ""
        what = f" {written(handler.type)}" if handler.type else ""
        self.report("PC301", self.place(handler), f"`except{star}{what}`")

    def _caught(self, node: ast.expr | None) -> Iterator[str]:
        """Names of the errors that an except clause or a suppress() catches."""
        if node is None:
            yield "BaseException"
        elif isinstance(node, ast.Tuple):
            for one in node.elts:
                yield from self._caught(one)
        elif isinstance(node, ast.Name) and node.id in self.source.values:
            yield from self._caught(self.source.values[node.id])
        elif isinstance(node, ast.Name | ast.Attribute):
            symbols = list(names_of(self.value(node, Flow())))
            if any(one.startswith(("jsonschema.", "marshmallow.", "django.")) for one in symbols):
                return
            yield from (one.rpartition(".")[2] for one in symbols)

    # With.

    def _do_with(self, node: ast.With | ast.AsyncWith, flow: Flow) -> None:
        guard = Guard()
        swallowing: list[ast.expr] = []
        contexts = []
        for item in node.items:
            value = self.value(item.context_expr, flow)
            contexts.append((item.context_expr, value))
            self._open(item.context_expr, value, flow)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, flow, node)
            if self.may_swallow(item.context_expr, value):
                swallowing.append(item.context_expr)
        self.frame.guards.append(guard)
        self.frame.contexts.append(swallowing)
        before = flow.copy()
        self.run(node.body, flow)
        self.frame.contexts.pop()
        self.frame.guards.remove(guard)
        for expression, value in contexts:
            self._close(expression, value, guard, flow if flow.alive else before)
        typed = any(one for _, one in guard.pauses)
        for context in swallowing if guard.pauses else ():
            if typed or not self._only_refusals(context):
                self.report("PC301", self.place(context), f"`with {written(context)}`")

    _do_asyncwith = _do_with

    def _open(self, node: ast.expr, value: Value, flow: Flow) -> None:
        for me, enter in self._methods_of(value, "__enter__", "__aenter__"):
            self.follow(node, enter, Arguments([me], {}, NOTHING), flow)

    def _close(self, node: ast.expr, value: Value, guard: Guard, flow: Flow) -> None:
        for me, leave in self._methods_of(value, "__exit__", "__aexit__"):
            if _asks_for_the_error(leave.node):
                continue  # what it does may depend on whether there was a pause
            known = set(self.frame.everything)
            self.follow(node, leave, Arguments([me], {}, NOTHING), flow)
            if guard.pauses:
                self._report(self.frame.everything - known)

    def _methods_of(self, value: Value, *names: str) -> Iterator[tuple[Value, Closure]]:
        for ref in value.refs:
            if not isinstance(ref, Instance):
                continue
            for method in (self.find_method(ref.of, name) for name in names):
                if method is not None:
                    yield Value(refs=frozenset({ref})), method

    def may_swallow(self, node: ast.expr, value: Value) -> bool:
        """Whether a context may catch what is raised in it."""
        if self._is_suppress(value):
            caught = self._suppressed(node)
            return bool(
                caught & (knowledge.BROAD | knowledge.PAUSE_ERRORS | knowledge.REFUSAL_ERRORS)
            )
        if isinstance(node, ast.Call):
            for ref in self.value(node.func, Flow()).refs:
                if isinstance(ref, Closure) and self._swallows_at_yield(ref):
                    return True
        exits = self._methods_of(value, "__exit__", "__aexit__")
        return any(_returns_true(leave.node) for _, leave in exits)

    def _is_suppress(self, value: Value) -> bool:
        return any(re.fullmatch(r"(contextlib\.)?suppress\(\)", one) for one in names_of(value))

    def _suppressed(self, node: ast.expr) -> set[str]:
        arguments = node.args if isinstance(node, ast.Call) else []
        return {name for one in arguments for name in self._caught(one)}

    def _only_refusals(self, node: ast.expr) -> bool:
        caught = self._suppressed(node)
        return bool(caught) and not caught & (knowledge.BROAD | knowledge.PAUSE_ERRORS)

    def _swallows_at_yield(self, closure: Closure) -> bool:
        for one in ast.walk(closure.node):
            if not isinstance(one, ast.Try) or not _yields(one.body):
                continue
            for handler in one.handlers:
                if set(self._caught(handler.type)) & (knowledge.BROAD | knowledge.PAUSE_ERRORS):
                    return not _raises_again(handler.body, handler.name)
        return False


def _living(flow: Flow) -> Flow:
    copy = flow.copy()
    copy.alive = True
    return copy


def _raises_again(body: list[ast.stmt], name: str | None) -> bool:
    """Whether a pause that is caught leaves the body as it came, on every way."""
    for statement in body:
        match statement:
            case ast.Raise(exc=None):
                return True
            case ast.Raise(exc=ast.Name(id=raised)):
                return raised == name
            case ast.Raise() | ast.Return() | ast.Break() | ast.Continue():
                return False
            case ast.If(test=test, body=then, orelse=other):
                pause = _is_pause_test(test, name)
                if pause is True:
                    return _raises_again(then, name)
                if pause is False and _raises_again(other, name):
                    return True
                if pause is None and _leaves(then) and not _raises_again(then, name):
                    return False
                if pause is None and _raises_again(then, name) and _raises_again(other, name):
                    return True
            case ast.With(body=inner) | ast.AsyncWith(body=inner):
                if _raises_again(inner, name):
                    return True
    return False


def _is_pause_test(test: ast.expr, name: str | None) -> bool | None:
    """Whether the test says that the error is a pause, is none, or something else."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            found = _is_pause_test(inner, name)
            return None if found is None else not found
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=tested), kinds]):
            named = {getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(kinds)}
            return True if tested == name and named & knowledge.PAUSE_ERRORS else None
    return None


def _leaves(body: list[ast.stmt]) -> bool:
    return any(isinstance(one, ast.Return | ast.Break | ast.Continue) for one in body)


def _leaving(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for one in body:
        if isinstance(one, ast.Return | ast.Break | ast.Continue):
            yield one
        elif isinstance(one, ast.If | ast.With):
            yield from _leaving([*one.body, *getattr(one, "orelse", [])])


def _yields(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Yield) for one in body for node in ast.walk(one))


def _asks_for_the_error(node: FunctionNode) -> bool:
    errors = {one.arg for one in (*node.args.args[1:], *filter(None, [node.args.vararg]))}
    tests = [
        one.test
        for one in ast.walk(node)
        if isinstance(one, ast.If | ast.IfExp | ast.While | ast.Assert)
    ]
    named = {one.id for test in tests for one in ast.walk(test) if isinstance(one, ast.Name)}
    return bool(errors & named)


def _returns_true(node: ast.AST) -> bool:
    returned = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
    return any(isinstance(one, ast.Constant) and one.value is True for one in returned)
