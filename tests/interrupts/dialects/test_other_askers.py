"""Agent Inbox, CopilotKit, AG-UI, MCP, schemas: shown as our kinds, answered as they ask."""

import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from ag_ui.core import Interrupt, ResumeEntry
from copilotkit.langgraph import copilotkit_interrupt
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import interrupt
from mcp_types import ElicitRequestFormParams, ElicitRequestURLParams, ElicitResult
from pydantic import TypeAdapter
from typing_extensions import TypedDict

import plancraft as pc
from plancraft.approvals import ApprovalStatus
from plancraft.interrupts.dialects import asked_as, recognise
from plancraft.interrupts.fitting import fit_answer
from plancraft.testing import assert_pure
from tests.graphs import Notes, build

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from langgraph.prebuilt.interrupt import (
        ActionRequest,
        HumanInterrupt,
        HumanInterruptConfig,
        HumanResponse,
    )


class Story:
    """A thread whose one node asks."""

    def __init__(self, shown: Any, schema: Any = None, ask: Callable[[], Any] | None = None):
        def node(_: Notes) -> Notes:
            answer = ask() if ask else interrupt(shown, response_schema=schema)
            return {"seen": [answer]}

        self.store, self.graph = pc.MemoryStore(), build(InMemorySaver(), ("ask", node))
        pc.start(self.graph, {"topic": "x"}, "t", store=self.store)
        (waiting,) = pc.pending(self.graph, "t", store=self.store)
        self.id, self.asked = waiting.request.id, waiting.request.asks
        self.request = waiting.request

    def answer(self, answer: Any) -> Any:
        """What the node got."""
        result = pc.resume(self.graph, "t", answer=answer, by="mina", store=self.store)
        return result["seen"][0]

    @property
    def status(self) -> ApprovalStatus:
        request = self.store.get(self.id)
        assert request is not None
        return request.status


def human(**allowed: bool) -> Any:
    config = dict.fromkeys(HumanInterruptConfig.__annotations__, False)
    return HumanInterrupt(
        action_request=ActionRequest(action="send", args={"to": "mina"}),
        config=HumanInterruptConfig(**{**config, **allowed}),
        description="Shall it go out?",
    )


ALL = {"allow_ignore": True, "allow_respond": True, "allow_edit": True, "allow_accept": True}
RESPONSES = TypeAdapter(list[HumanResponse])


@pytest.mark.parametrize("in_list", [True, False])
@pytest.mark.parametrize(
    ("ours", "native", "status"),
    [
        ("approve", {"type": "accept", "args": None}, ApprovalStatus.APPROVED),
        ("reject", {"type": "ignore", "args": None}, ApprovalStatus.REJECTED),
        (
            {"decision": "reject", "reason": "softer"},
            {"type": "response", "args": "softer"},
            ApprovalStatus.REJECTED,
        ),
        (
            {"decision": "edit", "content": {"to": "jun"}},
            {"type": "edit", "args": {"action": "send", "args": {"to": "jun"}}},
            ApprovalStatus.APPROVED,
        ),
    ],
)
def test_agent_inbox_is_an_approval_answered_with_a_list(
    ours: Any, native: Any, status: ApprovalStatus, in_list: bool
) -> None:
    shown = [human(**ALL)] if in_list else human(**ALL)
    for given in (ours, [native]):
        story = Story(shown)
        assert isinstance(story.asked, pc.ApprovalInterruptPayload)
        assert (story.asked.content, story.asked.hint) == ({"to": "mina"}, "Shall it go out?")

        assert RESPONSES.validate_python(story.answer(given)) == [native]
        assert story.status is status


def test_agent_inbox_that_takes_only_words_for_a_no_needs_a_reason() -> None:
    story = Story(human(allow_accept=True, allow_respond=True))

    with pytest.raises(pc.InvalidAnswer, match="a rejection needs a reason"):
        story.answer("reject")
    assert story.answer({"decision": "reject", "reason": "x"}) == [
        {"type": "response", "args": "x"}
    ]


