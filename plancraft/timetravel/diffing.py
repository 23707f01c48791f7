"""What differs between two JSON values, for people and as a patch. Pure.

Lists are aligned before they are compared: by `id` where every item is an object with one of its
own (messages are), by content otherwise, so that an insertion is an insertion.
"""

import base64
import hashlib
import json
import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import SequenceMatcher
from enum import Enum
from math import isfinite
from typing import Any, Literal

import orjson
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from plancraft.interrupts.canonical import canonical

__all__ = [
    "Change",
    "Path",
    "as_plain",
    "changes_between",
    "common_ends",
    "json_patch",
    "opcodes",
    "path_text",
    "same",
]

Path = tuple[str | int, ...]
Kind = Literal["added", "removed", "changed"]

Opcode = tuple[str, int, int, int, int]

_MATCHED_PAIRS = 40_000
"""Where there are more pairs of items to compare, they are compared place by place instead."""

_DEEPEST = 150
"""Levels of nesting that are looked into."""

_PLAIN_ONLY = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_SPELLED_BY_PYDANTIC = {
    "builtins",
    "datetime",
    "decimal",
    "fractions",
    "ipaddress",
    "pathlib",
    "re",
    "uuid",
    "types",
    "functools",
}

_PLAIN_NAME = re.compile(r"[^\W\d][\w-]*")


@dataclass(frozen=True)
class Change:
    """One value that differs. `path` leads to it in the second value, for a removal in the first.

    `before` of an addition and `after` of a removal are None.
    """

    kind: Kind
    path: Path
    before: Any = None
    after: Any = None

    @property
    def where(self) -> str:
        """The path as people write it: `plan.steps[2]`."""
        return path_text(self.path)


def as_plain(value: Any) -> Any:
    """The value as JSON types only, whatever a state holds; unlike values stay unlike."""
    try:
        text = orjson.dumps(value, option=_PLAIN_ONLY)
    except (TypeError, ValueError):
        return _spelled(value, 0)
    # What is no number becomes null too, and null should only ever mean None.
    return _spelled(value, 0) if b"null" in text else orjson.loads(text)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are one by their JSON: 1, 1.0 and true are three."""
    return one is other or canonical(one) == canonical(other)


def path_text(path: Path) -> str:
    """The path as people write it; names that are no words are quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_NAME.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text


def changes_between(first: Any, second: Any, path: Path = ()) -> Iterator[Change]:
    """What makes the second value of the first, in the order of the second's fields."""
    if same(first, second):
        return
    if isinstance(first, dict) and isinstance(second, dict):
        yield from _fields(first, second, path)
    elif isinstance(first, list) and isinstance(second, list):
        yield from _items(first, second, path)
    else:
        yield Change("changed", path, first, second)


def json_patch(first: Any, second: Any) -> list[dict[str, Any]]:
    """The RFC 6902 operations that make the second value of the first."""
    return list(_operations(first, second, ""))


def _fields(first: dict[str, Any], second: dict[str, Any], path: Path) -> Iterator[Change]:
    for name, before in first.items():
        if name not in second:
            yield Change("removed", (*path, name), before=before)
    for name, after in second.items():
        if name in first:
            yield from changes_between(first[name], after, (*path, name))
        else:
            yield Change("added", (*path, name), after=after)


def _items(first: list[Any], second: list[Any], path: Path) -> Iterator[Change]:
    for left, right in _aligned(first, second):
        if left is None:
            assert right is not None
            yield Change("added", (*path, right), after=second[right])
        elif right is None:
            yield Change("removed", (*path, left), before=first[left])
        else:
            yield from changes_between(first[left], second[right], (*path, right))


def _operations(first: Any, second: Any, pointer: str) -> Iterator[dict[str, Any]]:
    if same(first, second):
        return
    if isinstance(first, dict) and isinstance(second, dict):
        for name in [one for one in first if one not in second]:
            yield {"op": "remove", "path": _below(pointer, name)}
        for name, after in second.items():
            if name in first:
                yield from _operations(first[name], after, _below(pointer, name))
            else:
                yield {"op": "add", "path": _below(pointer, name), "value": after}
    elif isinstance(first, list) and isinstance(second, list):
        yield from _item_operations(first, second, pointer)
    else:
        yield {"op": "replace", "path": pointer, "value": second}


def _item_operations(first: list[Any], second: list[Any], pointer: str) -> Iterator[dict[str, Any]]:
    """From the list's start: what stands before a place is already as in the second list."""
    place = 0
    for left, right in _aligned(first, second):
        if right is None:
            yield {"op": "remove", "path": _below(pointer, place)}
            continue
        if left is None:
            yield {"op": "add", "path": _below(pointer, place), "value": second[right]}
        else:
            yield from _operations(first[left], second[right], _below(pointer, place))
        place += 1


