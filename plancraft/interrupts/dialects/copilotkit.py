"""CopilotKit's `copilotkit_interrupt()`: a message or a named action, answered with any JSON."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from plancraft.interrupts.dialects.reading import Reading
from plancraft.interrupts.payloads import OptionInterruptPayload, read_payload
from plancraft.locale import say

__all__ = ["VALUE", "read_wrapped", "without_messages"]

VALUE = "__copilotkit_interrupt_value__"
_MESSAGES = "__copilotkit_messages__"
_NAME = "copilotkit"


@dataclass(frozen=True, kw_only=True)
class _Said(Reading):
    """Answered in the person's own words, or with any JSON that is not of our kind."""

    def speaks(self, answer: Any) -> bool:
        return not (isinstance(answer, dict) and answer.keys() == {"selected", "text"})

    def problems(self, native: Any) -> list[str]:
        # `copilotkit_interrupt` takes a list for messages, and reads the last one.
        return [say("a list is not taken: answer in words")] if isinstance(native, list) else []

    def ours(self, native: Any) -> Any:
        is_text = isinstance(native, str) and native.strip()
        return {"selected": [], "text": native} if is_text else native

    def native(self, ours: Any) -> Any:
        return ours if self.speaks(ours) else ours["text"]


def without_messages(shown: Any) -> Any:
    """What is asked, without the messages around it, which have new ids each time it is asked."""
    if not isinstance(shown, dict) or shown.keys() != {VALUE, _MESSAGES}:
        return shown
    return {VALUE: shown[VALUE]}


def read_wrapped(
    shown: Any, schema: Any, inside: Callable[[Any, Any], Reading | None]
) -> Reading | None:
    """What CopilotKit wraps, read by `inside` where that knows it.

    Raises:
        ValueError: it asks nothing.
    """
    if not isinstance(shown, dict) or VALUE not in shown or shown.keys() - {VALUE, _MESSAGES}:
        return None
    value = shown[VALUE]
    if payload := read_payload(value):
        return Reading(dialect=_NAME, payload=payload)
    if isinstance(value, dict) and VALUE not in value and (found := inside(value, schema)):
        return replace(found, dialect=_NAME)
    if isinstance(value, str):
        return _said(value, {})
    if isinstance(value, dict) and value.keys() == {"action", "args"}:
        action, args = value["action"], value["args"]
        if isinstance(action, str) and isinstance(args, dict):
            return _said(action, args, tools=(action,))
    return None


def _said(question: str, data: dict[str, Any], tools: tuple[str, ...] = ()) -> Reading:
    payload = OptionInterruptPayload(question=question, options=[], allow_custom=True, data=data)
    return _Said(dialect=_NAME, payload=payload, tools=tools)
