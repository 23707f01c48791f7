"""A JSON Schema, or values that may be edited, as fields of a form; what came back as values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import orjson

from plancraft.errors import InvalidRequest
from plancraft.interrupts.fitting import secret_fields
from plancraft.locale import N_, say
from plancraft.server.strictness import check_json

__all__ = ["PREFIX", "Field", "edited_fields", "read", "schema_fields", "with_problems"]

PREFIX = "f."
"""What the names of fields begin with, so that they are never taken for the form's own."""
Kind = Literal["line", "text", "secret", "number", "whole", "yes_no", "choice", "choices", "json"]
_LINE_TYPES = {"email": "email", "date": "date", "time": "time", "uri": "url"}
_LONG = 120


@dataclass(frozen=True)
class Field:
    """One field: what stands in it, as text, and what is wrong with that."""

    name: str
    label: str
    kind: Kind
    text: str = ""
    chosen: tuple[str, ...] = ()
    """Of choices, those that are taken, as JSON."""
    choices: tuple[tuple[str, str], ...] = ()
    """Each as JSON, and as people read it."""
    required: bool = False
    help: str = ""
    line_type: str = "text"
    limits: Mapping[str, Any] = field(default_factory=dict)
    """HTML attributes that say what may stand in it."""
    empty_counts: bool = False
    """Whether nothing, too, is a text that was meant."""
    problem: str = ""

    @property
    def sent_as(self) -> str:
        """Its name in the form."""
        return PREFIX + self.name


def schema_fields(schema: Any, initial: Mapping[str, Any]) -> list[Field]:
    """The fields of a form that is described by a JSON Schema of an object."""
    schema = schema if isinstance(schema, dict) else {}
    definitions = schema.get("$defs") or schema.get("definitions") or {}
    required, secret = schema.get("required") or (), secret_fields(schema)
    found = []
    for name, given in (schema.get("properties") or {}).items():
        part = _resolved(given, definitions)
        value = initial.get(name, part.get("default"))
        made = _of_schema(str(name), part, secret=name in secret)
        made = replace(
            made,
            required=name in required,
            label=str(part.get("title") or name),
            help=str(part.get("description") or ""),
        )
        found.append(_holding(made, value) if name not in secret else made)
    return found


def edited_fields(values: Mapping[str, Any], names: Sequence[str]) -> list[Field]:
    """A field for each value that may be edited."""
    return [_holding(_of_value(name, values.get(name)), values.get(name)) for name in names]


def read(
    fields: Sequence[Field], posted: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], list[Field]]:
    """The values that came back, and the fields as they were sent, with what is wrong with them."""
    values: dict[str, Any] = {}
    sent: list[Field] = []
    for one in fields:
        texts = list(posted.get(one.sent_as, ()))
        kept = replace(one, text="" if one.kind == "secret" else "".join(texts[:1]))
        if one.kind in ("choice", "choices", "yes_no"):
            kept = replace(one, chosen=tuple(texts))
        try:
            for value in _values(one, texts):
                values[one.name] = value
            if one.required and one.name not in values:
                kept = replace(kept, problem=say("this is needed"))
        except ValueError as error:
            kept = replace(kept, problem=str(error))
        sent.append(kept)
    return values, sent


def with_problems(
    fields: Sequence[Field], problems: Sequence[str]
) -> tuple[list[Field], list[str]]:
    """The fields with what is said of them, and what is said of none of them."""
    left: list[str] = []
    told: dict[str, str] = {}
    names = sorted((one.name for one in fields), key=len, reverse=True)
    for problem in problems:
        of = next((name for name in names if _is_about(problem, name)), None)
        if of is None:
            left.append(problem)
        else:
            told[of] = problem.partition(": ")[2]
    return [replace(one, problem=told.get(one.name, one.problem)) for one in fields], left


def _is_about(problem: str, name: str) -> bool:
    place, colon, _ = problem.partition(": ")
    return bool(colon) and (place == name or place.startswith(f"{name}."))


def _values(one: Field, texts: list[str]) -> Iterator[Any]:
    """The value, or nothing where nothing was filled in.

    Raises:
        ValueError: it cannot be read; the message says what to write instead.
    """
    text = texts[0].replace("\r\n", "\n") if texts else ""
    known = {spelled for spelled, _ in one.choices}
    match one.kind:
        case "choices":
            if set(texts) - known:
                raise ValueError(say("choose among what is offered"))
            yield [orjson.loads(text) for text in texts]
        case "choice" | "yes_no":
            if text and text not in known:
                raise ValueError(say("choose among what is offered"))
            if text:
                yield orjson.loads(text)
        case "number" | "whole" if text.strip():
            try:
                yield int(text) if one.kind == "whole" else float(text)
            except (ValueError, OverflowError):
                raise ValueError(say("write a number")) from None
        case "json" if text.strip():
            try:
                value = orjson.loads(text)
                check_json(value)
            except (orjson.JSONDecodeError, InvalidRequest) as error:
                raise ValueError(say("this is not JSON: {reason}", reason=error)) from None
            yield value
        case "line" | "text" | "secret" if text or (texts and one.empty_counts):
            yield text


