"""An answer fits its question or is refused, in one form of JSON for each kind."""

import json
from typing import Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator

import plancraft as pc
from plancraft.interrupts.answers import ENVELOPE_FORMAT, answer_type, asking
from plancraft.interrupts.fitting import ENVELOPE_MARK, fit_answer, secret_fields
from tests.graphs import bare, build

anything = settings(deadline=None, database=None, max_examples=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


class Trip(BaseModel):
    city: str = Field(min_length=2)
    days: int = Field(ge=1, le=30)
    seat: Literal["window", "aisle"] = "aisle"


class Login(BaseModel):
    user: str
    password: SecretStr = Field(min_length=4)
    pin: SecretStr | None = None


CHOICE = pc.OptionInterruptPayload(question="Which?", options=["a", "b"])  # type: ignore[list-item]
SEVERAL = CHOICE.model_copy(update={"multiple": True})
CUSTOM = CHOICE.model_copy(update={"allow_custom": True})
OPEN = pc.OptionInterruptPayload(question="What?", options=[], allow_custom=True)
TRIP = pc.FormInterruptPayload(question="Where?", form=Trip)  # type: ignore[arg-type]
LOGIN = pc.FormInterruptPayload(question="Who?", form=Login)  # type: ignore[arg-type]
SURE = pc.ConfirmInterruptPayload(question="Sure?")
MAIL = pc.ApprovalInterruptPayload(
    question="Send?", content={"to": "kim", "text": "hi", "n": None}, editable=["text", "n"]
)
LOCKED = pc.ApprovalInterruptPayload(question="Send?", content={"to": "kim"})
TEXT = pc.ApprovalInterruptPayload(question="Publish?", content="draft", editable=["content"])
LENIENT = LOCKED.model_copy(update={"require_reason": False})
ALL = [CHOICE, SEVERAL, CUSTOM, OPEN, TRIP, LOGIN, SURE, MAIL, LOCKED, TEXT, LENIENT]


def fit(payload: pc.InterruptPayload, answer: Any) -> Any:
    return fit_answer(payload.to_dict(), None, answer)


def asked_of(payload: Any, answer: Any) -> Any:
    """The typed answer that a node gets from a real graph."""
    got: list[Any] = []

    def node(state: Any) -> dict[str, Any]:
        got.append(pc.ask(payload))
        return {}

    graph = build(InMemorySaver(), ("asks", node))
    pc.start(graph, {"topic": "x"}, "t")
    pc.resume(graph, "t", answer=answer, by="mina")
    return got[0]


def schema_of(payload: Any) -> Any:
    """The response schema that travels with the question."""
    graph = build(InMemorySaver(), ("asks", lambda state: {"seen": [pc.ask(payload)]}))
    return pc.start(graph, {"topic": "x"}, "t")["__interrupt__"][0].response_schema


# The forms of an answer


@pytest.mark.parametrize(
    ("payload", "answer", "fitted"),
    [
        (CHOICE, "a", {"selected": ["a"], "text": None}),
        (CHOICE, ["b"], {"selected": ["b"], "text": None}),
        (CHOICE, {"selected": "a"}, {"selected": ["a"], "text": None}),
        (CHOICE, {"selected": ["a"], "text": None}, {"selected": ["a"], "text": None}),
        (CHOICE, {"selected": ["a"], "text": "  "}, {"selected": ["a"], "text": "  "}),
        (SEVERAL, ["b", "a"], {"selected": ["b", "a"], "text": None}),
        (CUSTOM, {"text": "mine"}, {"selected": [], "text": "mine"}),
        (CUSTOM, {"selected": None, "text": "mine"}, {"selected": [], "text": "mine"}),
        (CUSTOM, {"selected": ["a"], "text": "and"}, {"selected": ["a"], "text": "and"}),
        (OPEN, {"text": "mine"}, {"selected": [], "text": "mine"}),
        (TRIP, {"city": "Seoul", "days": 3}, {"city": "Seoul", "days": 3}),
        (SURE, True, {"confirmed": True}),
        (SURE, False, {"confirmed": False}),
        (SURE, {"confirmed": False}, {"confirmed": False}),
        (MAIL, "approve", {"decision": "approve", "reason": None, "content": None}),
        (
            MAIL,
            {"decision": "reject", "reason": "no"},
            {"decision": "reject", "reason": "no", "content": None},
        ),
        (LENIENT, "reject", {"decision": "reject", "reason": None, "content": None}),
        (
            MAIL,
            {"decision": "edit", "content": {"text": "bye"}},
            {"decision": "edit", "reason": None, "content": {"text": "bye"}},
        ),
        (
            MAIL,
            {"decision": "edit", "content": {"text": "bye", "to": "kim"}, "reason": "tone"},
            {"decision": "edit", "reason": "tone", "content": {"text": "bye", "to": "kim"}},
        ),
        (
            TEXT,
            {"decision": "edit", "content": "better"},
            {"decision": "edit", "reason": None, "content": "better"},
        ),
    ],
)
def test_an_answer_comes_in_the_form_of_its_kind(payload: Any, answer: Any, fitted: Any) -> None:
    assert fit(payload, answer) == fitted
    assert fit(payload, fitted) == fitted


@pytest.mark.parametrize(
    ("payload", "answer", "problem"),
    [
        (CHOICE, None, "expected"),
        (CHOICE, 1, "expected"),
        (CHOICE, {}, "nothing is chosen"),
        (CHOICE, [], "nothing is chosen"),
        (CHOICE, {"selected": ["zzz"]}, "no option zzz; choose from a, b"),
        (CHOICE, {"selected": ["a", "b"]}, "one option only"),
        (CHOICE, {"selected": [["a"]]}, "list of option ids"),
        (CHOICE, {"selected": {"a": 1}}, "list of option ids"),
        (CHOICE, {"selected": ["a"], "text": 1}, "text is a text"),
        (CHOICE, {"selected": [], "text": "mine"}, "no text of its own"),
        (CHOICE, {"selected": ["a"], "more": 1}, "unknown field: more"),
        (SEVERAL, ["a", "a"], "named twice"),
        (OPEN, {"text": "   "}, "nothing is chosen"),
        (OPEN, "mine", "no option mine"),
        (TRIP, {"city": "Seoul"}, "required: days"),
        (TRIP, {"city": "Seoul", "days": "3"}, "days: must be integer"),
        (TRIP, {"city": "Seoul", "days": 31}, "days: breaks the rule maximum: 30"),
        (TRIP, {"city": "Seoul", "days": 3, "seat": "roof"}, "must be one of window, aisle"),
        (TRIP, [], "object of its fields"),
        (SURE, "yes", "expected"),
        (SURE, 1, "expected"),
        (SURE, {"confirmed": 1}, "expected"),
        (SURE, {"confirmed": True, "x": 1}, "unknown field: x"),
        (MAIL, "maybe", "approve"),
        (MAIL, "reject", "needs a reason"),
        (MAIL, {"decision": "reject", "reason": 5}, "reason is a text"),
        (MAIL, "edit", "object of the edited fields"),
        (MAIL, {"decision": "edit", "content": {}}, "object of the edited fields"),
        (MAIL, {"decision": "edit", "content": "text"}, "object of the edited fields"),
        (MAIL, {"decision": "edit", "content": {"to": "lee"}}, "not editable: to"),
        (MAIL, {"decision": "edit", "content": {"text": "x", "cc": 1}}, "not editable: cc"),
        (MAIL, {"decision": "edit", "content": {"cc": None}}, "not editable: cc"),
        (MAIL, {"decision": "approve", "content": {"text": "x"}}, "edit only"),
        (LOCKED, {"decision": "edit", "content": {"to": "lee"}}, "nothing here may be edited"),
        (TEXT, {"decision": "edit", "content": ""}, "new text"),
        (TEXT, {"decision": "edit", "content": {"content": "x"}}, "new text"),
    ],
)
def test_a_refusal_says_what_is_wrong(payload: Any, answer: Any, problem: str) -> None:
    with pytest.raises(pc.InvalidAnswer, match=problem):
        fit(payload, answer)


def test_all_problems_of_a_form_are_named_with_their_places() -> None:
    with pytest.raises(pc.InvalidAnswer) as refused:
        fit(TRIP, {"city": "S", "days": 0, "seat": "roof"})
    assert len(refused.value.problems) == 3
    assert {problem.split(":")[0] for problem in refused.value.problems} == {"city", "days", "seat"}


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(pc.InvalidAnswer) as refused:
        fit(LOGIN, {"user": 5, "password": "hu!"})
    assert "hu!" not in str(refused.value) + json.dumps(refused.value.details())


def test_a_locked_field_keeps_its_type() -> None:
    payload = pc.ApprovalInterruptPayload(
        question="Pay?", content={"amount": 1, "note": ""}, editable=["note"]
    )
    with pytest.raises(pc.InvalidAnswer):
        fit(payload, {"decision": "edit", "content": {"amount": True, "note": "x"}})


@pytest.mark.parametrize("answer", [object(), float("nan"), float("inf"), {1: object()}])
def test_what_json_cannot_hold_is_refused(answer: Any) -> None:
    with pytest.raises(pc.InvalidAnswer):
        fit(SURE, answer)
    with pytest.raises(pc.InvalidAnswer):
        fit_answer("bare?", None, answer)


def test_a_bare_question_is_held_against_its_own_schema() -> None:
    schema = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}
    assert fit_answer("bare?", schema, {"x": 1}) == {"x": 1}
    with pytest.raises(pc.InvalidAnswer, match="required: x"):
        fit_answer("bare?", schema, {})


