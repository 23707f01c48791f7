"""What differs between two states: little is said, and it is enough to rebuild the second."""

import json
import math
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
from plancraft.timetravel.paths import read_path
from plancraft.timetravel.statediff import StateDiff

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


class Slotted:
    __slots__ = ("x",)

    def __init__(self, x: int) -> None:
        self.x = x


NAN = math.nan


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (None, NAN),
        (NAN, math.inf),
        (math.inf, -math.inf),
        ({1: "a", "1": "b"}, {1: "c", "1": "b"}),
        (Slotted(1), Slotted(2)),
        (b"\xff\xfe", b"\xff\xfd"),
        ({"deep": [None, {"nan": NAN}]}, {"deep": [None, {"nan": None}]}),
    ],
)
def test_unlike_values_differ_and_their_patch_is_json(first: Any, second: Any) -> None:
    diff = StateDiff(as_plain({"v": first}), as_plain({"v": second}), "1", "2")

    assert len(diff) == 1
    patch = json.loads(json.dumps(diff.patch(), allow_nan=False))
    assert jsonpatch.apply_patch(diff.first, patch) == diff.second


@pytest.mark.parametrize(
    ("first", "second"),
    [(NAN, float("nan")), ({8, 0}, {0, 8}), ({"a": {3, 11}}, {"a": {11, 3}}), (b"a", b"a")],
)
def test_like_values_are_alike(first: Any, second: Any) -> None:
    assert as_plain({"v": first}) == as_plain({"v": second})


def test_what_is_nested_too_deeply_or_in_itself_is_compared_as_it_prints() -> None:
    def nested(inner: Any) -> Any:
        for _ in range(400):
            inner = [inner]
        return inner

    cycle: list[Any] = []
    cycle.append(cycle)

    assert said({"v": nested(1)}, {"v": nested(1)}) == []
    assert len(said({"v": nested(1)}, {"v": nested(2)})) == 1
    assert len(said({"v": cycle}, {"v": [1]})) == 1


def shown(first: str, second: str) -> list[str]:
    return str(StateDiff({"t": first}, {"t": second}, "1", "2")).splitlines()[1:]


def test_lines_that_look_like_a_diffs_heads_are_shown() -> None:
    assert shown("a\n-- drop table\nb", "a\n++ new\nb")[2:] == [
        "     a",
        "    --- drop table",
        "    +++ new",
        "     b",
    ]


@pytest.mark.parametrize(("first", "second"), [("a\nb\n", "a\nb"), ("a\r\nb", "a\nb")])
def test_a_difference_in_line_ends_alone_is_shown(first: str, second: str) -> None:
    assert len([line for line in shown(first, second) if line[4:5] in ("+", "-")]) >= 1


WORDS = [f"w{number % 997}" for number in range(20_000)]


@pytest.mark.timeout(60)  # each took from a quarter of a minute to two minutes without a limit
@pytest.mark.parametrize(
    ("first", "second", "seen"),
    [
        ("word " * 20_000, "word " * 20_000 + "x", "{+x+}"),
        (" ".join(WORDS), " ".join(["new", *WORDS[:9_000], "more", *WORDS[9_000:]]), "{+"),
        (" ".join(WORDS), " ".join(reversed(WORDS)), "[-"),
        ("a b " * 20_000, "b a c " * 20_000, "[-"),
        ("a\nb\n" * 20_000, "b\na\nc\n" * 20_000, "-a"),
        (
            "\n".join(WORDS),
            "\n".join(f"{n}{w if n % 2 else ''}" for n, w in enumerate(WORDS)),
            "-w",
        ),
        (
            " ".join(map(str, range(50_000))),
            " ".join(str(n // 2 * 2) for n in range(50_000)),
            "[-1",
        ),
    ],
)
def test_long_texts_are_compared_and_printed_shortly(first: str, second: str, seen: str) -> None:
    (line, *more) = shown(first, second)

    assert seen in "\n".join([line, *more])
    assert len(line) + sum(map(len, more)) < 10_000


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([0] * 2_000, [0, 1] * 1_000),
        (list(range(3_000)), list(range(3_000))[::-1]),
        (list(range(9_000)), list(range(1, 9_001))),
    ],
)
def test_long_lists_are_compared_and_their_patch_holds(first: Any, second: Any) -> None:
    assert jsonpatch.apply_patch(first, json_patch(first, second)) == second


@pytest.mark.parametrize("name", ['say "hi"', "a.b", "a]b", "", "back\\slash", "a'b", "새 것", "1"])
def test_a_path_as_it_is_written_reads_back(name: str) -> None:
    path = ("v", name, 3)

    assert read_path(path_text(path)) == path


@pytest.mark.parametrize("path", [5, None, "", (), "a["])
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(ValueError, match="path"):
        read_path(path)
