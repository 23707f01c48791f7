"""LangChain's agents are asked about and answered as our own questions are, and natively."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from deepagents import create_deep_agent
from langgraph.checkpoint.memory import InMemorySaver

import plancraft as pc
from plancraft.approvals import ApprovalStatus, HITLPolicy, Rule
from plancraft.approvals.opening import open_question
from plancraft.interrupts import ApprovalInterruptPayload, FormInterruptPayload
from plancraft.interrupts.fitting import fit_answer
from tests.interrupts.dialects.agents import ASKED, DELETE, SEND, Office, agent, model, told


class Story:
    """An agent's thread that waits for a decision."""

    def __init__(self, *calls: dict[str, Any], policy: HITLPolicy | None = None, **asked: Any):
        self.office, self.store = Office(), pc.MemoryStore()
        self.graph = agent(self.office, InMemorySaver(), *calls, **asked)
        self.more = {"store": self.store, "settings": pc.InterruptConfig(POLICY=policy)}
        pc.start(self.graph, ASKED, "t", **self.more)
        self.id = self.requests[0].id

    @property
    def requests(self) -> list[Any]:
        return [one.request for one in pc.pending(self.graph, "t", **self.more)]

    def resume(self, answer: Any) -> Any:
        return pc.resume(self.graph, "t", answer=answer, by="mina", **self.more)

    @property
    def last(self) -> Any:
        return self.store.get(self.id)


@pytest.fixture(params=["batched", "per_call"])
def one(request: pytest.FixtureRequest) -> Story:
    """One call that waits, shown in both ways."""
    return Story(SEND, mode=request.param)


def native(story: Story, decision: dict[str, Any]) -> dict[str, Any]:
    batched = "action_requests" in story.requests[0].payload
    return {"decisions": [decision]} if batched else decision


def test_one_call_is_shown_as_an_approval_of_its_arguments(one: Story) -> None:
    (request,) = one.requests
    asked = request.asks

    assert isinstance(asked, ApprovalInterruptPayload)
    assert (asked.content, asked.editable) == (SEND["args"], ["to", "text"])
    assert (request.title, request.tool) == ("Run send?", "send")
    assert request.payload != asked.to_dict()


@pytest.mark.parametrize("answer", ["approve", {"decision": "approve", "reason": "fine"}])
def test_approved_it_runs(one: Story, answer: Any) -> None:
    result = one.resume(answer)

    assert one.office.done == ["send mina: hello"]
    assert told(result) == ["sent"]
    assert (one.last.status, one.last.approved_by) == (ApprovalStatus.APPROVED, "mina")


def test_rejected_it_does_not_run_and_the_model_hears_why(one: Story) -> None:
    result = one.resume({"decision": "reject", "reason": "too early"})

    assert one.office.done == []
    assert "too early" in told(result)[0]
    assert (one.last.status, one.last.rejection_reason) == (ApprovalStatus.REJECTED, "too early")


def test_a_rejection_needs_no_reason_as_with_langchain(one: Story) -> None:
    result = one.resume("reject")

    assert one.office.done == []
    assert "rejected" in told(result)[0]


def test_edited_it_runs_with_what_the_person_wrote(one: Story) -> None:
    one.resume({"decision": "edit", "content": {"to": "jun"}})

    assert one.office.done == ["send jun: hello"]
    assert one.last.decision.answer["content"] == {"to": "jun"}


def test_langchains_own_answers_are_recorded_as_ours(one: Story) -> None:
    edited = {"name": "send", "args": {"to": "jun", "text": "bye"}}
    one.resume(native(one, {"type": "edit", "edited_action": edited}))

    assert one.office.done == ["send jun: bye"]
    assert one.last.decision.answer == {
        "decision": "edit", "reason": None, "content": edited["args"],
    }  # fmt: skip
    assert one.last.status is ApprovalStatus.APPROVED


@pytest.mark.parametrize(
    ("decision", "status", "done"),
    [
        ({"type": "approve"}, ApprovalStatus.APPROVED, 1),
        ({"type": "reject"}, ApprovalStatus.REJECTED, 0),
        ({"type": "reject", "message": "no"}, ApprovalStatus.REJECTED, 0),
    ],
)
def test_a_native_yes_or_no_counts_as_such(
    one: Story, decision: dict[str, Any], status: ApprovalStatus, done: int
) -> None:
    one.resume(native(one, decision))

    assert len(one.office.done) == done
    assert one.last.status is status


