"""What differs between two states: little is said, and it is enough to rebuild the second."""

from dataclasses import dataclass
from typing import Any

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage

from plancraft.timetravel.diffing import (
    as_plain,
    changes_between,
    json_patch,
    path_text,
    same,
)

leaf = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text("ab/~é", max_size=3)
)
json_value = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text("abc/~", max_size=2), inner, max_size=4)
        | st.lists(
            st.fixed_dictionaries({"id": st.sampled_from("pqrs"), "content": inner}), max_size=4
        )
    ),
    max_leaves=20,
)


@settings(max_examples=600, deadline=None)
@given(json_value, json_value)
def test_the_patch_makes_the_second_of_the_first(first: Any, second: Any) -> None:
    patched = jsonpatch.apply_patch(first, json_patch(first, second))

    assert same(patched, second)


@settings(max_examples=300, deadline=None)
@given(json_value, json_value)
def test_no_change_is_said_just_where_nothing_differs(first: Any, second: Any) -> None:
    assert (not list(changes_between(first, second))) == same(first, second)


def said(first: Any, second: Any) -> list[tuple[str, str, Any, Any]]:
    found = changes_between(as_plain(first), as_plain(second))
    return [(one.kind, one.where, one.before, one.after) for one in found]


def test_only_the_nested_value_that_changed_is_named() -> None:
    first = {"plan": {"title": "A", "steps": [1, 2, 3]}, "n": 1}
    second = {"plan": {"title": "B", "steps": [1, 2, 3, 4]}, "n": 1}

    assert said(first, second) == [
        ("changed", "plan.title", "A", "B"),
        ("added", "plan.steps[3]", None, 4),
    ]


def test_an_item_put_in_front_does_not_change_those_behind() -> None:
    assert said({"log": ["b", "c"]}, {"log": ["a", "b", "c"]}) == [("added", "log[0]", None, "a")]


def test_messages_are_told_apart_by_their_ids() -> None:
    first = [HumanMessage("hello", id="1"), AIMessage("draft", id="2"), AIMessage("x", id="3")]
    second = [HumanMessage("hello", id="1"), AIMessage("final", id="2"), AIMessage("y", id="4")]

    assert said({"messages": first}, {"messages": second}) == [
        ("changed", "messages[1].content", "draft", "final"),
        ("removed", "messages[2]", as_plain(first[2]), None),
        ("added", "messages[2]", None, as_plain(second[2])),
    ]


@pytest.mark.parametrize(("one", "other"), [(1, True), (1, 1.0), (0, False), (None, "null")])
def test_values_that_python_calls_equal_and_json_does_not_differ(one: Any, other: Any) -> None:
    assert said({"a": one}, {"a": other}) == [("changed", "a", one, other)]


@dataclass
class Opaque:
    shape: tuple[int, int]


class Plain:
    def __init__(self, shape: int) -> None:
        self.shape = shape


def test_objects_are_compared_by_their_fields_not_by_where_they_live() -> None:
    assert said({"a": Plain(1), "b": Opaque((1, 2))}, {"a": Plain(1), "b": Opaque((1, 3))}) == [
        ("changed", "b.shape[1]", 2, 3)
    ]
    assert said({"a": Plain(1)}, {"a": Plain(2)}) == [("changed", "a.shape", 1, 2)]


def test_a_field_whose_name_is_no_word_is_quoted() -> None:
    assert path_text(("a", "b c", 0, "d", "")) == 'a["b c"][0].d[""]'


def test_two_long_lists_with_nothing_in_common_are_compared_in_reasonable_time() -> None:
    first, second = list(range(20_000)), list(range(20_000, 40_000))

    assert len(list(changes_between(first, second))) == 20_000
