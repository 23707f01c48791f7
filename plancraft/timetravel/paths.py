"""Paths into a state, as people write them: `plan.steps[2]`, `plan["a b"]`, `/plan/steps/2`."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from plancraft.timetravel.diffing import Path, as_plain

__all__ = ["MISSING", "read_path", "value_at"]


class Missing:
    """Tells a value that is not there from one that is None."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()

_PART = re.compile(
    r"""\.?(?P<name>[^.\[\]"]+)|\[(?P<index>\d+)\]|\[(?P<json>"(?:[^"\\]|\\.)*")\]"""
    r"""|\['(?P<single>[^']*)'\]"""
)


def read_path(path: str | Path) -> Path:
    """The path's parts. A leading slash makes it a JSON Pointer (RFC 6901).

    Raises:
        ValueError: it is empty or cannot be read.
    """
    if isinstance(path, list | tuple):
        parts = tuple(path)
    elif not isinstance(path, str):
        raise ValueError("a path is a text, or its parts")
    elif path.startswith("/"):
        parts = tuple(_unescaped(part) for part in path[1:].split("/"))
    else:
        parts = _dotted(path)
    if not parts:
        raise ValueError("a path names a field of the state, as in plan.steps[2]")
    return parts


def value_at(values: Any, path: Path) -> Any:
    """The value there as plain JSON; MISSING where there is none."""
    if isinstance(values, Mapping):  # spell only the field that is looked into
        if path and path[0] not in values:
            return MISSING
        values = {path[0]: values[path[0]]} if path else values
    found = as_plain(values)
    for part in path:
        found = _below(found, part)
        if found is MISSING:
            break
    return found


def _below(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(str(part), MISSING)
    if isinstance(value, list) and str(part).isdecimal():
        place = int(part)
        return value[place] if place < len(value) else MISSING
    return MISSING


def _dotted(path: str) -> Path:
    parts: list[str | int] = []
    place = 0
    while place < len(path):
        match = _PART.match(path, place)
        if match is None:
            raise ValueError(f"cannot read the path {path!r} from {path[place:]!r} on")
        parts.append(_part(match))
        place = match.end()
    return tuple(parts)


def _part(match: re.Match[str]) -> str | int:
    if match["index"] is not None:
        return int(match["index"])
    if match["json"] is not None:
        try:
            return str(json.loads(match["json"], strict=False))
        except ValueError:  # a backslash that escapes nothing
            return match["json"][1:-1]
    return str(match["name"] or match["single"] or "")


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