def _resolved(given: Any, definitions: Any, depth: int = 0) -> dict[str, Any]:
    """The part of a schema that counts: references followed, `null` left out of alternatives."""
    part = given if isinstance(given, dict) else {}
    ref = str(part.get("$ref", "")).rpartition("/")[2]
    if ref and isinstance(definitions, dict) and depth < 8:
        found = _resolved(definitions.get(ref), definitions, depth + 1)
        return {**found, **{key: part[key] for key in part.keys() - {"$ref"}}}
    kinds = part.get("anyOf") or part.get("oneOf")
    if isinstance(kinds, list):
        real = [one for one in kinds if isinstance(one, dict) and one.get("type") != "null"]
        if len(real) == 1:
            found = _resolved(real[0], definitions, depth + 1)
            return {**found, **{key: part[key] for key in part.keys() - {"anyOf", "oneOf"}}}
    return part


def _of_schema(name: str, part: Mapping[str, Any], *, secret: bool) -> Field:
    if secret:
        return Field(name, name, "secret", limits=_limits(part))
    if isinstance(part.get("enum"), list):
        return Field(name, name, "choice", choices=_choices(part["enum"]))
    if titled := _titled(part):
        return Field(name, name, "choice", choices=titled)
    if "const" in part:
        return Field(name, name, "choice", choices=_choices([part["const"]]))
    match part.get("type"):
        case "boolean":
            return Field(name, name, "yes_no", choices=_yes_no())
        case "integer":
            return Field(name, name, "whole", limits=_limits(part))
        case "number":
            return Field(name, name, "number", limits=_limits(part))
        case "string":
            return _text_field(name, part)
        case "array" if isinstance(_items(part).get("enum"), list):
            return Field(name, name, "choices", choices=_choices(_items(part)["enum"]))
    return Field(name, name, "json")


def _text_field(name: str, part: Mapping[str, Any]) -> Field:
    longest = part.get("maxLength")
    is_long = part.get("format") == "textarea" or (isinstance(longest, int) and longest > _LONG)
    if is_long:
        return Field(name, name, "text", limits=_limits(part))
    line_type = _LINE_TYPES.get(str(part.get("format")), "text")
    return Field(name, name, "line", line_type=line_type, limits=_limits(part))


def _items(part: Mapping[str, Any]) -> Mapping[str, Any]:
    found = part.get("items")
    return found if isinstance(found, dict) else {}


def _of_value(name: str, value: Any) -> Field:
    match value:
        case bool():
            return Field(name, name, "yes_no", choices=_yes_no(), required=True)
        case int():
            return Field(name, name, "whole", required=True)
        case float():
            return Field(name, name, "number", required=True)
        case str() if len(value) <= _LONG and "\n" not in value:
            return Field(name, name, "line", empty_counts=True)
        case str():
            return Field(name, name, "text", empty_counts=True)
    return Field(name, name, "json", required=True)


def _holding(one: Field, value: Any) -> Field:
    if one.kind in ("choice", "yes_no"):
        return replace(one, chosen=() if value is None else (_spelled(value),))
    if one.kind == "choices":
        taken = value if isinstance(value, list) else ()
        return replace(one, chosen=tuple(_spelled(part) for part in taken))
    if value is None and one.kind != "json":
        return one
    if isinstance(value, str) and one.kind != "json":
        return replace(one, text=value)
    if value is None and not one.required:
        return one
    return replace(one, text=json.dumps(value, ensure_ascii=False, indent=2))


def _choices(values: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((_spelled(one), _worded(one)) for one in values)


def _titled(part: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The choices of `oneOf: [{const, title}]`; none where it is anything else."""
    listed = part.get("oneOf")
    if not isinstance(listed, list) or not listed:
        return ()
    if not all(isinstance(one, dict) and "const" in one for one in listed):
        return ()
    return tuple(
        (_spelled(one["const"]), str(one.get("title") or _worded(one["const"]))) for one in listed
    )


_DECISIONS = {
    "approve": N_("Approve"),
    "edit": N_("Edit"),
    "reject": N_("Reject"),
    "respond": N_("Answer in its place"),
}
"""What other libraries let be decided on a call."""


def _worded(value: Any) -> str:
    if not isinstance(value, str):
        return _spelled(value)
    return say(_DECISIONS[value]) if value in _DECISIONS else value


def _yes_no() -> tuple[tuple[str, str], ...]:
    return (("true", say("Yes")), ("false", say("No")))


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_LIMITS = {
    "minimum": "min",
    "maximum": "max",
    "minLength": "minlength",
    "maxLength": "maxlength",
    "multipleOf": "step",
}


def _limits(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        html: part[name]
        for name, html in _LIMITS.items()
        if isinstance(part.get(name), int | float) and not isinstance(part.get(name), bool)
    }
