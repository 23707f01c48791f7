"""What a person is asked before a plan is written: a direction, then the details."""

from pydantic import BaseModel, ConfigDict, Field

from graph.phrases import phrases_in
from graph.prose import Language


class Direction(BaseModel, frozen=True):
    """One way to go about the idea."""

    id: str
    title: str
    description: str


class Brief(BaseModel, frozen=True):
    """The details only a person can give."""

    model_config = ConfigDict(str_strip_whitespace=True)

    audience: str = Field(min_length=1, max_length=200)
    weeks: int = Field(ge=1, le=52)
    team_size: int = Field(ge=1, le=50)
    must_have: str = Field(min_length=1, max_length=500)
    success: str = Field(min_length=1, max_length=300)


class EnglishBrief(Brief, frozen=True):
    """Details for the plan."""

    model_config = ConfigDict(title=phrases_in("en").form)


class KoreanBrief(Brief, frozen=True):
    """기획에 필요한 내용."""

    model_config = ConfigDict(title=phrases_in("ko").form)


def _label(model: type[Brief], language: Language) -> None:
    for name, field in model.model_fields.items():
        shown = phrases_in(language).fields[name]
        field.title, field.description = shown.title, shown.description
    model.model_rebuild(force=True)


_label(EnglishBrief, "en")
_label(KoreanBrief, "ko")


def brief_model(language: Language) -> type[Brief]:
    """The form, its titles and descriptions in the language."""
    return KoreanBrief if language == "ko" else EnglishBrief
