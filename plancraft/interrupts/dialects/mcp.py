"""MCP's elicitation: a form, or an address at which something is to be done."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from plancraft.interrupts.dialects.calls import at, unknown_fields
from plancraft.interrupts.dialects.reading import Reading, Verdict
from plancraft.interrupts.payloads import ConfirmInterruptPayload, FormInterruptPayload
from plancraft.interrupts.schemas import schema_problems
from plancraft.locale import say

__all__ = ["read_elicitation"]

_ACTIONS = ("accept", "decline", "cancel")
_CANCEL = {"action": "cancel"}


class _Params(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    message: str = Field(min_length=1)
    meta: Any = Field(default=None, alias="_meta")
    task: Any = None


class _Form(_Params):
    mode: Literal["form"] = "form"
    requestedSchema: dict[str, Any]  # noqa: N815 - as the protocol spells it


class _Address(_Params):
    mode: Literal["url"]
    url: str = Field(min_length=1)
    elicitationId: str | None = None  # noqa: N815


@dataclass(frozen=True, kw_only=True)
class _Filled(Reading):
    """Answered with an `ElicitResult` that holds the form's values."""

    def speaks(self, answer: Any) -> bool:
        # A form may have fields that are called as the result's own.
        fields = _form_of(self).get("properties") or {}
        if not isinstance(answer, dict) or answer.get("action") not in _ACTIONS:
            return False
        full = answer.keys() == {"action", "content"} and "content" not in fields
        return full or ("action" not in fields and answer.keys() <= {"action", "content"})

    def problems(self, native: Any) -> list[str]:
        action, content = native["action"], native.get("content")
        if action != "accept":
            return [] if content is None else [say("content goes with accept only")]
        if not isinstance(content, dict):
            return [say("a form is answered with an object of its fields")]
        return schema_problems(_form_of(self), content) or [
            at(name, say("a text, a number, yes or no, or a list of texts"))
            for name, value in content.items()
            if not _is_flat(value)
        ]

    def faults(self, ours: Any) -> list[str]:
        return self.problems({"action": "accept", "content": ours})

    def ours(self, native: Any) -> Any:
        return native["content"] if native["action"] == "accept" else native

    def native(self, ours: Any) -> Any:
        return ours if self.speaks(ours) else {"action": "accept", "content": ours}

    def verdict(self, recorded: Any) -> Verdict | None:
        return "reject" if self.speaks(recorded) else None


@dataclass(frozen=True, kw_only=True)
class _Visited(Reading):
    """Answered with whether the person goes to the address."""

    def speaks(self, answer: Any) -> bool:
        return isinstance(answer, dict) and "action" in answer

    def problems(self, native: Any) -> list[str]:
        if native["action"] not in _ACTIONS:
            return [say("action is accept, decline or cancel")]
        return unknown_fields(native, "action")

    def ours(self, native: Any) -> Any:
        return native if native == _CANCEL else {"confirmed": native["action"] == "accept"}

    def native(self, ours: Any) -> Any:
        if self.speaks(ours):
            return ours
        return {"action": "accept" if ours["confirmed"] else "decline"}

    def verdict(self, recorded: Any) -> Verdict | None:
        return "reject" if recorded == _CANCEL else super().verdict(recorded)


def read_elicitation(shown: Any, _schema: Any) -> Reading | None:
    """The parameters of an `elicitation/create`.

    Raises:
        ValueError: they are none.
    """
    if not isinstance(shown, dict) or not {"requestedSchema", "url"} & shown.keys():
        return None
    if shown.get("mode") == "url":
        place = _Address.model_validate(shown)
        payload = ConfirmInterruptPayload(
            question=place.message,
            data={"url": place.url},
            hint=say(
                "Open this address yourself if you trust it; yes tells the asker that you will."
            ),
        )
        return _Visited(dialect="mcp", payload=payload, silence=_CANCEL)
    form = _Form.model_validate(shown)
    schema = form.requestedSchema
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not all(
        isinstance(one, dict) for one in properties.values()
    ):
        return None
    filled = FormInterruptPayload(question=form.message, form=schema)
    return _Filled(dialect="mcp", payload=filled, silence=_CANCEL)


def _form_of(reading: Reading) -> dict[str, Any]:
    assert isinstance(reading.payload, FormInterruptPayload)
    return reading.payload.form


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return value is None or isinstance(value, str | int | float)