def _aligned(first: list[Any], second: list[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Places of the first list beside those of the second; None where one has no such item."""
    left, right = _names(first), _names(second)
    named = left is not None and right is not None
    left_keys = left if named and left else [canonical(one) for one in first]
    right_keys = right if named and right else [canonical(one) for one in second]
    yield from _matched(left_keys, right_keys, pair=not named)


def _matched(
    left: Sequence[Any], right: Sequence[Any], *, pair: bool
) -> Iterator[tuple[int | None, int | None]]:
    start, ends = common_ends(left, right)
    yield from ((place, place) for place in range(start))
    left_stop, right_stop = len(left) - ends, len(right) - ends
    old, new = left[start:left_stop], right[start:right_stop]
    for tag, i1, i2, j1, j2 in opcodes(old, new):
        yield from _paired(
            range(start + i1, start + i2),
            range(start + j1, start + j2),
            pair=pair or tag == "equal",
        )
    yield from ((left_stop + n, right_stop + n) for n in range(ends))


def opcodes(left: Sequence[Any], right: Sequence[Any]) -> Iterator[Opcode]:
    """What makes the right list of the left one, as `difflib.SequenceMatcher.get_opcodes` says it.

    In time that hardly grows faster than the lists: what each side has once keeps its order as far
    as it goes (patience diff), and only what lies between is matched item by item, if it is little.
    """
    i = j = 0
    for left_place, right_place in [*_anchors(left, right), (len(left), len(right))]:
        yield from _between(left, right, (i, left_place), (j, right_place))
        if left_place < len(left):
            yield "equal", left_place, left_place + 1, right_place, right_place + 1
        i, j = left_place + 1, right_place + 1


def _between(
    left: Sequence[Any], right: Sequence[Any], here: tuple[int, int], there: tuple[int, int]
) -> Iterator[Opcode]:
    (i1, i2), (j1, j2) = here, there
    old, new = left[i1:i2], right[j1:j2]
    if len(old) * len(new) > _MATCHED_PAIRS:
        yield "replace", i1, i2, j1, j2
    elif old or new:
        for tag, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            yield tag, i1 + a1, i1 + a2, j1 + b1, j1 + b2


def _anchors(left: Sequence[Any], right: Sequence[Any]) -> list[tuple[int, int]]:
    """Places of what each side has just once, as many as come in the same order on both."""
    once_left, once_right = _once(left), _once(right)
    pairs = [(place, once_right[item]) for item, place in once_left.items() if item in once_right]
    ends: list[int] = []  # the lowest last place of a rising row, by the row's length
    rows: list[tuple[int, int]] = []  # each pair's place in `ends`, and the pair before it
    tops: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        tops[length : length + 1] = [number]
        rows.append((length, tops[length - 1] if length else -1))
    found: list[tuple[int, int]] = []
    number = tops[-1] if tops else -1
    while number >= 0:
        found.append(pairs[number])
        number = rows[number][1]
    return found[::-1]


def _once(items: Sequence[Any]) -> dict[Any, int]:
    count = Counter(items)
    return {item: place for place, item in enumerate(items) if count[item] == 1}


def _paired(left: range, right: range, *, pair: bool) -> Iterator[tuple[int | None, int | None]]:
    """Unlike items at like places are one item that changed, unless their ids say otherwise."""
    common = min(len(left), len(right)) if pair else 0
    yield from zip(left[:common], right[:common], strict=True)
    yield from ((place, None) for place in left[common:])
    yield from ((None, place) for place in right[common:])


def common_ends(left: Sequence[Any], right: Sequence[Any]) -> tuple[int, int]:
    """How many items are alike at the start, and how many of the others at the end."""
    most = min(len(left), len(right))
    start = next((n for n in range(most) if left[n] != right[n]), most)
    most -= start
    return start, next((n for n in range(most) if left[-1 - n] != right[-1 - n]), most)


def _names(items: list[Any]) -> list[str] | None:
    """The ids of a list's items; None unless each is an object with an id of its own."""
    ids = [str(one["id"]) for one in items if isinstance(one, dict) and _is_id(one.get("id"))]
    return ids if len(ids) == len(items) == len(set(ids)) else None


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _below(pointer: str, part: str | int) -> str:
    return f"{pointer}/{str(part).replace('~', '~0').replace('/', '~1')}"


def _spelled(value: Any, depth: int) -> Any:  # noqa: PLR0911 - one line a kind
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, float):
        return float(value) if isfinite(value) else str(value)
    if isinstance(value, Enum):
        return _spelled(value.value, depth)
    if isinstance(value, bytes | bytearray | memoryview):
        return _text_of(bytes(value))
    if depth > _DEEPEST:
        return _shallow(value)
    if isinstance(value, set | frozenset):
        return sorted((_spelled(one, depth + 1) for one in value), key=canonical)
    if isinstance(value, list | tuple | deque):
        return [_spelled(one, depth + 1) for one in value]
    if isinstance(value, BaseException | range | slice | complex):
        return repr(value)
    fields = _fields_of(value)
    if fields is not None:
        return {_key(name, fields): _spelled(one, depth + 1) for name, one in fields.items()}
    if callable(spell := getattr(value, "tolist", None)):  # arrays
        return _spelled(spell(), depth + 1)
    try:
        return to_jsonable_python(value)
    except (TypeError, ValueError):
        return f"<{type(value).__qualname__}>"


def _fields_of(value: Any) -> Mapping[Any, Any] | None:
    """What a value with named parts holds; None for other values."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(warnings=False)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name, None) for one in fields(value)}
    if isinstance(value, type) or type(value).__module__ in _SPELLED_BY_PYDANTIC:
        return None
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    held = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    held |= getattr(value, "__dict__", {})
    return {"type": type(value).__qualname__, **held} if held else None


def _key(name: Any, among: Mapping[Any, Any]) -> str:
    """A key as text; where a text of that spelling is a key too, with its type."""
    if isinstance(name, str):
        return str(name)
    text = str(name)
    return text if text not in among else f"{text} ({type(name).__name__})"


def _text_of(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


def _shallow(value: Any) -> str:
    """For what is nested too deeply to be looked into, or in itself: alike when it prints alike."""
    try:
        printed = hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()[:12]
    except RecursionError:
        printed = "…"
    return f"<{type(value).__qualname__} {printed}>"
