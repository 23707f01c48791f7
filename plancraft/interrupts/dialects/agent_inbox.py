"""Agent Inbox's `HumanInterrupt`, as `langgraph.prebuilt.interrupt` has it: alone or in a list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from plancraft.interrupts.dialects.calls import (
    Call,
    Called,
    Decided,
    Verb,
    edit_faults,
    put,
    unknown_fields,
)
from plancraft.locale import say

__all__ = ["read_inbox"]

_OURS: dict[str, Verb] = {
    "accept": "approve",
    "edit": "edit",
    "ignore": "reject",
    "response": "respond",
}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Action(_Strict):
    action: str = Field(min_length=1)
    args: dict[str, Any]


class _Config(_Strict):
    allow_ignore: bool
    allow_respond: bool
    allow_edit: bool
    allow_accept: bool

    def verbs(self) -> Iterable[Verb]:
        """What may be decided; words in place of `ignore` are a no as well."""
        if self.allow_accept:
            yield "approve"
        if self.allow_edit:
            yield "edit"
        if self.allow_ignore or (self.allow_accept and self.allow_respond):
            yield "reject"
        if self.allow_respond:
            yield "respond"


class _HumanInterrupt(_Strict):
    action_request: _Action
    config: _Config
    description: str | None = None

    def as_call(self) -> Call:
        """The call it asks about.

        Raises:
            ValueError: nothing is allowed.
        """
        verbs, action = tuple(self.config.verbs()), self.action_request
        if not verbs:
            raise ValueError("no way to answer is allowed")
        needs_reason = not self.config.allow_ignore
        return Call(action.action, action.args, self.description or "", verbs, needs_reason)


@dataclass(frozen=True, kw_only=True)
class _Inbox(Called):
    def speaks(self, answer: Any) -> bool:
        return isinstance(answer, list) or (isinstance(answer, dict) and "type" in answer)

    def split(self, native: Any) -> Sequence[Any]:
        return native if isinstance(native, list) else [native]

    def join(self, decisions: list[Any]) -> Any:
        return decisions

    def spell(self, call: Call, decided: Decided) -> Any:
        match decided.verb:
            case "approve":
                return {"type": "accept", "args": None}
            case "edit":
                return {"type": "edit", "args": {"action": call.name, "args": decided.args}}
            case "reject" if call.needs_reason or (decided.message and "respond" in call.allowed):
                return {"type": "response", "args": decided.message}
            case "reject":
                return {"type": "ignore", "args": None}
        return {"type": "response", "args": decided.message}

    def read(self, one: Any) -> Decided:
        verb, args = _OURS[one["type"]], one.get("args")
        edited = args["args"] if verb == "edit" else None
        return Decided(verb, edited, (args or None) if verb == "respond" else None)

    def problems(self, native: Any) -> list[str]:
        given = self.split(native)
        if len(given) != len(self.calls):
            names = ", ".join(call.name for call in self.calls)
            return [
                say("a list of answers, one for each call, in this order: {names}", names=names)
            ]
        return [
            f"{place}: {fault}"
            for place, (call, one) in enumerate(zip(self.calls, given, strict=True))
            for fault in _faults(call, one)
        ]


def read_inbox(shown: Any, _schema: Any) -> Called | None:
    """One `HumanInterrupt`, or a list of them.

    Raises:
        ValueError: it is none.
    """
    listed = shown if isinstance(shown, list) else [shown]
    if not listed or not all(isinstance(one, dict) and "action_request" in one for one in listed):
        return None
    calls = tuple(_HumanInterrupt.model_validate(one).as_call() for one in listed)
    return _Inbox(dialect="agent-inbox", calls=calls, **put(calls))


def _faults(call: Call, one: Any) -> list[str]:
    kind = one.get("type") if isinstance(one, dict) else None
    allowed = [word for word, verb in _OURS.items() if verb in call.allowed]
    if call.needs_reason and "ignore" in allowed:
        allowed.remove("ignore")
    if not isinstance(kind, str) or kind not in allowed:
        words = ", ".join(allowed)
        return [say("{tool} takes a type among: {allowed}", tool=call.name, allowed=words)]
    if unknown := unknown_fields(one, "type", "args"):
        return unknown
    args = one.get("args")
    if kind == "edit":
        return edit_faults(call, args, "action")
    if kind == "response" and not (isinstance(args, str) and args.strip()):
        return [say("args is the text of the response")]
    if kind == "ignore" and args is not None:
        return [say("args is null: {type} carries nothing", type=kind)]
    if kind == "accept" and args not in (None, {"action": call.name, "args": call.args}):
        return [say("accept takes the call as it is: to change it, choose edit")]
    return []