def test_agent_inbox_without_accept_or_with_several_is_a_form() -> None:
    words = Story(human(allow_respond=True))
    assert words.answer({"1_decision": "respond", "1_message": "hi"}) == [
        {"type": "response", "args": "hi"}
    ]
    both = Story([human(**ALL), human(allow_accept=True, allow_ignore=True)])
    assert both.answer({"1_decision": "reject", "2_decision": "approve"}) == [
        {"type": "ignore", "args": None},
        {"type": "accept", "args": None},
    ]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([], "one for each call"),
        ([{"type": "accept"}, {"type": "accept"}], "one for each call"),
        ([{"type": "edit", "args": {"action": "pay", "args": {}}}], "say which tool"),
        ([{"type": "edit", "args": {"action": "send", "args": []}}], "args is an object"),
        ([{"type": "accept", "args": {"action": "send", "args": {"to": "x"}}}], "choose edit"),
        ([{"type": "accept", "by": "me"}], "unknown field: by"),
        ([{"type": "response", "args": {}}], "args is the text"),
        ([{"type": "ignore", "args": "x"}], "carries nothing"),
        ([{"type": "approve"}], "takes a type among: accept, edit, ignore, response"),
        ([7], "takes a type among"),
    ],
)
def test_agent_inboxs_own_answers_are_checked(answer: Any, why: str) -> None:
    with pytest.raises(pc.InvalidAnswer, match=why):
        Story(human(**ALL)).answer(answer)


def test_what_is_not_allowed_in_agent_inbox_is_refused() -> None:
    story = Story(human(allow_accept=True, allow_respond=True))

    for kind in ("ignore", "edit"):
        with pytest.raises(pc.InvalidAnswer, match="among: accept, response"):
            story.answer([{"type": kind}])


def test_copilotkits_message_is_answered_in_ones_own_words() -> None:
    story = Story(None, ask=lambda: copilotkit_interrupt(message="Which city?")[0])
    assert isinstance(story.asked, pc.OptionInterruptPayload)
    assert (story.asked.question, story.request.title) == ("Which city?", "Which city?")

    assert story.answer({"selected": [], "text": "Seoul"}) == "Seoul"
    assert Story(None, ask=lambda: copilotkit_interrupt(message="?")[0]).answer("Seoul") == "Seoul"


def test_copilotkits_action_takes_any_json() -> None:
    def ask() -> Any:
        return copilotkit_interrupt(action="pickDate", args={"from": "May"})[1]

    story = Story(None, ask=ask)
    assert (story.request.tool, story.asked.data) == ("pickDate", {"from": "May"})
    assert story.answer({"date": "May 5"}) == {"date": "May 5"}


def test_what_copilotkit_wraps_is_read_through() -> None:
    def wrapped(value: Any) -> Any:
        return {"__copilotkit_interrupt_value__": value, "__copilotkit_messages__": []}

    assert Story(wrapped(human(**ALL))).answer("approve") == [{"type": "accept", "args": None}]
    inner = pc.ConfirmInterruptPayload(question="sure?")
    assert Story(wrapped(inner.to_dict())).answer(True) == {"confirmed": True}
    assert recognise(wrapped(human(**ALL)), None).dialect == "copilotkit"


def ag_ui(**more: Any) -> dict[str, Any]:
    one = Interrupt(id="int-1", reason="tool_call", message="Pay it?", **more)
    return one.model_dump(by_alias=True, exclude_none=True)


def entries(got: Any) -> list[ResumeEntry]:
    return TypeAdapter(list[ResumeEntry]).validate_python(got)


def test_ag_ui_with_a_schema_is_a_form() -> None:
    schema = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}
    story = Story(ag_ui(response_schema=schema))
    assert isinstance(story.asked, pc.FormInterruptPayload)
    with pytest.raises(pc.InvalidAnswer, match="sum: must be integer"):
        story.answer({"sum": "7"})

    (entry,) = entries(story.answer({"sum": 7}))
    assert (entry.interrupt_id, entry.status, entry.payload) == ("int-1", "resolved", {"sum": 7})


@pytest.mark.parametrize(
    ("schema", "yes", "payload", "status"),
    [
        ({"type": "boolean"}, True, True, "resolved"),
        ({"type": "boolean"}, False, False, "resolved"),
        (None, True, True, "resolved"),
        (None, False, None, "cancelled"),
    ],
)
def test_ag_ui_asks_yes_or_no(schema: Any, yes: bool, payload: Any, status: str) -> None:
    story = Story(ag_ui(tool_call_id="c1", response_schema=schema))
    assert isinstance(story.asked, pc.ConfirmInterruptPayload)

    (entry,) = entries(story.answer(yes))
    assert (entry.status, entry.payload) == (status, payload)
    assert story.status is (ApprovalStatus.APPROVED if yes else ApprovalStatus.REJECTED)


