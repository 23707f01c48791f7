"""What a person said, typed. Each kind is the `response_schema` of its question."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, Self

from langgraph.config import get_config
from pydantic import (
    BaseModel,
    ConfigDict,
    JsonValue,
    Secret,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from plancraft.errors import InvalidAnswer
from plancraft.interrupts.canonical import canonical
from plancraft.interrupts.fitting import ENVELOPE_MARK, fit_payload, secret_fields
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptPayload,
    OptionInterruptPayload,
)

__all__ = [
    "ENVELOPE_FORMAT",
    "Answer",
    "ApprovalAnswer",
    "ConfirmAnswer",
    "Delivering",
    "Envelope",
    "FormAnswer",
    "OptionAnswer",
    "answer_type",
    "asking",
    "current_question",
    "delivering",
    "effect_key",
    "read_envelope",
]

_question: ContextVar[InterruptPayload | None] = ContextVar("plancraft_question", default=None)
_delivery: ContextVar["Delivering | None"] = ContextVar("plancraft_delivery", default=None)
HIDDEN = "***"
ENVELOPE_FORMAT = "answer/1"


def effect_key(thread_id: str, interrupt_id: str) -> str:
    """A key for the effects of one answer: the same however often a crash repeats them."""
    return hashlib.sha256(f"{thread_id}\n{interrupt_id}".encode()).hexdigest()[:32]


class Envelope(BaseModel, frozen=True):
    """An answer as it travels to its node, with the receipt of its decision.

    `digest` is of the question that was shown; a node that now asks something else refuses it.
    Values of `secrets` stay outside checkpoints and traces: the runner lends them.
    """

    plancraft: Literal["answer/1"] = "answer/1"
    answer: JsonValue
    request: str
    digest: str
    key: str
    by: str
    at: datetime
    secrets: tuple[str, ...] = ()


@contextmanager
def asking(payload: InterruptPayload) -> Iterator[None]:
    """Within the block, answers are checked against this question."""
    token = _question.set(payload)
    try:
        yield
    finally:
        _question.reset(token)


def current_question() -> InterruptPayload | None:
    """The question being asked around here."""
    return _question.get()


@dataclass
class Delivering:
    """What a runner and the nodes it runs tell each other, past checkpoints and traces."""

    secrets: Mapping[str, Mapping[str, JsonValue]]
    """Secret form values, by request id and field."""

    carries: tuple[str, ...] = ()
    """Ids of the requests whose answers are on their way."""

    taken: set[str] = field(default_factory=set)
    """Ids of the requests whose answers a node took."""

    asked_at: str = ""
    """Id of the thread's checkpoint at which `ask()` was last called."""

    asks: int = 0
    """How often `ask()` was called."""

    @staticmethod
    def current() -> "Delivering | None":
        """That of the run around here; None when the graph is run without plancraft."""
        return _delivery.get()


@contextmanager
def delivering(what: Delivering) -> Iterator[None]:
    """Within the block, nodes that get an answer find its secrets here and say they took it."""
    token = _delivery.set(what)
    try:
        yield
    finally:
        _delivery.reset(token)


class Answer(BaseModel):
    """What every answer has. `by`, `at` and `key` say whose decision it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    payload_type: ClassVar[type[InterruptPayload]]

    _envelope: Envelope | None = None
    _question: InterruptPayload | None = None

    @property
    def by(self) -> str | None:
        """Who decided; None when the graph was resumed without plancraft."""
        return self._envelope.by if self._envelope else None

    @property
    def at(self) -> datetime | None:
        """When the decision was recorded, UTC; None when resumed without plancraft."""
        return self._envelope.at if self._envelope else None

    @property
    def key(self) -> str:
        """Key for the effects of this answer; give it to whatever must not happen twice."""
        return self._envelope.key if self._envelope else _key_of_place(self._question)

    @property
    def question(self) -> InterruptPayload | None:
        """The question this answers; None for an answer made by hand."""
        return self._question

    def redacted(self) -> Any:
        """The answer as plain JSON, secret values hidden."""
        return self.model_dump(mode="json")

    @classmethod
    def _fields_of(cls, fitted: Any, _payload: InterruptPayload | None) -> Any:
        return fitted

    @model_validator(mode="wrap")
    @classmethod
    def _unpack(cls, value: Any, handler: Any) -> Self:
        if isinstance(value, cls):
            return value
        payload, envelope = _question.get(), read_envelope(value)
        if envelope and payload and envelope.digest != payload.digest():
            raise PydanticCustomError("question_changed", "the question has changed")
        content = _with_secrets(envelope) if envelope else value
        answer: Self = handler(cls._fields_of(cls._fitted(content, payload), payload))
        answer._envelope, answer._question = envelope, payload
        if envelope and (delivery := _delivery.get()):
            delivery.taken.add(envelope.request)
        return answer

    @classmethod
    def _fitted(cls, content: Any, payload: InterruptPayload | None) -> Any:
        if not isinstance(payload, cls.payload_type):
            return content
        try:
            return fit_payload(payload, content)
        except InvalidAnswer as error:
            raise _unfit(error.problems) from None

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"title": cls.__name__, ENVELOPE_MARK: 1, **cls._schema(_question.get())}

    @classmethod
    def _schema(cls, _payload: InterruptPayload | None) -> dict[str, Any]:
        return {"type": "object"}


class OptionAnswer(Answer):
    """The chosen options' ids, and the person's own text where the question takes one."""

    payload_type: ClassVar[type[InterruptPayload]] = OptionInterruptPayload

    selected: list[str] = []
    text: str | None = None

    @property
    def values(self) -> list[Any]:
        """The chosen options' values, their ids where they have none."""
        if not isinstance(self._question, OptionInterruptPayload):
            return list(self.selected)
        found = {option.id: option for option in self._question.options}
        return [one if found[one].value is None else found[one].value for one in self.selected]

    @classmethod
    def _schema(cls, payload: InterruptPayload | None) -> dict[str, Any]:
        ids: dict[str, Any] = {"type": "string"}
        if isinstance(payload, OptionInterruptPayload) and payload.options:
            ids["enum"] = [option.id for option in payload.options]
        text = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
        properties = {"selected": {"type": "array", "items": ids}, "text": text}
        return {"type": "object", "properties": properties}


