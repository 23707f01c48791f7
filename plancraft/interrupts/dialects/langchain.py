"""LangChain's `HumanInTheLoopMiddleware`, which deepagents has too.

Formats as in `langchain.agents.middleware.human_in_the_loop`: batched, one pause for all calls
of a turn; per call, one pause for each, with a `response_schema` of what is allowed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

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
from plancraft.interrupts.schemas import schema_problems
from plancraft.locale import say

__all__ = ["read_batch", "read_call"]

_VERBS: tuple[Verb, ...] = get_args(Verb)
_FIELDS: dict[str, tuple[str, ...]] = {
    "approve": ("type",),
    "edit": ("type", "edited_action"),
    "reject": ("type", "message"),
    "respond": ("type", "message"),
}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Action(_Strict):
    name: str = Field(min_length=1)
    args: dict[str, Any]
    description: str | None = None


class _ToolApproval(_Action):
    type: Literal["tool_approval"]
    tool_call_id: str


class _Review(_Strict):
    action_name: str
    allowed_decisions: list[Verb] = Field(min_length=1)


class _Batch(_Strict):
    action_requests: list[_Action] = Field(min_length=1)
    review_configs: list[_Review] = Field(min_length=1)


@dataclass(frozen=True, kw_only=True)
class _Decisions(Called):
    """What both ways of asking share: how one decision is written."""

    def spell(self, call: Call, decided: Decided) -> Any:
        match decided.verb:
            case "edit":
                return {"type": "edit", "edited_action": {"name": call.name, "args": decided.args}}
            case "approve":
                return {"type": "approve"}
        message = {} if decided.message is None else {"message": decided.message}
        return {"type": decided.verb, **message}

    def read(self, one: Any) -> Decided:
        args = one["edited_action"]["args"] if one["type"] == "edit" else None
        return Decided(one["type"], args, one.get("message") or None)


@dataclass(frozen=True, kw_only=True)
class _Batched(_Decisions):
    def speaks(self, answer: Any) -> bool:
        return isinstance(answer, dict) and "decisions" in answer

    def split(self, native: Any) -> Sequence[Any]:
        return list(native["decisions"])

    def join(self, decisions: list[Any]) -> Any:
        return {"decisions": decisions}

    def problems(self, native: Any) -> list[str]:
        given, count = native["decisions"], len(self.calls)
        if not isinstance(given, list) or len(given) != count:
            names = ", ".join(call.name for call in self.calls)
            return [
                say("decisions: one for each call, in this order: {names}", names=names),
                *unknown_fields(native, "decisions"),
            ]
        return unknown_fields(native, "decisions") + [
            f"decisions.{place}: {fault}"
            for place, (call, one) in enumerate(zip(self.calls, given, strict=True))
            for fault in _faults(call, one)
        ]


@dataclass(frozen=True, kw_only=True)
class _PerCall(_Decisions):
    schema: dict[str, Any] | None

    @property
    def answers_schema(self) -> bool:
        return self.schema is not None

    def speaks(self, answer: Any) -> bool:
        return isinstance(answer, dict) and "type" in answer

    def split(self, native: Any) -> Sequence[Any]:
        return [native]

    def join(self, decisions: list[Any]) -> Any:
        return decisions[0]

    def problems(self, native: Any) -> list[str]:
        faults = _faults(self.calls[0], native)
        if faults or self.schema is None:
            return faults
        branches = (one for one in _branches(self.schema) if _type_of(one) == native["type"])
        # The definitions stay where the branch's references look for them.
        definitions = {"$defs": self.schema.get("$defs") or {}}
        return schema_problems({**definitions, **next(branches)}, native)


def read_call(shown: Any, schema: Any) -> Called | None:
    """One call, as `interrupt_mode="per_call"` shows it.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(shown, dict) or shown.get("type") != "tool_approval":
        return None
    asked = _ToolApproval.model_validate(shown)
    schema = schema if isinstance(schema, dict) else None
    allowed = _VERBS if schema is None else tuple(_allowed(schema))
    if not allowed:
        return None
    call = Call(asked.name, asked.args, asked.description or "", allowed)
    return _PerCall(dialect="langchain", calls=(call,), schema=schema, **put([call]))


def read_batch(shown: Any, _schema: Any) -> Called | None:
    """The calls of a turn, as `interrupt_mode="batched"` shows them.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(shown, dict) or "action_requests" not in shown:
        return None
    asked = _Batch.model_validate(shown)
    calls = tuple(_reviewed(asked))
    return _Batched(dialect="langchain", calls=calls, **put(calls))


def _reviewed(asked: _Batch) -> Iterable[Call]:
    """Each action with the decisions allowed for it.

    The middleware lists a review for each action, in the same order; others list one for each
    name.

    Raises:
        ValueError: an action has none.
    """
    reviews = asked.review_configs
    names = [one.name for one in asked.action_requests]
    in_order = [one.action_name for one in reviews] == names
    known = {one.action_name: one for one in reviews}
    for place, action in enumerate(asked.action_requests):
        review = reviews[place] if in_order else known.get(action.name)
        if review is None:
            raise ValueError(f"no review for {action.name}")
        allowed = tuple(dict.fromkeys(review.allowed_decisions))
        yield Call(action.name, action.args, action.description or "", allowed)


def _faults(call: Call, one: Any) -> list[str]:
    """What is wrong with one decision."""
    verb = one.get("type") if isinstance(one, dict) else None
    if verb not in call.allowed:
        allowed = ", ".join(call.allowed)
        return [say("{tool} takes a type among: {allowed}", tool=call.name, allowed=allowed)]
    if unknown := unknown_fields(one, *_FIELDS[verb]):
        return unknown
    if verb == "edit":
        return edit_faults(call, one.get("edited_action"), "name")
    message = one.get("message", "" if verb == "reject" else None)
    if verb in ("reject", "respond") and not isinstance(message, str):
        return [say("message is a text")]
    return [say("message is what the tool would say")] if verb == "respond" and not message else []


def _allowed(schema: dict[str, Any]) -> Iterable[Verb]:
    """The decisions that a schema names, in its order."""
    for verb in (_type_of(one) for one in _branches(schema)):
        if verb in _VERBS:
            yield verb


def _branches(schema: dict[str, Any]) -> list[dict[str, Any]]:
    listed = schema.get("oneOf") or schema.get("anyOf") or [schema]
    found = (_resolved(one, schema) for one in listed if isinstance(one, dict))
    return [one for one in found if isinstance(one, dict)]


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> Any:
    name = str(part.get("$ref", "")).removeprefix("#/$defs/")
    return (schema.get("$defs") or {}).get(name) if name else part


def _type_of(branch: dict[str, Any]) -> Any:
    kind = (branch.get("properties") or {}).get("type") or {}
    return kind.get("const") or next(iter(kind.get("enum") or ()), None)