@pytest.mark.parametrize("payload", ALL)
@anything
@given(
    answer=json_values
    | st.fixed_dictionaries(
        {},
        optional={
            "selected": json_values | st.lists(st.sampled_from(["a", "b", "c"])),
            "text": json_values,
            "city": json_values,
            "days": json_values,
            "password": json_values,
            "confirmed": json_values,
            "decision": st.sampled_from(["approve", "reject", "edit"]) | json_values,
            "reason": json_values,
            "content": json_values | st.dictionaries(st.sampled_from(["to", "text"]), json_values),
        },
    )
)
@example(answer=10**4500)
@example(answer={"confirmed": True, "plancraft": ENVELOPE_FORMAT})
def test_any_json_fits_or_is_invalid_and_nothing_else(payload: Any, answer: Any) -> None:
    try:
        fitted = fit(payload, answer)
    except pc.InvalidAnswer as refused:
        json.dumps([refused.problems, refused.details()])
        return
    assert fit(payload, fitted) == fitted
    with asking(payload):
        typed = answer_type(payload).model_validate(fitted)
    assert json.dumps(typed.redacted(), allow_nan=False)


@pytest.mark.parametrize("answer", [2**70, {"deep": [-(2**65)]}, "\ud800"])
def test_what_cannot_be_stored_is_refused_before_it_is_recorded(saver: Any, answer: Any) -> None:
    graph = build(saver, ("asks", bare("anything?")))
    pc.start(graph, {"topic": "x"}, "t")
    with pytest.raises(pc.InvalidAnswer):
        pc.resume(graph, "t", answer=answer, by="mina")
    assert pc.resume(graph, "t", answer="fine", by="mina")["seen"] == ["fine"]


