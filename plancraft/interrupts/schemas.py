"""What is wrong with a value by a JSON Schema, said so that a person can mend it."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from plancraft.interrupts.canonical import canonical
from plancraft.locale import say

__all__ = ["ENVELOPE_MARK", "schema_problems", "takes_envelope"]

ENVELOPE_MARK = "x-plancraft-answer"
"""In a response schema: the node takes the answer together with its receipt."""


def takes_envelope(response_schema: Any) -> bool:
    """Whether the question was asked by `ask()`, which unpacks the receipt itself."""
    return isinstance(response_schema, dict) and ENVELOPE_MARK in response_schema


def schema_problems(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with the value by its JSON Schema, one sentence a place."""
    try:
        return [_problem(error) for error in _validator(canonical(schema)).iter_errors(value)]
    except Exception as error:  # noqa: BLE001 - a question's schema may be broken in any way
        return [
            say("the question's own schema cannot be used: {error}", error=type(error).__name__)
        ]


@lru_cache(maxsize=256)
def _validator(schema_text: bytes) -> Any:
    from jsonschema import FormatChecker
    from jsonschema.validators import validator_for
    from jsonschema_specifications import REGISTRY

    schema = json.loads(schema_text)
    # With a registry of its own it fetches nothing: a schema may come from anywhere.
    kind = validator_for(schema)
    return kind(schema, registry=REGISTRY, format_checker=FormatChecker())


def _problem(error: Any) -> str:
    path = ".".join(str(part) for part in error.absolute_path)
    message = "".join(_without_value(error))
    return f"{path}: {message}" if path else message


def _without_value(error: Any) -> Iterator[str]:
    # A value may be a secret, so messages name the rule that was broken, never the value.
    rule, limit = error.validator, error.validator_value
    if rule == "required":
        yield say("required: {names}", names=", ".join(_missing(error)))
    elif rule == "type":
        yield say("must be {expected}", expected=limit)
    elif rule == "enum":
        yield say("must be one of {expected}", expected=", ".join(map(str, limit)))
    elif rule == "additionalProperties":
        yield say("unknown field: {names}", names=", ".join(_extra(error)))
    else:
        yield say("breaks the rule {rule}: {limit}", rule=rule, limit=str(limit)[:80])


def _missing(error: Any) -> list[str]:
    return [name for name in error.validator_value if name not in error.instance]


def _extra(error: Any) -> list[str]:
    return sorted(set(error.instance) - set(error.schema.get("properties", {})))
