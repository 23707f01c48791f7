"""Questions that other libraries ask, read as our own kinds and answered in their formats.

In this order, the first that knows a question has it: LangChain's calls, one by one and batched,
Agent Inbox, CopilotKit, AG-UI, MCP, breakpoints, then any JSON with a `response_schema`. The
schema of a LangChain call says what may be decided; any other dialect's question whose schema does
not take that dialect's answers is answered by its schema.
"""

from collections.abc import Callable
from typing import Any

from plancraft.interrupts.canonical import plain_json
from plancraft.interrupts.dialects.ag_ui import read_interrupt
from plancraft.interrupts.dialects.agent_inbox import read_inbox
from plancraft.interrupts.dialects.breakpoints import read_breakpoint
from plancraft.interrupts.dialects.copilotkit import read_wrapped
from plancraft.interrupts.dialects.langchain import read_batch, read_call
from plancraft.interrupts.dialects.mcp import read_elicitation
from plancraft.interrupts.dialects.reading import Reading, Verdict
from plancraft.interrupts.dialects.values import read_schema
from plancraft.interrupts.payloads import InterruptPayload, is_payload, read_payload
from plancraft.interrupts.schemas import schema_problems, takes_envelope

__all__ = ["Reading", "Verdict", "asked_as", "recognise"]

_Read = Callable[[Any, Any], Reading | None]
_INSIDE: tuple[_Read, ...] = (
    read_call,
    read_batch,
    read_inbox,
    read_interrupt,
    read_elicitation,
    read_breakpoint,
)


def recognise(shown: Any, response_schema: Any) -> Reading | None:
    """What is known of another library's question; None for our own and for any other JSON."""
    if is_payload(shown) or takes_envelope(response_schema):
        return None
    plain = _tried(lambda one, _: plain_json(one), shown, None)
    found: Reading | None = _tried(_wrapped_or_not, plain, response_schema)
    return found or _tried(read_schema, plain, response_schema)


def asked_as(shown: Any, response_schema: Any) -> InterruptPayload | None:
    """What is asked, as one of our kinds; None for JSON that nobody knows."""
    if payload := read_payload(shown):
        return payload
    reading = recognise(shown, response_schema)
    return reading.payload if reading else None


def _wrapped_or_not(shown: Any, schema: Any) -> Reading | None:
    found = _inside(shown, schema) or _tried(
        lambda one, given: read_wrapped(one, given, _inside), shown, schema
    )
    return None if found is None or _is_anothers(found, schema) else found


def _inside(shown: Any, schema: Any) -> Reading | None:
    found = (_tried(read, shown, schema) for read in _INSIDE)
    return next((one for one in found if one is not None), None)


def _is_anothers(reading: Reading, schema: Any) -> bool:
    """Whether the question came with a schema that does not take this dialect's answers."""
    if not isinstance(schema, dict) or reading.answers_schema:
        return False
    return reading.silence is None or bool(schema_problems(schema, reading.native(reading.silence)))


def _tried(read: Callable[[Any, Any], Any], shown: Any, schema: Any) -> Any:
    try:
        return read(shown, schema)
    except Exception:  # noqa: BLE001 - strangers may show anything, which then is any JSON
        return None
