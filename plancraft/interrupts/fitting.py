"""Whether an answer fits its question, decided the same way outside the graph and inside a node."""

from collections.abc import Iterator
from typing import Any

import orjson
from pydantic_core import PydanticSerializationError, to_jsonable_python

from plancraft.errors import InvalidAnswer
from plancraft.interrupts.canonical import canonical, is_deep
from plancraft.interrupts.dialects import Reading, recognise
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptPayload,
    OptionInterruptPayload,
    read_payload,
)
from plancraft.interrupts.schemas import ENVELOPE_MARK, schema_problems, takes_envelope
from plancraft.locale import say

__all__ = [
    "ENVELOPE_MARK",
    "fit_answer",
    "fit_payload",
    "fit_reading",
    "schema_problems",
    "secret_fields",
    "takes_envelope",
]


def fit_answer(shown: Any, response_schema: Any, answer: Any) -> Any:
    """The answer as the JSON that is recorded, for any question, whoever wrote its payload.

    To a question of another library it is our kind's answer or the asker's own, and what comes
    back is our kind's wherever that can say it.

    Raises:
        InvalidAnswer: it does not fit, or JSON cannot hold it.
    """
    answer = _as_json(shown, answer)
    if payload := read_payload(shown):
        return fit_payload(payload, answer)
    if reading := recognise(shown, response_schema):
        return fit_reading(reading, answer, response_schema)
    if isinstance(response_schema, dict):
        _require(_name(shown), schema_problems(response_schema, answer))
    return answer


def fit_reading(reading: Reading, answer: Any, response_schema: Any = None) -> Any:
    """The answer to another library's question as it is recorded, in our kind's form or its own.

    Raises:
        InvalidAnswer: it does not fit; `problems` says what to do instead.
    """
    name = repr((reading.payload.interrupt_id or reading.payload.question)[:60])
    if reading.speaks(answer):
        _require(name, reading.problems(answer))
        fitted = reading.ours(answer)
    else:
        fitted = fit_payload(reading.payload, answer)
        _require(name, reading.faults(fitted))
    if isinstance(response_schema, dict) and not reading.answers_schema:
        _require(name, schema_problems(response_schema, reading.native(fitted)))
    return fitted


def fit_payload(payload: InterruptPayload, answer: Any) -> Any:
    """The answer in the one form of its kind.

    Raises:
        InvalidAnswer: it does not fit; `problems` says why, path by path.
    """
    match payload:
        case OptionInterruptPayload():
            return _fit_option(payload, answer)
        case FormInterruptPayload():
            return _fit_form(payload, answer)
        case ConfirmInterruptPayload():
            return _fit_confirm(payload, answer)
        case ApprovalInterruptPayload():
            return _fit_approval(payload, answer)
    return answer


