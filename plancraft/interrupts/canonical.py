"""One spelling for a value, so that equal questions have equal digests."""

import hashlib
import json
from typing import Any

import orjson
from pydantic_core import to_jsonable_python

_PLAIN_ONLY = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
"""Whatever is not JSON by itself is spelled by `plain_json`, so that it has one spelling."""

_CANONICAL = _PLAIN_ONLY | orjson.OPT_SORT_KEYS

__all__ = ["canonical", "digest_of", "is_deep", "plain_json", "shallow"]

_DEEPEST = 100
"""How many levels of JSON are shown as what they are. Readers give up at 200 and more."""


def plain_json(value: Any) -> Any:
    """The value as JSON types only; what JSON cannot hold becomes the name of its type.

    Keys stay in their order, which is the order a form is asked in. Sets are put in order and
    bytes are written in URL-safe base64, so that every process spells alike.
    """
    try:
        return orjson.loads(orjson.dumps(value, option=_PLAIN_ONLY))
    except (TypeError, ValueError):
        return to_jsonable_python(
            _ordered(value),
            bytes_mode="base64",
            fallback=lambda other: f"<{type(other).__qualname__}>",
        )


def _ordered(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted((_ordered(one) for one in value), key=canonical)
    if isinstance(value, dict):
        return {key: _ordered(one) for key, one in value.items()}
    return [_ordered(one) for one in value] if type(value) in (list, tuple) else value


def canonical(value: Any) -> bytes:
    """The one JSON text of the value, UTF-8: keys sorted, no spaces, characters as they are."""
    try:
        return orjson.dumps(value, option=_CANONICAL)
    except (TypeError, ValueError):
        plain = plain_json(value)
    try:
        return orjson.dumps(plain, option=_CANONICAL)
    except (TypeError, ValueError):  # numbers beyond 64 bits, halves of characters
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")


def digest_of(value: Any) -> str:
    """SHA-256 of the value's canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def is_deep(value: Any) -> bool:
    """Whether JSON holds more inside one another than everybody reads: stores, pages, clients."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        inside: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inside.extend(one.values())
            elif isinstance(one, list | tuple):
                inside.extend(one)
        level, depth = inside, depth + 1
    return bool(level)


def shallow(value: Any) -> Any:
    """The value, or its JSON as text where it is too deep to be shown as what it is."""
    return json.dumps(value, ensure_ascii=False, default=str) if is_deep(value) else value