def test_ag_uis_own_answers_are_taken_and_checked() -> None:
    schema = {"type": "object", "properties": {"sum": {"type": "integer"}}}
    story = Story(ag_ui(response_schema=schema))
    good = {"interruptId": "int-1", "status": "resolved", "payload": {"sum": 7}}
    for bad, why in (
        ([], "a list of one entry"),
        ([good, good], "a list of one entry"),
        ([{**good, "interruptId": "int-2"}], "interruptId is int-1"),
        ([{**good, "status": "done"}], "resolved or cancelled"),
        ([{**good, "payload": {"sum": "x"}}], "must be integer"),
        ([{**good, "extra": 1}], "unknown field: extra"),
    ):
        with pytest.raises(pc.InvalidAnswer, match=why):
            story.answer(bad)
    cancelled = [{"interruptId": "int-1", "status": "cancelled", "payload": None}]
    assert story.answer(cancelled) == cancelled
    assert story.status is ApprovalStatus.REJECTED


@pytest.mark.parametrize("schema", [None, {"type": "object", "properties": {"a": {}}}])
def test_ag_uis_time_limit_is_the_deadline_and_silence_cancels(schema: Any) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=60)
    story = Story(ag_ui(expires_at=ends.isoformat(), response_schema=schema))
    assert story.request.deadline == ends

    (closed,) = pc.expire_due(story.graph, store=story.store, now=ends + timedelta(seconds=1))

    assert closed.status is ApprovalStatus.REJECTED
    values = story.graph.get_state({"configurable": {"thread_id": "t"}}).values
    assert entries(values["seen"][0])[0].status == "cancelled"


@pytest.mark.parametrize("past", ["2001-01-01T00:00:00Z", "2001-01-01T00:00:00"])
def test_what_ag_ui_takes_no_longer_is_not_answered(past: str) -> None:
    story = Story(ag_ui(expires_at=past))

    with pytest.raises(pc.RequestExpired):
        story.answer(True)


@pytest.mark.parametrize("text", ["soon", "", "9999-99-99", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_is_none_sets_no_limit(text: str) -> None:
    story = Story(ag_ui(expires_at=text))

    assert story.request.timeout == 3600


def elicited(**properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    asked = ElicitRequestFormParams(message="Who are you?", requested_schema=schema)
    return asked.model_dump(by_alias=True, exclude_none=True)


def test_mcp_elicitation_is_a_form() -> None:
    story = Story(elicited(name={"type": "string"}, age={"type": "integer", "minimum": 1}))
    assert isinstance(story.asked, pc.FormInterruptPayload)
    with pytest.raises(pc.InvalidAnswer, match="age: breaks the rule minimum"):
        story.answer({"name": "Mina", "age": 0})

    got = story.answer({"name": "Mina", "age": 7})
    assert got == {"action": "accept", "content": {"name": "Mina", "age": 7}}
    assert ElicitResult.model_validate(got).content == {"name": "Mina", "age": 7}


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_mcp_can_be_declined_and_cancelled(action: Any) -> None:
    story = Story(elicited(name={"type": "string"}))

    got = story.answer({"action": action})
    assert ElicitResult.model_validate(got).action == action
    assert story.status is ApprovalStatus.REJECTED


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"action": "accept"}, "an object of its fields"),
        ({"action": "accept", "content": {"name": 7}}, "name: must be string"),
        ({"action": "decline", "content": {"name": "x"}}, "content goes with accept only"),
        ({"action": "maybe"}, "required: name"),
        ({"name": "x", "more": {"a": 1}}, "more: a text"),
    ],
)
def test_mcps_own_answers_are_checked(answer: Any, why: str) -> None:
    with pytest.raises(pc.InvalidAnswer, match=why):
        Story(elicited(name={"type": "string"})).answer(answer)


def test_a_form_may_have_fields_called_as_mcps_own() -> None:
    shown = elicited(action={"enum": ["accept", "decline"]})
    assert Story(shown).answer({"action": "decline"}) == {
        "action": "accept", "content": {"action": "decline"},
    }  # fmt: skip
    assert Story(shown).answer({"action": "decline", "content": None})["action"] == "decline"


@pytest.mark.parametrize(
    ("answer", "action"), [(True, "accept"), (False, "decline"), ({"action": "cancel"}, "cancel")]
)
def test_mcps_address_is_shown_as_text_and_confirmed(answer: Any, action: str) -> None:
    asked = ElicitRequestURLParams(message="Sign in", url="https://x.test/a", elicitation_id="1")
    story = Story(asked.model_dump(by_alias=True, exclude_none=True))
    assert isinstance(story.asked, pc.ConfirmInterruptPayload)
    assert story.asked.data == {"url": "https://x.test/a"}

    assert ElicitResult.model_validate(story.answer(answer)).action == action