def secret_fields(schema: Any) -> tuple[str, ...]:
    """Names of the fields that are secret or hold something secret, by a form's JSON Schema."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return ()
    definitions = schema.get("$defs") or schema.get("definitions")
    return tuple(name for name, field in properties.items() if _is_secret(field, definitions))


def _is_secret(field: Any, definitions: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the field or anything inside it is secret."""
    if not isinstance(field, dict):
        return False
    if field.get("writeOnly") is True or field.get("format") == "password":
        return True
    name = str(field.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen and isinstance(definitions, dict):
        return _is_secret(definitions.get(name), definitions, seen | {name})
    return any(_is_secret(part, definitions, seen) for part in _parts(field))


def _parts(field: dict[str, Any]) -> Iterator[Any]:
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        found = field.get(key)
        yield from found if isinstance(found, list) else ()
    for key in ("items", "additionalProperties"):
        yield field.get(key)
    properties = field.get("properties")
    yield from properties.values() if isinstance(properties, dict) else ()


def _as_json(shown: Any, answer: Any) -> Any:
    try:
        # What this refuses, checkpoints and stores refuse later: numbers beyond 64 bits, halves
        # of characters; NaN comes back as null.
        plain = to_jsonable_python(answer)
        read_back = orjson.loads(orjson.dumps(plain))
        if read_back == plain and not is_deep(plain):
            return read_back
    except (PydanticSerializationError, ValueError, TypeError, RecursionError):
        pass
    problem = say("JSON cannot hold a {type}", type=type(answer).__name__)
    raise InvalidAnswer(_name(shown), [problem])


def _name(shown: Any) -> str:
    name = shown.get("interrupt_id") or shown.get("question") if isinstance(shown, dict) else shown
    return repr(str(name)[:60])


def _require(question: str, problems: list[str]) -> None:
    if problems:
        raise InvalidAnswer(question, problems)


def _refuse(payload: InterruptPayload, problem: str) -> InvalidAnswer:
    return InvalidAnswer(repr(payload.interrupt_id or payload.question[:60]), [problem])


def _only(payload: InterruptPayload, answer: dict[str, Any], *known: str) -> None:
    if unknown := sorted(set(answer) - set(known)):
        raise _refuse(payload, say("unknown field: {names}", names=", ".join(unknown)))


def _fit_option(payload: OptionInterruptPayload, answer: Any) -> dict[str, Any]:
    if isinstance(answer, str):
        answer = {"selected": [answer]}
    if isinstance(answer, list):
        answer = {"selected": answer}
    if not isinstance(answer, dict):
        raise _refuse(payload, say('expected {{"selected": ["id"], "text": null}}'))
    _only(payload, answer, "selected", "text")
    selected, text = answer.get("selected"), answer.get("text")
    selected = [selected] if isinstance(selected, str) else selected or []
    if not isinstance(selected, list) or not all(isinstance(one, str) for one in selected):
        raise _refuse(payload, say("selected is a list of option ids"))
    if text is not None and not isinstance(text, str):
        raise _refuse(payload, say("text is a text or null"))
    if problem := _choice_problem(payload, selected, (text or "").strip()):
        raise _refuse(payload, problem)
    return {"selected": selected, "text": text}


def _choice_problem(payload: OptionInterruptPayload, selected: list[str], text: str) -> str | None:
    known = [option.id for option in payload.options]
    if unknown := [one for one in selected if one not in known]:
        return say(
            "there is no option {unknown}; choose from {known}",
            unknown=", ".join(unknown),
            known=", ".join(known),
        )
    if len(set(selected)) != len(selected):
        return say("an option is named twice")
    if len(selected) > 1 and not payload.multiple:
        return say("choose one option only")
    if text and not payload.allow_custom:
        return say("this question takes no text of its own")
    if not selected and not text:
        return say("nothing is chosen")
    return None


def _fit_form(payload: FormInterruptPayload, answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise _refuse(payload, say("a form is answered with an object of its fields"))
    _require(
        repr(payload.interrupt_id or payload.question[:60]), schema_problems(payload.form, answer)
    )
    return answer


def _fit_confirm(payload: ConfirmInterruptPayload, answer: Any) -> dict[str, Any]:
    if isinstance(answer, bool):
        answer = {"confirmed": answer}
    if not isinstance(answer, dict) or not isinstance(answer.get("confirmed"), bool):
        raise _refuse(payload, say('expected {{"confirmed": true}} or {{"confirmed": false}}'))
    _only(payload, answer, "confirmed")
    return answer


def _fit_approval(payload: ApprovalInterruptPayload, answer: Any) -> dict[str, Any]:
    if isinstance(answer, str):
        answer = {"decision": answer}
    if not isinstance(answer, dict):
        raise _refuse(payload, say('expected {{"decision": "approve", "reject" or "edit"}}'))
    _only(payload, answer, "decision", "reason", "content")
    if problem := _approval_problem(payload, answer):
        raise _refuse(payload, problem)
    return {"reason": None, "content": None, **answer}


def _approval_problem(payload: ApprovalInterruptPayload, answer: dict[str, Any]) -> str | None:
    decision, reason, content = (answer.get(name) for name in ("decision", "reason", "content"))
    if decision not in ("approve", "reject", "edit"):
        return say('decision is "approve", "reject" or "edit"')
    if reason is not None and not isinstance(reason, str):
        return say("reason is a text or null")
    if decision == "reject" and payload.require_reason and not (reason or "").strip():
        return say("a rejection needs a reason")
    if decision != "edit":
        return None if content is None else say("content goes with the decision edit only")
    return _edit_problem(payload, content)


def _edit_problem(payload: ApprovalInterruptPayload, content: Any) -> str | None:
    if not payload.editable:
        return say("nothing here may be edited")
    if not isinstance(payload.content, dict):
        return None if isinstance(content, str) and content else say("content is the new text")
    if not isinstance(content, dict) or not content:
        return say("content is an object of the edited fields")
    # By their JSON, since 1 == True in Python.
    changed = {
        name
        for name, value in content.items()
        if canonical(payload.content.get(name)) != canonical(value)
    }
    changed |= set(content) - set(payload.content)
    if locked := sorted(changed - set(payload.editable)):
        return say("not editable: {names}", names=", ".join(locked))
    return None
