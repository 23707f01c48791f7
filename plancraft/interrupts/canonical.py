"""One spelling for a value, so that equal questions have equal digests."""

import hashlib
import json
from typing import Any

import orjson
from pydantic_core import to_jsonable_python

_PLAIN_ONLY = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
"""Whatever is not JSON by itself is spelled by `plain_json`, so that it has one spelling."""

__all__ = ["canonical", "digest_of", "plain_json"]


def plain_json(value: Any) -> Any:
    """The value as JSON types only; what JSON cannot hold becomes the name of its type."""
    return to_jsonable_python(value, fallback=lambda other: f"<{type(other).__qualname__}>")


def canonical(value: Any) -> bytes:
    """The one JSON text of the value, UTF-8: keys sorted, no spaces, characters as they are."""
    try:
        return orjson.dumps(value, option=_PLAIN_ONLY)
    except (TypeError, ValueError):
        plain = plain_json(value)
    try:
        return orjson.dumps(plain, option=_PLAIN_ONLY)
    except (TypeError, ValueError):  # numbers beyond 64 bits, halves of characters
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")


def digest_of(value: Any) -> str:
    """SHA-256 of the value's canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
