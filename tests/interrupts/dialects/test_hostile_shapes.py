"""Whatever a stranger shows, reading it never raises, and no answer gets by unchecked."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

import plancraft as pc
from plancraft.approvals.deadlines import timeout_answer
from plancraft.approvals.opening import open_question
from plancraft.cli.showing import frame
from plancraft.interrupts.dialects import asked_as, recognise
from plancraft.interrupts.fitting import fit_answer
from plancraft.server.pages.showing import answer_fields

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
CONFIG = dict.fromkeys(("allow_ignore", "allow_respond", "allow_edit", "allow_accept"), True)
ACTION = {"name": "send", "args": {"to": "x"}, "description": "d"}
REVIEW = {"action_name": "send", "allowed_decisions": ["approve", "edit", "reject", "respond"]}
INBOX = {"action_request": {"action": "send", "args": {"to": "x"}}, "config": CONFIG}
TOOL = {"type": "tool_approval", "tool_call_id": "c", **ACTION}
KNOWN: list[Any] = [
    TOOL,
    {"action_requests": [ACTION], "review_configs": [REVIEW]},
    {"action_requests": [ACTION, ACTION], "review_configs": [REVIEW, REVIEW]},
    INBOX,
    [INBOX],
    [INBOX, INBOX],
    {"__copilotkit_interrupt_value__": "city?", "__copilotkit_messages__": []},
    {"__copilotkit_interrupt_value__": {"action": "a", "args": {}}, "__copilotkit_messages__": []},
    {"id": "i", "reason": "r", "message": "m", "toolCallId": "t", "expiresAt": "2999-01-01"},
    {"id": "i", "reason": "r", "responseSchema": SCHEMA, "metadata": {}},
    {"mode": "form", "message": "m", "requestedSchema": SCHEMA},
    {"mode": "url", "message": "m", "url": "https://x.test", "elicitationId": "1"},
]
SCHEMAS: list[Any] = [
    None,
    SCHEMA,
    {"type": "boolean"},
    {"enum": ["a", 1, True]},
    {"$ref": "#"},
    {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}},
     "$defs": {"a": {"$ref": "#/$defs/a"}}},
    {"$schema": "http://json-schema.org/draft-03/schema#", "type": "object", "required": True,
     "properties": {"a": {}}},
    {"oneOf": [{"$ref": 7}, 8], "$defs": []},
    {"oneOf": "x", "discriminator": []},
    {"$schema": ["x"], "type": "object", "properties": {"a": True}},
    {"type": "object", "properties": {"a": {"enum": 1}}},
]  # fmt: skip
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    PLAIN | st.sampled_from(KNOWN) | st.sampled_from(SCHEMAS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(shown: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = (
        shown.keys()
        if isinstance(shown, dict)
        else range(len(shown) if isinstance(shown, list) else 0)
    )
    return [path, *(place for key in keys for place in places(shown[key], (*path, key)))]


def with_other(shown: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copy = dict(shown) if isinstance(shown, dict) else list(shown)
    copy[path[0]] = with_other(shown[path[0]], path[1:], other)
    return copy


@st.composite
def mutants(draw: Any) -> Any:
    """A known question with something else in one or two of its places."""
    shown = draw(st.sampled_from(KNOWN))
    for _ in range(draw(st.integers(0, 2))):
        shown = with_other(shown, draw(st.sampled_from(places(shown))), draw(JSON))
    return shown


def asked(shown: Any, schema: Any) -> pc.ApprovalRequest:
    return open_question(
        graph="g",
        thread_id="t",
        checkpoint_id="c",
        interrupt_id="i",
        shown=shown,
        response_schema=schema,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        timeout=60,
        timeout_action="default_option",
    )


@given(mutants() | JSON, st.sampled_from(SCHEMAS), JSON)
@settings(
    max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
def test_strange_questions_are_shown_and_answered_or_left_alone(
    shown: Any, schema: Any, answer: Any
) -> None:
    if schema is not None and not isinstance(schema, dict):
        return
    request = asked(shown, schema)
    reading = request.reading
    silence = timeout_answer(request)
    if reading is None:
        return
    assert request.asks == reading.payload
    frame(request)
    answer_fields(request)
    for one in (answer, silence, "approve", True, {"action": "accept"}, {"1_decision": "reject"}):
        try:
            recorded = fit_answer(request.payload, schema, one)
        except pc.InvalidAnswer:
            continue
        native = reading.native(recorded)
        json.dumps(native)
        assert reading.native(fit_answer(request.payload, schema, native)) == native
        assert reading.native(fit_answer(request.payload, schema, recorded)) == native


@pytest.mark.parametrize("known", KNOWN)
def test_each_known_question_is_read(known: Any) -> None:
    assert recognise(known, None) is not None


def deep(levels: int) -> Any:
    found: Any = {}
    for _ in range(levels):
        found = {"a": [found]}
    return found


@pytest.mark.parametrize("levels", [100, 200, 5000])
@pytest.mark.parametrize("known", KNOWN)
def test_deep_and_huge_ones_do_not_break_it(known: Any, levels: int) -> None:
    for path in places(known):
        asked_as(with_other(known, path, deep(levels)), None)
        asked_as(known, {"type": "object", "properties": {"a": deep(levels)}})
    asked_as({**TOOL, "args": {"x": "y" * 1_000_000}}, None)
    asked_as({**TOOL, "args": {str(number): number for number in range(10_000)}}, None)


def test_a_huge_batch_is_a_form() -> None:
    shown = {"action_requests": [ACTION] * 500, "review_configs": [REVIEW] * 500}

    assert isinstance(asked_as(shown, None), pc.FormInterruptPayload)


@pytest.mark.parametrize("name", ["", 7, None, [], {}])
def test_names_that_are_no_text_are_not_taken_for_tools(name: Any) -> None:
    assert recognise({**TOOL, "name": name}, None) is None
    assert recognise({**INBOX, "action_request": {"action": name, "args": {}}}, None) is None
    wrapped = {"__copilotkit_interrupt_value__": {"action": name, "args": {}}}
    assert recognise(wrapped, None) is None


def test_markup_and_escape_sequences_are_shown_as_they_are() -> None:
    request = asked({**TOOL, "name": "\x1b[31msend", "description": "[bold]x[/bold]"}, None)
    console = Console(record=True, width=100, file=io.StringIO())
    console.print(frame(request))

    text = console.export_text()
    assert "\x1b" not in text
    assert "[bold]x[/bold]" in text
