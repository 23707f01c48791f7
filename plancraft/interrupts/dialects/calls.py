"""Calls of tools that wait for a person: one is approved, several are a form of decisions."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plancraft.interrupts.canonical import canonical
from plancraft.interrupts.dialects.reading import Reading, Verdict
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    FormInterruptPayload,
    InterruptPayload,
)
from plancraft.locale import say

__all__ = ["Call", "Called", "Decided", "Verb", "at", "edit_faults", "put", "unknown_fields"]

Verb = Literal["approve", "edit", "reject", "respond"]
_TIMEOUT = "timeout"


@dataclass(frozen=True)
class Call:
    """One call, and what may be decided on it."""

    name: str
    args: dict[str, Any]
    about: str
    allowed: tuple[Verb, ...]
    needs_reason: bool = False
    """Whether a no reaches the asker only with words."""

    @property
    def is_yes_or_no(self) -> bool:
        """Whether it can be approved and can be rejected."""
        return {"approve", "reject"} <= set(self.allowed)


@dataclass(frozen=True)
class Decided:
    """What was decided on one call."""

    verb: Verb
    args: dict[str, Any] | None = None
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class Called(Reading, ABC):
    """A question about calls. A dialect says how a decision is spelled and what is wrong in it."""

    calls: tuple[Call, ...]

    @abstractmethod
    def split(self, native: Any) -> Sequence[Any]:
        """The decisions in an answer."""

    @abstractmethod
    def join(self, decisions: list[Any]) -> Any:
        """The answer made of decisions."""

    @abstractmethod
    def spell(self, call: Call, decided: Decided) -> Any:
        """The decision in the asker's words."""

    @abstractmethod
    def read(self, one: Any) -> Decided:
        """What such a decision means; it was checked before."""

    def ours(self, native: Any) -> Any:
        given = [self.read(one) for one in self.split(native)]
        if isinstance(self.payload, FormInterruptPayload):
            return _as_form(given)
        candidate = self._as_approval(given[0])
        if candidate is None or self._decided(candidate) != given:
            return self.join(list(self.split(native)))
        return candidate

    def native(self, ours: Any) -> Any:
        if self.speaks(ours):
            return ours
        decided = zip(self.calls, self._decisions(ours), strict=True)
        return self.join([self.spell(call, one) for call, one in decided])

    def faults(self, ours: Any) -> list[str]:
        if isinstance(self.payload, ApprovalInterruptPayload):
            return self.problems(self.native(ours))
        numbered = enumerate(self.calls, 1)
        return [fault for number, call in numbered for fault in _form_faults(ours, number, call)]

    def verdict(self, recorded: Any) -> Verdict | None:
        if isinstance(self.payload, ApprovalInterruptPayload) or not isinstance(recorded, dict):
            return super().verdict(recorded)
        said = {recorded.get(_field(number, "decision")) for number in self._numbers}
        if said == {"approve"}:
            return "approve"
        if said <= {"approve", "edit"}:
            return "edit"
        return "reject" if said == {"reject"} else None

    @property
    def _numbers(self) -> range:
        return range(1, len(self.calls) + 1)

    def _decided(self, ours: Any) -> list[Decided]:
        return [self.read(one) for one in self.split(self.native(ours))]

    def _decisions(self, ours: dict[str, Any]) -> list[Decided]:
        if isinstance(self.payload, ApprovalInterruptPayload):
            return [_of_approval(self.calls[0], ours)]
        return [
            Decided(
                ours[_field(number, "decision")],
                ours.get(_field(number, "args")),
                ours.get(_field(number, "message")) or None,
            )
            for number in self._numbers
        ]

    def _as_approval(self, decided: Decided) -> dict[str, Any] | None:
        match decided:
            case Decided("approve"):
                return {"decision": "approve", "reason": None, "content": None}
            case Decided("reject" | "respond"):
                return {"decision": "reject", "reason": decided.message, "content": None}
            case Decided("edit", dict() as args) if args.keys() == self.calls[0].args.keys():
                return {"decision": "edit", "reason": None, "content": args} if args else None
        return None


def put(calls: Sequence[Call]) -> dict[str, Any]:
    """What readings of all dialects have in common: payload, tools, silence.

    Raises:
        ValueError: they cannot be shown.
    """
    tools = tuple(dict.fromkeys(call.name for call in calls))
    if len(calls) == 1 and calls[0].is_yes_or_no:
        no = {"decision": "reject", "reason": _TIMEOUT, "content": None}
        return {"payload": _approval(calls[0]), "tools": tools, "silence": no}
    return {"payload": _form(calls, tools), "tools": tools, "silence": _all_rejected(calls)}


def _approval(call: Call) -> InterruptPayload:
    return ApprovalInterruptPayload(
        question=say("Run {tool}?", tool=call.name),
        hint=call.about or None,
        content=call.args,
        editable=list(call.args) if "edit" in call.allowed else [],
        require_reason=call.needs_reason,
        interrupt_id=call.name,
    )