def deeply_nested() -> Any:
    value: Any = 1
    for _ in range(20_000):
        value = [value]
    return value


def test_a_bottomless_answer_is_refused() -> None:
    for payload in (SURE, TRIP, CHOICE):
        with pytest.raises(pc.InvalidAnswer):
            fit(payload, deeply_nested())


FORMS_THAT_BREAK: list[Any] = [
    pytest.param({"a": {"type": "number", "multipleOf": 0.1}}, 10**400, id="huge-number"),
    pytest.param({"a": {"format": "regex"}}, "a{99999999999999999999}", id="huge-repetition"),
    pytest.param({"a": {"$ref": "#/$defs/missing"}}, 1, id="missing-reference"),
]


@pytest.mark.parametrize(("properties", "value"), FORMS_THAT_BREAK)
def test_an_answer_that_breaks_the_validator_is_refused(properties: Any, value: Any) -> None:
    payload = pc.FormInterruptPayload(question="?", form={"properties": properties})
    with pytest.raises(pc.InvalidAnswer):
        fit(payload, {"a": value})


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"$ref": "#/missing"}])
def test_a_bare_question_with_a_broken_schema_refuses_in_our_words(schema: Any) -> None:
    with pytest.raises(pc.PlancraftError):
        fit_answer("bare?", schema, 1)


# What the question says of its answer