class FormAnswer(Answer):
    """The filled-in form: `values` by field, and `form` as the Pydantic model it was made from."""

    payload_type: ClassVar[type[InterruptPayload]] = FormInterruptPayload

    values: dict[str, Any]
    form: Any = None

    def redacted(self) -> Any:
        """The values as plain JSON, secret ones hidden."""
        hidden = secret_fields(getattr(self._question, "form", None))
        return {name: HIDDEN if name in hidden else value for name, value in self.values.items()}

    @classmethod
    def _fields_of(cls, fitted: Any, payload: InterruptPayload | None) -> Any:
        if not isinstance(fitted, dict):
            raise _unfit(["a form is answered with an object of its fields"])
        model = payload.model if isinstance(payload, FormInterruptPayload) else None
        wrapped = {
            name: SecretStr(value) if isinstance(value, str) else Secret[Any](value)
            for name, value in fitted.items()
            if name in secret_fields(getattr(payload, "form", None))
        }
        return {"values": {**fitted, **wrapped}, "form": model and _filled(model, fitted)}

    @classmethod
    def _schema(cls, payload: InterruptPayload | None) -> dict[str, Any]:
        if not isinstance(payload, FormInterruptPayload) or b'"$ref"' in canonical(payload.form):
            return {"type": "object"}
        return {**payload.form, "title": payload.form.get("title", cls.__name__)}


class ConfirmAnswer(Answer):
    """Yes or no."""

    payload_type: ClassVar[type[InterruptPayload]] = ConfirmInterruptPayload

    confirmed: bool

    @classmethod
    def _schema(cls, _payload: InterruptPayload | None) -> dict[str, Any]:
        properties = {"confirmed": {"type": "boolean"}}
        return {"type": "object", "properties": properties, "required": ["confirmed"]}


class ApprovalAnswer(Answer):
    """Approved, rejected with a reason, or approved with edits."""

    payload_type: ClassVar[type[InterruptPayload]] = ApprovalInterruptPayload

    decision: Literal["approve", "reject", "edit"]
    reason: str | None = None
    content: JsonValue = None

    @property
    def approved(self) -> bool:
        """Whether to go ahead, with or without edits."""
        return self.decision != "reject"

    @property
    def approved_content(self) -> JsonValue:
        """What was approved: the content shown, with the person's edits; None when rejected."""
        payload = self._question
        shown = payload.content if isinstance(payload, ApprovalInterruptPayload) else None
        if self.decision == "reject":
            return None
        if self.decision == "approve":
            return shown
        if isinstance(shown, dict) and isinstance(self.content, dict):
            return {**shown, **self.content}
        return self.content

    @classmethod
    def _schema(cls, _payload: InterruptPayload | None) -> dict[str, Any]:
        properties = {
            "decision": {"enum": ["approve", "reject", "edit"]},
            "reason": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            "content": {"default": None},
        }
        return {"type": "object", "properties": properties, "required": ["decision"]}


_ANSWERS: dict[type[InterruptPayload], type[Answer]] = {
    kind.payload_type: kind for kind in (OptionAnswer, FormAnswer, ConfirmAnswer, ApprovalAnswer)
}


def answer_type(payload: InterruptPayload) -> type[Answer]:
    """The kind of answer this payload takes."""
    return _ANSWERS[type(payload)]


def read_envelope(value: Any) -> Envelope | None:
    """The answer with its receipt; None for one that came without, from outside plancraft."""
    if not isinstance(value, dict) or value.get("plancraft") != ENVELOPE_FORMAT:
        return None
    return Envelope.model_validate(value)


def _with_secrets(envelope: Envelope) -> Any:
    if not envelope.secrets:
        return envelope.answer
    delivery = _delivery.get()
    lent = delivery.secrets.get(envelope.request) if delivery else None
    if lent is None or not isinstance(envelope.answer, dict):
        raise PydanticCustomError(
            "secret_missing", "secret values are at hand only when plancraft delivers the answer"
        )
    return {**envelope.answer, **lent}


def _filled(model: type[BaseModel], values: dict[str, Any]) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found]
    raise _unfit(problems)


def _unfit(problems: list[str]) -> PydanticCustomError:
    # Braces would be read as places to fill in.
    text = "; ".join(problems).replace("{", "(").replace("}", ")")
    return PydanticCustomError("unfit_answer", "{problems}", {"problems": text})


def _key_of_place(payload: InterruptPayload | None) -> str:
    asked = payload.digest() if payload else ""
    try:
        place = get_config()["configurable"]
    except RuntimeError:  # not inside a running graph
        return effect_key("", asked)
    return effect_key(str(place.get("thread_id", "")), f"{place.get('checkpoint_ns', '')}\n{asked}")