def test_a_person_may_answer_in_the_tools_place(one: Story) -> None:
    result = one.resume(native(one, {"type": "respond", "message": "as if sent"}))

    assert one.office.done == []
    assert told(result) == ["as if sent"]
    assert one.last.status is ApprovalStatus.ANSWERED


BAD = [
    ({"type": "edit", "edited_action": {"name": "send", "args": "x"}}, "args is an object"),
    ({"type": "edit", "edited_action": {"name": "delete", "args": {}}}, "say which tool"),
    ({"type": "edit", "edited_action": {"name": "send"}}, "an edit holds name and args"),
    ({"type": "edit"}, "an edit holds name and args"),
    ({"type": "approve", "message": "x"}, "unknown field: message"),
    ({"type": "reject", "message": 1}, "message is a text"),
    ({"type": "respond"}, "message is a text"),
    ({"type": "later"}, "takes a type among"),
    ({"type": ["approve"]}, "takes a type among"),
]


@pytest.mark.parametrize(("decision", "why"), BAD)
def test_what_does_not_fit_is_refused_before_it_is_sent(
    one: Story, decision: dict[str, Any], why: str
) -> None:
    with pytest.raises(pc.InvalidAnswer, match=why):
        one.resume(native(one, decision))

    assert one.requests[0].is_open
    one.resume("approve")
    assert one.office.done == ["send mina: hello"]


@pytest.mark.parametrize(
    "answer",
    [
        {"decisions": []},
        {"decisions": [{"type": "approve"}, {"type": "approve"}]},
        {"decisions": {"type": "approve"}},
        {"decisions": None},
    ],
)
def test_there_is_one_decision_for_each_call(answer: Any) -> None:
    story = Story(SEND)

    with pytest.raises(pc.InvalidAnswer, match="one for each call, in this order: send"):
        story.resume(answer)


def test_fields_beside_the_decisions_are_refused() -> None:
    with pytest.raises(pc.InvalidAnswer, match="unknown field: by"):
        Story(SEND).resume({"decisions": [{"type": "approve"}], "by": "me"})


@pytest.mark.parametrize("mode", ["batched", "per_call"])
def test_only_what_is_allowed_for_the_call_is_taken(mode: str) -> None:
    story = Story(SEND, allowed={"send": {"allowed_decisions": ["approve", "reject"]}}, mode=mode)
    assert story.requests[0].asks.editable == []

    with pytest.raises(pc.InvalidAnswer, match="nothing here may be edited"):
        story.resume({"decision": "edit", "content": {"to": "jun"}})
    with pytest.raises(pc.InvalidAnswer, match="send takes a type among: approve, reject"):
        story.resume(native(story, {"type": "respond", "message": "x"}))


def test_per_call_an_edit_keeps_to_the_types_of_the_tools_arguments() -> None:
    story = Story(SEND, mode="per_call")

    with pytest.raises(pc.InvalidAnswer, match=r"edited_action\.args\.to: must be string"):
        story.resume({"decision": "edit", "content": {"to": 7}})


def test_a_call_that_takes_only_words_is_a_form() -> None:
    story = Story(SEND, allowed={"send": {"allowed_decisions": ["respond"]}})
    assert isinstance(story.requests[0].asks, FormInterruptPayload)

    with pytest.raises(pc.InvalidAnswer, match="1_message: this is needed"):
        story.resume({"1_decision": "respond"})
    assert told(story.resume({"1_decision": "respond", "1_message": "42"})) == ["42"]
    assert story.office.done == []


def test_several_calls_are_decided_one_by_one_in_a_form() -> None:
    story = Story(SEND, DELETE)
    (request,) = story.requests
    asked = request.asks
    assert isinstance(asked, FormInterruptPayload)
    assert list(asked.form["properties"]) == [
        "1_decision", "1_message", "1_args", "2_decision", "2_message", "2_args",
    ]  # fmt: skip
    assert asked.form["properties"]["2_decision"]["title"] == "2. delete"
    assert asked.data == {"1. send": SEND["args"], "2. delete": DELETE["args"]}

    result = story.resume(
        {"1_decision": "edit", "1_args": {"to": "jun", "text": "hi"},
         "2_decision": "reject", "2_message": "keep it"}
    )  # fmt: skip

    assert story.office.done == ["send jun: hi"]
    assert any("keep it" in one for one in told(result))
    assert story.last.status is ApprovalStatus.ANSWERED