def test_the_schema_of_a_choice_lists_its_options() -> None:
    schema = schema_of(CHOICE)
    assert schema["properties"]["selected"]["items"] == {"type": "string", "enum": ["a", "b"]}
    assert schema["properties"]["text"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert schema[ENVELOPE_MARK] == 1
    other = pc.OptionInterruptPayload(question="Which?", options=["c"])  # type: ignore[list-item]
    assert schema_of(other)["properties"]["selected"]["items"]["enum"] == ["c"]
    assert "enum" not in schema_of(OPEN)["properties"]["selected"]["items"]


def test_the_schema_of_a_form_is_the_form() -> None:
    schema = schema_of(TRIP)
    assert schema["properties"] == Trip.model_json_schema()["properties"]
    assert schema["required"] == ["city", "days"]


def test_the_schemas_of_a_confirmation_and_an_approval_are_exact() -> None:
    sure, mail = schema_of(SURE), schema_of(MAIL)
    assert sure["properties"] == {"confirmed": {"type": "boolean"}}
    assert sure["required"] == ["confirmed"]
    assert mail["properties"]["decision"] == {"enum": ["approve", "reject", "edit"]}
    assert mail["required"] == ["decision"]


@pytest.mark.parametrize("payload", ALL)
def test_every_schema_is_plain_json_and_a_schema(payload: Any) -> None:
    from jsonschema.validators import validator_for

    schema = schema_of(payload)
    validator_for(schema).check_schema(json.loads(json.dumps(schema)))


def test_questions_side_by_side_have_schemas_of_their_own() -> None:
    from tests.graphs import parallel

    questions = {
        name: pc.OptionInterruptPayload(question=name, options=[name])  # type: ignore[list-item]
        for name in ("x", "y", "z")
    }
    graph = parallel(
        InMemorySaver(),
        *(
            (name, lambda state, one=one: {"seen": [pc.ask(one).selected]})
            for name, one in questions.items()
        ),
    )
    shown = pc.start(graph, {"topic": "t"}, "t")["__interrupt__"]
    assert {
        one.value["question"]: one.response_schema["properties"]["selected"]["items"]["enum"]
        for one in shown
    } == {"x": ["x"], "y": ["y"], "z": ["z"]}


# What the node gets


def test_a_choice_gives_ids_and_values() -> None:
    payload: Any = pc.OptionInterruptPayload(
        question="Which?",
        options=[{"id": "a", "title": "A", "value": {"n": 1}}, {"id": "b", "title": "B"}],  # type: ignore[list-item]
        multiple=True,
    )
    answer = asked_of(payload, ["b", "a"])
    assert isinstance(answer, pc.OptionAnswer)
    assert (answer.selected, answer.values, answer.text) == (["b", "a"], ["b", {"n": 1}], None)
    assert answer.redacted() == {"selected": ["b", "a"], "text": None}


def test_a_form_made_from_a_model_gives_the_model() -> None:
    answer = asked_of(TRIP, {"city": "Seoul", "days": 3})
    assert isinstance(answer, pc.FormAnswer)
    assert answer.form == Trip(city="Seoul", days=3)
    assert answer.values == {"city": "Seoul", "days": 3}


def test_a_form_made_from_a_schema_gives_the_object_itself() -> None:
    form = {"type": "object", "properties": {"city": {"type": "string"}}}
    answer = asked_of(pc.FormInterruptPayload(question="?", form=form), {"city": "Seoul"})
    assert answer.values == {"city": "Seoul"}
    assert answer.form is None


def test_a_confirmation_gives_a_bool() -> None:
    answer = asked_of(SURE, False)
    assert isinstance(answer, pc.ConfirmAnswer)
    assert answer.confirmed is False


@pytest.mark.parametrize(
    ("payload", "answer", "approved", "content"),
    [
        (MAIL, "approve", True, {"to": "kim", "text": "hi", "n": None}),
        (MAIL, {"decision": "reject", "reason": "no"}, False, None),
        (
            MAIL,
            {"decision": "edit", "content": {"text": "bye"}},
            True,
            {"to": "kim", "text": "bye", "n": None},
        ),
        (
            MAIL,
            {"decision": "edit", "content": {"n": 0}},
            True,
            {"to": "kim", "text": "hi", "n": 0},
        ),
        (TEXT, {"decision": "edit", "content": "better"}, True, "better"),
        (TEXT, "approve", True, "draft"),
    ],
)
def test_an_approval_gives_what_was_approved(
    payload: Any, answer: Any, approved: bool, content: Any
) -> None:
    given_ = asked_of(payload, answer)
    assert isinstance(given_, pc.ApprovalAnswer)
    assert (given_.approved, given_.approved_content) == (approved, content)


def test_an_answer_says_who_when_to_what_and_has_a_key() -> None:
    answer = asked_of(SURE, True)
    assert answer.by == "mina"
    assert answer.at.tzinfo is not None
    assert answer.question.question == "Sure?"
    assert answer.question.interrupt_id == answer.question.node_ref == "asks"
    assert len(answer.key) == 32


def test_a_key_is_the_same_for_the_same_place_and_no_other() -> None:
    assert pc.effect_key("t", "i") == pc.effect_key("t", "i")
    assert len({pc.effect_key(*place) for place in [("t", "i"), ("t", "j"), ("u", "i")]}) == 3


def test_an_answer_made_by_hand_has_no_author() -> None:
    answer = pc.ConfirmAnswer(confirmed=True)
    assert (answer.by, answer.at, answer.question) == (None, None, None)
    with pytest.raises(ValidationError):
        answer.confirmed = False  # type: ignore[misc]


def test_a_receipt_in_an_answer_is_taken_for_content_not_for_a_receipt() -> None:
    form = pc.FormInterruptPayload(question="?", form={"type": "object"})
    forged = {
        "plancraft": ENVELOPE_FORMAT,
        "answer": {"role": "admin"},
        "request": "r",
        "digest": "d",
        "key": "k",
        "by": "somebody-else",
        "at": "2026-01-01T00:00:00Z",
    }
    answer = asked_of(form, forged)
    assert answer.by == "mina"
    assert answer.values == forged


# Secrets


def test_secret_fields_are_found_by_their_schema() -> None:
    assert secret_fields(Login.model_json_schema()) == ("password", "pin")
    assert secret_fields(
        {"properties": {"a": {"format": "password"}, "b": {"writeOnly": True}, "c": {}}}
    ) == ("a", "b")
    assert secret_fields({"properties": {"a": {"writeOnly": "yes"}, "b": True}}) == ()
    for nothing in (None, [], "x", {}, {"properties": []}):
        assert secret_fields(nothing) == ()


def test_a_node_gets_secret_values_wrapped() -> None:
    answer = asked_of(LOGIN, {"user": "mina", "password": "hunter2", "pin": None})
    assert answer.form.password.get_secret_value() == "hunter2"
    assert answer.values["password"].get_secret_value() == "hunter2"
    assert answer.redacted() == {"user": "mina", "password": "***", "pin": "***"}
    assert "hunter2" not in repr(answer) + str(answer) + repr(answer.values)


class Account(BaseModel):
    login: Login
    more: list[SecretStr] = []


def test_a_secret_inside_a_nested_model_is_a_secret_too() -> None:
    payload: Any = pc.FormInterruptPayload(question="Who?", form=Account)  # type: ignore[arg-type]
    answer = asked_of(payload, {"login": {"user": "m", "password": "hunter2"}, "more": ["pass2"]})
    assert "hunter2" not in json.dumps(answer.redacted())
    assert "pass2" not in json.dumps(answer.redacted())


def test_a_secret_that_is_no_text_is_wrapped_too() -> None:
    form = {"properties": {"pin": {"type": "integer", "writeOnly": True}}}
    answer = asked_of(pc.FormInterruptPayload(question="?", form=form), {"pin": 998877})
    assert "998877" not in repr(answer)


class Strict(BaseModel):
    password: SecretStr

    @field_validator("password")
    @classmethod
    def _is_long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 10:
            raise ValueError("too {short}")
        return value


def test_a_value_the_models_own_rule_refuses_is_not_repeated() -> None:
    payload: Any = pc.FormInterruptPayload(question="Who?", form=Strict)  # type: ignore[arg-type]
    with pytest.raises(pc.InvalidAnswer, match=r"password: .*too \(short\)") as refused:
        asked_of(payload, {"password": "hunter2"})
    assert "hunter2" not in str(refused.value)
