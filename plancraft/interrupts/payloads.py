"""What a graph asks: frozen values that become the same plain JSON for the same state."""

import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, model_validator

from plancraft.interrupts.canonical import canonical, digest_of

__all__ = [
    "ApprovalInterruptPayload",
    "ConfirmInterruptPayload",
    "FormInterruptPayload",
    "InterruptOption",
    "InterruptPayload",
    "OptionInterruptPayload",
    "TimeoutAction",
    "is_payload",
    "normalize_options",
    "read_payload",
    "schema_fault",
]

TimeoutAction = Literal["cancel", "default_option"]
FormModel = type[BaseModel]


class InterruptOption(BaseModel):
    """One thing a person may choose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    description: str = ""
    value: JsonValue = None


_OPTION_FIELDS = InterruptOption.model_fields.keys()


def normalize_options(options: Iterable[Any]) -> list[InterruptOption]:
    """The options as `InterruptOption`, from strings, mappings or options, in their order.

    A mapping may use `label` or `name` for its title and may leave out its id: the value, if
    it is text or a number, else the title serves.

    Raises:
        ValueError: two options share an id, or one has neither a title nor an id.
    """
    if isinstance(options, str | bytes | Mapping):
        raise ValueError("options are a list, not one text or mapping")
    normal = [_normalize_option(option) for option in options]
    ids = [option.id for option in normal]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise ValueError(f"options share an id: {', '.join(twice)}")
    return normal


def _normalize_option(option: Any) -> InterruptOption:
    if isinstance(option, InterruptOption):
        return option
    if not isinstance(option, Mapping):
        return InterruptOption(id=str(option), title=str(option), value=option)
    title = option.get("title") or option.get("label") or option.get("name")
    value = option.get("value")
    id_ = option.get("id")
    if id_ is None:
        id_ = value if isinstance(value, str | int) and value != "" else title
    if id_ is None:
        raise ValueError(f"an option needs a title or an id: {dict(option)!r}")
    description = str(option.get("description") or "")
    return InterruptOption(
        id=str(id_), title=str(title or id_), description=description, value=value
    )


class InterruptPayload(BaseModel):
    """What every question has.

    `interrupt_id` is the question's own name, the same each time it is asked (LangGraph's id
    of the single pause is another thing). `timeout` is in seconds, counted from when the
    question is opened; unset, `InterruptConfig` of the runner decides.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
    type: ClassVar[str]

    question: str = Field(min_length=1)
    data: dict[str, JsonValue] = Field(default_factory=dict)
    node_ref: str | None = None
    hint: str | None = None
    interrupt_id: str | None = None
    timeout: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    timeout_action: TimeoutAction | None = None

    def to_dict(self) -> dict[str, Any]:
        """The payload as plain JSON, with `type` first; equal payloads give equal dicts."""
        return {"type": self.type, **self.model_dump(mode="json")}

    def digest(self) -> str:
        """SHA-256 of what is shown, in hex."""
        return digest_of(self.to_dict())