@pytest.mark.parametrize(
    ("verbs", "status", "count"),
    [
        (("approve", "approve"), ApprovalStatus.APPROVED, 2),
        (("reject", "reject"), ApprovalStatus.REJECTED, 0),
        (("reject", "approve"), ApprovalStatus.ANSWERED, 1),
    ],
)
def test_several_calls_take_native_decisions_too(
    verbs: tuple[str, str], status: ApprovalStatus, count: int
) -> None:
    story = Story(SEND, DELETE)
    story.resume({"decisions": [{"type": one} for one in verbs]})

    assert (len(story.office.done), story.last.status) == (count, status)
    assert story.last.decision.answer == {"1_decision": verbs[0], "2_decision": verbs[1]}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"1_decision": "approve"}, "required: 2_decision"),
        ({"1_decision": "approve", "2_decision": "later"}, "2_decision: must be one of"),
        ({"1_decision": "approve", "2_decision": "approve", "x": 1}, "unknown field: x"),
        ({"1_decision": "edit", "2_decision": "approve"}, "1_args: this is needed"),
        ({"1_decision": "edit", "1_args": "x", "2_decision": "approve"}, "1_args: must be object"),
        (
            {"1_decision": "approve", "1_args": {"to": "jun"}, "2_decision": "approve"},
            "1_args: they were changed",
        ),
        (
            {"1_decision": "approve", "1_message": "but", "2_decision": "approve"},
            "1_message: words go with",
        ),
        (
            {"decisions": [{"type": "approve"},
                           {"type": "edit", "edited_action": {"name": "send", "args": {}}}]},
            "decisions.1: an edit stays with delete",
        ),
    ],
)  # fmt: skip
def test_a_form_that_contradicts_itself_is_refused(answer: Any, why: str) -> None:
    story = Story(SEND, DELETE)

    with pytest.raises(pc.InvalidAnswer, match=why):
        story.resume(answer)
    assert story.office.done == []


def test_per_call_each_call_is_a_question_of_its_own() -> None:
    story = Story(SEND, DELETE, mode="per_call")
    answers = {
        one.id: "approve" if one.tool == "send" else {"decision": "reject", "reason": "keep"}
        for one in story.requests
    }
    pc.resume(story.graph, "t", answers, by="mina", **story.more)

    assert story.office.done == ["send mina: hello"]


def test_deepagents_asks_in_the_same_way() -> None:
    office, store = Office(), pc.MemoryStore()
    graph = create_deep_agent(
        model(SEND), office.tools, interrupt_on={"send": True}, checkpointer=InMemorySaver()
    )
    pc.start(graph, ASKED, "t", store=store)
    (waiting,) = pc.pending(graph, "t", store=store)
    assert waiting.request.asks.content == SEND["args"]

    pc.resume(
        graph, "t", answer={"decision": "edit", "content": {"text": "hi"}}, by="m", store=store
    )

    assert office.done == ["send mina: hi"]


def test_the_rules_of_the_tool_hold() -> None:
    policy = HITLPolicy(tools={"send": Rule(deciders=("role:lead",), needed=2, risk="high")})
    terms = Story(SEND, policy=policy).requests[0].terms

    assert (terms.deciders, terms.needed, terms.risk) == (("role:lead",), 2, "high")


def test_several_calls_have_the_strictest_terms_of_all_their_tools() -> None:
    policy = HITLPolicy(
        tools={
            "send": Rule(deciders=("role:legal", "mina"), needed=2),
            "delete": Rule(deciders=("role:admin",), risk="high"),
        }
    )
    terms = Story(SEND, DELETE, policy=policy).requests[0].terms

    assert terms.deciders == ("role:admin & mina", "role:admin & role:legal")
    assert (terms.needed, terms.risk) == (2, "high")


