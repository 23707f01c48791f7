"""Pauses that are caught before they are seen: gathered, retried, replaced by a fallback."""

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager

from plancraft.purity import knowledge
from plancraft.purity.following import Arguments
from plancraft.purity.results import Results
from plancraft.purity.spelling import called_name, text_of, written
from plancraft.purity.values import NOTHING, Flow, Guard, Symbol, Value
from plancraft.purity.walking import names_of

__all__ = ["Gathering", "is_narrow_retry"]

_GROUPS = re.compile(
    r".*(TaskGroup|create_task_group|open_nursery)\(\)\.(create_task|start_soon|start)"
)


class Gathering(Results):
    """The part of the walk that judges what turns a pause into a value."""

    @contextmanager
    def gathering(self, node: ast.Call, callee: Value, receiver: Value) -> Iterator[Guard | None]:
        """Around a call; gives a guard when what pauses in the call is not raised by it."""
        if called_name(node.func) == "exception" and receiver.has("pausing"):
            self.report("PC302", self.place(node), text_of(node))
        if not self._gathers(node, callee):
            yield None
            return
        guard = Guard()
        self.frame.guards.append(guard)
        try:
            yield guard
        finally:
            self.frame.guards.remove(guard)
        if guard.pauses:
            self.report("PC302", self.place(node), text_of(node))

    def _gathers(self, node: ast.Call, callee: Value) -> bool:
        names = list(names_of(callee))
        if any(_GROUPS.fullmatch(one) for one in names):
            return True
        if "asyncio.wait" in names:  # result() of what is done raises the pause again
            return not _says(self.frame.closure.node, "result")
        flags = [one.value for one in node.keywords if one.arg == "return_exceptions"]
        return any(not (isinstance(one, ast.Constant) and one.value is False) for one in flags)

    def judge_wrapper(
        self, node: ast.Call, called: list[str], given: Arguments, receiver: Value
    ) -> None:
        """Report a retry or fallback around a function that may pause."""
        name = called[0]
        method = name.rpartition(".")[2]
        if method in ("with_retry", "with_fallbacks"):
            if self.may_pause(receiver) and not is_narrow_retry(node):
                self.report("PC303", self.place(node), f"`.{method}()`")
        elif knowledge.RETRIES.fullmatch(name) and self.may_pause(given.all):
            made_by = node.func if isinstance(node.func, ast.Call) else node
            if not is_narrow_retry(made_by):
                self.report("PC303", self.place(node), text_of(node))

    def may_pause(self, value: Value) -> bool:
        """Whether calling the value, or something it wraps, may pause."""
        for ref in value.refs:
            if isinstance(ref, Symbol):
                if knowledge.PAUSES.fullmatch(ref.name):
                    return True
                continue
            frame, before = self.frame, dict(self.findings)
            guards, frame.guards = frame.guards, []
            count, typed = frame.count, frame.typed
            flow = Flow()
            self.follow(ast.Constant(value=...), ref, Arguments([], {}, NOTHING), flow)
            paused = frame.count > count
            frame.guards, frame.count, frame.typed = guards, count, typed
            self.findings = before
            if paused:
                return True
        return False


def _says(node: ast.AST, attribute: str) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr == attribute for one in ast.walk(node))


def is_narrow_retry(node: ast.expr) -> bool:
    """Whether a retry or fallback says which errors it is for, and pauses are none of them."""
    if not isinstance(node, ast.Call):
        return False
    said = [
        keyword.value
        for keyword in node.keywords
        if keyword.arg in ("retry", "on", "retry_if_exception_type", "exceptions_to_handle",
                           "exceptions", "exception", "retry_on_exception", "retry_on")
    ]  # fmt: skip
    if re.search(r"on_exception$", written(node.func)):
        said += node.args[1:2]
    names = {
        one.id if isinstance(one, ast.Name) else one.attr
        for value in said
        for one in ast.walk(value)
        if isinstance(one, ast.Name | ast.Attribute)
    }
    if any("not_exception" in name for name in names):
        return bool(names & knowledge.PAUSE_ERRORS)
    return bool(said) and not names & (knowledge.BROAD | knowledge.PAUSE_ERRORS)
