"""What is sent: nothing but these fields, and each of its kind."""

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt
from starlette.convertors import Convertor, register_url_convertor

from plancraft.approvals import ApprovalType

__all__ = [
    "ANSWERS",
    "Answer",
    "Approve",
    "Cancel",
    "DecideOne",
    "DecideSeveral",
    "Extend",
    "Open",
    "Reject",
    "RequestId",
]

_ID = "[0-9a-f]{8,64}"
RequestId = Annotated[str, Path(pattern=f"^{_ID}$", description="The id of a request")]
Text = Annotated[str, Field(max_length=10_000)]
Digest = Annotated[str | None, Field(max_length=200, description="The digest of what was seen")]
Reason = Annotated[Text | None, Field(description="Why")]

ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"description": why, "content": {"application/problem+json": {}}}
    for status, why in (
        (401, "Nobody knows who is asking"),
        (403, "Who is asking may not do this"),
        (404, "There is no such request for who is asking"),
        (409, "Somebody was first, which is named, or what was seen is not what is asked"),
        (413, "What was sent is too large"),
        (422, "What was sent does not fit"),
        (503, "The store cannot be reached; nothing was decided"),
    )
}
"""The problems that the handlers have in common."""


class _Id(Convertor[str]):
    """The id of a request in a path; `decide` and the names of the lists are not among them."""

    regex = _ID

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("request_id", _Id())


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Open(_Body):
    """A question. Who asks is whose key it came with."""

    type: ApprovalType = ApprovalType.GENERAL
    title: str = Field(min_length=1, max_length=1000)
    content: Any = Field(description="What is to be approved: a text, or JSON")
    context: dict[str, Any] = Field(default_factory=dict)
    timeout: StrictInt | StrictFloat | None = Field(default=None, gt=0, description="Seconds")
    priority: StrictInt = Field(default=1, ge=1, le=5)
    tool: str | None = Field(default=None, max_length=200)
    editable: list[str] = Field(default_factory=list, max_length=100)
    assignee: str | None = Field(default=None, max_length=200)


class Approve(_Body):
    """A yes, with edits to editable fields if need be."""

    edits: Any = Field(default=None, description="New values of editable fields, or the new text")
    reason: Reason = None
    seen: Digest = None


class Reject(_Body):
    """A no."""

    reason: Reason = None
    seen: Digest = None


class Answer(_Body):
    """An answer, as the question's kind takes it."""

    answer: Any
    seen: Digest = None


class Cancel(_Body):
    """A withdrawal."""

    reason: Reason = None


class Extend(_Body):
    """More time."""

    seconds: StrictInt | StrictFloat = Field(gt=0, le=10_000_000)


class DecideOne(_Body):
    """One decision of several."""

    id: str = Field(pattern=f"^{_ID}$")
    action: Literal["approve", "reject", "answer"]
    answer: Any = None
    edits: Any = None
    reason: Reason = None
    seen: Digest = None


class DecideSeveral(_Body):
    """Several decisions, each of which counts or not by itself."""

    decisions: list[DecideOne] = Field(min_length=1, max_length=100)