def test_where_several_must_approve_it_is_all_or_nothing() -> None:
    story = Story(SEND, DELETE, policy=HITLPolicy(tools={"delete": Rule(needed=2)}))
    id_ = story.requests[0].id

    def say(by: str, one: str, two: str) -> Any:
        answer = {"1_decision": one, "2_decision": two}
        return pc.record_answer(story.store, id_, answer, by=by)

    with pytest.raises(pc.InvalidAnswer, match="all of it is approved"):
        say("mina", "approve", "reject")
    assert say("mina", "approve", "approve").is_open
    with pytest.raises(pc.AlreadyAnswered):
        say("mina", "approve", "approve")
    assert say("jun", "approve", "approve").status is ApprovalStatus.APPROVED


@pytest.mark.parametrize("mode", ["batched", "per_call"])
def test_where_several_must_approve_nobody_alone_changes_or_replaces_the_call(mode: str) -> None:
    story = Story(SEND, policy=HITLPolicy(tools={"send": Rule(needed=2)}), mode=mode)

    for one in (
        {"type": "respond", "message": "x"},
        {"type": "edit", "edited_action": {"name": "send", "args": {"to": "x", "text": "y"}}},
        {
            "type": "edit",
            "edited_action": {"name": "send", "args": {"to": "x", "text": "y", "z": 1}},
        },
    ):
        with pytest.raises(pc.InvalidAnswer, match="several must approve"):
            pc.record_answer(story.store, story.requests[0].id, native(story, one), by="mina")


@pytest.mark.parametrize("mode", ["batched", "per_call"])
@pytest.mark.parametrize("calls", [(SEND,), (SEND, DELETE)])
def test_silence_is_no_where_it_is_given_as_an_answer(calls: Any, mode: str) -> None:
    office, store = Office(), pc.MemoryStore()
    graph = agent(office, InMemorySaver(), *calls, mode=mode)
    settings = pc.InterruptConfig(INTERRUPT_TIMEOUT=10, TIMEOUT_ACTION="default_option")
    pc.start(graph, ASKED, "t", store=store, settings=settings)

    closed = pc.expire_due(graph, store=store, now=datetime.now(UTC) + timedelta(seconds=11))

    state = graph.get_state({"configurable": {"thread_id": "t"}})
    assert (office.done, state.next) == ([], ())
    assert all("timeout" in one for one in told(state.values))
    assert closed
    assert all(one.status is ApprovalStatus.REJECTED for one in closed)


@pytest.mark.parametrize(
    "shown",
    [
        {"action_requests": [{"name": "pay", "args": {}, "description": 7}]},
        [{"action_requests": [{"name": "pay", "arguments": {}}], "review_configs": []}],
        {"calls": {"first": {"tool": "pay"}}},
        {"calls": [{"tool": "pay"}, *range(20_000)]},
    ],
)
def test_a_rule_by_tool_holds_in_shapes_that_nobody_knows(shown: Any) -> None:
    policy = HITLPolicy(tools={"pay": Rule(needed=2, deciders=("role:finance",))})

    opened = open_question(
        graph="g",
        thread_id="t",
        checkpoint_id="c",
        interrupt_id="i",
        shown=shown,
        response_schema=None,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        timeout=60,
        timeout_action="cancel",
        policy=policy,
    )

    assert (opened.terms.needed, opened.terms.deciders) == (2, ("role:finance",))


def test_an_edit_in_a_batch_keeps_every_argument_and_its_kind() -> None:
    action = {"name": "pay", "args": {"to": "mina", "amount": 5}, "description": ""}
    review = {"action_name": "pay", "allowed_decisions": ["approve", "edit", "reject"]}
    shown = {"action_requests": [action, action], "review_configs": [review, review]}
    other = {"2_decision": "approve"}

    for args, fault in (({"amount": 6}, "left out: to"), ({"to": "jun", "amount": "6"}, "kind")):
        with pytest.raises(pc.InvalidAnswer, match=fault):
            fit_answer(shown, None, {"1_decision": "edit", "1_args": args, **other})

    good = {"1_decision": "edit", "1_args": {"to": "jun", "amount": 6.5}, **other}
    assert fit_answer(shown, None, good) == good
