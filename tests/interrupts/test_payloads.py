"""A question is the same plain JSON for the same state, and a bad one is refused when made."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

import plancraft as pc
from plancraft.interrupts.canonical import canonical, digest_of
from plancraft.interrupts.payloads import is_payload

anything = settings(deadline=None, database=None, max_examples=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Trip(BaseModel):
    city: str
    password: SecretStr | None = None


PAYLOADS: dict[str, Any] = {
    "option": lambda: pc.OptionInterruptPayload(
        question="어디로?",
        options=["a", {"id": "b", "label": "B", "value": [1]}],  # type: ignore[list-item]
        multiple=True,
        default=["a"],
        data={"z": 1, "a": {"y": None, "b": [1.5, "é"]}},
        hint="h",
        timeout=5,
        timeout_action="default_option",
    ),
    "form": lambda: pc.FormInterruptPayload(
        question="Trip?",
        form=Trip,  # type: ignore[arg-type]
        initial={"city": "Seoul"},
    ),
    "confirm": lambda: pc.ConfirmInterruptPayload(question="Sure?", interrupt_id="sure"),
    "approval": lambda: pc.ApprovalInterruptPayload(
        question="Send?", content={"to": "kim", "text": "hi"}, editable=["text"]
    ),
}


@pytest.mark.parametrize("kind", PAYLOADS)
def test_the_same_input_gives_the_same_bytes(kind: str) -> None:
    first, second = PAYLOADS[kind](), PAYLOADS[kind]()
    assert json.dumps(first.to_dict()) == json.dumps(second.to_dict())
    assert first.digest() == second.digest()


@pytest.mark.parametrize("kind", PAYLOADS)
def test_type_comes_first_and_names_the_kind(kind: str) -> None:
    shown = PAYLOADS[kind]().to_dict()
    assert next(iter(shown.items())) == ("type", kind)


@pytest.mark.parametrize("kind", PAYLOADS)
def test_what_is_shown_survives_json_and_reads_back(kind: str) -> None:
    shown = PAYLOADS[kind]().to_dict()
    again = pc.read_payload(json.loads(json.dumps(shown)))
    assert type(again) is type(PAYLOADS[kind]())
    assert again.to_dict() == shown
    assert again.digest() == PAYLOADS[kind]().digest()


@pytest.mark.parametrize("kind", PAYLOADS)
def test_any_change_of_what_is_shown_changes_the_digest(kind: str) -> None:
    payload = PAYLOADS[kind]()
    for change in ({"question": "Other?"}, {"hint": "new"}, {"data": {"k": 1}}, {"timeout": 9.0}):
        assert payload.model_copy(update=change).digest() != payload.digest()


def test_what_is_shown_cannot_be_changed_afterwards() -> None:
    payload = PAYLOADS["confirm"]()
    with pytest.raises(ValidationError):
        payload.question = "Other?"
    payload.to_dict()["question"] = "Other?"
    assert payload.to_dict()["question"] == "Sure?"


def test_a_secret_field_is_told_by_the_schema_alone() -> None:
    shown = PAYLOADS["form"]().to_dict()
    assert "writeOnly" in json.dumps(shown["form"]["properties"]["password"])


@pytest.mark.parametrize(
    "other",
    [
        None,
        "text",
        [],
        {},
        {"type": "confirm"},
        {"type": "confirm", "question": "?"},
        {"type": ["confirm"], "question": "?"},
        {"type": "nothing", "question": "?"},
        {"question": "Sure?"},
    ],
)
def test_what_others_show_is_no_payload(other: Any) -> None:
    assert pc.read_payload(other) is None
    assert not is_payload(other)


def test_a_payload_made_invalid_by_hand_is_not_read() -> None:
    shown = PAYLOADS["option"]().to_dict()
    assert pc.read_payload({**shown, "options": []}) is None
    assert pc.read_payload({**shown, "default": ["zzz"]}) is None


# Options


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("a", ("a", "a", "", "a")),
        (3, ("3", "3", "", 3)),
        (0, ("0", "0", "", 0)),
        ({"id": "x", "title": "X"}, ("x", "X", "", None)),
        ({"id": 7, "title": "X"}, ("7", "X", "", None)),
        ({"title": "X"}, ("X", "X", "", None)),
        ({"label": "L"}, ("L", "L", "", None)),
        ({"name": "N"}, ("N", "N", "", None)),
        ({"title": "T", "label": "L", "name": "N"}, ("T", "T", "", None)),
        ({"title": "T", "value": "v"}, ("v", "T", "", "v")),
        ({"title": "T", "value": 5}, ("5", "T", "", 5)),
        ({"title": "T", "value": 0}, ("0", "T", "", 0)),
        ({"title": "T", "value": ""}, ("T", "T", "", "")),
        ({"title": "T", "value": {"k": [1]}}, ("T", "T", "", {"k": [1]})),
        ({"value": "v"}, ("v", "v", "", "v")),
        ({"id": "x"}, ("x", "x", "", None)),
        ({"id": "x", "title": "X", "description": "D"}, ("x", "X", "D", None)),
        ({"id": "x", "title": "X", "description": None}, ("x", "X", "", None)),
        ({"id": "x", "title": "X", "more": "left out"}, ("x", "X", "", None)),
    ],
)
def test_an_option_may_be_written_in_many_ways(given_: Any, expected: tuple[Any, ...]) -> None:
    (option,) = pc.normalize_options([given_])
    assert (option.id, option.title, option.description, option.value) == expected


def test_options_keep_their_order_and_pass_through_unchanged() -> None:
    once = pc.normalize_options(["b", {"id": "a", "title": "A"}, 1])
    assert [option.id for option in once] == ["b", "a", "1"]
    assert pc.normalize_options(once) == once
    assert pc.normalize_options(iter(["b", "a"])) == pc.normalize_options(("b", "a"))


@pytest.mark.parametrize(
    "options",
    [
        ["a", "a"],
        ["a", {"id": "a", "title": "Other"}],
        [1, "1"],
        [{"title": "X"}, {"title": "X"}],
        [{}],
        [{"description": "only this"}],
        [""],
        [{"id": "", "title": "X"}],
    ],
)
def test_options_that_cannot_be_told_apart_or_named_are_refused(options: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        pc.normalize_options(options)
    with pytest.raises(ValueError, match=r"."):
        pc.OptionInterruptPayload(question="?", options=options)


def test_a_refused_option_is_named() -> None:
    with pytest.raises(ValueError, match="share an id: a, b"):
        pc.normalize_options(["b", "a", "b", "c", "a"])


def test_the_options_of_a_payload_are_normalized() -> None:
    mixed: Any = ["a", {"label": "B", "value": 2}]
    payload = pc.OptionInterruptPayload(question="?", options=mixed)
    assert payload.options == pc.normalize_options(mixed)


def test_the_options_of_a_payload_may_come_from_a_generator() -> None:
    given_: Any = (name for name in ("a", "b"))
    payload = pc.OptionInterruptPayload(question="?", options=given_)
    assert [option.id for option in payload.options] == ["a", "b"]


# What is refused


@pytest.mark.parametrize(
    "values",
    [
        {"options": ["a"], "question": ""},
        {"options": []},
        {"options": None},
        {"options": ["a"], "default": "b"},
        {"options": ["a", "b"], "default": ["a", "b"]},
        {"options": ["a"], "timeout_action": "default_option"},
        {"options": ["a"], "timeout_action": "approve"},
        {"options": ["a"], "unknown": 1},
        {"options": ["a"], "timeout": 0},
        {"options": ["a"], "timeout": -1},
        {"options": ["a"], "timeout": float("inf")},
        {"options": ["a"], "timeout": float("nan")},
        {"options": ["a"], "data": {"x": object()}},
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        pc.OptionInterruptPayload(**{"question": "Which?", **values})


def test_a_choice_without_options_is_fine_when_it_takes_text() -> None:
    assert pc.OptionInterruptPayload(question="?", options=[], allow_custom=True).options == []


def test_a_single_default_may_be_bare() -> None:
    payload = pc.OptionInterruptPayload(question="?", options=["a"], default="a")  # type: ignore[arg-type,list-item]
    assert payload.default == ["a"]


@pytest.mark.parametrize(
    "values",
    [
        {"form": {"type": "array"}},
        {"form": {"type": "nonsense"}},
        {"form": {"type": "object", "properties": []}},
        {"form": {"properties": {"a": {"pattern": "("}}}},
        {"form": int},
        {"form": None},
        {"form": {}, "timeout_action": "default_option"},
    ],
)
def test_a_form_that_is_no_form_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        pc.FormInterruptPayload(question="?", **values)


def test_a_default_that_does_not_fit_its_form_is_refused() -> None:
    form = {"type": "object", "required": ["city"]}
    with pytest.raises(ValidationError):
        pc.FormInterruptPayload(
            question="?", form=form, timeout=1, timeout_action="default_option", default={}
        )


def test_a_form_shows_the_schema_of_its_model() -> None:
    payload = pc.FormInterruptPayload(question="?", form=Trip)  # type: ignore[arg-type]
    assert payload.to_dict()["form"] == Trip.model_json_schema()
    assert payload.model is Trip
    assert pc.FormInterruptPayload(question="?", form=Trip.model_json_schema()).model is None


@pytest.mark.parametrize(
    "values",
    [
        {"content": {"a": 1}, "editable": ["b"]},
        {"content": "text", "editable": ["text"]},
        {"content": object()},
        {},
    ],
)
def test_an_approval_of_what_is_not_there_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        pc.ApprovalInterruptPayload(question="?", **values)


# One spelling


@anything
@given(json_values)
def test_equal_values_have_one_spelling(value: Any) -> None:
    again = json.loads(json.dumps(value))
    assert canonical(again) == canonical(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)


@anything
@given(st.dictionaries(st.text(), json_values, min_size=2, max_size=5), st.randoms())
def test_the_order_of_keys_makes_no_difference(value: dict[str, Any], random: Any) -> None:
    names = list(value)
    random.shuffle(names)
    shuffled = {name: value[name] for name in names}
    assert digest_of(shuffled) == digest_of(value)


@anything
@given(json_values, json_values)
def test_different_values_have_different_digests(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert same == (digest_of(one) == digest_of(other))


@anything
@given(
    st.sampled_from(["data", "initial"]),
    st.dictionaries(st.text(), json_values, max_size=4),
    st.text(min_size=1),
)
def test_any_payload_reads_back_as_it_was(field: str, values: Any, question: str) -> None:
    payload = pc.FormInterruptPayload(question=question, form={}, **{field: values})
    shown = payload.to_dict()
    again = pc.read_payload(json.loads(json.dumps(shown)))
    assert again is not None
    assert again.digest() == payload.digest() == digest_of(shown)


@anything
@given(st.lists(st.text(min_size=1) | st.integers(), min_size=1, max_size=6))
def test_options_either_have_ids_of_their_own_or_are_refused(given_: list[Any]) -> None:
    distinct = len({str(one) for one in given_}) == len(given_)
    try:
        options = pc.normalize_options(given_)
    except ValueError:
        assert not distinct
    else:
        assert distinct
        assert [option.id for option in options] == [str(one) for one in given_]
        assert [option.value for option in options] == given_
