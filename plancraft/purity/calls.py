"""Following calls: into functions of the linted files, and by name into everything else."""

import ast
import re

from plancraft.purity import knowledge
from plancraft.purity.following import Arguments
from plancraft.purity.gathering import Gathering
from plancraft.purity.outside import effect_of
from plancraft.purity.spelling import text_of, written
from plancraft.purity.values import NOTHING, Closure, Flow, Instance, Super, Symbol, Value, join
from plancraft.purity.walking import names_of

__all__ = ["Calls"]

_RUNS_ITS_PARTS = re.compile(r"(^|\.)(RunnableLambda|partial|RunnableParallel|wraps)\(\)")
"""Objects that do nothing but call the functions they were made of."""


class Calls(Gathering):
    """The part of the walk that follows calls."""

    def call(self, node: ast.Call, flow: Flow) -> Value:
        """What a call gives; what it does goes into the flow."""
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            return self._super(flow)
        receiver = NOTHING
        if isinstance(node.func, ast.Attribute):
            receiver = self.value(node.func.value, flow)
            callee = self.attribute(node.func, receiver, node.func.attr, flow)
        else:
            callee = self.value(node.func, flow)
        with self.gathering(node, callee, receiver) as guard:
            given = self._arguments(node, flow)
            if guard is not None and given.all.has("pausing"):
                guard.pauses.append((node, False))
            return self._run(node, callee, receiver, given, flow)

    def _run(
        self, node: ast.Call, callee: Value, receiver: Value, given: Arguments, flow: Flow
    ) -> Value:
        linted = [ref for ref in callee.refs if not isinstance(ref, Symbol)]
        symbols = [ref for ref in callee.refs if isinstance(ref, Symbol)]
        if linted and all(_RUNS_ITS_PARTS.search(one.name) for one in symbols):
            symbols = []
        # What is called may be one of several: only one of them runs.
        ways, results = [], []
        for ref in linted:
            way = flow if len(linted) == 1 and not symbols else flow.copy()
            result = self.follow(node, ref, given, way)
            if result is not None:
                results.append(result)
                ways.append(way)
        if not results or symbols:
            known = Value(callee.taints, frozenset(symbols), callee.held)
            way = flow.copy() if ways else flow
            results.append(self.outside(node, known, receiver, given, way))
            ways.append(way)
        if ways != [flow]:
            flow.become(ways)
        return join(*results)

    def _super(self, flow: Flow) -> Value:
        """`super()`: the object of the method that is being followed."""
        closure: Closure | None = self.frame.closure
        while closure is not None and closure.owner is None:
            closure = closure.outer.closure if closure.outer else None
        if closure is None or closure.owner is None:
            return NOTHING
        after = closure.owner
        me = self.look_up("self", flow)
        owners = [ref.of for ref in me.refs if isinstance(ref, Instance)] or [after]
        refs = frozenset(Super(one, after, me) for one in owners)
        return Value(refs=refs, held=me.held)

    def _arguments(self, node: ast.Call, flow: Flow) -> Arguments:
        positional: list[Value] = []
        rest = []
        for one in node.args:
            value = self.value(one, flow)
            if not isinstance(one, ast.Starred):
                positional.append(value)
            elif handed_on := self._handed_on(one.value, flow):
                positional += handed_on
            else:
                rest.append(value.part())
        named = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, flow)
            if keyword.arg is None:
                rest.append(value.part())
            else:
                named[keyword.arg] = value
        return Arguments(positional, named, join(*rest))

    def _handed_on(self, node: ast.expr, flow: Flow) -> list[Value]:
        """The arguments one by one that a wrapper got as `*args`."""
        own = self.frame.closure.node.args.vararg
        if own is None or not isinstance(node, ast.Name) or node.id != own.arg:
            return []
        count = sum(1 for name in flow.env if name.startswith("*"))
        return [flow.env.get(f"*{index}", NOTHING) for index in range(count)]

    def may_swallow(self, node: ast.expr, context: Value) -> bool:
        """Whether a context may catch what is raised in it."""
        raise NotImplementedError

    # Code that is not at hand: judged by name.

    def outside(
        self, node: ast.Call, callee: Value, receiver: Value, given: Arguments, flow: Flow
    ) -> Value:
        """What a call into code outside the linted files does, by what is known of its name."""
        symbols = sorted(names_of(callee))
        called = symbols or [written(node.func)]
        for name in symbols:
            if knowledge.PAUSES.fullmatch(name):
                return self._ask(node, name, given, flow)
        self.judge_wrapper(node, called, given, receiver)
        paused = any(map(_is_higher_order, called)) and self._call_functions(node, given, flow)
        for name in called:
            if kind := effect_of(node, name, receiver, given.all):
                self.act(flow, node, text_of(node), kind)
                break
        if given.positional:
            self._change_first(node, called[0], given.positional[0], flow)
        if called[0].endswith((".enter_context", ".enter_async_context")):
            self._enter_context(node, given)
        if isinstance(node.func, ast.Attribute):
            self._change_receiver(node, node.func, receiver, given, flow)
        value = self.result(node, called, receiver, given, flow)
        return value.tainted([self.stain(node, "pausing")]) if paused else value

    def _ask(self, node: ast.Call, name: str, given: Arguments, flow: Flow) -> Value:
        self.show(given.all)
        typed = not name.endswith("interrupt") or "response_schema" in given.named
        self.pause(node, flow, typed=typed)
        return NOTHING

    def _call_functions(self, node: ast.Call, given: Arguments, flow: Flow) -> bool:
        """Whether one of the functions that the call gets and calls has paused."""
        paused = False
        others = Arguments([], {}, given.all.part())
        looped = written(node.func).rpartition(".")[2] in ("map", "starmap", "filter")
        for ref in given.all.refs:
            before = self.frame.count
            if isinstance(ref, Symbol):
                if knowledge.PAUSES.fullmatch(ref.name):
                    self._ask(node, ref.name, others, flow)
                elif kind := effect_of(_call_of(ref.name, node), ref.name, NOTHING, NOTHING):
                    self.act(flow, node, text_of(node), f"{ref.name}: {kind}")
            else:
                self.follow(node, ref, others, flow)
            paused = paused or self.frame.count > before
            if looped and self.frame.count > before:
                self.report("PC401", self.place(node), text_of(node))
        return paused

    def _enter_context(self, node: ast.Call, given: Arguments) -> None:
        if self.frame.contexts and node.args and self.may_swallow(node.args[0], given.all):
            self.frame.contexts[-1].append(node.args[0])

    def _change_first(self, node: ast.Call, name: str, first: Value, flow: Flow) -> None:
        if not knowledge.CHANGES_FIRST.fullmatch(name):
            return
        if name.endswith(("setattr", "delattr")) and self.is_shared_object(first):
            self.act(flow, node, text_of(node), f"`{written(node.args[0])}` outlives the run")
        self.change(first, node, flow)

    def _change_receiver(
        self, node: ast.Call, func: ast.Attribute, receiver: Value, given: Arguments, flow: Flow
    ) -> None:
        if func.attr not in knowledge.MUTATORS:
            return
        if any(name == "os.environ" for name in names_of(receiver)):
            self.act(flow, node, text_of(node), "environment")
        if not knowledge.TALKATIVE.search(written(func.value)):
            self.change(receiver, node, flow)
        if not receiver.alias:
            self.take_in(func.value, func.attr, given, flow)


def _is_higher_order(name: str) -> bool:
    return name.rpartition(".")[2] in knowledge.HIGHER_ORDER and not name.startswith("subprocess.")


def _call_of(name: str, at: ast.Call) -> ast.Call:
    made = ast.parse(f"x.{name.rpartition('.')[2].strip('()[]') or 'x'}(1)", mode="eval").body
    assert isinstance(made, ast.Call)
    return ast.copy_location(made, at)
