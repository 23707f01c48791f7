"""What the linter knows of a value while it follows a function: where it came from, what it is."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from plancraft.purity.findings import Place
from plancraft.purity.modules import Source

__all__ = [
    "NOTHING",
    "Bound",
    "ClassRef",
    "Closure",
    "Effect",
    "Flow",
    "Frame",
    "FunctionNode",
    "Guard",
    "Instance",
    "Outcome",
    "Ref",
    "Root",
    "Super",
    "Symbol",
    "Taint",
    "Value",
    "is_generator",
    "join",
    "part_name",
]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Taint:
    """Why another run may get another value: the kind, and the call it came from."""

    kind: str
    what: str
    place: Place


@dataclass(frozen=True)
class Root:
    """What a value is a part of: the graph's state, or something that outlives the run."""

    kind: Literal["state", "shared"]
    name: str


@dataclass(frozen=True)
class Symbol:
    """A dotted name outside the linted files; `name()` is an object that it made."""

    name: str


@dataclass(eq=False)
class ClassRef:
    """A class of the linted files."""

    node: ast.ClassDef
    source: Source


@dataclass(eq=False)
class Closure:
    """A function of the linted files, with the surroundings it was made in."""

    node: FunctionNode
    source: Source
    outer: "Frame | None" = None
    owner: ClassRef | None = None


@dataclass(frozen=True)
class Instance:
    """An object of a linted class."""

    of: ClassRef
    kept: tuple[tuple[str, "Value"], ...] | None = None
    """What is in its attributes; None when it is not known how it was made."""


@dataclass(frozen=True)
class Super:
    """`super()` in a method of `after`: the object seen as one of its later classes."""

    of: ClassRef
    after: ClassRef
    self_value: "Value"


@dataclass(frozen=True)
class Bound:
    """A method together with its object."""

    closure: Closure
    self_value: "Value"
    is_property: bool = False


Ref = Symbol | ClassRef | Closure | Instance | Super | Bound


@dataclass(frozen=True)
class Value:
    """What may be said of a value on every way that leads here."""

    taints: frozenset[Taint] = frozenset()
    refs: frozenset[Ref] = frozenset()
    held: frozenset[tuple[Root, int]] = frozenset()
    """What else this value is made of, and how deep: 0 is the value itself, 1 its parts."""

    @property
    def alias(self) -> frozenset[Root]:
        """Changing this value changes these."""
        return frozenset(root for root, depth in self.held if depth == 0)

    def part(self) -> "Value":
        """Something inside the value."""
        held = frozenset((root, max(depth - 1, 0)) for root, depth in self.held)
        return Value(self.taints, frozenset(), held)

    def copied(self) -> "Value":
        """A new container of the same things."""
        held = frozenset((root, max(depth, 1)) for root, depth in self.held)
        return Value(self.taints, frozenset(), held)

    def inside(self, times: int = 1) -> "Value":
        """A new container that holds the value."""
        held = frozenset((root, min(depth + times, _DEEPEST)) for root, depth in self.held)
        return Value(self.taints, self.refs, held)

    def derived(self) -> "Value":
        """Something computed from the value."""
        return Value(self.taints)

    def tainted(self, taints: Iterable[Taint]) -> "Value":
        """The value with these reasons added."""
        return Value(self.taints | frozenset(taints), self.refs, self.held) if taints else self

    def pointing(self, ref: Ref) -> "Value":
        """The value, known to be this as well."""
        return Value(self.taints, self.refs | {ref}, self.held)

    def has(self, *kinds: str) -> frozenset[Taint]:
        """The reasons of these kinds."""
        return frozenset(one for one in self.taints if one.kind in kinds)


NOTHING = Value()
_DEEPEST = 4


def join(*values: Value) -> Value:
    """What holds whichever of the values it is."""
    said = [one for one in values if one.taints or one.refs or one.held]
    if not said:
        return NOTHING
    first, *others = said
    if not others:
        return first
    return Value(
        first.taints.union(*(one.taints for one in others)),
        first.refs.union(*(one.refs for one in others)),
        first.held.union(*(one.held for one in others)),
    )


@dataclass(frozen=True)
class Effect:
    """Something that breaks `code` as soon as a pause follows it."""

    code: str
    place: Place
    what: str
    detail: str = ""


@dataclass
class Flow:
    """One way through a function, up to some line."""

    env: dict[str, Value] = field(default_factory=dict)
    effects: frozenset[Effect] = frozenset()
    pauses: int = 0
    alive: bool = True

    def copy(self) -> "Flow":
        """A way that parts here."""
        return Flow(dict(self.env), self.effects, self.pauses, self.alive)

    def become(self, others: Iterable["Flow"]) -> None:
        """Go on where those of the others meet that still go on."""
        living = [one for one in others if one.alive]
        self.alive = bool(living)
        if living:
            self.env = _meet([one.env for one in living])
            self.effects = frozenset().union(*(one.effects for one in living))
            self.pauses = max(one.pauses for one in living)


def _meet(envs: list[dict[str, Value]]) -> dict[str, Value]:
    if len(envs) == 1:
        return envs[0]
    names: dict[str, None] = {name: None for env in envs for name in env}
    # What is known of a part of a variable counts only where every way knows it.
    kept = [one for one in names if one.isidentifier() or all(one in env for env in envs)]
    return {name: join(*(env[name] for env in envs if name in env)) for name in kept}


@cache
def is_generator(node: FunctionNode) -> bool:
    """Whether calling the function gives a generator."""
    return not isinstance(node, ast.Lambda) and any(
        isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(node)
    )


def part_name(node: ast.expr) -> str | None:
    """The name under which a part of a variable is kept: `x['key']` or `x.attribute`."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=key)):
            return f"{name}[{key!r}]"
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return f"{name}.{attribute}"
    return None


@dataclass(eq=False)
class Guard:
    """Something around a pause that wants to know of it: a try, a with, a loop."""

    pauses: list[tuple[ast.AST, bool]] = field(default_factory=list)
    """Where the pauses are, and whether a refused answer is raised there."""


@dataclass(eq=False)
class Frame:
    """One function while it is followed."""

    closure: Closure
    flow: Flow
    local: frozenset[str] = frozenset()
    shared: set[str] = field(default_factory=set)
    """Names declared global or nonlocal that outlive the run."""
    exits: list[tuple[Flow, Value]] = field(default_factory=list)
    breaks: list[list[Flow]] = field(default_factory=list)
    continues: list[list[Flow]] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    contexts: list[list[ast.expr]] = field(default_factory=list)
    """For each `with` around, the contexts that may swallow what is raised in it."""
    control: list[frozenset[Taint]] = field(default_factory=list)
    nested: list[Closure] = field(default_factory=list)
    stains: dict[str, frozenset[Taint]] = field(default_factory=dict)
    everything: set[Effect] = field(default_factory=set)
    count: int = 0
    typed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What calling a function does to its caller."""

    value: Value = NOTHING
    effects: frozenset[Effect] = frozenset()
    pauses: int = 0
    typed: bool = False
    returns: bool = True
    stains: tuple[tuple[str, frozenset[Taint]], ...] = ()
    kept: tuple[tuple[str, Value], ...] = ()
    """What it put into the attributes of `self`, where that is an object being made."""
