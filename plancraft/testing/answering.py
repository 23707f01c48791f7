"""Answers for a graph that is driven by a test: prepared ones, and made-up ones."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langgraph.types import Interrupt

from plancraft.errors import InvalidAnswer
from plancraft.interrupts import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptPayload,
    OptionInterruptPayload,
    read_payload,
)
from plancraft.interrupts.dialects import recognise
from plancraft.interrupts.fitting import fit_payload, fit_reading
from plancraft.locale import say

__all__ = ["Answers", "Reply", "name_of"]

NONE = object()
Schema = Mapping[str, Any]
_ID = re.compile(r"[0-9a-f]{32}")
_FORMATS = {
    "date": "2026-01-02",
    "date-time": "2026-01-02T03:04:05Z",
    "time": "03:04:05Z",
    "duration": "P1D",
    "email": "name@example.com",
    "uri": "https://example.com/",
    "uuid": "6f1c5a52-8f7e-4d6e-9a53-0d1f3f5b7c11",
}


@dataclass
class Reply:
    """Answers by LangGraph's id, and the ids of the questions that got none."""

    given: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


class Answers:
    """Prepared answers, used up in turn; a value that is no list answers every time."""

    def __init__(self, prepared: Mapping[str, Any]) -> None:
        self._known: set[str] = set()
        self._left = {
            name: list(given) if isinstance(given, list) else given
            for name, given in prepared.items()
        }

    def take(self, asked: Mapping[str, Interrupt[Any]], nodes: Mapping[str, str]) -> Reply:
        """An answer for each open question."""
        reply = Reply()
        for id_, one in asked.items():
            names = (name_of(one), nodes.get(id_, ""), id_)
            self._known.add(name_of(one, nodes.get(id_)))
            answer = self._prepared(*names)
            answer = made_up(one.value, one.response_schema) if answer is NONE else answer
            if answer is NONE:
                reply.missing.append(id_)
            else:
                reply.given[id_] = answer
        return reply

    def insist_on_known(self, nodes: set[str]) -> None:
        """Refuse answers to questions that were not asked and that no node could ask.

        Raises:
            ValueError: there are such answers; it names the questions and nodes.
        """
        known = {name for name in {*self._known, *nodes} if name and not name.startswith("__")}
        for name in self._left:
            if name not in known and not _ID.fullmatch(name):
                raise ValueError(
                    say(
                        "nothing asks {name}; questions and nodes: {known}",
                        name=name,
                        known=", ".join(sorted(known)),
                    )
                )

    def _prepared(self, *names: str) -> Any:
        for name in names:
            given = self._left.get(name, NONE)
            if isinstance(given, list):
                if given:
                    return given.pop(0)
            elif given is not NONE:
                return given
        return NONE


def name_of(asked: Interrupt[Any], node: str | None = None) -> str:
    """The question's own name, the same each time it is asked; else its node's, or its id."""
    shown = asked.value if isinstance(asked.value, dict) else {}
    return str(shown.get("interrupt_id") or node or asked.id)


def made_up(shown: Any, response_schema: Any = None) -> Any:
    """A plain answer that fits the question, as its node takes it; `NONE` when none can be made
    up."""
    payload = read_payload(shown)
    if payload is None:
        return _made_up_for(shown, response_schema)
    try:
        return fit_payload(payload, _simple(payload))
    except InvalidAnswer:
        return NONE


def _made_up_for(shown: Any, response_schema: Any) -> Any:
    """The same for a question of another library."""
    reading = recognise(shown, response_schema)
    if reading is None:
        return NONE
    try:
        fitted = fit_reading(reading, _simple(reading.payload), response_schema)
        return reading.native(fitted)
    except InvalidAnswer:
        return NONE


def _simple(payload: InterruptPayload) -> Any:
    match payload:
        case ConfirmInterruptPayload():
            return True
        case OptionInterruptPayload():
            chosen = payload.default or [one.id for one in payload.options[:1]]
            return {"selected": chosen, "text": None if chosen else "text"}
        case ApprovalInterruptPayload():
            return "approve"
        case FormInterruptPayload():
            return payload.default or {
                **_from_schema(payload.form, payload.form),
                **payload.initial,
            }
    return None


def _from_schema(schema: Schema, root: Schema) -> dict[str, Any]:
    properties = schema.get("properties") or {}
    needed = schema.get("required") or []
    return {
        name: field_["default"] if "default" in field_ else _value_of(field_, root)
        for name, field_ in properties.items()
        if name in needed or "default" in field_
    }


def _value_of(schema: Schema, root: Schema) -> Any:
    """A value of a plain JSON schema; one that does not fit is refused later."""
    if "$ref" in schema:
        return _value_of(_referred(schema["$ref"], root), root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for one in schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or ():
        return _value_of(one, root)
    match schema.get("type"):
        case "string":
            text = _FORMATS.get(schema.get("format", ""), "text")
            return text.ljust(schema.get("minLength", 0), "t")[: schema.get("maxLength")]
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "array":
            return [_value_of(schema.get("items") or {}, root)] * schema.get("minItems", 0)
        case "object":
            return _from_schema(schema, root)
    return None


def _referred(reference: str, root: Schema) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _number(schema: Schema) -> Any:
    above = schema.get("exclusiveMinimum")
    least = schema.get("minimum") if above is None else above + 1
    number = min(1, schema.get("maximum", 1)) if least is None else least
    step = schema.get("multipleOf")
    return math.ceil(number / step) * step if step else number
