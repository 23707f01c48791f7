"""Graphs whose nodes say what they did before they paused."""

import copy
import difflib
import inspect
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.config import get_config
from langgraph.errors import GraphInterrupt
from langgraph.pregel import Pregel
from langgraph.types import Interrupt

from plancraft.interrupts.canonical import canonical, plain_json
from plancraft.locale import say
from plancraft.purity.auditing import Act, Watch, profiling, watching

__all__ = ["Log", "node_names", "runs_async_only", "watched"]


@dataclass
class Log:
    """What the watched nodes of one graph did before they paused."""

    problems: dict[str, None] = field(default_factory=dict)

    def add(self, what: str, before: Any = None, now: Any = None) -> None:
        """Something is wrong, and how two values differ."""
        difference = difference_of(before, now)
        self.problems[f"{what}\n{difference}" if difference else what] = None

    def blame(self, node: str, acts: Iterable[Act]) -> None:
        """Say what a node did before its pause."""
        for act in acts:
            what = say(
                "{node}: {what} before the pause, at {path}:{line}",
                node=node,
                what=act.what,
                path=act.path,
                line=act.line,
            )
            self.problems[what] = None


class _Watched(Runnable[Any, Any]):
    """A node that says what it did when it ends in a pause."""

    def __init__(self, bound: Runnable[Any, Any], name: str, log: Log) -> None:
        self.bound, self.node, self.log = bound, name, log

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        watch, before = Watch(_place, _home_of(self.bound)), _kept(input)
        try:
            with watching(watch), profiling():
                return self.bound.invoke(input, config, **kwargs)
        except GraphInterrupt as pause:
            self._judge(watch, pause, before, input, config)
            raise

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:  # noqa: A002
        watch, before = Watch(_place, _home_of(self.bound)), _kept(input)
        try:
            with watching(watch), profiling():
                return await self.bound.ainvoke(input, config, **kwargs)
        except GraphInterrupt as pause:
            self._judge(watch, pause, before, input, config)
            raise

    def _judge(
        self, watch: Watch, pause: GraphInterrupt, before: Any, now: Any, config: Any
    ) -> None:
        own = ((config or {}).get("configurable") or {}).get("checkpoint_ns", "")
        asked = {one.id for one in pause.args[0]} if pause.args else set()
        # A node of a graph inside this node that has finished is not run again.
        self.log.blame(self.node, [a for a in watch.acts if _is_here(a.place, own, asked)])
        if before is not _UNKNOWN and (difference := difference_of(before, plain_json(now))):
            changed = say("{node}: the state was changed in place before the pause", node=self.node)
            self.log.problems[f"{changed}\n{difference}"] = None


_UNKNOWN = object()


def _home_of(bound: Any) -> tuple[str, int] | None:
    function = inspect.unwrap(
        getattr(bound, "func", None) or getattr(bound, "afunc", None) or bound
    )
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code is not None else None


def _place() -> str:
    try:
        return str(get_config().get("configurable", {}).get("checkpoint_ns", ""))
    except RuntimeError:  # outside of any node
        return ""


def _is_here(place: str, own: str, asked: set[str]) -> bool:
    if place in ("", own) or own.startswith(place):
        return True
    return Interrupt.from_ns(value=None, ns=place).id in asked


def _kept(state: Any) -> Any:
    try:
        return plain_json(copy.deepcopy(state))
    except (TypeError, ValueError, RecursionError, NotImplementedError):
        return _UNKNOWN  # holds what cannot be copied, so that changes in it cannot be seen


def watched(graph: Pregel[Any, Any, Any, Any], log: Log) -> Pregel[Any, Any, Any, Any]:
    """A copy of the graph whose nodes tell the log what they do before a pause."""
    nodes = {}
    for name, node in graph.nodes.items():
        if isinstance(node.bound, Pregel):
            bound: Runnable[Any, Any] = watched(node.bound, log)
        else:
            bound = _Watched(node.bound, name, log)
        nodes[name] = node.copy({"bound": bound}) if name != "__start__" else node
    return graph.copy({"nodes": nodes})


def _nodes(graph: Pregel[Any, Any, Any, Any]) -> Iterable[Any]:
    for node in graph.nodes.values():
        yield node
        if isinstance(node.bound, Pregel):
            yield from _nodes(node.bound)


def node_names(graph: Pregel[Any, Any, Any, Any]) -> set[str]:
    """The names of its nodes and of those of the graphs inside."""
    inner = [node.bound for node in graph.nodes.values() if isinstance(node.bound, Pregel)]
    return {*graph.nodes, *(name for one in inner for name in node_names(one))}


def runs_async_only(graph: Pregel[Any, Any, Any, Any]) -> bool:
    """Whether the graph has a node, a tool or a step of a chain that can only be awaited."""
    return any(_is_async_only(node.bound) for node in _nodes(graph))


def _is_async_only(bound: Any) -> bool:
    parts = [*getattr(bound, "steps", ()), *getattr(bound, "tools_by_name", {}).values()]
    if any(_is_async_only(one) for one in parts):
        return True
    has_sync = getattr(bound, "func", None) is not None
    awaited = getattr(bound, "afunc", None) or getattr(bound, "coroutine", None)
    return not has_sync and awaited is not None


def difference_of(before: Any, now: Any) -> str:
    """The lines in which two values differ, as JSON; "" when they do not."""
    if canonical(before) == canonical(now):
        return ""
    old, new = (
        json.dumps(one, ensure_ascii=False, indent=2, sort_keys=True, default=str).splitlines()
        for one in (before, now)
    )
    return "\n".join(list(difflib.unified_diff(old, new, lineterm="", n=1))[2:])