def _form(calls: Sequence[Call], tools: Sequence[str]) -> InterruptPayload:
    properties: dict[str, Any] = {}
    initial: dict[str, Any] = {}
    for number, call in enumerate(calls, 1):
        properties |= _fields(number, call)
        if "edit" in call.allowed:
            initial[_field(number, "args")] = call.args
    names = ", ".join(tools)
    question = say("Decide on each call: {tools}", tools=names)
    if len(calls) == 1:
        question = say("Run {tool}?", tool=names)
    return FormInterruptPayload(
        question=question,
        form={
            "type": "object",
            "properties": properties,
            "required": [_field(number, "decision") for number in range(1, len(calls) + 1)],
            "additionalProperties": False,
        },
        initial=initial,
        data={f"{number}. {call.name}": call.args for number, call in enumerate(calls, 1)},
        interrupt_id=names,
    )


def _fields(number: int, call: Call) -> dict[str, Any]:
    label = f"{number}. {call.name}"
    decision = {"enum": list(call.allowed), "title": label, "description": call.about}
    fields: dict[str, Any] = {_field(number, "decision"): decision}
    if {"reject", "respond"} & set(call.allowed):
        title = say("{call}: what to tell it", call=label)
        fields[_field(number, "message")] = {"type": "string", "title": title}
    if "edit" in call.allowed:
        title = say("{call}: its arguments, for edit", call=label)
        fields[_field(number, "args")] = {"type": "object", "title": title}
    return fields


def _field(number: int, name: str) -> str:
    return f"{number}_{name}"


def _all_rejected(calls: Sequence[Call]) -> dict[str, Any] | None:
    if not all("reject" in call.allowed for call in calls):
        return None
    no: dict[str, Any] = {}
    for number in range(1, len(calls) + 1):
        no |= {_field(number, "decision"): "reject", _field(number, "message"): _TIMEOUT}
    return no


def _as_form(given: Sequence[Decided]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, one in enumerate(given, 1):
        values[_field(number, "decision")] = one.verb
        if one.message is not None:
            values[_field(number, "message")] = one.message
        if one.args is not None:
            values[_field(number, "args")] = one.args
    return values


def _of_approval(call: Call, ours: dict[str, Any]) -> Decided:
    verb = ours["decision"]
    args = {**call.args, **(ours.get("content") or {})} if verb == "edit" else None
    return Decided(verb, args, (ours.get("reason") or None) if verb == "reject" else None)


def _form_faults(ours: dict[str, Any], number: int, call: Call) -> list[str]:
    """What one field says against another."""
    verb, faults = ours[_field(number, "decision")], list[str]()
    place = _field(number, "message")
    message = str(ours.get(place) or "").strip()
    if message and verb in ("approve", "edit"):
        faults.append(at(place, say("words go with reject or respond only")))
    if not message and (verb == "respond" or (verb == "reject" and call.needs_reason)):
        faults.append(at(place, say("this is needed")))
    place = _field(number, "args")
    if verb == "edit" and place not in ours:
        faults.append(at(place, say("this is needed")))
    if verb == "edit" and isinstance(given := ours.get(place), dict):
        faults += [at(place, fault) for fault in _args_faults(call, given)]
    if verb != "edit" and canonical(ours.get(place, call.args)) != canonical(call.args):
        faults.append(at(place, say("they were changed, so the decision is edit")))
    return faults


def _args_faults(call: Call, given: dict[str, Any]) -> list[str]:
    """What is wrong with edited arguments: none is dropped, and each stays of its kind."""
    faults = unknown_fields(given, *call.args)
    if dropped := sorted(call.args.keys() - given.keys()):
        faults.append(say("not to be left out: {names}", names=", ".join(dropped)))
    changed = [
        name
        for name, value in call.args.items()
        if name in given and value is not None and _kind(given[name]) != _kind(value)
    ]
    if changed:
        faults.append(say("of another kind than before: {names}", names=", ".join(changed)))
    return faults


def _kind(value: Any) -> type:
    """The kind of a JSON value; whole numbers are numbers."""
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def edit_faults(call: Call, edited: Any, name_field: str) -> list[str]:
    """What is wrong with an edited call: `name_field` and `args`, and the name stays."""
    expected = {name_field, "args"}
    if not isinstance(edited, dict) or edited.keys() != expected:
        return [say("an edit holds {name} and args, and nothing else", name=name_field)]
    if not isinstance(edited["args"], dict):
        return [say("args is an object of the call's arguments")]
    if edited[name_field] != call.name:
        return [
            say(
                "an edit stays with {tool}: for another tool, reject it and say which tool",
                tool=call.name,
            )
        ]
    return []


def at(place: object, fault: str) -> str:
    """The fault with where it is in front."""
    return f"{place}: {fault}"


def unknown_fields(given: dict[str, Any], *known: str) -> list[str]:
    """One sentence for the fields that nobody knows, or none."""
    unknown = sorted(set(given) - set(known))
    return [say("unknown field: {names}", names=", ".join(unknown))] if unknown else []
