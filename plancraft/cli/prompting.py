"""Ask a person in the terminal, whoever wrote the question, until the answer fits."""

import getpass
import json
from collections.abc import Callable
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from plancraft.approvals import ApprovalRequest
from plancraft.cli.showing import frame, plain
from plancraft.errors import InvalidAnswer
from plancraft.interrupts import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    OptionInterruptPayload,
)
from plancraft.interrupts.fitting import fit_answer, secret_fields
from plancraft.locale import say

__all__ = ["ask_person", "yes_or_no"]

_YES = {"y", "yes", "예", "네", "ㅇ"}
_NO = {"n", "no", "아니오", "아니요", "ㄴ"}


def ask_person(request: ApprovalRequest, console: Console) -> Any:
    """The person's answer, already checked against the question.

    Raises:
        EOFError, KeyboardInterrupt: the person left.
    """
    console.print(frame(request))
    while True:
        try:
            answer = _prompt_for(request)(request, console)
            return fit_answer(request.payload, request.response_schema, answer)
        except InvalidAnswer as error:
            for problem in error.problems:
                console.print(Text(plain(problem).plain, style="red"))


def yes_or_no(console: Console, question: str) -> bool:
    """Yes or no, asked until it is one of them."""
    while True:
        said = _line(console, f"{question} [y/n]").lower()
        if said in _YES or said in _NO:
            return said in _YES


def _prompt_for(request: ApprovalRequest) -> Callable[[ApprovalRequest, Console], Any]:
    match request.asks:
        case OptionInterruptPayload():
            return _ask_option
        case FormInterruptPayload():
            return _ask_form
        case ConfirmInterruptPayload():
            return lambda request, console: yes_or_no(console, say("Your answer"))
        case ApprovalInterruptPayload():
            return _ask_approval
    schema = request.response_schema or {}
    return _ask_fields if schema.get("type") == "object" else _ask_anything


def _line(console: Console, label: str) -> str:
    return console.input(Text(f"{label}: ", style="cyan")).strip()


def _ask_option(request: ApprovalRequest, console: Console) -> Any:
    payload = request.asks
    assert isinstance(payload, OptionInterruptPayload)
    label = say("Numbers, with commas between") if payload.multiple else say("Number")
    if payload.allow_custom:
        label = say("{label}, or your own words", label=label)
    said = _line(console, label)
    parts = [part.strip() for part in said.split(",")] if payload.multiple else [said]
    chosen = [_option_id(payload, part) for part in parts if part]
    if payload.allow_custom and said and None in chosen:
        return {"selected": [], "text": said}
    return {"selected": [one or part for one, part in zip(chosen, parts, strict=False)]}


def _option_id(payload: OptionInterruptPayload, said: str) -> str | None:
    if said.isdecimal() and 1 <= int(said) <= len(payload.options):
        return payload.options[int(said) - 1].id
    return next((one.id for one in payload.options if said in (one.id, one.title)), None)


def _ask_form(request: ApprovalRequest, console: Console) -> Any:
    payload = request.asks
    assert isinstance(payload, FormInterruptPayload)
    return _fields(payload.form, dict(payload.initial), console)


def _ask_fields(request: ApprovalRequest, console: Console) -> Any:
    return _fields(request.response_schema or {}, {}, console)


def _fields(schema: dict[str, Any], initial: dict[str, Any], console: Console) -> dict[str, Any]:
    secrets, required = secret_fields(schema), schema.get("required", [])
    values: dict[str, Any] = {}
    for name, field in schema.get("properties", {}).items():
        start = initial.get(name, field.get("default"))
        value = _field(name, field, start, secret=name in secrets, console=console)
        if value is not None or name in required:
            values[name] = value
    return values


def _field(name: str, field: dict[str, Any], start: Any, *, secret: bool, console: Console) -> Any:
    if field.get("description"):
        console.print(Text(plain(field["description"]).plain, style="dim"))
    label = plain(field.get("title") or name).plain
    titled = _titled(field)
    if offered := titled or {str(one): one for one in field.get("enum") or ()}:
        label += f" ({plain(', '.join(offered)).plain})"
    if secret:
        return getpass.getpass(f"{label}: ") or start
    if start not in (None, ""):
        shown = start if isinstance(start, str) else json.dumps(start, ensure_ascii=False)
        label += f" [{plain(shown).plain}]"
    said = _line(console, label)
    if said in titled:
        return titled[said]
    return start if said == "" else _typed(said, field)


def _titled(field: dict[str, Any]) -> dict[str, Any]:
    """What `oneOf: [{const, title}]` offers, by title; nothing where it is anything else."""
    listed = field.get("oneOf")
    if not isinstance(listed, list):
        return {}
    if not all(isinstance(one, dict) and "const" in one for one in listed):
        return {}
    return {str(one.get("title") or one["const"]): one["const"] for one in listed}


def _typed(said: str, field: dict[str, Any]) -> Any:
    """What was typed, as the type its field has; what does not parse stays text and is refused."""
    types = {one.get("type") for one in (field, *field.get("anyOf", ()))} - {None}
    if "boolean" in types and said.lower() in _YES | _NO:
        return said.lower() in _YES
    if types <= {"string", "null"} and types:
        return said
    if types & {"array"} and not said.startswith("["):
        return [part.strip() for part in said.split(",") if part.strip()]
    return _json_or_text(said)


def _json_or_text(said: str) -> Any:
    try:
        return json.loads(said)
    except ValueError:
        return said


def _ask_approval(request: ApprovalRequest, console: Console) -> Any:
    payload = request.asks
    assert isinstance(payload, ApprovalInterruptPayload)
    label = say("[a]pprove, [r]eject, [e]dit") if payload.editable else say("[a]pprove, [r]eject")
    while True:
        said = _line(console, label).lower()
        if said in ("a", "approve", "승인"):
            return {"decision": "approve"}
        if said in ("r", "reject", "거절", "반려"):
            return {"decision": "reject", "reason": _line(console, say("Reason"))}
        if said in ("e", "edit", "수정") and payload.editable:
            return {"decision": "edit", "content": _edited(payload, console)}


def _edited(payload: ApprovalInterruptPayload, console: Console) -> Any:
    if not isinstance(payload.content, dict):
        edited = click.edit(str(payload.content), extension=".md")
        return (edited or str(payload.content)).rstrip("\n")
    changed: dict[str, Any] = {}
    for name in payload.editable:
        now = payload.content[name]
        said = _line(console, f"{plain(name).plain} [{plain(now).plain}]")
        if said:
            changed[name] = said if isinstance(now, str) else _json_or_text(said)
    return changed


def _ask_anything(request: ApprovalRequest, console: Console) -> Any:
    return _json_or_text(_line(console, say("Your answer, as JSON or text")))