class OptionInterruptPayload(InterruptPayload):
    """Choose one of some options, several if `multiple`, or write another if `allow_custom`."""

    type: ClassVar[str] = "option"

    options: list[InterruptOption]
    multiple: bool = False
    allow_custom: bool = False
    default: list[str] | None = None

    @model_validator(mode="before")
    @classmethod
    def _take_plain_options(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        given = values.get("options") or ()
        given = given if isinstance(given, str | bytes | Mapping) else list(given)
        if isinstance(given, str | bytes | Mapping) or not all(
            isinstance(one, dict) and one.keys() == _OPTION_FIELDS for one in given
        ):
            given = normalize_options(given)
        values = {**values, "options": given}
        if isinstance(values.get("default"), str):
            values["default"] = [values["default"]]
        return values

    @model_validator(mode="after")
    def _can_be_answered(self) -> "OptionInterruptPayload":
        if not self.options and not self.allow_custom:
            raise ValueError("a question without options that takes no text has no answer")
        ids = {option.id for option in self.options}
        if len(ids) < len(self.options):
            raise ValueError("options share an id")
        if unknown := set(self.default or ()) - ids:
            raise ValueError(f"default is not among the options: {', '.join(sorted(unknown))}")
        if len(self.default or ()) > 1 and not self.multiple:
            raise ValueError("default names several options but only one may be chosen")
        if self.timeout_action == "default_option" and not self.default:
            raise ValueError("timeout_action 'default_option' needs a default")
        return self


class FormInterruptPayload(InterruptPayload):
    """Fill in a form, given as a Pydantic model or as a JSON Schema of an object.

    A field is secret when its schema says `writeOnly` or `format: password`, as Pydantic's
    `SecretStr` does: its value reaches the node and nothing else.
    """

    type: ClassVar[str] = "form"

    form: dict[str, Any]
    initial: dict[str, JsonValue] = Field(default_factory=dict)
    default: dict[str, JsonValue] | None = None

    _model: FormModel | None = None

    def __init__(self, **values: Any) -> None:
        model = values.get("form")
        if isinstance(model, type) and issubclass(model, BaseModel):
            values["form"] = _schema_of(model)
            super().__init__(**values)
            self._model = model
        else:
            super().__init__(**values)

    @property
    def model(self) -> FormModel | None:
        """The Pydantic model the form was made from; None for a JSON Schema."""
        return self._model

    @model_validator(mode="after")
    def _is_a_schema(self) -> "FormInterruptPayload":
        if problem := schema_fault(self.form):
            raise ValueError(f"form is not a JSON Schema: {problem}")
        if self.form.get("type", "object") != "object":
            raise ValueError("the JSON Schema of a form describes an object")
        if self.timeout_action == "default_option" and self.default is None:
            raise ValueError("timeout_action 'default_option' needs a default")
        if self.default is not None and not _validates(self.form, self.default):
            raise ValueError("default does not fit the form")
        return self


class ConfirmInterruptPayload(InterruptPayload):
    """Yes or no. Silence until the deadline is no."""

    type: ClassVar[str] = "confirm"


class ApprovalInterruptPayload(InterruptPayload):
    """Approve content, reject it with a reason, or approve it with edits to named fields.

    `content` is a text or an object. `editable` names the fields of an object that may be
    edited; for a text, `["content"]` lets it be rewritten. Silence until the deadline is no.
    """

    type: ClassVar[str] = "approval"

    content: JsonValue
    editable: list[str] = Field(default_factory=list)
    require_reason: bool = True

    @model_validator(mode="after")
    def _can_be_edited(self) -> "ApprovalInterruptPayload":
        fields = set(self.content) if isinstance(self.content, dict) else {"content"}
        if unknown := set(self.editable) - fields:
            raise ValueError(f"editable names what content lacks: {', '.join(sorted(unknown))}")
        return self


_KINDS: dict[str, type[InterruptPayload]] = {
    kind.type: kind
    for kind in (
        OptionInterruptPayload,
        FormInterruptPayload,
        ConfirmInterruptPayload,
        ApprovalInterruptPayload,
    )
}


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return TypeAdapter(model).json_schema()


def _validates(schema: dict[str, Any], value: Any) -> bool:
    from jsonschema.validators import validator_for

    return bool(validator_for(schema)(schema).is_valid(value))


def schema_fault(schema: Any) -> str | None:
    """Why this is no JSON Schema; None for one."""
    return _schema_problem(canonical(schema))


@lru_cache(maxsize=256)
def _schema_problem(text: bytes) -> str | None:
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for

    schema = json.loads(text)
    try:
        validator_for(schema).check_schema(schema)
    except SchemaError as error:
        return error.message
    return None


_SHAPES = {name: {"type", *kind.model_fields} for name, kind in _KINDS.items()}


def is_payload(shown: Any) -> bool:
    """Whether a graph shows what has the shape of a `to_dict()`."""
    kind = shown.get("type") if isinstance(shown, dict) else None
    return isinstance(kind, str) and shown.keys() == _SHAPES.get(kind)


def read_payload(shown: Any) -> InterruptPayload | None:
    """The payload behind what `to_dict()` gave; None for anything else a graph may show."""
    if not is_payload(shown):
        return None
    kind = _KINDS[shown["type"]]
    try:
        return kind(**{name: value for name, value in shown.items() if name != "type"})
    except ValueError:
        return None