class Trip(TypedDict):
    """An answer with a type."""

    city: str


@pytest.mark.parametrize(
    ("schema", "ours", "native", "kind"),
    [
        ({"type": "boolean"}, {"confirmed": True}, True, pc.ConfirmInterruptPayload),
        ({"enum": ["a", 1]}, {"selected": ["1"]}, 1, pc.OptionInterruptPayload),
        (Trip, {"city": "Seoul"}, {"city": "Seoul"}, pc.FormInterruptPayload),
    ],
)
def test_any_json_with_a_schema_is_the_kind_of_its_schema(
    schema: Any, ours: Any, native: Any, kind: type
) -> None:
    for given in (ours, native):
        story = Story({"question": "Where to?", "about": "May"}, schema)
        assert isinstance(story.asked, kind)
        assert (story.request.title, story.asked.data) == ("Where to?", {"about": "May"})
        assert story.answer(given) == native


def test_a_schema_that_takes_no_answer_of_the_dialect_wins_over_its_shape() -> None:
    schema = {"type": "object", "properties": {"go": {"type": "boolean"}}, "required": ["go"]}

    assert Story(human(**ALL), schema).answer({"go": True}) == {"go": True}
    loose = {"type": "array"}
    assert Story(human(**ALL), loose).answer("approve") == [{"type": "accept", "args": None}]


@pytest.mark.parametrize(
    "shown",
    [
        {"text_to_revise": "old"},
        "just a text",
        7,
        None,
        [],
        [human(**ALL), "and something else"],
        {"id": "1", "reason": "unsure", "message": "ok?"},
        {"type": "tool_approval"},
        {"action_requests": []},
        human(),
        pc.ConfirmInterruptPayload(question="sure?").to_dict(),
    ],
)
def test_any_other_json_and_our_own_kinds_are_left_alone(shown: Any) -> None:
    assert recognise(shown, None) is None


@pytest.mark.parametrize("mode", ["form", None])
def test_a_secret_of_an_mcp_form_reaches_the_graph_alone(mode: Literal["form"] | None) -> None:
    shown = elicited(pin={"type": "string", "format": "password"})
    story = Story(
        {**shown, "mode": mode} if mode else {k: v for k, v in shown.items() if k != "mode"}
    )

    assert story.answer({"pin": "1234"}) == {"action": "accept", "content": {"pin": "1234"}}
    request = story.store.get(story.id)
    assert request is not None
    assert "1234" not in request.model_dump_json()


def test_no_schema_is_fetched_from_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Any] = []
    monkeypatch.setattr("urllib.request.urlopen", lambda place, *_, **__: fetched.append(place))
    shown = elicited(name={"$ref": "http://127.0.0.1:9/schema.json"})

    with pytest.raises(pc.InvalidAnswer, match="own schema cannot be used"):
        fit_answer(shown, None, {"name": "x"})
    assert asked_as(shown, None) is not None
    assert fetched == []


def test_a_fork_gives_other_askers_what_they_got_before() -> None:
    def first(_: Notes) -> Notes:
        return {"seen": [interrupt("go?", response_schema={"type": "boolean"})]}

    def second(_: Notes) -> Notes:
        return {"seen": [interrupt([human(**ALL)])]}

    graph = build(InMemorySaver(), ("first", first), ("second", second))
    pc.start(graph, {"topic": "x"}, "t")
    pc.resume(graph, "t", answer=True)
    pc.resume(graph, "t", answer={"decision": "reject", "reason": "softer"})

    travel = pc.TimeTravel(graph, "t")
    assert [one.text for step in travel.steps() for one in step.asked] == ["go?", "Run send?"]
    fork = travel.fork(0, answers={"first": {"confirmed": False}})

    assert fork.run()["seen"] == [False, [{"type": "response", "args": "softer"}]]


def test_a_driven_graph_gets_made_up_answers_in_the_askers_format() -> None:
    got: list[Any] = []

    def node(_: Notes) -> Notes:
        answer = interrupt(human(**ALL))
        got.append(answer)
        return {"seen": [answer[0]["type"]]}

    assert_pure(build(None, ("ask", node)), {"topic": "x"})

    assert got[0] == [{"type": "accept", "args": None}]
