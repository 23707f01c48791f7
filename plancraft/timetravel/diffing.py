"""What differs between two JSON values, for people and as a patch. Pure.

Lists are aligned before they are compared: by `id` where every item is an object with one of its
own (messages are), by content otherwise, so that an insertion is an insertion.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic_core import to_jsonable_python

from plancraft.interrupts.canonical import canonical

__all__ = ["Change", "Path", "as_plain", "changes_between", "json_patch", "path_text", "same"]

Path = tuple[str | int, ...]
Kind = Literal["added", "removed", "changed"]

_MATCHED_ITEMS = 2_000
"""Longer stretches of unlike list items are compared place by place: matching is quadratic."""

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
    """The value as JSON types only, whatever a state holds."""
    return to_jsonable_python(value, fallback=_spelled, inf_nan_mode="strings")


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
            text += f'["{part}"]'
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
    start, ends = _common_start(left, right), _common_end(left, right)
    yield from ((place, place) for place in range(start))
    left_stop, right_stop = len(left) - ends, len(right) - ends
    if max(left_stop, right_stop) - start > _MATCHED_ITEMS:
        yield from _paired(range(start, left_stop), range(start, right_stop), pair=True)
    else:
        matcher = SequenceMatcher(
            None, left[start:left_stop], right[start:right_stop], autojunk=False
        )
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            yield from _paired(
                range(start + i1, start + i2),
                range(start + j1, start + j2),
                pair=pair or tag == "equal",
            )
    yield from ((left_stop + n, right_stop + n) for n in range(ends))


def _paired(left: range, right: range, *, pair: bool) -> Iterator[tuple[int | None, int | None]]:
    """Unlike items at like places are one item that changed, unless their ids say otherwise."""
    common = min(len(left), len(right)) if pair else 0
    yield from zip(left[:common], right[:common], strict=True)
    yield from ((place, None) for place in left[common:])
    yield from ((None, place) for place in right[common:])


def _common_start(left: Sequence[Any], right: Sequence[Any]) -> int:
    most = min(len(left), len(right))
    return next((n for n in range(most) if left[n] != right[n]), most)


def _common_end(left: Sequence[Any], right: Sequence[Any]) -> int:
    most = min(len(left), len(right)) - _common_start(left, right)
    return next((n for n in range(most) if left[-1 - n] != right[-1 - n]), most)


def _names(items: list[Any]) -> list[str] | None:
    """The ids of a list's items; None unless each is an object with an id of its own."""
    ids = [str(one["id"]) for one in items if isinstance(one, dict) and _is_id(one.get("id"))]
    return ids if len(ids) == len(items) == len(set(ids)) else None


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _below(pointer: str, part: str | int) -> str:
    return f"{pointer}/{str(part).replace('~', '~0').replace('/', '~1')}"


def _spelled(value: Any) -> Any:
    """What JSON has no words for: arrays as lists, objects by their fields, the rest by type."""
    if callable(spell := getattr(value, "tolist", None)):
        return spell()
    fields = getattr(value, "__dict__", None)
    if isinstance(fields, Mapping):
        return {"type": type(value).__qualname__, **fields}
    return f"<{type(value).__qualname__}>"
