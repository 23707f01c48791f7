"""Following one function from its first line to where it is left."""

import ast
from collections.abc import Iterator
from functools import cache

from plancraft.purity.decorating import Decorating
from plancraft.purity.values import (
    NOTHING,
    Closure,
    Flow,
    Frame,
    FunctionNode,
    Outcome,
    Value,
    is_generator,
    join,
)

__all__ = ["Entering", "parameters"]


class Entering(Decorating):
    """The part of the walk that runs the body of a function."""

    def enter(self, closure: Closure, bound: dict[str, Value]) -> Outcome:
        """What calling the function with these arguments does."""
        if closure.outer is not None:
            return self.follow_frame(closure, bound)[0]
        known = self.memo.setdefault(closure, {})
        key = tuple(sorted(bound.items(), key=lambda item: item[0]))
        if key not in known:
            known[key] = self.follow_frame(closure, bound)[0]
        return known[key]

    def follow_frame(self, closure: Closure, bound: dict[str, Value]) -> tuple[Outcome, Frame]:
        arguments = closure.node.args
        for one in (arguments.vararg, arguments.kwarg):
            if one is not None and one.arg in bound:  # always a container of this call's own
                bound = {**bound, one.arg: bound[one.arg].copied()}
        frame = Frame(closure, Flow(dict(bound)), _assigned(closure.node))
        self.frames.append(frame)
        self.entered += 1
        try:
            self._take_defaults(closure.node, frame)
            if isinstance(closure.node, ast.Lambda):
                frame.exits.append((frame.flow, self.value(closure.node.body, frame.flow)))
            else:
                self.run(closure.node.body, frame.flow)
                if frame.flow.alive:
                    frame.exits.append((frame.flow, NOTHING))
        finally:
            self.frames.pop()
        return _outcome(frame), frame

    def _take_defaults(self, node: FunctionNode, frame: Frame) -> None:
        names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
        defaults = node.args.defaults
        pairs = [*zip(names[len(names) - len(defaults) :], defaults, strict=True)]
        pairs += [
            (one.arg, default)
            for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if default is not None
        ]
        for name, default in pairs:
            if frame.flow.env.get(name, NOTHING) == NOTHING:
                value = self.value(default, Flow())
                if isinstance(default, ast.List | ast.Dict | ast.Set):
                    value = self.outliving(value, name)
                frame.flow.env[name] = value


def _outcome(frame: Frame) -> Outcome:
    exits = frame.exits
    effects = frozenset().union(*(flow.effects for flow, _ in exits))
    pauses = max([flow.pauses for flow, _ in exits], default=0)
    return Outcome(
        value=join(*(value for _, value in exits)),
        effects=effects if exits else frozenset(frame.everything),
        pauses=max(pauses, 1 if frame.count else 0),
        typed=frame.typed,
        returns=bool(exits) or is_generator(frame.closure.node),
        stains=tuple(sorted(frame.stains.items())),
        kept=_kept(frame),
    )


def parameters(node: FunctionNode) -> list[str]:
    """The names of a function's parameters."""
    arguments = node.args
    found = [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    found += [one.arg for one in (arguments.vararg, arguments.kwarg) if one]
    return found


def _kept(frame: Frame) -> tuple[tuple[str, Value], ...]:
    envs = [flow.env for flow, _ in frame.exits]
    names = {name for env in envs for name in env if name.startswith("self.")}
    return tuple(
        (name[5:], join(*(env.get(name, NOTHING) for env in envs))) for name in sorted(names)
    )


@cache
def _assigned(node: FunctionNode) -> frozenset[str]:
    if isinstance(node, ast.Lambda):
        return frozenset(parameters(node))
    own = list(_own_nodes(node))
    declared = [one.names for one in own if isinstance(one, ast.Global | ast.Nonlocal)]
    stored = {one.id for one in own if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return frozenset({*stored, *parameters(node)}.difference(*declared))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """What belongs to a function itself, and not to one that is defined in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _own_nodes(child)
