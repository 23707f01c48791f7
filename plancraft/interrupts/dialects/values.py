"""Questions that are answered with a value of a JSON Schema."""

from dataclasses import dataclass
from typing import Any

from plancraft.interrupts.canonical import canonical
from plancraft.interrupts.dialects.reading import Reading
from plancraft.interrupts.payloads import (
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptOption,
    InterruptPayload,
    OptionInterruptPayload,
)
from plancraft.interrupts.schemas import schema_problems

__all__ = ["Valued", "data_of", "form_of", "question_of", "read_schema"]

_ASKING = ("question", "message", "prompt", "title")
_OLD = ("draft-03", "draft-04")
"""Drafts in which `required` and limits are other things than forms take them for."""


@dataclass(frozen=True, kw_only=True)
class Valued(Reading):
    """Asked by anybody with a `response_schema`: the answer is a value of that schema."""

    schema: dict[str, Any]

    def speaks(self, answer: Any) -> bool:
        match self.payload:
            case OptionInterruptPayload():
                return self._id_of(answer) is not None
            case ConfirmInterruptPayload():
                return isinstance(answer, bool)
        return True

    def problems(self, native: Any) -> list[str]:
        return schema_problems(self.schema, native)

    def ours(self, native: Any) -> Any:
        match self.payload:
            case OptionInterruptPayload():
                return {"selected": [self._id_of(native)], "text": None}
            case ConfirmInterruptPayload():
                return {"confirmed": native}
        return native

    def native(self, ours: Any) -> Any:
        match self.payload, ours:
            case OptionInterruptPayload(options=options), {"selected": [chosen], **_rest}:
                return next((one.value for one in options if one.id == chosen), ours)
            case ConfirmInterruptPayload(), {"confirmed": bool(yes)}:
                return yes
        return ours

    def _id_of(self, value: Any) -> str | None:
        assert isinstance(self.payload, OptionInterruptPayload)
        spelled = canonical(value)
        same = (one.id for one in self.payload.options if canonical(one.value) == spelled)
        return next(same, None)


def read_schema(shown: Any, schema: Any) -> Valued | None:
    """Any JSON that came with a `response_schema`."""
    if not isinstance(schema, dict):
        return None
    payload = form_of(schema, question=question_of(shown), data=data_of(shown))
    if payload is None:
        return None
    return Valued(dialect="langgraph", payload=payload, schema=schema)


def form_of(schema: dict[str, Any], **asked: Any) -> InterruptPayload | None:
    """The payload whose answers are values of the schema; None where no kind has them.

    Raises:
        ValueError: it is no JSON Schema, or nothing is asked.
    """
    if any(draft in str(schema.get("$schema")) for draft in _OLD):
        return None
    if isinstance(schema.get("enum"), list):
        return _choice_of(schema["enum"], **asked)
    properties = schema.get("properties")
    match schema.get("type"):
        case "boolean":
            return ConfirmInterruptPayload(**asked)
        case "object" if properties and all(isinstance(one, dict) for one in properties.values()):
            return FormInterruptPayload(form=schema, **asked)
    return None


def _choice_of(values: list[Any], **asked: Any) -> InterruptPayload | None:
    if not all(isinstance(one, str | int | float) and one != "" for one in values):
        return None
    ids = [one if isinstance(one, str) else canonical(one).decode() for one in values]
    named = zip(ids, values, strict=True)
    options = [InterruptOption(id=id_, title=id_, value=one) for id_, one in named]
    return OptionInterruptPayload(options=options, **asked)


def question_of(shown: Any) -> str:
    """What is asked, in words: the JSON itself where it holds none."""
    if isinstance(shown, str) and shown.strip():
        return shown
    return _asked_under(shown)[1] or canonical(shown).decode("utf-8", "replace")


def data_of(shown: Any) -> dict[str, Any]:
    """What is shown beside the question."""
    name, _ = _asked_under(shown)
    if not isinstance(shown, dict) or not name:
        return {}
    return {key: value for key, value in shown.items() if key != name}


def _asked_under(shown: Any) -> tuple[str, str]:
    found = shown if isinstance(shown, dict) else {}
    texts = ((name, found.get(name)) for name in _ASKING)
    return next(
        ((name, text) for name, text in texts if isinstance(text, str) and text.strip()), ("", "")
    )
